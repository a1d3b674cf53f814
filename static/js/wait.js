// A server that is busy says how long: the page waits, counts down, and can be cancelled.
import { show } from "./progress.js";
import { sentence } from "./sentences.js";

const SPREAD_SECONDS = 2; // a class that was sent away together does not come back together

export async function wait({ error, wait: seconds }, signal) {
  const until = Date.now() + (seconds + Math.random() * SPREAD_SECONDS) * 1000;
  for (let left = seconds; left > 0; left = Math.ceil((until - Date.now()) / 1000)) {
    show(`${error.message} ${sentence("again", { seconds: left }).message}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, until - Date.now())));
    signal.throwIfAborted();
  }
}
