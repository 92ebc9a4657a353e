// The map of all reports: what the server gathered of the reports in view, and the list beside it kept to the same ones.

import { calm, drawOutlines, fetchJson, leadInto, marker, openMap, statusMarker } from "./map.js";
import { groupIcon } from "./markers.js";

const frame = document.querySelector("[data-requests-map]");
const list = document.querySelector("[data-requests-list]");
const row = document.querySelector("[data-request-row]");
const count = document.querySelector("[data-requests-count]");
const more = document.querySelector("[data-requests-more]");
const BESIDE = 60; // the buttons in the map's corner, which lie over a popup
const WIDTH = Math.min(280, frame.clientWidth - BESIDE - 40);
const POPUP = { minWidth: Math.min(220, WIDTH), maxWidth: WIDTH, maxHeight: 260, autoPan: !calm, autoPanPaddingTopLeft: [BESIDE, 5] };
const markers = new Map();
let asking = null;
let note = "";

const map = await openMap(frame);
const layer = map && L.layerGroup().addTo(map);
if (map) await begin();

// Where the map was is kept behind the # of the address, so that the way back from a report leads to the same place.
async function begin() {
  const was = location.hash.match(/^#(\d+)\/(-?[\d.]+)\/(-?[\d.]+)$/)?.slice(1).map(Number);
  const placed = was || frame.dataset.bounds;
  if (was) map.setView([was[1], was[2]], was[0], { animate: false });
  else if (placed) map.fitBounds(bounds(placed.split(",").map(Number)), { padding: [36, 36], maxZoom: 16, animate: false });
  await drawOutlines(map, frame.dataset.outlines, { fit: !placed, gap: 26 });
  map.on("moveend", show);
  if (calm) map.on("popupopen", bringIn);
  await show();
}

// Those of a box across the 180th meridian go on beyond it; `near` is a longitude in the copy of the world that is meant.
function bounds([west, south, east, north], near = null) {
  const width = east < west ? east + 360 - west : east - west;
  const begin = near === null ? west : west + 360 * Math.round((near - west - width / 2) / 360);
  return L.latLngBounds([south, begin], [north, begin + width]);
}

function goNearer(box) {
  const zoom = Math.max(map.getBoundsZoom(box, false, L.point(72, 72)), map.getZoom() + 1);
  map.getContainer().focus({ preventScroll: true }); // the marker that had the focus is about to go
  map.setView(box.getCenter(), Math.min(zoom, map.getMaxZoom()), { animate: !calm });
}

async function show() {
  asking?.abort();
  asking = new AbortController();
  const answer = await ask(map.getBounds().toBBoxString(), asking.signal);
  if (answer === undefined) return;
  note = answer?.note ?? count.dataset.failed;
  count.textContent = note;
  if (!answer) return;
  const { lat, lng } = map.getCenter();
  history.replaceState(history.state, "", `#${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
  drawMarkers(answer.features, lng);
  map.fire("markers:drawn"); // the names of areas make room
  list.replaceChildren(...answer.rows.map(filled));
  document.querySelector("[data-requests-pages]")?.remove();
  more.hidden = answer.total <= answer.rows.length;
  more.firstElementChild.href = answer.list_url;
}

function ask(bbox, signal) {
  const url = new URL(frame.dataset.requests, document.baseURI);
  url.searchParams.set("bbox", bbox);
  url.searchParams.set("zoom", map.getZoom());
  return fetchJson(url, { signal });
}

// Markers that stay are left alone, so that an open popup and the keyboard's place are not lost while the map moves.
function drawMarkers(features, middle) {
  const wanted = new Map(features.map((feature) => [`${feature.id} ${feature.properties.label ?? feature.properties.status}`, feature]));
  for (const [key, drawn] of markers) {
    if (wanted.has(key)) continue;
    layer.removeLayer(drawn);
    markers.delete(key);
  }
  for (const [key, feature] of wanted) {
    const [long, lat] = feature.geometry.coordinates;
    const at = [lat, long + 360 * Math.round((middle - long) / 360)]; // in that copy of the world that is looked at
    if (markers.has(key)) markers.get(key).setLatLng(at);
    else markers.set(key, (feature.bbox ? several(at, feature) : one(at, feature)).addTo(layer));
  }
}

function one([lat, long], { properties }) {
  const label = `${properties.service_name}, ${properties.place}. ${properties.status_label}`;
  return statusMarker(map, lat, long, { status: properties.status, label }).bindPopup(() => popup([properties]), POPUP);
}

// Several open as the map goes nearer; where they cannot be taken apart any more, they are listed.
function several([lat, long], { bbox, properties }) {
  const drawn = marker(lat, long, properties.label, groupIcon(properties.count, properties.open));
  drawn.on("click", async () => {
    if (!properties.listed && map.getZoom() < map.getMaxZoom()) goNearer(bounds(bbox, long));
    else if (!drawn.getPopup()) {
      const answer = await ask(bbox.join(","));
      count.textContent = answer ? note : count.dataset.failed;
      if (!answer || drawn.getPopup()) return; // a second press, while the first one waited
      const leads = answer.total > answer.rows.length ? [more.firstElementChild.cloneNode(true)] : [];
      leads.forEach((link) => (link.href = answer.list_url));
      drawn.bindPopup(popup(answer.rows, leads), POPUP);
      leadInto(drawn.openPopup());
    }
  });
  return drawn;
}

// Leaflet brings a popup into view by a slow move of the map; whoever wants no motion gets it at once.
function bringIn({ popup: opened }) {
  const box = opened.getElement().getBoundingClientRect();
  const view = map.getContainer().getBoundingClientRect();
  const x = box.left < view.left + BESIDE ? box.left - view.left - BESIDE : Math.max(box.right - view.right + 5, 0);
  const y = box.top < view.top + 5 ? box.top - view.top - 5 : Math.max(box.bottom - view.bottom + 5, 0);
  if (x || y) map.panBy([x, y], { animate: false });
}

function popup(all, leads = []) {
  const holder = document.createElement("div");
  holder.className = "popup";
  holder.append(...all.map((properties) => filled(properties).firstElementChild), ...leads);
  return holder;
}

function filled(properties) {
  const item = row.content.firstElementChild.cloneNode(true);
  const link = item.querySelector("a");
  link.href = properties.url;
  link.textContent = properties.service_name;
  link.lang = properties.service_lang;
  item.querySelector("[data-place]").textContent = properties.place;
  item.querySelector("[data-about]").textContent = properties.about;
  const tag = item.querySelector(".tag");
  tag.className = `tag tag--${properties.status}`;
  tag.querySelector("use").setAttribute("href", `${frame.dataset.icons}#${properties.status}`);
  tag.querySelector("[data-word]").textContent = properties.status_label;
  return item;
}
