// The upload form with progress, and errors in place. Without this file the form works as a plain form.
import { listenForDrops } from "./drop.js";
import { listenForPastes } from "./paste.js";
import { showError, clearError } from "./errors.js";

const form = document.getElementById("upload-form");
const input = document.getElementById("photo");
const camera = document.getElementById("camera");
const box = document.getElementById("upload-progress");
const meter = document.getElementById("upload-meter");
const state = document.getElementById("upload-state");

function send(photo) {
  clearError();
  if (photo && photo.size > Number(form.dataset.maxBytes)) {
    const mebibytes = (photo.size / 1024 ** 2).toFixed(1);
    showError({ message: `The file has ${mebibytes} MiB. ${form.dataset.limits}`, hint: "Send a smaller copy of the photo." });
    return;
  }
  const body = new FormData(form);
  if (photo) body.set("photo", photo);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-Requested-With", "vggweb");
  request.upload.addEventListener("progress", (event) => {
    meter.value = event.total ? event.loaded / event.total : 0;
    if (event.loaded === event.total) {
      state.textContent = "VGG16 is looking at it";
      meter.removeAttribute("value");
    }
  });
  request.addEventListener("load", () => finish(request));
  request.addEventListener("error", () => {
    box.hidden = true;
    showError({ message: "The photo could not be sent.", hint: "Check the connection and try again." });
  });
  state.textContent = "Sending the photo";
  meter.value = 0;
  box.hidden = false;
  request.send(body);
}

function finish(request) {
  let answer = {};
  try { answer = JSON.parse(request.responseText); } catch { /* no JSON: the general sentence below */ }
  if (request.status === 201) {
    location.assign(answer.url);
    return;
  }
  box.hidden = true;
  showError(answer.error ?? { message: "The server did not answer as expected.", hint: "Try again in a moment." });
}

document.documentElement.classList.add("has-script");
for (const hint of document.querySelectorAll(".script-only")) hint.hidden = false;
form.addEventListener("submit", (event) => { event.preventDefault(); send(null); });
input.addEventListener("change", () => { if (input.files[0]) send(input.files[0]); });
camera.addEventListener("change", () => { if (camera.files[0]) send(camera.files[0]); });
listenForDrops(send);
listenForPastes(send);
