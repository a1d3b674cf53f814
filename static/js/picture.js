// Puts a new element in the place of an old one; the old picture stays until the new one has arrived, so nothing flickers.
export function replaceKeepingPicture(shown, next) {
  if (next.isEqualNode(shown)) return;
  const before = shown.querySelector("img");
  const after = next.querySelector("img");
  if (before && after && before.src !== after.src) keep(before, after);
  shown.replaceWith(next);
}

function keep(before, after) {
  const address = after.src;
  after.src = before.src;
  const loader = new Image();
  loader.addEventListener("load", () => { after.src = address; });
  loader.src = address;
}
