// A phone's photo: sent without leaving the page, again by itself when the server asks to wait.
const TRIES = 8;

async function send(form, status) {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json", "X-Requested-With": "vggweb" },
    });
    if (response.status !== 503 && response.status !== 429) return response;
    status.textContent = "…";
    const seconds = Number(response.headers.get("Retry-After")) || 2;
    await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
  }
  throw new Error("busy");
}

export function sendPhoto(afterwards) {
  const form = document.querySelector("[data-room-upload]");
  if (!form) return;
  const status = form.querySelector("[data-room-status]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    status.textContent = "…";
    try {
      const response = await send(form, status);
      const answer = await response.json();
      status.textContent = response.ok ? "✓" : `${answer.error.message} ${answer.error.hint}`;
      if (response.ok) form.reset();
      afterwards();
    } catch {
      form.submit();
    } finally {
      button.disabled = false;
    }
  });
}
