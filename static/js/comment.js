// The comment form: its photos are made small before they are sent. Without this script they go as they are.

import { shrunk } from "./shrink.js";

const form = document.querySelector("[data-comment]");
const input = form?.elements.namedItem("photos");
const said = form?.querySelector("[data-said]");

let ready = false;
let preparing = false;

if (input) {
  input.addEventListener("change", () => {
    ready = false;
    said.textContent = complaint();
  });
  form.addEventListener("submit", prepare);
}

function complaint() {
  return input.files.length > Number(form.dataset.most) ? form.dataset.textMany : "";
}

async function prepare(event) {
  if (ready || !input.files.length) return;
  event.preventDefault();
  if (preparing) return; // pressed once more meanwhile
  said.textContent = complaint() || form.dataset.textPreparing;
  if (complaint()) {
    input.focus();
    return;
  }
  preparing = true;
  try {
    const small = new DataTransfer();
    for (const file of [...input.files]) small.items.add(await shrunk(file, Number(form.dataset.longestSide)));
    input.files = small.files;
  } catch {
    // an old browser that lets no script fill a field: the photos go as they are
  }
  preparing = false;
  const large = [...input.files].find((file) => file.size > Number(form.dataset.mostBytes));
  if (large) {
    said.textContent = form.dataset.textLarge.replace("%s", large.name);
    input.focus();
    return;
  }
  ready = true;
  form.requestSubmit(event.submitter);
}
