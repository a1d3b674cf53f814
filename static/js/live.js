// The camera's page: start, stop, and freeze, which sends the frame of now as the form's photo.
import { closeCamera, grab, openCamera } from "./camera.js";
import { clearError, showError } from "./errors.js";
import { watch } from "./live_frames.js";
import { showNote } from "./live_words.js";
import { putPhoto } from "./photo.js";
import { sentence } from "./sentences.js";

const find = (name) => document.getElementById(`live-${name}`);
const video = find("video");
let running = new AbortController(); // of the camera that is on

async function start() {
  clearError();
  showNote("asking");
  try {
    await openCamera(video);
  } catch (error) {
    fail(error.message);
    return;
  }
  running = new AbortController();
  showNote("");
  toggle(true);
  video.srcObject.getVideoTracks()[0].addEventListener("ended", () => fail("no-camera"));
  watch(video, running.signal);
}

function fail(name) {
  stop("");
  showError(sentence(name));
}

function stop(note) {
  running.abort();
  closeCamera(video);
  toggle(false);
  showNote(note);
}

function toggle(isOn) {
  for (const name of ["freeze", "stop", "video"]) find(name).hidden = !isOn;
  find("start").hidden = isOn;
}

async function freeze() {
  putPhoto(await grab(video));
  stop("stopped");
  document.getElementById("upload-form").requestSubmit();
}

find("start").addEventListener("click", start);
find("stop").addEventListener("click", () => stop("stopped"));
find("freeze").addEventListener("click", freeze);
addEventListener("pagehide", () => stop(""));
