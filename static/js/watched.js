// The page of a watched area: its outline, and the reports that the list shows.

import { openMap, statusMarker } from "./map.js";

const frame = document.querySelector("[data-watched-map]");
const [outline, points] = ["watch-outline", "watch-points"].map((id) => JSON.parse(document.getElementById(id).textContent));

const map = await openMap(frame);
if (map) {
  const drawn = L.geoJSON(outline, { interactive: false, style: { className: "outline" } }).addTo(map);
  map.fitBounds(drawn.getBounds(), { padding: [24, 24], animate: false });
  for (const { lat, long, status, label, url } of points) {
    statusMarker(map, lat, long, { status, label })
      .on("click", () => window.location.assign(url))
      .addTo(map);
  }
}
