// A photo pasted from the clipboard.
export function listenForPastes(send) {
  addEventListener("paste", (event) => {
    const photo = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
    if (!photo) return;
    event.preventDefault();
    send(photo);
  });
}
