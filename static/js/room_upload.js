// A phone's photo for the wall: everybody will see it, so it is sent when the button is pressed and not before.
import { forgetPhoto } from "./photo.js";
import { end } from "./progress.js";
import { sentence } from "./sentences.js";
import { listenToForm } from "./upload_form.js";

export function sendPhotos(afterwards) {
  listenToForm({
    waits: true,
    arrived: () => {
      forgetPhoto();
      end(sentence("hung").message);
      afterwards();
    },
  });
}
