// One report's page: asks now and then whether there is news, and shows it in place; and the small map of where it is.

import { drawOutlines, mapReady, pin } from "./map.js";

const FIRST = 3_000;
const LONGEST = 60_000;
const GIVE_UP = 30 * 60_000;

const live = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-said]");
const frame = document.querySelector("[data-request-map]");

if (live) follow();
if (frame) place();

async function place() {
  const map = await mapReady("request-map");
  const { lat, long, label } = frame.dataset;
  map.setView([lat, long], 16, { animate: false });
  pin(map, Number(lat), Number(long), { label }).addTo(map);
  const outline = await drawOutlines(map, frame.dataset.outlines, { only: frame.dataset.body });
  // Without streets the place says nothing at zoom 16; within the whole area it does.
  const farther = () => outline && map.fitBounds(outline.getBounds(), { padding: [24, 24], animate: false });
  if (frame.dataset.tiles === "missing") farther();
  else map.once("tiles:missing", farther);
}

async function follow() {
  const began = Date.now();
  let wait = FIRST;
  while (Date.now() - began < GIVE_UP) {
    await pause(wait);
    if (document.hidden) await shown();
    wait = (await ask()) ? FIRST : Math.min(wait * 1.5, LONGEST);
  }
}

/** True when there was news. What the reader has open, selected or focused is left alone until something changes. */
async function ask() {
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.set("fragment", "1");
  try {
    const answer = await fetch(url, { cache: "no-store" });
    if (!answer.ok) return false;
    const version = answer.headers.get("X-Version");
    if (version === live.dataset.version) return false;
    live.innerHTML = await answer.text();
    live.dataset.version = version;
    said.textContent = live.querySelector("[data-say]")?.textContent ?? "";
    return true;
  } catch {
    return false;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function shown() {
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}
