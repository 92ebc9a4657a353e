// The map of all reports: markers of what is in view, and the list beside it kept to the same rows.

import { calm, drawOutlines, fetchJson, marker, openMap, statusMarker } from "./map.js";
import { groupIcon } from "./markers.js";

const APART = 46; // pixels; markers are 44 wide, and nearer ones share one marker

const frame = document.querySelector("[data-requests-map]");
const list = document.querySelector("[data-requests-list]");
const row = document.querySelector("[data-request-row]");
const count = document.querySelector("[data-requests-count]");
const markers = new Map();
let asking = null;

const map = await openMap(frame);
const layer = map && L.layerGroup().addTo(map);
if (map) await begin();

async function begin() {
  if (frame.dataset.bounds) fit(frame.dataset.bounds.split(",").map(Number));
  await drawOutlines(map, frame.dataset.outlines, { fit: !frame.dataset.bounds, gap: 26 });
  map.on("moveend", show);
  await show();
}

function fit([west, south, east, north]) {
  map.fitBounds([[south, west], [north, east]], { padding: [36, 36], maxZoom: 16, animate: false });
}

async function show() {
  asking?.abort();
  asking = new AbortController();
  const url = new URL(frame.dataset.requests, document.baseURI);
  url.searchParams.set("bbox", map.getBounds().toBBoxString());
  const answer = await fetchJson(url, { signal: asking.signal });
  if (answer === undefined) return;
  count.textContent = answer?.note ?? count.dataset.failed;
  if (!answer) return;
  document.querySelector("[data-requests-more]")?.remove();
  drawMarkers(grouped(answer.features));
  list.replaceChildren(...answer.features.map(({ properties }) => filled(properties)));
}

function grouped(features) {
  const groups = [];
  for (const feature of features) {
    const [long, lat] = feature.geometry.coordinates;
    const at = map.project([lat, long]);
    const near = groups.find((group) => Math.abs(group.at.x - at.x) < APART && Math.abs(group.at.y - at.y) < APART);
    if (near) near.features.push(feature);
    else groups.push({ at, lat, long, features: [feature] });
  }
  return groups;
}

// Markers that stay are left alone, so that an open popup and the keyboard's place are not lost while the map moves.
function drawMarkers(groups) {
  const wanted = new Map(groups.map((group) => [group.features.map(({ id }) => id).join(" "), group]));
  for (const [key, drawn] of markers) {
    if (wanted.has(key)) continue;
    layer.removeLayer(drawn);
    markers.delete(key);
  }
  for (const [key, group] of wanted) {
    if (markers.has(key)) continue;
    const drawn = group.features.length > 1 ? groupMarker(group) : oneMarker(group);
    layer.addLayer(drawn);
    markers.set(key, drawn);
  }
}

function oneMarker({ lat, long, features: [{ properties }] }) {
  const label = `${properties.service_name}, ${properties.place}. ${properties.status_label}`;
  const drawn = statusMarker(map, lat, long, { status: properties.status, label });
  return drawn.bindPopup(() => popup([properties]), { minWidth: 220, maxWidth: 280, autoPan: !calm });
}

// A group opens as the map goes nearer; where it cannot be taken apart any more, it lists what it holds.
function groupMarker({ lat, long, features }) {
  const label = frame.dataset.groupLabel.replace("%s", features.length);
  const drawn = marker(lat, long, label, groupIcon(features.length));
  const bounds = L.latLngBounds(features.map(({ geometry: { coordinates: [x, y] } }) => [y, x]));
  drawn.on("click", () => {
    if (map.getZoom() < map.getMaxZoom() && !bounds.getNorthEast().equals(bounds.getSouthWest())) {
      map.fitBounds(bounds, { padding: [48, 48], animate: !calm });
      map.getContainer().focus({ preventScroll: true }); // the marker that had the focus is about to go
    } else {
      drawn.bindPopup(popup(features.map(({ properties }) => properties)), { minWidth: 220, maxWidth: 280, maxHeight: 260 }).openPopup();
    }
  });
  return drawn;
}

function popup(all) {
  const holder = document.createElement("div");
  holder.className = "popup";
  for (const properties of all) holder.append(filled(properties).firstElementChild);
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
