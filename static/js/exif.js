// The place in a photo's EXIF (CIPA DC-008): read from a JPEG, and written into another. Nothing else of it is read.

const GPS = 0x8825;
const MOST_ENTRIES = 500;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif\0\0"

/** The place in a JPEG's EXIF as `{north, lat, east, long}`, each number as three rationals; null where there is none. */
export function placeIn(buffer) {
  try {
    const view = new DataView(buffer);
    const tiff = tiffIn(view);
    return tiff ? read(tiff) : null;
  } catch {
    return null; // an offset that leads out of the file
  }
}

/** A DataView of the TIFF structure in a JPEG's first EXIF segment, or null. */
function tiffIn(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return null;
    const size = view.getUint16(at + 2);
    if (size < 2) return null;
    const isExif = marker === 0xe1 && size >= 16 && EXIF.every((byte, index) => view.getUint8(at + 4 + index) === byte);
    if (isExif) return new DataView(view.buffer, at + 10, Math.min(size - 8, view.byteLength - at - 10));
    at += 2 + size;
  }
  return null;
}

function read(tiff) {
  const order = tiff.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const pointer = entries(tiff, tiff.getUint32(4, little), little).get(GPS);
  if (pointer === undefined) return null;
  const gps = entries(tiff, tiff.getUint32(pointer + 8, little), little);
  if (![1, 2, 3, 4].every((tag) => gps.has(tag))) return null;
  const letter = (tag) => String.fromCharCode(tiff.getUint8(gps.get(tag) + 8));
  const rationals = (tag) => {
    const start = tiff.getUint32(gps.get(tag) + 8, little);
    return Array.from({ length: 6 }, (_, index) => tiff.getUint32(start + 4 * index, little));
  };
  const rational = (tag) => tiff.getUint16(gps.get(tag) + 2, little) === 5 && tiff.getUint32(gps.get(tag) + 4, little) === 3;
  if (!rational(2) || !rational(4) || !"NS".includes(letter(1)) || !"EW".includes(letter(3))) return null;
  return { north: letter(1), lat: rationals(2), east: letter(3), long: rationals(4) };
}

/** Where the entry of each tag begins in a directory. */
function entries(tiff, start, little) {
  const count = Math.min(tiff.getUint16(start, little), MOST_ENTRIES);
  return new Map(Array.from({ length: count }, (_, index) => {
    const at = start + 2 + 12 * index;
    return [tiff.getUint16(at, little), at];
  }));
}

/** An APP1 segment that holds a place and nothing else, to stand behind the first two bytes of a JPEG. */
export function segmentOf({ north, lat, east, long }) {
  const bytes = new Uint8Array(138);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xffe1);
  view.setUint16(2, 136);
  bytes.set(EXIF, 4);
  const tiff = new DataView(bytes.buffer, 10);
  const entry = (at, tag, type, count) => {
    tiff.setUint16(at, tag);
    tiff.setUint16(at + 2, type);
    tiff.setUint32(at + 4, count);
  };
  tiff.setUint16(0, 0x4d4d);
  tiff.setUint16(2, 42);
  tiff.setUint32(4, 8);
  tiff.setUint16(8, 1); // one entry, which leads to the place
  entry(10, GPS, 4, 1);
  tiff.setUint32(18, 26);
  tiff.setUint16(26, 4);
  entry(28, 1, 2, 2);
  tiff.setUint8(36, north.charCodeAt(0));
  entry(40, 2, 5, 3);
  tiff.setUint32(48, 80);
  entry(52, 3, 2, 2);
  tiff.setUint8(60, east.charCodeAt(0));
  entry(64, 4, 5, 3);
  tiff.setUint32(72, 104);
  lat.forEach((number, index) => tiff.setUint32(80 + 4 * index, number));
  long.forEach((number, index) => tiff.setUint32(104 + 4 * index, number));
  return bytes;
}
