// Photos pasted from the clipboard, with or without a type.
export function listenForPastes(give) {
  addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    give(files);
  });
}
