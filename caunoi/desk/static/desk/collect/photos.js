/* Photos are made small and forget where they were taken, before the form or the draft sees them.
 *
 * The largest side is what the form says (`max-pixels` of the XLSForm, in the XForm `orx:max-pixels`), else 1600. Drawn
 * anew on a canvas, upright, a photo carries none of its camera's notes: no position, time or serial number. A question
 * with the appearance `with-position` asks for them: then the notes (EXIF) are copied into the small photo.
 */
import { copyExif } from "./exif.js";

const DEFAULT_PIXELS = 1600;
const QUALITY = 0.85;

/** `settingsOf(input)` gives {maxPixels, withPosition} of the question a file input belongs to. */
export function shrinkPhotos(host, settingsOf, onUnread) {
  const ready = new WeakSet();
  // In the capture phase: before web-forms, which takes the file as it is.
  host.addEventListener("change", async (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.files?.length || ready.has(input.files[0])) return;
    event.stopImmediatePropagation();
    const photo = input.files[0];
    try {
      const small = await shrink(photo, settingsOf(input));
      ready.add(small);
      const files = new DataTransfer();
      files.items.add(small);
      input.files = files.files;
      ready.add(input.files[0]);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } catch {
      input.value = "";
      onUnread();
    }
  }, true);
}

export async function shrink(photo, { maxPixels = DEFAULT_PIXELS, withPosition = false } = {}) {
  const picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
  const scale = Math.min(1, maxPixels / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // JPEG knows no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  let small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!small) throw new TypeError("the picture is too large for this device");
  if (withPosition) small = await copyExif(photo, small);
  const name = photo.name.replace(/\.[^.]*$/, "") || "anh";
  return new File([small], `${name}.jpg`, { type: "image/jpeg", lastModified: Date.now() });
}
