// Reports that wait on this device, in IndexedDB: {id, at, where, lat, long, what, description, photos}. Times are
// milliseconds, places degrees or null, photos files. Nothing here is ever sent; whoever uses the device can read it.

export const LIFE = 7 * 24 * 3600 * 1000;
const NAME = "kept-reports";
const NOTES = "notes";
const COUNT = "kept-count"; // how many there are, for pages that do not open the store
const NEXT_END = "kept-until"; // when the oldest one has to go

/** Every note, the newest first. What is too old, or cannot be read as a note, is deleted on the way. */
export async function all() {
  const found = await run("readonly", (notes) => notes.getAll());
  const good = found.filter((note) => sound(note) && Date.now() - note.at < LIFE);
  for (const { id } of found.filter((note) => !good.includes(note))) await run("readwrite", (notes) => notes.delete(id));
  remember(good);
  return good.sort((a, b) => b.at - a.at);
}

/** The note of this id; undefined where there is none any more, or none that can be read. */
export async function get(id) {
  return (await all()).find((note) => note.id === id);
}

/** Keep a note. Rejects where the device has no room for it, or keeps nothing. */
export async function put(note) {
  await run("readwrite", (notes) => notes.put(note));
  await all();
}

export async function remove(id) {
  await run("readwrite", (notes) => notes.delete(id));
  await all();
}

function sound(note) {
  const texts = [note?.id, note?.where, note?.what, note?.description];
  return texts.every((text) => typeof text === "string") && Number.isFinite(note.at) && whole(note.lat, 90) && whole(note.long, 180)
    && Array.isArray(note.photos) && note.photos.every((photo) => photo instanceof File);
}

function whole(degrees, most) {
  return degrees === null || (Number.isFinite(degrees) && Math.abs(degrees) <= most);
}

function remember(notes) {
  try {
    if (!notes.length) return [COUNT, NEXT_END].forEach((name) => localStorage.removeItem(name));
    localStorage.setItem(COUNT, String(notes.length));
    localStorage.setItem(NEXT_END, String(Math.min(...notes.map(({ at }) => at)) + LIFE));
  } catch {
    // no room for the count: the notes themselves are kept all the same
  }
}

async function run(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(NOTES, mode);
      const request = act(transaction.objectStore(NOTES));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  } finally {
    database.close();
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(NOTES, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
