// A room follows what happens in it: server-sent events, or looking now and then where those do not come through.
const SETTLE_MS = 300;
const LOOK_MS = 4000;
const FAILURES_BEFORE_LOOKING = 3;

const room = document.querySelector("[data-room-events]");
let timer = 0;
let failures = 0;

async function refresh() {
  const response = await fetch(room.dataset.roomRefresh, { headers: { Accept: "text/html" } });
  if (response.status === 410) location.reload();
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-room-part]");
  const open = [...room.querySelectorAll("details[open]")].map((one) => one.closest("[id]")?.id).filter(Boolean);
  room.querySelector("[data-room-part]").replaceWith(fresh);
  open.forEach((id) => document.getElementById(id)?.querySelector("details")?.setAttribute("open", ""));
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => refresh().catch(() => {}), SETTLE_MS);
}

function look() {
  if (!document.hidden) soon();
  setTimeout(look, LOOK_MS);
}

function listen() {
  const source = new EventSource(room.dataset.roomEvents);
  source.onopen = () => { failures = 0; };
  source.onerror = () => {
    failures += 1;
    if (failures === FAILURES_BEFORE_LOOKING) {
      source.close();
      look();
    }
  };
  for (const kind of ["tile", "hide", "state", "guess"]) source.addEventListener(kind, soon);
}

listen();
if (document.getElementById("upload-form")) import("./room_upload.js").then(({ sendPhotos }) => sendPhotos(soon));
