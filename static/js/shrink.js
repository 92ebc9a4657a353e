// Makes a photo small before it is sent, as a long upload on a phone is slow. The server makes every photo small and
// plain anyway: whatever cannot be done here goes as it is.

import { placeIn, segmentOf } from "./exif.js";

const QUALITY = 0.85;
const SMALL_ENOUGH = 1_000_000; // bytes: a picture that needs no scaling is not worth compressing twice

/** The file, or a smaller JPEG in its place: upright, no side longer than `longest`, with the place where it was taken
 * and nothing else of its metadata. Never fails. */
export async function shrunk(file, longest) {
  try {
    const buffer = await file.arrayBuffer();
    const kind = kindOf(new DataView(buffer));
    if (!kind) return file;
    const place = kind === "jpeg" ? placeIn(buffer) : null;
    const jpeg = await drawn(file, longest);
    if (!jpeg) return file;
    const parts = place ? [jpeg.slice(0, 2), segmentOf(place), jpeg.slice(2)] : [jpeg];
    const small = new File(parts, file.name, { type: "image/jpeg" });
    return small.size < file.size ? small : file;
  } catch {
    return file;
  }
}

async function drawn(file, longest) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && file.size < SMALL_ENOUGH) return null;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#ffffff"; // what is transparent becomes white, as on the server
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } finally {
    bitmap.close();
  }
}

/** "jpeg" or "plain" (PNG or WebP without EXIF, whose place and orientation are not read here), else "". */
function kindOf(view) {
  if (view.byteLength < 32) return "";
  if (view.getUint16(0) === 0xffd8) return "jpeg";
  if (view.getUint32(0) === 0x89504e47) return hasExifChunk(view) ? "" : "plain";
  const isWebp = view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250;
  if (!isWebp) return "";
  const extended = view.getUint32(12) === 0x56503858; // "VP8X", whose flags say what else there is
  return extended && view.getUint8(20) & 0x08 ? "" : "plain";
}

function hasExifChunk(view) {
  let at = 8;
  while (at + 8 <= view.byteLength) {
    if (view.getUint32(at + 4) === 0x65584966) return true; // "eXIf"
    at += 12 + view.getUint32(at);
  }
  return false;
}
