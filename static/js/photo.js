// The one photo: whatever way it came, it is what the form's file field holds.
const input = document.getElementById("photo");

export const photo = () => input.files[0];

export function putPhoto(file) {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
}

export function forgetPhoto() {
  input.value = "";
}

// Of several files the first picture, else the first without a type: browsers know none for HEIC and JPEG XL.
export function pick(files) {
  const isPicture = (file) => file.type.startsWith("image/");
  return files.find(isPicture) ?? files.find((file) => file.type === "") ?? files[0];
}

// False for a folder, and for a file that was changed, moved or deleted since it was chosen.
export async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
