// One feature map of each frame, while the part of the page that shows it is open.
import { sentence } from "./sentences.js";

const box = document.getElementById("live-map");
const layer = document.getElementById("live-layer");
const channel = document.getElementById("live-channel");
const picture = document.getElementById("live-map-picture");

// Adds what is asked for to the fields that go with a frame.
export function askForMap(body) {
  if (!box.open) return;
  const most = layer.selectedOptions[0].dataset.channels - 1;
  channel.max = most;
  body.set("layer", layer.value);
  body.set("channel", Math.min(most, Math.max(0, Math.trunc(channel.value) || 0)));
}

export function showMap(map) {
  picture.hidden = !map;
  if (!map) return;
  picture.src = map.picture;
  const [rows, columns] = map.shape;
  document.getElementById("live-map-note").textContent = sentence("map", { rows, columns, most: map.max.toLocaleString("en", { maximumSignificantDigits: 3 }) }).message;
}
