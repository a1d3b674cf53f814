// A photo dropped anywhere on the page.
export function listenForDrops(send) {
  const page = document.documentElement;
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    page.classList.add("is-dropping");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) page.classList.remove("is-dropping");
  });
  addEventListener("drop", (event) => {
    const photo = event.dataTransfer.files[0];
    if (!photo) return;
    event.preventDefault();
    page.classList.remove("is-dropping");
    send(photo);
  });
}
