/* The notes a camera leaves in a JPEG. Source: CIPA DC-008 (Exif 2.32), 4.5 and 4.7. */

const SOI = 0xffd8, APP1 = 0xffe1, START_OF_SCAN = 0xffda, ORIENTATION = 0x0112, UPRIGHT = 1;

/** The APP1 segment with its marker, or null. */
function exifOf(bytes) {
  const view = new DataView(bytes);
  if (view.byteLength < 4 || view.getUint16(0) !== SOI) return null;
  for (let at = 2; at + 10 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker >> 8 !== 0xff || marker === START_OF_SCAN) return null;
    if (marker === APP1 && view.getUint32(at + 4) === 0x45786966) return bytes.slice(at, at + 2 + view.getUint16(at + 2));
  }
  return null;
}

/** The small photo is drawn upright already: a viewer that obeyed the old note would turn it again. */
function setUpright(segment) {
  const tiff = 10; // marker, length, "Exif\0\0"
  const view = new DataView(segment);
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  for (let entry = directory + 2, left = view.getUint16(directory, little); left > 0; entry += 12, left -= 1) {
    if (view.getUint16(entry, little) === ORIENTATION) view.setUint16(entry + 8, UPRIGHT, little);
  }
}

/** `small` with the notes of `photo`; a photo without notes, or with broken ones, gives `small` as it is. */
export async function copyExif(photo, small) {
  const segment = exifOf(await photo.arrayBuffer());
  if (!segment) return small;
  try {
    setUpright(segment);
  } catch (error) {
    if (error instanceof RangeError) return small;
    throw error;
  }
  return new Blob([small.slice(0, 2), segment, small.slice(2)], { type: small.type });
}
