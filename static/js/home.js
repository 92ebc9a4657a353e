// The front page's map: the areas that are covered, and nothing to do there but look.

import { drawOutlines, openMap } from "./map.js";

const frame = document.querySelector("[data-home-map]");
const map = await openMap(frame);
if (map) await drawOutlines(map, frame.dataset.outlines, { fit: true });
