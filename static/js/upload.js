// A photo that is given, in whatever way, is sent at once, and its result opens.
import { listenToForm } from "./upload_form.js";

const camera = document.getElementById("camera");
const give = listenToForm();
for (const hint of document.querySelectorAll(".script-only")) hint.hidden = false;
camera.addEventListener("change", () => { if (camera.files[0]) give([camera.files[0]]); });
