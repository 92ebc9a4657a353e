// Saying what to watch: only the fields of the way that is chosen, and a map to set the circle or draw the area on.

import { calm, drawOutlines, openMap, pin } from "./map.js";

const form = document.querySelector("[data-watch]");
const frame = form.querySelector("[data-watch-map]");
const field = (name) => form.elements.namedItem(name);
const words = JSON.parse(document.getElementById(frame.dataset.drawing).textContent);
const CLOSE = 14;

let map = null;
let opening = null;
let circle = null;
let middle = null;
let drawn = null;
let tools = null;
let loading = null;

const way = () => form.querySelector("input[name=where]:checked")?.value ?? "";

async function showWay() {
  for (const part of form.querySelectorAll("[data-way]")) part.hidden = !part.dataset.way.split(" ").includes(way());
  if (!["circle", "polygon"].includes(way())) return;
  opening ??= open();
  await opening;
  if (!map) {
    withoutMap();
    return;
  }
  map.invalidateSize();
  if (way() === "circle") {
    withoutTools();
    showCircle({ look: true });
  } else {
    hideCircle();
    await withTools();
  }
}

// What can be typed instead of shown on the map is what remains.
function withoutMap() {
  for (const part of form.querySelectorAll("[data-coordinates], [data-outline]")) part.open = true;
  for (const note of form.querySelectorAll(".map-note")) note.remove();
}

async function open() {
  map = await openMap(frame);
  if (!map) return;
  drawn = L.featureGroup().addTo(map);
  await drawOutlines(map, frame.dataset.outlines, { fit: !given() });
  map.on("click", ({ latlng }) => {
    if (way() === "circle") choose(latlng.wrap());
  });
  map.getContainer().addEventListener("keydown", (event) => {
    if (way() !== "circle" || event.target !== map.getContainer() || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    choose(map.getCenter().wrap());
  });
}

// --- A circle: the fields hold it, the map shows it and moves it.

function given() {
  const at = [field("lat").value, field("long").value].map((text) => Number.parseFloat(text.replace(",", ".")));
  return at.every(Number.isFinite) && Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 ? at : null;
}

function metres() {
  const asked = Number.parseInt(field("metres").value, 10);
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 100), 20000) : 500;
}

function choose({ lat, lng }) {
  field("lat").value = lat.toFixed(6);
  field("long").value = lng.toFixed(6);
  showCircle();
}

function showCircle({ look = false } = {}) {
  hideCircle();
  const at = given();
  if (!map || !at) return;
  circle = L.circle(at, { radius: metres(), interactive: false, className: "outline" }).addTo(map);
  middle = pin(map, at[0], at[1], { label: frame.dataset.pinLabel, draggable: true }).addTo(map);
  middle.on("dragend", () => choose(middle.getLatLng().wrap()));
  if (look) map.fitBounds(circle.getBounds(), { padding: [24, 24], maxZoom: CLOSE + 2, animate: false });
}

function hideCircle() {
  circle?.remove();
  middle?.remove();
  circle = middle = null;
}

// --- An area: the text box holds it, the map reads it, draws it and writes it back.

async function withTools() {
  loading ??= load();
  await loading;
  // They take their time, in which another way may have been chosen. Leaflet takes a control off before it adds it.
  if (tools && way() === "polygon") shown();
}

async function load() {
  try {
    await Promise.all([loaded("link", { rel: "stylesheet", href: frame.dataset.drawCss }), loaded("script", { src: frame.dataset.drawJs })]);
  } catch {
    form.querySelector("[data-outline]").open = true;
    loading = null; // to be tried again when the way is chosen again
    return;
  }
  say();
  const shape = { allowIntersection: false, showArea: false, shapeOptions: { className: "outline" } };
  tools = new L.Control.Draw({
    draw: { polygon: shape, rectangle: false, polyline: false, circle: false, circlemarker: false, marker: false },
    edit: { featureGroup: drawn, poly: { allowIntersection: false } },
  });
  map.on(L.Draw.Event.DRAWSTART, () => {
    // What follows the pointer unseen is a marker, and Leaflet makes every marker a button for the keyboard.
    const follower = map.getContainer().querySelector(".leaflet-mouse-marker");
    follower?.setAttribute("role", "none");
    follower?.removeAttribute("tabindex");
  });
  map.on(L.Draw.Event.CREATED, ({ layer }) => {
    drawn.addLayer(layer);
    write();
  });
  map.on(L.Draw.Event.EDITED, write);
  map.on(L.Draw.Event.DELETED, write);
  field("geojson").addEventListener("change", read);
  read();
}

// Leaflet.draw's own pictures are dark ones; these signs have the colour of the words round them.
function shown() {
  map.addControl(tools);
  const signs = { ".leaflet-draw-draw-polygon": "⬠", ".leaflet-draw-edit-edit": "✎", ".leaflet-draw-edit-remove": "✕" };
  for (const [button, sign] of Object.entries(signs)) {
    const seen = document.createElement("span");
    seen.textContent = sign;
    seen.ariaHidden = "true";
    map.getContainer().querySelector(button)?.prepend(seen);
  }
}

function withoutTools() {
  if (tools) map.removeControl(tools);
}

function write() {
  const coordinates = drawn.getLayers().map((layer) => layer.toGeoJSON(6).geometry.coordinates);
  field("geojson").value = coordinates.length ? JSON.stringify({ type: "MultiPolygon", coordinates }) : "";
}

function read() {
  drawn.clearLayers();
  try {
    const found = collect(JSON.parse(field("geojson").value));
    for (const rings of found) drawn.addLayer(L.polygon(L.GeoJSON.coordsToLatLngs(rings, 1), { className: "outline" }));
  } catch {
    return; // the server says what is wrong with it
  }
  if (drawn.getLayers().length) map.fitBounds(drawn.getBounds(), { padding: [24, 24], animate: !calm });
}

function collect(node) {
  if (node.type === "FeatureCollection") return node.features.flatMap(collect);
  if (node.type === "Feature") return collect(node.geometry);
  if (node.type === "MultiPolygon") return node.coordinates;
  return node.type === "Polygon" ? [node.coordinates] : [];
}

function say() {
  const { draw, edit } = L.drawLocal;
  draw.toolbar.buttons.polygon = words.polygon;
  draw.toolbar.actions = { title: words.cancel, text: words.cancel };
  draw.toolbar.finish = { title: words.finish, text: words.finish };
  draw.toolbar.undo = { title: words.undo, text: words.undo };
  draw.handlers.polygon.tooltip = { start: words.start, cont: words.continue, end: words.end };
  draw.handlers.polyline.error = `<strong>${words.crosses}</strong>`;
  edit.toolbar.actions.save = { title: words.save, text: words.save };
  edit.toolbar.actions.cancel = { title: words.cancel, text: words.cancel };
  edit.toolbar.actions.clearAll = { title: words.clear, text: words.clear };
  Object.assign(edit.toolbar.buttons, { edit: words.edit, editDisabled: words.nothing, remove: words.remove, removeDisabled: words.nothing });
  edit.handlers.edit.tooltip = { text: words.moving, subtext: "" };
  edit.handlers.remove.tooltip = { text: words.removing };
}

function loaded(tag, attributes) {
  return new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject }));
  });
}

form.addEventListener("change", ({ target }) => {
  if (target.name === "where") showWay();
  if (["lat", "long", "metres"].includes(target.name)) showCircle({ look: true });
});
for (const legend of form.querySelectorAll("[data-way] > legend")) legend.classList.add("visually-hidden"); // the choice says it
await showWay();
