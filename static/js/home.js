// The front page's map: the areas that are covered, and nothing to do there but look.

import { drawOutlines, mapReady } from "./map.js";

const frame = document.querySelector("[data-home-map]");
const map = await mapReady("home-map");
await drawOutlines(map, frame.dataset.outlines, { fit: true });
