// Why it did not work: one sentence for each real cause.
import { isReadable } from "./photo.js";
import { sentence } from "./sentences.js";

const AWAY = [502, 503, 504]; // what a proxy says while the server behind it is away

// { message, hint } for a response that is no result. `photo` is what was sent, if anything was.
export async function cause({ status, error }, photo) {
  if (error?.message) return error;
  if (status === 0) return sentence(await silence(photo));
  if (status === 413) return sentence("proxy-limit");
  return AWAY.includes(status) ? sentence("away") : sentence("strange", { status });
}

// Why there was no response at all.
async function silence(photo) {
  if (photo && !await isReadable(photo)) return "changed";
  return navigator.onLine ? "away" : "offline";
}
