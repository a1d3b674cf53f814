// How far it is: a sentence that is read aloud, a meter, and the button that cancels.
const state = document.getElementById("upload-state");
const row = document.getElementById("upload-row");
const meter = document.getElementById("upload-meter");

document.getElementById("upload-cancel").addEventListener("click", () => cancelled?.abort());
let cancelled;

// Shows that something is under way, which `controller` can end.
export function begin(controller) {
  cancelled = controller;
  meter.value = 0;
  row.hidden = false;
  row.scrollIntoView({ block: "nearest" });
}

// A share of 1, or nothing while it is not known.
export function show(message, share) {
  if (state.textContent !== message) state.textContent = message;
  if (share === undefined) meter.removeAttribute("value");
  else meter.value = share;
}

export function end(message = "") {
  row.hidden = true;
  state.textContent = message;
}
