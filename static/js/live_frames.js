// Sends frames one after the other, never two under way, and shows what comes back.
import { grab } from "./camera.js";
import { clearError, showError } from "./errors.js";
import { cause } from "./failures.js";
import { askForMap, showMap } from "./live_map.js";
import { showAnswer } from "./live_words.js";
import { post } from "./request.js";
import { renewToken } from "./token.js";

const HIDDEN_SECONDS = 1; // nobody looks: nothing is sent
const TROUBLE_SECONDS = 2;
const form = document.getElementById("upload-form");
const place = document.getElementById("live");
let complaint = "";

export async function watch(video, signal) {
  while (!signal.aborted) {
    const pause = document.hidden ? HIDDEN_SECONDS : await look(video, signal).catch(() => TROUBLE_SECONDS);
    await new Promise((resolve) => (pause ? setTimeout(resolve, pause * 1000) : requestAnimationFrame(resolve)));
  }
}

// Sends one frame; gives the seconds to wait before the next.
async function look(video, signal) {
  const body = new FormData(form);
  body.set("photo", await grab(video));
  askForMap(body);
  const response = await post(place.dataset.address, body, { signal, sent: () => {} });
  if (response.status !== 200) return complain(response);
  if (complaint) clearError();
  complaint = "";
  showAnswer(response.body);
  showMap(response.body.map);
  document.getElementById("live-answer").hidden = false;
  return 0;
}

// Once, not at each frame.
async function complain(response) {
  if (response.error?.code === "bad_csrf") await renewToken(form.dataset.home);
  const error = await cause(response);
  if (error.message !== complaint) showError(error);
  complaint = error.message;
  return response.wait ?? TROUBLE_SECONDS;
}
