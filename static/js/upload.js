// The upload form without a change of page, and errors in place. Without this file it works as a plain form.
import { listenForDrops } from "./drop.js";
import { listenForPastes } from "./paste.js";
import { showError } from "./errors.js";
import { rest, send } from "./send.js";

const form = document.getElementById("upload-form");
const input = document.getElementById("photo");
const camera = document.getElementById("camera");

function sendPhoto(photo) {
  if (photo?.size > Number(form.dataset.maxBytes)) {
    const mebibytes = (photo.size / 1024 ** 2).toFixed(1);
    showError({ message: `The file has ${mebibytes} MiB. ${form.dataset.limits}`, hint: "Send a smaller copy of the photo." });
    return;
  }
  const body = new FormData(form);
  if (photo) body.set("photo", photo);
  send(form.action, body);
}

function submit(event) {
  if (event.submitter?.name === "sample") { // it is on the server already: nothing to watch
    input.value = "";
    return;
  }
  event.preventDefault();
  sendPhoto(input.files[0]);
}

function sendChosen({ target }) {
  if (target.files[0]) sendPhoto(target.files[0]);
}

document.documentElement.classList.add("has-script");
for (const hint of document.querySelectorAll(".script-only")) hint.hidden = false;
form.addEventListener("submit", submit);
input.addEventListener("change", sendChosen);
camera.addEventListener("change", sendChosen);
addEventListener("pageshow", (event) => { if (event.persisted) rest(); });
listenForDrops(sendPhoto);
listenForPastes(sendPhoto);
