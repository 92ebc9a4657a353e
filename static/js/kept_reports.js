// Finishing a report that was noted on this device without a connection: its words and photos are put where they
// belong, page by page. The person presses every button; the note goes when the report has been filed.

import { get, remove } from "./kept_store.js";

const box = document.querySelector("[data-kept-words]");
const said = box.querySelector("[data-said]");
const add = box.querySelector("[data-add]");
const words = box.dataset;
const from = location.hash.match(/^#kept=([\w-]+)$/)?.[1];

if (from) {
  sessionStorage.setItem("kept", from);
  history.replaceState(history.state, "", location.pathname + location.search);
} else if ("first" in words) {
  sessionStorage.removeItem("kept"); // another report, begun in the same tab
}
const id = sessionStorage.getItem("kept");
const note = id && (await get(id).catch(() => undefined));
if (note) await ({ service, attributes, media, done })[words.page]?.();
else sessionStorage.removeItem("kept");

function tell(text) {
  said.textContent = text;
  box.hidden = false;
}

function service() {
  if (note.what) tell(words.textWhat.replace("%s", note.what));
}

function attributes() {
  const area = document.querySelector("main textarea[name=description]");
  const text = [note.what, note.description].filter(Boolean).join("\n");
  if (!area || area.value || !text) return;
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  tell(words.textFilled);
}

function media() {
  const input = document.querySelector("main input[type=file]");
  const handed = sessionStorage.getItem("kept-photos") === id;
  if (!input || !note.photos.length || handed) return;
  tell(words.textPhotos.replace("%n", note.photos.length));
  add.hidden = false;
  add.addEventListener("click", () => {
    const files = new DataTransfer();
    for (const photo of note.photos) files.items.add(photo);
    input.files = files.files;
    sessionStorage.setItem("kept-photos", id);
    box.hidden = true; // the page itself says what becomes of them
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
}

async function done() {
  await remove(id);
  sessionStorage.removeItem("kept");
  sessionStorage.removeItem("kept-photos");
  tell(words.textDone);
}
