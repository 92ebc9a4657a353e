// The page that works without a connection: notes a problem on the device, lists what is noted, and leads on to the flow.

import { all, put, remove } from "./kept_store.js";

const frame = document.querySelector("[data-kept]");
const form = frame.querySelector("form");
const words = frame.dataset;
const field = (name) => form.elements.namedItem(name);
const said = frame.querySelector("[data-said]");
const located = frame.querySelector("[data-locate-said]");
const section = frame.querySelector("[data-notes]");
const list = section.querySelector("ul");
const pattern = frame.querySelector("template");
let at = null;

await show();
frame.querySelector("[data-ready]").hidden = false; // all at once, so that nothing moves when the notes come
window.addEventListener("online", connection);
window.addEventListener("offline", connection);

function connection() {
  frame.querySelector("[data-connected]").hidden = !navigator.onLine;
  frame.querySelector("[data-disconnected]").hidden = navigator.onLine;
  for (const link of list.querySelectorAll("[data-finish]")) link.hidden = !navigator.onLine;
  for (const later of list.querySelectorAll("[data-later]")) later.hidden = navigator.onLine;
}

async function show() {
  const notes = await all().catch(() => []);
  list.replaceChildren(...notes.map(item));
  section.hidden = !notes.length;
  connection();
}

function item(note) {
  const made = pattern.content.firstElementChild.cloneNode(true);
  const part = (name) => made.querySelector(`[data-${name}]`);
  const title = note.what || note.description.slice(0, 60) || words.textUntitled;
  part("title").textContent = title;
  part("where").textContent = note.where || (note.lat === null ? "" : `${note.lat}, ${note.long}`);
  const when = new Date(note.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  part("about").textContent = [when, note.photos.length ? words.textPhotos.replace("%n", note.photos.length) : ""].filter(Boolean).join(" · ");
  part("finish").href = onward(note);
  part("finish").append(hidden(title));
  part("delete").append(hidden(title));
  part("delete").addEventListener("click", async () => {
    if (!window.confirm(words.textReally)) return;
    await remove(note.id);
    await show();
    said.textContent = words.textDeleted;
    frame.querySelector("h1").focus();
  });
  return made;
}

function hidden(text) {
  const span = document.createElement("span");
  span.className = "visually-hidden";
  span.textContent = ` ${text}`;
  return span;
}

/** Where the report is finished: the first question with the place. The rest is handed over there, from this device. */
function onward({ id, where, lat, long }) {
  const url = new URL(words.start, location.href);
  if (lat !== null) {
    url.searchParams.set("lat", lat);
    url.searchParams.set("long", long);
  }
  if (where) url.searchParams.set("q", where);
  url.hash = `kept=${id}`;
  return url;
}

frame.querySelector("[data-locate]").addEventListener("click", () => {
  const found = ({ coords }) => {
    at = [coords.latitude, coords.longitude].map((value) => Number(value.toFixed(6)));
    located.textContent = words.textLocated.replace("%s", at.join(", ")).replace("%n", Math.ceil(coords.accuracy));
  };
  const refused = () => (located.textContent = words.textRefused);
  located.textContent = words.textLocating;
  if (!navigator.geolocation) return refused();
  navigator.geolocation.getCurrentPosition(found, refused, { enableHighAccuracy: true, timeout: 30_000, maximumAge: 30_000 });
});

function complaint(photos) {
  const large = photos.find(({ size }) => size > Number(words.mostBytes));
  if (large) return [field("photos"), words.textLarge.replace("%s", large.name)];
  if (photos.length > Number(words.most)) return [field("photos"), words.textMany];
  const empty = !at && !photos.length && !["where", "what", "description"].some((name) => field(name).value.trim());
  return empty ? [field("where"), words.textEmpty] : null;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const photos = [...field("photos").files];
  const problem = complaint(photos);
  if (problem) {
    said.textContent = problem[1];
    return problem[0].focus();
  }
  const text = (name) => field(name).value.trim();
  const place = { lat: at?.[0] ?? null, long: at?.[1] ?? null };
  const note = { id: crypto.randomUUID?.() ?? `n-${Date.now()}`, at: Date.now(), where: text("where"), what: text("what"), description: text("description"), ...place, photos };
  try {
    await put(note);
  } catch {
    said.textContent = words.textFull;
    return;
  }
  form.reset();
  at = null;
  located.textContent = "";
  await show();
  said.textContent = words.textKept;
  section.querySelector("h2").focus();
});
