// The service page: the list is narrowed while typing. Without this the search button does the same on the server.

import { callFirst } from "./call_first.js";

const ANYWHERE_FROM = 4; // letters, as on the server (reports/forms/service.py)

const search = document.querySelector("[data-service-search]");
const field = search?.elements.namedItem("q");
const said = search?.querySelector("[data-found]");
const choices = [...document.querySelectorAll("[data-service-form] [data-text]")].map((box) => ({ box, text: ` ${box.dataset.text}` }));
const groups = [...document.querySelectorAll("[data-group]")];
const openBefore = new Map();
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

search?.addEventListener("submit", (event) => {
  if (complete()) event.preventDefault();
});
field?.addEventListener("input", narrow);
if (search) callFirst(search, () => [field]);

/** Only a page that holds the whole list can be searched here. */
function complete() {
  return !new URLSearchParams(window.location.search).get("q");
}

function narrow() {
  if (!complete()) return;
  const words = fold(field.value).match(/[\p{L}\p{N}_]+/gu) ?? [];
  const searching = field.value.trim() !== ""; // signs alone are searched for too, and found nowhere
  let found = 0;
  for (const { box, text } of choices) {
    const fits = !searching || (words.length > 0 && words.every((word) => holds(text, word)));
    found += fits;
    box.hidden = !fits && !box.querySelector("input").checked;
  }
  for (const group of groups) {
    const left = [...group.querySelectorAll("[data-text]")].filter((box) => !box.hidden).length;
    group.hidden = !left;
    const count = group.querySelector("[data-count]");
    if (count) count.textContent = searching ? left : count.dataset.count;
    unfold(group, searching);
  }
  said.textContent = !searching || found ? "" : said.dataset.none;
}

/** Open a group while it holds what is searched for, and leave it afterwards as the reader had it. */
function unfold(group, searching) {
  if (!group.matches("details")) return;
  if (searching && !openBefore.has(group)) {
    openBefore.set(group, group.open);
    group.open = true;
  } else if (!searching && openBefore.has(group)) {
    group.open = openBefore.get(group) || group.querySelector("input:checked") !== null;
    openBefore.delete(group);
  }
}

/** Whether the text has the word, or what may be its singular; a short one only at the start of a word. */
function holds(text, word) {
  const ends = word.length >= 5 ? ["", "s", "es"] : [""];
  return ends
    .filter((end) => word.endsWith(end))
    .map((end) => word.slice(0, word.length - end.length))
    .some((stem) => text.includes(` ${stem}`) || (stem.length >= ANYWHERE_FROM && text.includes(stem)));
}
