// Cells of a map by keyboard and by pointing: arrows follow the neighbours' links, a click in a map opens its cell.
const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, .table-scroll")) return;
  const link = document.querySelector(`.neighbours [data-key="${KEYS[event.key]}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});

for (const image of document.querySelectorAll("img[data-cells]")) {
  const size = Number(image.dataset.size);
  image.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    const column = Math.min(size - 1, Math.floor(((event.clientX - box.left) / box.width) * size));
    const row = Math.min(size - 1, Math.floor(((event.clientY - box.top) / box.height) * size));
    location.assign(`${image.dataset.cells}/${row}/${column}`);
  });
}
