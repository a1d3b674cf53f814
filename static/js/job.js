// Watches the page's jobs: fetches what is live of each, less often while nothing changes, and not while nobody looks.
import { replaceKeepingPicture } from "./picture.js";

const SOONEST_MS = 700;
const LATEST_MS = 8000;
const SLOWER = 1.5;

for (const job of document.querySelectorAll("[data-job]")) {
  if (job.querySelector(".job-live")) watch(job);
}

async function watch(job) {
  let wait = SOONEST_MS;
  for (;;) {
    await pause(wait);
    await untilSeen();
    const before = job.querySelector(".job-live");
    const live = await fetchLive(job.dataset.job);
    wait = live && live.isEqualNode(before) ? Math.min(wait * SLOWER, LATEST_MS) : SOONEST_MS;
    if (!live) wait = LATEST_MS; // the connection is away for a moment
    else if (live.dataset.state !== before.dataset.state) return location.reload();
    else replaceKeepingPicture(before, live);
  }
}

async function fetchLive(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return document.adoptNode(page.querySelector(".job-live"));
  } catch {
    return null;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function untilSeen() {
  if (!document.hidden) return null;
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}
