// The upload form without a change of page, and errors in place. Without it, it works as a plain form.
import { listenForDrops } from "./drop.js";
import { showError } from "./errors.js";
import { listenForPastes } from "./paste.js";
import { forgetPhoto, isReadable, photo, pick, putPhoto } from "./photo.js";
import { end } from "./progress.js";
import { send, stop } from "./send.js";
import { sentence } from "./sentences.js";

const form = document.getElementById("upload-form");
let options = {};

function give(files) {
  const taken = pick(files);
  const note = files.length > 1 ? sentence("several", { count: files.length, name: taken.name }).message : "";
  putPhoto(taken);
  if (!options.waits) return sendPhoto(note);
  stop();
  end(note);
}

function complain(name, values) {
  stop();
  end();
  showError(sentence(name, values));
}

async function sendPhoto(note = "") {
  const chosen = photo();
  const isSound = !chosen || await isReadable(chosen);
  if (photo() !== chosen) return; // another one came meanwhile, and is sent instead
  if (!isSound) complain("changed");
  else if (chosen?.size > Number(form.dataset.maxBytes)) complain("large", { size: (chosen.size / 1024 ** 2).toFixed(1) });
  else send(form, () => new FormData(form), { ...options, photo: chosen, note });
}

function submit(event) {
  event.preventDefault();
  if (event.submitter?.name !== "sample") sendPhoto();
  else {
    forgetPhoto();
    send(form, () => new FormData(form, event.submitter), options);
  }
}

// `waits`: a photo is sent when the button is pressed, not when it is given; `arrived`: what happens when it was taken.
export function listenToForm(chosen = {}) {
  options = chosen;
  document.documentElement.classList.add("has-script");
  form.addEventListener("submit", submit);
  if (!options.waits) form.photo.addEventListener("change", () => { if (photo()) sendPhoto(); });
  addEventListener("pageshow", (event) => { if (event.persisted) end(); });
  listenForDrops(give, (name) => {
    forgetPhoto(); // what was given last is no photo: then no earlier one may pass for it
    complain(name);
  });
  listenForPastes(give);
  return give;
}
