// The sheet to put up: its print button.

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
