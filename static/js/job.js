// Watches the page's jobs: fetches the page again and puts their progress in place; reloads it when one's state changes.
const LOOK_EVERY_MS = 700;

const watched = () => [...document.querySelectorAll(".job")].filter((job) => job.querySelector(".job-live"));

async function refresh() {
  if (watched().length === 0) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!watched().every((job) => advance(job, fresh))) {
      location.reload();
      return;
    }
  } catch { /* the connection is away for a moment: look again */ }
  setTimeout(refresh, LOOK_EVERY_MS);
}

// False if the job has come to another state. The button to cancel stays, with its focus.
function advance(job, fresh) {
  const next = fresh.querySelector(`.job[data-job="${job.dataset.job}"]`);
  if (next?.dataset.state !== job.dataset.state) return false;
  const shown = job.querySelector(".job-live");
  const live = document.adoptNode(next.querySelector(".job-live"));
  keepPicture(shown, live);
  shown.replaceWith(live);
  return true;
}

// The old picture stays until the new one has arrived, so that nothing flickers.
function keepPicture(shown, next) {
  const before = shown.querySelector(".job-picture img");
  const after = next.querySelector(".job-picture img");
  if (!before || !after || before.src === after.src) return;
  const address = after.src;
  after.src = before.src;
  const loader = new Image();
  loader.addEventListener("load", () => { after.src = address; });
  loader.src = address;
}

setTimeout(refresh, LOOK_EVERY_MS);
