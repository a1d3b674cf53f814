// Point at the model input and read the pixel's three numbers, from the picture that is shown.
const SIDE = 224;

function cell(position, start, length) {
  return Math.min(SIDE - 1, Math.max(0, Math.floor(((position - start) / length) * SIDE)));
}

export function readPixels() {
  const figure = document.querySelector("[data-pixels]");
  const image = figure?.querySelector("img");
  if (!image) return;
  const values = document.querySelectorAll("[data-pixel-values] b");
  const [row, column] = [figure.querySelector("[data-row]"), figure.querySelector("[data-column]")];
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });

  image.addEventListener("pointermove", (event) => {
    if (!image.complete) return;
    const box = image.getBoundingClientRect();
    column.textContent = cell(event.clientX, box.left, box.width);
    row.textContent = cell(event.clientY, box.top, box.height);
    context.drawImage(image, 0, 0, SIDE, SIDE);
    const [red, green, blue] = context.getImageData(Number(column.textContent), Number(row.textContent), 1, 1).data;
    [red, green, blue].forEach((value, channel) => { values[channel].textContent = value; });
  });
  image.addEventListener("click", () => {
    const form = document.querySelector(".demo-place-form");
    form.elements.row.value = row.textContent;
    form.elements.column.value = column.textContent;
    form.requestSubmit();
  });
}
