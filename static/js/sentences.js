// The sentences that this page can say, in its language: they stand in the page, so that scripts hold none.

// { message, hint } of a name, with {values} filled in.
export function sentence(name, values = {}) {
  const { message, hint = "" } = document.querySelector(`.sentences [data-name="${name}"]`).dataset;
  const fill = (text) => text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
  return { message: fill(message), hint: fill(hint) };
}
