// The device's camera as frames: small JPEG files, as large as the network can use.
const SHORTER_SIDE_PX = 256; // what the crop starts from; the other ways of preparing use no more either
const QUALITY = 0.9;
const CAUSES = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "no-camera", OverconstrainedError: "no-camera" };

// Shows the camera in the video element; throws the name of the sentence that says why not.
export async function openCamera(video) {
  if (!window.isSecureContext || !navigator.mediaDevices) throw new Error("insecure");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    await video.play();
  } catch (error) {
    closeCamera(video);
    throw new Error(CAUSES[error.name] ?? "camera-busy", { cause: error });
  }
}

export function closeCamera(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

// The picture of now, as a file that a form can send.
export function grab(video) {
  const scale = SHORTER_SIDE_PX / Math.min(video.videoWidth, video.videoHeight);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(new File([blob], "camera.jpg", { type: "image/jpeg" })), "image/jpeg", QUALITY);
  });
}
