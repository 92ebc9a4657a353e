// The questions page: says how many characters are left, counted as the server counts them (a line break is one).

for (const box of document.querySelectorAll("[data-counted]")) {
  const area = box.querySelector("[data-most]");
  const said = document.createElement("p");
  said.className = "hint";
  area.after(said);
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  said.after(spoken);

  const count = () => {
    const left = Number(area.dataset.most) - [...area.value.trim()].length;
    const words = (left < 0 ? box.dataset.textOver : box.dataset.textLeft).replace("%n", Math.abs(left));
    said.textContent = words;
    said.classList.toggle("field__error", left < 0);
    window.clearTimeout(count.timer);
    if (left < 200) count.timer = window.setTimeout(() => (spoken.textContent = words), 1000);
  };
  area.addEventListener("input", count);
  count();
}
