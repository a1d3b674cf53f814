// The sentences that this page can say, in its language: they stand in the page, so that scripts hold none.
const list = document.getElementById("upload-sentences");

// { message, hint } of a name, with {values} filled in.
export function sentence(name, values = {}) {
  const { message, hint = "" } = list.querySelector(`[data-name="${name}"]`).dataset;
  const fill = (text) => text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
  return { message: fill(message), hint: fill(hint) };
}
