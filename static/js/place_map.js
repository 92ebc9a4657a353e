// The place page's map, with its pin. Loaded after the page and after Leaflet, and only where a map is wanted at all.

import { calm, drawMap, drawOutlines, pin } from "./map.js";

const STEP = 12; // pixels that an arrow key moves the pin
const CLOSE = 17;
const STREETS = 14; // from this zoom on, a point of the map is a place and not a region
const WITHOUT_STREETS = 13; // nearer than this, a map without streets shows nothing but the pin
const MOVES = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] };

/**
 * Draw the map into `frame`; `given` is the point to begin at, if any, and `choose` is called with each point that a
 * person takes. Resolves to { show, near }: put the pin at a point and look at it; where the map looks now.
 */
export async function start(frame, given, choose) {
  const map = await drawMap(frame);
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const near = () => (frame.dataset.tiles === "missing" ? WITHOUT_STREETS : CLOSE);
  const enough = () => Math.min(STREETS, near());
  let marker = null;

  const put = (at) => {
    if (marker) return marker.setLatLng(at);
    marker = pin(map, at[0], at[1], { label: frame.dataset.pinLabel, draggable: true }).addTo(map);
    marker.on("dragend", () => choose(Object.values(marker.getLatLng().wrap())));
    marker.getElement().addEventListener("keydown", nudge);
    return marker;
  };

  let resting = null;
  function nudge(event) {
    const step = MOVES[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const moved = map.containerPointToLatLng(map.latLngToContainerPoint(marker.getLatLng()).add(step)).wrap();
    marker.setLatLng(moved);
    if (!map.getBounds().contains(moved)) map.panTo(moved, { animate: !calm });
    window.clearTimeout(resting);
    resting = window.setTimeout(() => choose([moved.lat, moved.lng]), 400);
  }

  const bounds = frame.dataset.bounds.split(",").map(Number);
  if (bounds.length === 4) map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { padding: [24, 24], animate: false });
  drawOutlines(map, frame.dataset.outlinesUrl, { fit: !given && bounds.length !== 4 });
  if (given) {
    put(given);
    map.setView(given, near(), { animate: false });
  }
  map.once("tiles:missing", () => marker && map.setView(marker.getLatLng(), WITHOUT_STREETS, { animate: false }));

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

  map.getContainer().addEventListener("keydown", (event) => {
    // Enter or space on the map itself puts the pin in its middle, where the arrow keys have brought it.
    if (event.target !== map.getContainer() || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    choose(Object.values(map.getCenter().wrap()));
    marker.getElement().focus();
  });

  return {
    show: (at, { look = false } = {}) => {
      put(at);
      if (look) map.setView(at, near(), { animate: !calm });
    },
    near: () => Object.values(map.getCenter()),
  };
}
