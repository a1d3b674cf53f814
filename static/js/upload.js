// The upload form without a change of page, and errors in place. Without this file it works as a plain form.
import { listenForDrops } from "./drop.js";
import { showError } from "./errors.js";
import { listenForPastes } from "./paste.js";
import { forgetPhoto, isReadable, photo, pick, putPhoto } from "./photo.js";
import { end } from "./progress.js";
import { send, stop } from "./send.js";
import { sentence } from "./sentences.js";

const form = document.getElementById("upload-form");
const camera = document.getElementById("camera");

function give(files) {
  const taken = pick(files);
  putPhoto(taken);
  sendPhoto(files.length > 1 ? sentence("several", { count: files.length, name: taken.name }).message : "");
}

// What was given last is no photo: then no earlier one may pass for it.
function refuse(name, values) {
  forgetPhoto();
  complain(name, values);
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
  else send(form, () => new FormData(form), { photo: chosen, note });
}

function submit(event) {
  event.preventDefault();
  if (event.submitter?.name !== "sample") sendPhoto();
  else {
    forgetPhoto();
    send(form, () => new FormData(form, event.submitter), {});
  }
}

document.documentElement.classList.add("has-script");
for (const hint of document.querySelectorAll(".script-only")) hint.hidden = false;
form.addEventListener("submit", submit);
form.photo.addEventListener("change", () => { if (photo()) sendPhoto(); });
camera.addEventListener("change", () => { if (camera.files[0]) give([camera.files[0]]); });
addEventListener("pageshow", (event) => { if (event.persisted) end(); });
listenForDrops(give, refuse);
listenForPastes(give);
