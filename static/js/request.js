// One report's page: asks now and then whether there is news, and shows it in place; the small map of where it is; and
// the ways to pass its address on.

import { drawOutlines, openMap, pin } from "./map.js";

const FIRST = 4_000;
const LONGEST = 60_000;
const GIVE_UP = 30 * 60_000;

const live = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-said]");
const line = document.querySelector("[data-live-line]");
const show = document.querySelector("[data-live-show]");
const frame = document.querySelector("[data-request-map]");

let waiting = null; // news that came while the reader was in the middle of something

if (live) follow();
passOn();
if (frame) place();

async function place() {
  const map = await openMap(frame);
  if (!map) return;
  const { lat, long, label } = frame.dataset;
  const pinned = lat !== undefined; // a place in words alone has no point: the whole area is shown
  if (pinned) {
    map.setView([lat, long], 16, { animate: false });
    pin(map, Number(lat), Number(long), { label }).addTo(map);
  }
  const outline = await drawOutlines(map, frame.dataset.outlines, { only: frame.dataset.body });
  // Without streets the place says nothing at zoom 16; within the whole area it does.
  const farther = () => outline && map.fitBounds(outline.getBounds(), { padding: [24, 24], animate: false });
  if (!pinned || frame.dataset.tiles === "missing") farther();
  else map.once("tiles:missing", farther);
}

async function follow() {
  const began = Date.now();
  let wait = FIRST;
  document.addEventListener("selectionchange", showWaiting);
  for (const each of [live, show]) each.addEventListener("focusout", () => setTimeout(showWaiting));
  show.addEventListener("click", () => replace());
  window.addEventListener("offline", () => say(line.dataset.offline));
  while (Date.now() - began < GIVE_UP) {
    await pause(wait);
    if (document.hidden) await event(document, "visibilitychange");
    if (!navigator.onLine) await event(window, "online");
    wait = (await ask()) ? FIRST : Math.min(wait * 1.5, LONGEST);
  }
  say(line.dataset.stopped);
}

/** True when there was news. A 304 says that there is none, and costs next to nothing. */
async function ask() {
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.set("fragment", "1");
  try {
    const known = waiting?.version ?? live.dataset.version;
    const answer = await fetch(url, { cache: "no-store", headers: { "If-None-Match": `"${known}"` } });
    const isNew = answer.ok && answer.headers.get("X-Version") !== known;
    if (isNew) waiting = { html: await answer.text(), version: answer.headers.get("X-Version") };
    if (answer.ok || answer.status === 304) say(updated());
    age();
    showWaiting();
    return isNew;
  } catch {
    say(line.dataset.offline);
    return false;
  }
}

/** Show what waits, unless the reader has something in it focused, selected or open: then a button offers it. Nor is that
 * button taken from under the finger that is about to press it. */
function showWaiting() {
  if (!waiting) return;
  const selection = document.getSelection();
  const selected = selection && !selection.isCollapsed && selection.containsNode(live, true);
  const busy = live.contains(document.activeElement) || document.activeElement === show || selected || live.querySelector("details[open]");
  if (busy) show.hidden = false;
  else replace();
}

function replace() {
  if (!waiting) return;
  const hadFocus = document.activeElement === show;
  live.innerHTML = waiting.html;
  live.dataset.version = waiting.version;
  waiting = null;
  show.hidden = true;
  said.textContent = live.querySelector("[data-say]")?.textContent ?? "";
  if (hadFocus) {
    live.tabIndex = -1;
    live.focus();
  }
}

/** A word on how the looking goes, where the page says when it was last updated. */
function say(words) {
  const place = line.querySelector("[data-live-when]");
  if (place.textContent !== words) place.textContent = words;
}

/** When it was last looked, in the clock of the body. */
function updated() {
  const options = { hour: "numeric", minute: "2-digit", timeZone: line.dataset.zone };
  const time = new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date());
  return line.dataset.updated.replace("%s", time);
}

/** How long ago things were goes on while the page is open. */
function age() {
  const units = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang);
  for (const each of live.querySelectorAll("[data-ago]")) {
    const seconds = (Date.now() - new Date(each.dataset.ago)) / 1000;
    const [unit, size] = units.find((pair) => seconds >= pair[1]) ?? [];
    each.textContent = unit ? `(${words.format(-Math.floor(seconds / size), unit)})` : line.dataset.justNow;
  }
}

/** The copy button, and the device's own way to share where it has one. */
function passOn() {
  const field = document.querySelector("[data-share-address]");
  const copy = document.querySelector("[data-copy]");
  const own = document.querySelector("[data-share]");
  copy?.addEventListener("click", async () => {
    const words = copy.parentElement.parentElement.querySelector("[data-copy-said]");
    try {
      await navigator.clipboard.writeText(field.value);
      copy.textContent = copy.dataset.copied;
      words.textContent = copy.dataset.copied;
    } catch {
      field.focus();
      field.select();
      words.textContent = copy.dataset.failed;
    }
  });
  if (!own || !navigator.share) return;
  own.closest("[data-share-native]").hidden = false;
  own.addEventListener("click", () => navigator.share({ title: own.dataset.title, url: own.dataset.url }).catch(() => {}));
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function event(target, name) {
  return new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));
}
