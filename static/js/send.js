// Sends the form in the background: says how far it is, waits where the server asks for it, tells what went wrong.
import { clearError, showError } from "./errors.js";
import { cause } from "./failures.js";
import { begin, end, show } from "./progress.js";
import { post } from "./request.js";
import { sentence } from "./sentences.js";
import { renewToken } from "./token.js";
import { wait } from "./wait.js";

const MOST_WAITS = 60;
let current = new AbortController();

// `fill()` gives the form's fields anew for each try; `photo` is the file among them. A later call replaces this one.
export async function send(form, fill, { photo, note = "", arrived = visit }) {
  const mine = stop();
  clearError();
  begin(mine);
  try {
    const response = await untilAnswered(form, fill, { signal: mine.signal, photo, note });
    if (response.status === 201) arrived(response);
    else fail(await cause(response, photo));
  } catch (error) {
    if (!mine.signal.aborted) fail(sentence("strange", { status: error.message }));
    else if (mine === current) end(sentence("cancelled").message);
  }
}

function visit({ url }) {
  location.assign(url);
}

// Ends what is under way, and gives the controller of what comes next.
export function stop() {
  current.abort();
  current = new AbortController();
  return current;
}

async function untilAnswered(form, fill, { signal, photo, note }) {
  const tell = (name, share) => show(`${sentence(name).message} ${note}`.trim(), share);
  const sent = (share) => (share < 1 ? tell("sending", share) : tell("looking"));
  let isRenewed = false;
  for (let waits = 0; ; waits += 1) {
    sent(photo ? 0 : 1);
    const response = await post(form.action, fill(), { signal, sent });
    const isBusy = [429, 503].includes(response.status) && response.error;
    if (response.error?.code === "bad_csrf" && !isRenewed) {
      isRenewed = true;
      await renewToken(form.dataset.home);
    } else if (isBusy && waits < MOST_WAITS) await wait(response, signal);
    else return response;
  }
}

function fail(error) {
  end();
  showError(error);
}
