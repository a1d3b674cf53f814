// Watches a job: fetches the page again and puts its new state in place, until the job is over.
const LOOK_EVERY_MS = 700;

async function refresh() {
  const shown = document.getElementById("job");
  if (!shown || !["queued", "running"].includes(shown.dataset.state)) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.getElementById("job");
    if (!next || next.dataset.state === "done") {
      location.reload();
      return;
    }
    keepPicture(shown, next);
    shown.replaceWith(document.adoptNode(next));
  } catch { /* the connection is away for a moment: look again */ }
  setTimeout(refresh, LOOK_EVERY_MS);
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
