// The photos page: files that are too large or too many are named before they are sent, since a long upload on a phone is slow.

const form = document.querySelector("[data-media]");
const input = form.elements.namedItem("photos");
const said = form.querySelector("[data-said]");

function complaint() {
  const files = [...(input?.files ?? [])];
  const large = files.find((file) => file.size > Number(form.dataset.mostBytes));
  if (large) return form.dataset.textLarge.replace("%s", large.name);
  return files.length > Number(form.dataset.room) ? form.dataset.textMany : "";
}

input?.addEventListener("change", () => (said.textContent = complaint()));

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "remove") {
    if (input) input.value = "";
    return;
  }
  const words = complaint();
  if (!words) return;
  event.preventDefault();
  said.textContent = words;
  input.focus();
});
