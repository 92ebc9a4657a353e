// On every page: takes the reader to the errors of a form that came back, and readies
// what works without a connection.

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

// A link in the error summary leads to the field itself and keeps its label in sight.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const label = field.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  (label ?? field).scrollIntoView();
  field.focus({ preventScroll: true });
});

// Reports that wait on this device (kept_store.js): how many, beside the link to them; and they go when their time is over.
try {
  const waiting = document.querySelector("[data-kept-count]");
  const kept = Number(localStorage.getItem("kept-count"));
  if (waiting && kept) waiting.textContent = waiting.dataset.text.replace("%n", kept);
  if (kept && Date.now() > Number(localStorage.getItem("kept-until"))) import("./kept_store.js").then(({ all }) => all()).catch(() => {});
} catch {
  // a browser that lets pages keep nothing has nothing waiting
}

// What works without a connection is fetched when the page has all it needs. Not inside another site's frame.
const { worker } = document.body.dataset;
if (worker && "serviceWorker" in navigator && window.top === window) {
  const register = () => navigator.serviceWorker.register(worker).catch(() => {}); // the site works without it
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
