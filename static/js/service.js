// The service page: the list is narrowed while typing. Without this the search button does the same on the server.

const search = document.querySelector("[data-service-search]");
const said = search?.querySelector("[data-found]");
const choices = [...document.querySelectorAll("[data-text]")];
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

search?.addEventListener("submit", (event) => {
  if (complete()) event.preventDefault();
});

search?.elements.namedItem("q").addEventListener("input", narrow);

/** Only a page that holds the whole list can be searched here. */
function complete() {
  return !new URLSearchParams(window.location.search).get("q");
}

function narrow() {
  if (!complete()) return;
  const words = fold(search.elements.namedItem("q").value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const choice of choices) {
    const fits = words.every((word) => choice.dataset.text.includes(word));
    found += fits;
    choice.hidden = !fits && !choice.querySelector("input").checked;
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = ![...group.querySelectorAll("[data-text]")].some((choice) => !choice.hidden);
  }
  said.textContent = !words.length || found ? "" : said.dataset.none;
}
