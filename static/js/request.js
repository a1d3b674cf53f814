// One request of the form: { status, body, error, url, wait } of the response; status 0 if there was none.
export async function post(address, body, { signal, sent }) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much is sent
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Requested-With", "vggweb");
    request.upload.addEventListener("progress", ({ loaded, total }) => sent(total ? loaded / total : 0));
    request.upload.addEventListener("load", () => sent(1));
    request.addEventListener("abort", () => reject(signal.reason));
    request.addEventListener("error", () => resolve({ status: 0 }));
    request.addEventListener("load", () => resolve(read(request)));
    request.send(body);
  });
}

function read(request) {
  let answer = {};
  try { answer = JSON.parse(request.responseText) ?? {}; } catch { /* somebody between us and the server wrote it */ }
  const wait = Number(request.getResponseHeader("Retry-After")) || 5; // seconds
  return { status: request.status, body: answer, error: answer.error, url: answer.url, wait };
}
