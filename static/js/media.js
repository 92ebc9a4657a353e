// The photos page: each photo is made small and added as soon as it is chosen or dropped, one after the other. Without
// this script the page's own buttons do the same.

import { Upload } from "./upload.js";

const form = document.querySelector("[data-media]");
const input = form.elements.namedItem("photos");
const said = form.querySelector("[data-said]");
const progress = form.querySelector("[data-progress]");
const kept = form.querySelector("[data-kept]");
const list = form.querySelector("[data-uploads]");
const drop = form.querySelector("[data-drop]");
const template = document.querySelector("[data-upload]");

let uploads = [];
let running = false;
let held = null; // the button that was pressed while photos were on their way

if (input) {
  input.addEventListener("change", takeChosen);
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("drop--over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("drop--over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("drop--over");
    take([...event.dataTransfer.files]);
  });
  form.addEventListener("submit", hold);
  if (input.files.length) takeChosen(); // in a page that the browser has restored
}

function takeChosen() {
  const files = [...input.files];
  input.value = "";
  take(files);
}

function take(files) {
  const waiting = uploads.filter((each) => each.state !== "added").length;
  const room = Math.max(0, Number(form.dataset.room) - waiting);
  said.textContent = "";
  if (files.length > room) said.textContent = waiting || !room ? form.dataset.textNone : form.dataset.textMany;
  if (!uploads.some((each) => each.isOpen)) uploads = uploads.filter((each) => each.state === "failed");
  for (const file of files.slice(0, room)) {
    const upload = new Upload(file, template, form.dataset, changed);
    uploads.push(upload);
    list.append(upload.element);
  }
  list.hidden = !list.children.length;
  run();
}

/** Send what waits, one after the other: two at once would only share the line. */
async function run() {
  if (running) return;
  running = true;
  let next;
  while ((next = uploads.find((each) => each.state === "waiting"))) refresh(await next.run(form), next);
  running = false;
  goOn();
}

function changed(upload) {
  if (upload.state === "cancelled") {
    upload.element.remove();
    uploads = uploads.filter((each) => each !== upload);
    list.hidden = !list.children.length;
    input.focus();
  }
  if (upload.state === "waiting") run();
}

/** Take over what the page shows since: its key, its photos, its room. */
function refresh(fresh, upload) {
  if (!fresh) return;
  form.elements.namedItem("form_key").value = fresh.querySelector("[name='form_key']").value;
  if (upload.state !== "added") return;
  form.dataset.room = fresh.dataset.room;
  form.dataset.textMany = fresh.dataset.textMany;
  const before = kept.querySelectorAll("img").length;
  kept.innerHTML = fresh.querySelector("[data-kept]").innerHTML;
  const again = kept.querySelectorAll("img").length === before; // the same picture as one that is there
  if (again) uploads = uploads.filter((each) => each !== upload);
  upload.element.remove();
  list.hidden = !list.children.length;
  const full = Number(fresh.dataset.room) <= 0;
  drop.hidden = full;
  form.querySelector("[data-full]").hidden = !full;
  const done = uploads.filter((each) => each.state === "added").length;
  const words = [uploads.length ? form.dataset.textAdded.replace("[done]", done).replace("[all]", uploads.length) : "", again ? form.dataset.textSame : ""];
  progress.textContent = words.filter(Boolean).join(" ");
}

/** Every button leaves the page, and would leave behind what is on its way. */
function hold(event) {
  const open = uploads.some((each) => each.isOpen);
  const failed = uploads.some((each) => each.state === "failed");
  if (!open && (!failed || event.submitter?.name === "remove")) return;
  event.preventDefault();
  held = { name: event.submitter?.name, value: event.submitter?.value };
  progress.textContent = form.dataset.textHold;
  goOn();
}

function goOn() {
  if (!held || running) return;
  const { name, value } = held;
  held = null;
  const failed = uploads.find((each) => each.state === "failed");
  if (failed && name !== "remove") {
    progress.textContent = "";
    said.textContent = form.dataset.textStuck;
    failed.element.querySelector("button:not([hidden])").focus();
    return;
  }
  const buttons = [...form.querySelectorAll("button[type='submit']")];
  form.requestSubmit(buttons.find((each) => each.name === (name ?? "") && each.value === (value ?? "")));
}
