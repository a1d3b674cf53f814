// What is dropped anywhere on the page: photos, a folder, or a picture of another page that brings no file along.
const HELD = ["Files", "text/uri-list"];

// give(files) gets the files that were dropped, refuse(name) the name of the sentence if there are none.
export function listenForDrops(give, refuse) {
  const page = document.documentElement;
  const holdsOurs = (event) => HELD.some((type) => event.dataTransfer.types.includes(type));
  addEventListener("dragover", (event) => {
    if (!holdsOurs(event)) return;
    event.preventDefault();
    page.classList.add("is-dropping");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) page.classList.remove("is-dropping");
  });
  addEventListener("drop", (event) => {
    page.classList.remove("is-dropping");
    if (!holdsOurs(event)) return;
    event.preventDefault();
    const { files, hasFolder } = dropped(event.dataTransfer);
    if (files.length > 0) give(files);
    else refuse(hasFolder ? "folder" : "link");
  });
}

// A folder comes as a file that cannot be read; only its entry tells.
function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const isFolder = (item) => item.webkitGetAsEntry?.()?.isDirectory ?? false;
  const folders = items.map(isFolder);
  const files = items.map((item) => item.getAsFile()).filter((file, index) => file && !folders[index]);
  return { files, hasFolder: folders.includes(true) };
}
