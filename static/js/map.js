// What every map of the site shares. django-leaflet's inline script makes the map when it hears `map:wanted`, and says so
// with `map:init`. `L` is Leaflet's global, which is there only once map_box.js has brought it.

import { fetchJson } from "./fetch_json.js";
import { leafletHere } from "./map_box.js";
import { pinIcon, statusIcon } from "./markers.js";

export { fetchJson };

const TINY = 26; // pixels: an area that is drawn smaller than this gets a dot as well, or nobody would see it
const ROUGH_UP_TO = 7; // the vendored coastline is right to some 10 km; nearer than this zoom it would mislead

export const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The Leaflet map of this box, which it is drawn into now; null where Leaflet could not be loaded. A page has one map. */
export async function openMap(frame) {
  return (await leafletHere(frame)) ? drawMap(frame) : null;
}

/** The same, where Leaflet is there already. */
export function drawMap(frame) {
  if (calm) L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
  return new Promise((resolve) => {
    const begun = ({ detail: { map } }) => {
      frame.querySelector("[data-map-wait]").remove();
      prepare(map);
      resolve(map);
    };
    window.addEventListener("map:init", begun, { once: true });
    window.dispatchEvent(new Event("map:wanted"));
  });
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
  map.on("zoomend markers:drawn", name);
  name();
  return layer;
}

function nameAreas(map, layer, dots, gap) {
  dots.clearLayers();
  const pins = [...map.getPane("markerPane").children].map((each) => each.getBoundingClientRect());
  const taken = [];
  const bySize = layer.getLayers().sort((a, b) => pixels(map, b) - pixels(map, a));
  for (const area of bySize) {
    const [first, ...others] = spotsFor(map, area, gap);
    let named = nameAt(dots, area, first);
    // A name stands below the markers, as it must not hide a report: with a pin on it, it moves out of the area.
    if (others.length && pins.some((each) => overlap(named.room, each))) {
      for (const spot of others) {
        const other = nameAt(dots, area, spot);
        const free = ![...pins, ...taken].some((each) => overlap(other.room, each)) && within(other.room, map);
        const wrong = free ? named : other;
        wrong.label.remove(); // at once: Leaflet itself lets it fade
        dots.removeLayer(wrong.dot);
        if (!free) continue;
        named = other;
        break;
      }
    }
    if (taken.some((each) => overlap(named.room, each))) named.label.hidden = true;
    else taken.push(named.room);
  }
}

/** Where the name of an area may stand, the best first: beside its dot where it is tiny, else within, above or below. */
function spotsFor(map, area, gap) {
  const bounds = area.getBounds();
  const middle = bounds.getCenter();
  if (pixels(map, area) < TINY) return [{ at: middle, tiny: true, direction: "auto", offset: [gap, 0] }];
  return [
    { at: middle, direction: "center", offset: [0, 0] },
    { at: [bounds.getNorth(), middle.lng], direction: "top", offset: [0, 0] },
    { at: [bounds.getSouth(), middle.lng], direction: "bottom", offset: [0, 0] },
  ];
}

function nameAt(dots, area, { at, tiny = false, direction, offset }) {
  const dot = L.circleMarker(at, { radius: tiny ? 7 : 0, stroke: tiny, interactive: false, className: "outline outline--dot" });
  const name = escaped(area.feature.properties.name);
  dot.bindTooltip(name, { pane: "names", permanent: true, direction, offset, className: "outline-name" });
  dots.addLayer(dot);
  const label = dot.getTooltip().getElement();
  return { dot, label, room: label.getBoundingClientRect() };
}

function within(room, map) {
  const frame = map.getContainer().getBoundingClientRect();
  return room.left >= frame.left && room.right <= frame.right && room.top >= frame.top && room.bottom <= frame.bottom;
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
  leadInto(made);
}

/** Bring the keyboard into the marker's popup, where it is open, and back to the marker when it closes. */
export function leadInto(made) {
  const popup = made.getPopup();
  if (!popup?.isOpen()) return;
  const box = popup.getElement();
  box.querySelector(".leaflet-popup-content a")?.focus();
  const leave = ({ key }) => key === "Escape" && made.closePopup();
  box.addEventListener("keydown", leave);
  made.once("popupclose", () => {
    box.removeEventListener("keydown", leave); // Leaflet keeps the box for the next opening
    made.getElement()?.focus({ preventScroll: true });
  });
}
