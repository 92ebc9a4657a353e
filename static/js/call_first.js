// Says whom to call as soon as what is written has the words of an emergency. The server says it again before going on.

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ");
const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const PAUSE = 600; // milliseconds without a key, so that a screen reader is not told of half a word

/** Watch the controls that `controls()` gives, within `root`, where the page has rules. */
export function callFirst(root, controls) {
  const box = document.querySelector("[data-call-first]");
  if (!box) return;
  const rules = JSON.parse(box.dataset.callFirst).map((rule) => ({
    ...rule,
    looks: rule.words.map((word) => new RegExp(`(?<![\\p{L}\\p{N}_])${escaped(word)}`, "u")),
  }));
  const said = box.querySelector("[data-call-first-said]");
  const blank = box.querySelector("template");
  let shown = "";
  let timer = 0;

  const look = () => {
    const text = fold(controls().map((each) => each.value).join("\n"));
    const met = rules.filter((rule) => rule.looks.some((pattern) => pattern.test(text)));
    const now = met.map((rule) => rule.message).join("\n");
    if (now === shown) return;
    shown = now;
    said.replaceChildren(...met.map((rule) => notice(blank, rule)));
  };
  root.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, PAUSE);
  });
}

function notice(blank, rule) {
  const piece = blank.content.cloneNode(true);
  const [message, phone] = piece.querySelectorAll("p");
  message.textContent = rule.message;
  if (rule.phone) {
    const words = phone.querySelector("[data-text]");
    words.textContent = words.dataset.text.replace("{number}", rule.phone);
    phone.firstElementChild.href = `tel:${rule.phone}`;
  } else {
    phone.remove();
  }
  return piece;
}
