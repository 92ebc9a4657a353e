// The place page: a map that comes after the page, suggestions while typing, the device's own location. The form does
// all of it without.

import { fetchJson } from "./fetch_json.js";
import { leafletHere } from "./map_box.js";

const form = document.querySelector("[data-place-form]");
const frame = document.querySelector("[data-place-map]");
const text = frame.dataset;
const field = (name) => form.elements.namedItem(name);
const said = form.querySelector("[data-said]");
const hereBox = form.querySelector("[data-here]");
const hereWords = form.querySelector("[data-here-words]");
const suggestions = form.querySelector("[data-suggestions]");

let map = null; // what place_map.js gives, once it is there
let asked = 0;

function point(lat, long) {
  const found = [lat, long].map((value) => Number.parseFloat(value));
  return found.every(Number.isFinite) && Math.abs(found[0]) <= 90 && Math.abs(found[1]) <= 180 ? found : null;
}

/** Take a point as the place; `address` only where a person chose that address; `look` moves the map there. */
async function choose([lat, long], { address = "", look = false } = {}) {
  const at = [Number(lat.toFixed(6)), Number(long.toFixed(6))];
  map?.show(at, { look });
  field("lat").value = at[0];
  field("long").value = at[1];
  field("searched").value = field("q").value; // what is left in the search box is no question any more
  for (const radio of form.querySelectorAll("input[name=hit]:checked")) radio.checked = false;
  knowAddress(address, at, Boolean(address));
  const number = (asked += 1);
  const found = await fetchJson(`${text.hereUrl}?${question(at)}`);
  if (number !== asked) return; // the pin has moved on
  if (!found) {
    said.textContent = text.textUnknown;
    return;
  }
  if (!address) knowAddress(found.address_string, at, false);
  hereWords.innerHTML = found.html; // our own template, escaped there
  hereBox.hidden = false;
  if (found.covered) {
    hereBox.dataset.was = found.bodies.map(({ slug }) => slug).join(",");
    hereBox.dataset.kinds = found.services;
  }
  said.textContent = found.text;
}

/** What the server needs to say who answers there, and what is different from before. */
function question(at) {
  const { was, kinds } = hereBox.dataset;
  const side = form.querySelector("input[name=side]:checked")?.value ?? "";
  const before = text.draft ? { draft: text.draft } : { was, kinds, service: field("service").value };
  return new URLSearchParams({ lat: at[0], long: at[1], side, ...before });
}

function knowAddress(address, at, chosen) {
  field("address_string").value = address;
  field("address_at").value = address ? `${at[0]}, ${at[1]}` : "";
  field("chosen").value = chosen ? "1" : "";
}

for (const radio of form.querySelectorAll("input[name=hit]")) {
  radio.addEventListener("change", () => {
    const [coordinates, address] = radio.value.split("|");
    choose(coordinates.split(",").map(Number), { address, look: true });
    radio.checked = true; // `choose` has just forgotten every hit, and does so before it first waits
  });
}

for (const name of ["lat", "long"]) {
  field(name).addEventListener("change", () => {
    const at = point(field("lat").value, field("long").value);
    if (!at || /[,;\s]\s*\S/.test(field("lat").value.trim())) return; // two numbers in one field: the server takes them apart
    choose(at, { look: true });
  });
}

// Suggestions. They are a list of buttons under the field: the same for a mouse, a keyboard and a screen reader.
let typing = null;
let looking = null;

field("q").addEventListener("input", () => {
  window.clearTimeout(typing);
  looking?.abort();
  typing = window.setTimeout(suggest, 350);
});

async function suggest() {
  const wanted = field("q").value.trim();
  if (wanted.length < 3) return list([]);
  looking = new AbortController();
  const [lat, long] = map ? map.near() : text.near.split(",").map(Number);
  const query = new URLSearchParams({ q: wanted, ...(long === undefined ? {} : { lat: lat.toFixed(4), long: long.toFixed(4) }) });
  const found = await fetchJson(`${text.searchUrl}?${query}`, { signal: looking.signal });
  if (found === undefined || wanted !== field("q").value.trim()) return;
  list(found?.places ?? []);
  said.textContent = heard(found);
}

function heard(found) {
  if (!found) return text.textAway;
  return found.places.length ? text.textFound.replace("{count}", found.places.length) : text.textNothing;
}

function list(places) {
  suggestions.replaceChildren(...places.map(suggestion));
  suggestions.hidden = !places.length;
}

function suggestion({ lat, long, address_string: address }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.textContent = address;
  button.addEventListener("click", () => {
    field("q").value = field("searched").value = address;
    list([]);
    choose([lat, long], { address, look: true });
    field("q").focus();
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

// Arrow keys lead from the field into the list and back; Escape closes it and loses nothing of what was typed.
field("q").closest(".field").addEventListener("keydown", (event) => {
  if (suggestions.hidden || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return;
  const stops = [field("q"), ...suggestions.querySelectorAll("button")];
  const here = stops.indexOf(document.activeElement);
  if (here < 0) return;
  event.preventDefault();
  if (event.key === "Escape") list([]);
  const next = event.key === "Escape" ? 0 : here + (event.key === "ArrowDown" ? 1 : -1);
  stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
});

// The device's location, only on a tap.
const located = form.querySelector("[data-locate-said]");
form.querySelector("[data-locate]").addEventListener("click", () => {
  located.textContent = text.textLocating;
  const found = ({ coords }) => {
    located.textContent = "";
    choose([coords.latitude, coords.longitude], { look: true });
  };
  const refused = () => (located.textContent = text.textRefused);
  if (!navigator.geolocation) return refused();
  navigator.geolocation.getCurrentPosition(found, refused, { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 });
});

if (await leafletHere(frame)) {
  const { start } = await import("./place_map.js");
  map = await start(frame, point(field("lat").value, field("long").value), choose);
}
