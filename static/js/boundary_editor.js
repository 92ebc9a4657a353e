// The admin's boundary editor. The text box holds the boundary; the map reads it, draws it and writes it back.

/* global L */

const EDITABLE = { color: "#0b5258", weight: 2 };
const SHOWN = { color: "#5f6866", weight: 2, dashArray: "4 4" };

for (const root of document.querySelectorAll("[data-boundary-editor]")) setUp(root);

function setUp(root) {
  const textarea = root.querySelector("textarea");
  const place = root.querySelector("[data-map]");
  const problem = root.querySelector("[data-problem]");
  const [settings, outline] = [...root.querySelectorAll("script[type='application/json']")].map((each) => JSON.parse(each.textContent));
  place.hidden = false;

  const map = L.map(place).setView(settings.center, settings.zoom);
  map.attributionControl.setPrefix("");
  if (settings.tiles) {
    L.tileLayer(settings.tiles, {
      attribution: settings.attribution,
      maxZoom: 19,
      referrerPolicy: "strict-origin-when-cross-origin",
    }).addTo(map);
  }
  const drawn = L.featureGroup().addTo(map);
  const shape = { allowIntersection: false, showArea: false, shapeOptions: EDITABLE };
  map.addControl(
    new L.Control.Draw({
      draw: { polygon: shape, rectangle: shape, polyline: false, circle: false, circlemarker: false, marker: false },
      edit: { featureGroup: drawn, poly: { allowIntersection: false } },
    }),
  );

  const write = () => {
    const coordinates = drawn.getLayers().map((layer) => turned(layer.toGeoJSON(6).geometry.coordinates));
    textarea.value = coordinates.length ? JSON.stringify({ type: "MultiPolygon", coordinates }) : "";
    problem.hidden = true;
  };
  map.on(L.Draw.Event.CREATED, ({ layer }) => {
    drawn.addLayer(layer);
    write();
  });
  map.on(L.Draw.Event.EDITED, write);
  map.on(L.Draw.Event.DELETED, write);

  const read = () => {
    drawn.clearLayers();
    const parts = polygons(textarea.value);
    problem.hidden = parts !== null;
    problem.textContent = parts === null ? problem.dataset.words : "";
    for (const rings of parts ?? []) drawn.addLayer(L.polygon(rings, EDITABLE));
    if (drawn.getLayers().length) map.fitBounds(drawn.getBounds(), { padding: [24, 24] });
  };
  textarea.addEventListener("change", read);
  read();
  if (outline && !textarea.value.trim()) {
    const shown = L.geoJSON(outline, { style: SHOWN, interactive: false }).addTo(map);
    map.fitBounds(shown.getBounds(), { padding: [24, 24] });
  }
}

// The polygons of a GeoJSON text as lists of rings in Leaflet's order; none for an empty text, null for an unreadable one.
function polygons(text) {
  if (!text.trim()) return [];
  try {
    const found = collect(JSON.parse(text)).map((rings) => L.GeoJSON.coordsToLatLngs(rings, 1));
    return found.length ? found : null;
  } catch {
    return null;
  }
}

function collect(node) {
  if (node.type === "FeatureCollection") return node.features.flatMap(collect);
  if (node.type === "GeometryCollection") return node.geometries.flatMap(collect);
  if (node.type === "Feature") return collect(node.geometry);
  if (node.type === "MultiPolygon") return node.coordinates;
  return node.type === "Polygon" ? [node.coordinates] : [];
}

// GeoJSON wants outer rings counter-clockwise and holes clockwise (RFC 7946, 3.1.6); hands draw either way.
function turned(rings) {
  return rings.map((ring, index) => (isCounterClockwise(ring) === (index === 0) ? ring : [...ring].reverse()));
}

function isCounterClockwise(ring) {
  return ring.slice(1).reduce((sum, [x, y], index) => sum + ring[index][0] * y - x * ring[index][1], 0) > 0;
}
