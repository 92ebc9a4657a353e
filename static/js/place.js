// The place page: a pin on the map, suggestions while typing, the device's own location. The form does all of it without.

import { calm, drawOutlines, fetchJson, mapReady, pin } from "./map.js";

const form = document.querySelector("[data-place-form]");
const frame = document.querySelector("[data-place-map]");
const text = frame.dataset;
const field = (name) => form.elements.namedItem(name);
const said = form.querySelector("[data-said]");
const hereBox = form.querySelector("[data-here]");
const hereWords = form.querySelector("[data-here-words]");
const suggestions = form.querySelector("[data-suggestions]");
const STEP = 12; // pixels that an arrow key moves the pin
const CLOSE = 17;

const STREETS = 14; // from this zoom on, a point of the map is a place and not a region
const WITHOUT_STREETS = 13; // nearer than this, a map without streets shows nothing but the pin
const near = () => (frame.dataset.tiles === "missing" ? WITHOUT_STREETS : CLOSE);
const enough = () => Math.min(STREETS, near());
const touch = window.matchMedia("(pointer: coarse)").matches;

const map = await mapReady("place-map");
settle();
let marker = null;
let asked = 0;

const given = point(field("lat").value, field("long").value);
await drawOutlines(map, text.outlinesUrl, { fit: !given });
if (given) {
  show(given);
  map.setView(given, near(), { animate: false });
}

map.once("tiles:missing", () => marker && map.setView(marker.getLatLng(), WITHOUT_STREETS, { animate: false }));

function point(lat, long) {
  const found = [lat, long].map((value) => Number.parseFloat(value));
  return found.every(Number.isFinite) && Math.abs(found[0]) <= 90 && Math.abs(found[1]) <= 180 ? found : null;
}

/** Put the pin at a point without asking who answers there. */
function show(at) {
  if (marker) return marker.setLatLng(at);
  marker = pin(map, at[0], at[1], { label: text.pinLabel, draggable: true }).addTo(map);
  marker.on("dragend", () => choose(Object.values(marker.getLatLng().wrap())));
  marker.getElement().addEventListener("keydown", nudge);
  return marker;
}

function nudge(event) {
  const step = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const moved = map.containerPointToLatLng(map.latLngToContainerPoint(marker.getLatLng()).add(step)).wrap();
  marker.setLatLng(moved);
  if (!map.getBounds().contains(moved)) map.panTo(moved, { animate: !calm });
  window.clearTimeout(nudge.timer);
  nudge.timer = window.setTimeout(() => choose([moved.lat, moved.lng]), 400);
}

/** Take a point as the place; `address` only where a person chose that address. */
async function choose([lat, long], address = "") {
  const at = [Number(lat.toFixed(6)), Number(long.toFixed(6))];
  show(at);
  field("lat").value = at[0];
  field("long").value = at[1];
  field("searched").value = field("q").value; // what is left in the search box is no question any more
  forgetHits();
  knowAddress(address, at, Boolean(address));
  const number = (asked += 1);
  const query = new URLSearchParams({ lat: at[0], long: at[1] });
  const found = await fetchJson(`${text.hereUrl}?${query}`);
  if (number !== asked) return; // the pin has moved on
  if (!found) {
    said.textContent = text.textUnknown;
    return;
  }
  if (!address) knowAddress(found.address_string, at, false);
  hereWords.innerHTML = found.html; // our own template, escaped there
  hereBox.hidden = false;
  said.textContent = found.text;
}

function knowAddress(address, at, chosen) {
  field("address_string").value = address;
  field("address_at").value = address ? `${at[0]}, ${at[1]}` : "";
  field("chosen").value = chosen ? "1" : "";
}

function forgetHits() {
  for (const radio of form.querySelectorAll("input[name=hit]:checked")) radio.checked = false;
}

map.on("click", ({ latlng }) => {
  const at = Object.values(latlng.wrap());
  if (touch || map.getZoom() < enough()) map.setView(at, Math.max(map.getZoom(), Math.min(STREETS + 1, near())), { animate: !calm });
  choose(at);
});

// With a finger it is easier to move the map under a crosshair than to hit a spot.
if (touch) {
  frame.querySelector("[data-crosshair]").hidden = false;
  map.on("dragend", () => map.getZoom() >= enough() && choose(Object.values(map.getCenter().wrap())));
}

/** On a narrow page the map stands after the search, where the reading comes to it; on a wide one beside the form. */
function settle() {
  const block = document.querySelector("[data-map-block]");
  const wide = window.matchMedia("(min-width: 56.25em)");
  const place = () => {
    document.querySelector(wide.matches ? "[data-map-column]" : "[data-map-slot]").append(block);
    map.invalidateSize({ animate: false });
  };
  wide.addEventListener("change", place);
  place();
}

map.getContainer().addEventListener("keydown", (event) => {
  // Enter or space on the map itself puts the pin in its middle, where the arrow keys have brought it.
  if (event.target !== map.getContainer() || !["Enter", " "].includes(event.key)) return;
  event.preventDefault();
  choose(Object.values(map.getCenter().wrap())).then(() => marker.getElement().focus());
});

for (const radio of form.querySelectorAll("input[name=hit]")) {
  radio.addEventListener("change", () => {
    const [coordinates, address] = radio.value.split("|");
    const at = coordinates.split(",").map(Number);
    map.setView(at, near(), { animate: !calm });
    choose(at, address);
    radio.checked = true; // `choose` has just forgotten every hit, and does so before it first waits
  });
}

for (const name of ["lat", "long"]) {
  field(name).addEventListener("change", () => {
    const at = point(field("lat").value, field("long").value);
    if (!at || /[,;\s]\s*\S/.test(field("lat").value.trim())) return; // two numbers in one field: the server takes them apart
    map.setView(at, near(), { animate: !calm });
    choose(at);
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
  const { lat, lng } = map.getCenter();
  const query = new URLSearchParams({ q: wanted, lat: lat.toFixed(4), long: lng.toFixed(4) });
  const found = await fetchJson(`${text.searchUrl}?${query}`, { signal: looking.signal });
  if (found === undefined || wanted !== field("q").value.trim()) return;
  list(found?.places ?? []);
  said.textContent = found?.places.length ? text.textFound : text.textNothing;
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
    map.setView([lat, long], near(), { animate: !calm });
    choose([lat, long], address);
    field("q").focus();
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

// The device's location, only on a tap.
const locate = form.querySelector("[data-locate]");
const located = form.querySelector("[data-locate-said]");
locate.addEventListener("click", () => {
  located.textContent = text.textLocating;
  const found = ({ coords }) => {
    located.textContent = "";
    const at = [coords.latitude, coords.longitude];
    map.setView(at, near(), { animate: !calm });
    choose(at);
  };
  const refused = () => (located.textContent = text.textRefused);
  if (!navigator.geolocation) return refused();
  navigator.geolocation.getCurrentPosition(found, refused, { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 });
});
