// Sends the form in the background and says how far it is.
import { clearError, showError } from "./errors.js";

const box = document.getElementById("upload-progress");
const meter = document.getElementById("upload-meter");
const state = document.getElementById("upload-state");
let isSending = false;

export function send(address, body) {
  if (isSending) return;
  clearError();
  show("Sending the photo");
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-Requested-With", "vggweb");
  request.upload.addEventListener("progress", (event) => { meter.value = event.total ? event.loaded / event.total : 0; });
  request.upload.addEventListener("load", () => {
    state.textContent = "VGG16 is looking at it";
    meter.removeAttribute("value");
  });
  request.addEventListener("load", () => finish(request));
  request.addEventListener("error", () => fail({ message: "The photo could not be sent.", hint: "Check the connection and try again." }));
  request.send(body);
}

// A page that comes back with the browser's back button has nothing under way.
export function rest() {
  isSending = false;
  box.hidden = true;
}

function show(sentence) {
  isSending = true;
  state.textContent = sentence;
  meter.value = 0;
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

function finish(request) {
  let answer = {};
  try { answer = JSON.parse(request.responseText); } catch { /* no JSON: the general sentence below */ }
  if (request.status === 201) location.assign(answer.url);
  else fail(answer.error ?? { message: "The server did not answer as expected.", hint: "Try again in a moment." });
}

function fail(error) {
  rest();
  showError(error);
}
