// On every page: tells the styles that scripts run, and takes the reader to the errors of a form that came back.

document.body.classList.replace("no-js", "js");

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
