// The page where parts of a photo are blacked out: draws them with mouse or finger, and keeps picture and numbers in step.

const form = document.querySelector("[data-black-out]");
const photo = form.querySelector("[data-photo]");
const shapes = photo.querySelector("[data-parts]");
const rows = form.querySelector("[data-rows]");
const template = form.querySelector("[data-row]");
const total = form.querySelector("[name$='-TOTAL_FORMS']");
const NAMES = ["x", "y", "width", "height"];
const SMALLEST = 0.5; // percent: a click that slipped is no part

document.querySelector("[data-drawing]").hidden = false;
for (const row of rows.children) equip(row);
photo.addEventListener("pointerdown", draw);

function equip(row) {
  const clear = row.querySelector("[data-clear]");
  clear.hidden = false;
  clear.addEventListener("click", () => {
    write(row, ["", "", "", ""]);
    fields(row)[0].focus();
  });
  row.addEventListener("input", show);
}

/** The four inputs of a row, in the order of NAMES. */
function fields(row) {
  return NAMES.map((name) => row.querySelector(`[name$='-${name}']`));
}

function write(row, values) {
  fields(row).forEach((field, index) => (field.value = values[index]));
  show();
}

/** The first empty row, or a new one; null when there may be no more. */
function freeRow() {
  const empty = [...rows.children].find((row) => fields(row).every((field) => field.value === ""));
  if (empty) return empty;
  const number = rows.children.length;
  if (number >= Number(rows.dataset.most)) return null;
  const holder = document.createElement("template");
  holder.innerHTML = template.innerHTML.replaceAll("__prefix__", number).replaceAll("__number__", number + 1);
  const row = holder.content.firstElementChild;
  rows.append(row);
  total.value = number + 1;
  equip(row);
  return row;
}

/** Draw what the numbers say, and leave out what they do not say whole. */
function show() {
  const parts = [...rows.children]
    .map((row) => fields(row).map((field) => field.valueAsNumber))
    .filter((numbers) => numbers.every(Number.isFinite) && numbers[2] > 0 && numbers[3] > 0);
  shapes.replaceChildren(...parts.map(shape));
}

function shape(numbers) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  NAMES.forEach((name, index) => rect.setAttribute(name, `${numbers[index]}%`));
  return rect;
}

/** Where a pointer is, in percent of the photo. */
function at(event) {
  const box = photo.getBoundingClientRect();
  const share = (value, start, size) => Math.min(100, Math.max(0, (100 * (value - start)) / size));
  return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
}

/** Between two corners, rounded outwards to a tenth, never beyond the picture. */
function between([ax, ay], [bx, by]) {
  const out = (a, b) => {
    const from = Math.floor(10 * Math.min(a, b)) / 10;
    return [from, Math.ceil(10 * Math.max(a, b)) / 10 - from];
  };
  const [x, width] = out(ax, bx);
  const [y, height] = out(ay, by);
  return [x, y, width, height].map((number) => Number(number.toFixed(1)));
}

function draw(down) {
  if (!down.isPrimary || down.button !== 0) return;
  down.preventDefault();
  const start = at(down);
  let drawn = null;
  const preview = shape([0, 0, 0, 0]);
  shapes.append(preview);
  photo.setPointerCapture(down.pointerId);
  const move = (event) => {
    drawn = between(start, at(event));
    NAMES.forEach((name, index) => preview.setAttribute(name, `${drawn[index]}%`));
  };
  const end = (event) => {
    photo.removeEventListener("pointermove", move);
    photo.removeEventListener("pointerup", end);
    photo.removeEventListener("pointercancel", end);
    preview.remove();
    const meant = event.type === "pointerup" && drawn && drawn[2] >= SMALLEST && drawn[3] >= SMALLEST;
    const row = meant ? freeRow() : null;
    if (row) write(row, drawn);
  };
  photo.addEventListener("pointermove", move);
  photo.addEventListener("pointerup", end);
  photo.addEventListener("pointercancel", end);
}
