// The questions of a report while the connection is away: nothing is sent into the void, and what was typed is kept on
// the device until it has been sent, for seven days at most. Contact details are never kept.

const LIFE = 7 * 24 * 3600 * 1000;
const box = document.querySelector("[data-connection]");
const say = box.querySelector("[data-said]");
const forget = box.querySelector("[data-forget]");
const name = `typed:${location.pathname}`;
const keeps = "keeps" in box.dataset;
const form = [...document.querySelectorAll("main form[method=post]")][0];

const store = opened();

tidy();
const before = read();
if (before && keeps && form) restore(before.fields);

document.addEventListener("submit", guard, { capture: true });
window.addEventListener("online", () => box.hidden || tell(box.dataset.textBack));
forget.addEventListener("click", () => {
  store?.removeItem(name);
  form.reset();
  box.hidden = true;
});

// A page that the browser has kept, and to which somebody goes back, may be over meanwhile: filed, or gone. It is looked
// up anew then; what was typed on one that is still open stays.
window.addEventListener("pageshow", async ({ persisted }) => {
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  if (!persisted && type !== "back_forward") return;
  const answer = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" }).catch(() => null);
  if (answer && (answer.type === "opaqueredirect" || [404, 410].includes(answer.status))) location.reload();
});

// A report that was begun without a connection is finished in this tab.
if (store && (location.hash.startsWith("#kept=") || sessionStorage.getItem("kept"))) import("./kept_reports.js");

function guard(event) {
  if (event.target.method !== "post") return;
  if (navigator.onLine) return store?.removeItem(name);
  event.preventDefault();
  event.stopImmediatePropagation();
  tell(keeps && keep(typed(event.target)) ? box.dataset.textKept : box.dataset.textAway);
}

/** Whether the device has taken it. */
function keep(fields) {
  try {
    store.setItem(name, JSON.stringify({ at: Date.now(), fields }));
    return true;
  } catch {
    return false; // no store, or no room in it
  }
}

function tell(words) {
  box.hidden = false;
  say.textContent = words;
  forget.hidden = !store?.getItem(name);
  box.scrollIntoView({ block: "nearest" });
}

function controls(of) {
  const kinds = ["text", "search", "number", "date", "datetime-local", "time", "textarea", "select-one", "select-multiple", "radio", "checkbox"];
  return [...of.elements].filter((control) => control.name && kinds.includes(control.type) && !control.closest("[aria-hidden=true]"));
}

/** [name, value] of every answer; a choice that is not made is none. */
function typed(of) {
  return controls(of).flatMap((control) => {
    if (control.type === "radio" || control.type === "checkbox") return control.checked ? [[control.name, control.value]] : [];
    if (control.type === "select-multiple") return [...control.selectedOptions].map(({ value }) => [control.name, value]);
    return control.value ? [[control.name, control.value]] : [];
  });
}

function restore(fields) {
  for (const control of controls(form)) {
    const values = fields.filter(([field]) => field === control.name).map(([, value]) => value);
    if (!values.length) continue;
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.type === "select-multiple") for (const option of control.options) option.selected = values.includes(option.value);
    else control.value = values[0];
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.hidden = false;
  say.textContent = box.dataset.textRestored;
}

function read(key = name) {
  try {
    const kept = JSON.parse(store?.getItem(key) ?? "null");
    const good = Array.isArray(kept?.fields) && kept.fields.every((pair) => Array.isArray(pair) && pair.every((part) => typeof part === "string"));
    return good && Date.now() - kept.at < LIFE ? kept : null;
  } catch {
    return null;
  }
}

function tidy() {
  for (const key of Object.keys(store ?? {})) if (key.startsWith("typed:") && !read(key)) store.removeItem(key);
}

/** Null in a browser that lets pages keep nothing. */
function opened() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
