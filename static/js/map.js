// What every map of the site shares. django-leaflet makes the map and says so with `map:init`; pages wait for it here.
// `L` is Leaflet's global; the page loads it with {% leaflet_js %} before its own module runs.

import { pinIcon, statusIcon } from "./markers.js";

const TINY = 26; // pixels: an area that is drawn smaller than this gets a dot as well, or nobody would see it
const ROUGH_UP_TO = 7; // the vendored coastline is right to some 10 km; nearer than this zoom it would mislead

export const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const begun = new Map();
const awaited = new Map();

if (calm) L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });

window.addEventListener("map:init", ({ detail: { id, map } }) => {
  begun.set(id, map);
  prepare(map);
  awaited.get(id)?.(map);
});

/** The Leaflet map drawn into the element of this id, as soon as it is there. */
export function mapReady(id) {
  return new Promise((resolve) => (begun.has(id) ? resolve(begun.get(id)) : awaited.set(id, resolve)));
}

/** Read JSON of ours; null where it cannot be had, since every page says the same without its map; undefined if aborted. */
export async function fetchJson(url, options = {}) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, ...options });
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    return error.name === "AbortError" ? undefined : null;
  }
}

function prepare(map) {
  const box = map.getContainer();
  const frame = box.closest(".map");
  box.setAttribute("role", "region");
  if (frame?.dataset.label) box.setAttribute("aria-label", frame.dataset.label);
  let tiles = null;
  map.eachLayer((layer) => (tiles = layer instanceof L.TileLayer ? layer : tiles));
  if (tiles) tiles.once("tileerror", () => withoutTiles(map, frame));
  else withoutTiles(map, frame);
}

/** Without streets: the rough land behind our outlines while the map is far away, and a plain ground near by. */
async function withoutTiles(map, frame) {
  if (!frame || frame.dataset.tiles === "missing") return;
  frame.dataset.tiles = "missing";
  map.fire("tiles:missing");
  frame.parentElement.querySelector("[data-no-tiles]")?.removeAttribute("hidden");
  const land = await fetchJson(frame.dataset.land ?? new URL("../vendor/natural-earth-110m-2.0.2/land.geojson", import.meta.url));
  if (!land) return;
  map.createPane("land").style.zIndex = 150;
  const rough = L.geoJSON(land, {
    pane: "land",
    interactive: false,
    style: ({ properties }) => ({ className: `rough rough--${properties.kind}` }),
  });
  const show = () => {
    const far = map.getZoom() <= ROUGH_UP_TO;
    frame.classList.toggle("map--far", far);
    if (far) rough.addTo(map);
    else rough.remove();
  };
  map.on("zoomend", show);
  show();
}

/**
 * Draw the areas of a GeoJSON FeatureCollection (properties: name, slug) with their names where there is room.
 * `fit` shows them all, where the settings do not place the map; `only` leaves all but one slug away; `gap` (pixels) keeps names off what stands on a dot. Resolves to the layer, or null where there is nothing.
 */
export async function drawOutlines(map, url, { fit = false, only = "", gap = 10 } = {}) {
  const areas = await fetchJson(url);
  const shown = (areas?.features ?? []).filter(({ properties }) => !only || properties.slug === only);
  if (!shown.length) return null;
  const layer = L.geoJSON(shown, { interactive: false, style: { className: "outline" } }).addTo(map);
  map.getPane("names") ?? (map.createPane("names").style.zIndex = 450);
  const dots = L.layerGroup().addTo(map);
  const placed = "mapPlaced" in document.documentElement.dataset; // the site's settings say where maps begin
  if (fit && !placed) map.fitBounds(layer.getBounds(), { padding: [36, 36], maxZoom: 13, animate: false });
  const name = () => nameAreas(map, layer, dots, gap);
  map.on("zoomend", name);
  name();
  return layer;
}

function nameAreas(map, layer, dots, gap) {
  dots.clearLayers();
  const taken = [];
  const bySize = layer.getLayers().sort((a, b) => pixels(map, b) - pixels(map, a));
  for (const area of bySize) {
    const tiny = pixels(map, area) < TINY;
    const middle = area.getBounds().getCenter();
    const dot = L.circleMarker(middle, { radius: tiny ? 7 : 0, stroke: tiny, interactive: false, className: "outline outline--dot" });
    dot.bindTooltip(escaped(area.feature.properties.name), {
      pane: "names", // below the markers: a name must not hide a report
      permanent: true,
      direction: tiny ? "auto" : "center",
      offset: tiny ? [gap, 0] : [0, 0],
      className: "outline-name",
    });
    dots.addLayer(dot);
    const label = dot.getTooltip().getElement();
    const room = label.getBoundingClientRect();
    if (taken.some((other) => overlap(room, other))) label.hidden = true;
    else taken.push(room);
  }
}

function pixels(map, area) {
  const bounds = area.getBounds();
  const { x, y } = map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
  return Math.max(x, y);
}

export function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function escaped(text) {
  const holder = document.createElement("span");
  holder.textContent = text ?? "";
  return holder.innerHTML;
}

/** A marker whose shape, sign and colour say the status; `label` is its name for everybody who does not see it. */
export function statusMarker(map, lat, long, { status, label }) {
  const sprite = map.getContainer().closest(".map")?.dataset.icons ?? new URL("../img/icons.svg", import.meta.url);
  return marker(lat, long, label, statusIcon(status, sprite));
}

/** The pin that a person sets, or that shows the one place of a page. */
export function pin(map, lat, long, { label, draggable = false, interactive = draggable }) {
  return marker(lat, long, label, pinIcon(), { draggable, interactive, autoPan: draggable });
}

/** A marker with a name: a button where it can be used, a picture where it only shows a place. */
export function marker(lat, long, label, icon, options = {}) {
  const made = L.marker([lat, long], { icon: L.divIcon(icon), keyboard: options.interactive !== false, ...options });
  made.on("add", () => {
    const element = made.getElement();
    element.setAttribute("role", options.interactive === false ? "img" : "button");
    element.setAttribute("aria-label", label);
    if (options.interactive !== false) element.addEventListener("keydown", (event) => press(made, event));
  });
  return made;
}

// Leaflet opens a popup on Enter and does nothing else; a button answers to the space bar too, and leads on to what it opened.
function press(made, event) {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  made.fire("click", { latlng: made.getLatLng() });
  const popup = made.getPopup();
  if (!popup?.isOpen()) return;
  const box = popup.getElement();
  box.querySelector(".leaflet-popup-content a")?.focus();
  box.addEventListener("keydown", ({ key }) => key === "Escape" && made.closePopup());
  made.once("popupclose", () => made.getElement()?.focus({ preventScroll: true }));
}
