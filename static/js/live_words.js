// The five bars, what they are taken together, and the pace, as one frame's answer has them.
import { sentence } from "./sentences.js";

const SPOKEN_EVERY_MS = 3000; // a status that changes twelve times a second cannot be read aloud
const place = document.getElementById("live");
const names = JSON.parse(place.dataset.names ?? "null");
const categories = JSON.parse(place.dataset.categories ?? "{}");
const rows = [...document.querySelectorAll("#live-words tr")];
const note = document.getElementById("live-note");
let spokenAt = 0;
let shownAt = 0;
let rate = 0;

const wordOf = ({ class_index: index, label }) => names?.[index] ?? label.replaceAll("_", " ");
const groupOf = ({ hypernym }) => categories[hypernym] ?? hypernym.replaceAll("_", " ");
const percent = (score) => `${(score * 100).toFixed(1)} %`;

export function showAnswer({ predictions, groups, milliseconds }) {
  predictions.forEach((prediction, index) => {
    const row = rows[index];
    row.querySelector(".live-word").textContent = wordOf(prediction);
    row.querySelector(".bar-fill").setAttribute("width", prediction.score * 100);
    row.querySelector(".score").textContent = percent(prediction.score);
  });
  document.getElementById("live-groups").textContent = groups.map((group) => `${groupOf(group)} ${percent(group.score)}`).join(" · ");
  showPace(milliseconds);
  if (performance.now() - spokenAt < SPOKEN_EVERY_MS) return;
  spokenAt = performance.now();
  note.textContent = sentence("watching", { word: wordOf(predictions[0]) }).message;
}

// Frames a second, as a running mean over about ten.
function showPace(milliseconds) {
  const now = performance.now();
  const current = shownAt ? 1000 / (now - shownAt) : 0;
  rate = rate ? rate * 0.9 + current * 0.1 : current;
  shownAt = now;
  const values = { milliseconds: Math.round(milliseconds), rate: rate.toFixed(rate < 10 ? 1 : 0) };
  document.getElementById("live-milliseconds").textContent = sentence("pace", values).message;
}

export function showNote(name) {
  spokenAt = 0;
  shownAt = 0;
  note.textContent = name ? sentence(name).message : "";
}
