// The questions page: says how many characters are left, counted as the server counts them (a line break is one);
// asks only what the answers lead to; and says whom to call where the words are those of an emergency.

import { callFirst } from "./call_first.js";
import { holds, plainNumber } from "./conditional.js";

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

const form = document.querySelector("[data-questions]");
const questions = [...form.querySelectorAll("[data-question]")];
const controls = (question) => [...question.querySelectorAll("input, select, textarea")];
const choices = (question) => [...question.querySelectorAll("input[type=radio], input[type=checkbox], option")];

callFirst(form, () => controls(form).filter((each) => each.matches("textarea, input[type=text]")));

if (form.querySelector("[data-shown-if]")) {
  form.elements.namedItem("seen").value = "live"; // whatever is asked is shown at once
  form.addEventListener("input", () => settle(true));
  form.addEventListener("change", () => settle(true));
  window.addEventListener("pageshow", () => settle(false));
  settle(false);
}

/** Show what is asked. Conditions hold along a chain, so that each look may change what the next one finds. */
function settle(aloud) {
  const before = questions.filter((question) => !question.hidden).length;
  for (let look = 0; look <= questions.length; look += 1) {
    const answers = new Map(questions.filter((each) => !each.hidden).map((each) => [each.dataset.question, given(each)]));
    if (!questions.map((question) => show(question, answers)).some(Boolean)) break;
  }
  const now = questions.filter((question) => !question.hidden).length;
  const said = form.querySelector("[data-questions-said]");
  if (aloud && now !== before) said.textContent = now > before ? form.dataset.textMore : form.dataset.textLess;
}

/** The answers to one question, without those that are not offered. */
function given(question) {
  const kind = question.dataset.datatype;
  const listed = choices(question);
  const texts = listed.length
    ? listed.filter((each) => (each.checked || each.selected) && !each.disabled).map((each) => each.value)
    : controls(question).slice(0, 1).map((each) => each.value.trim());
  const found = kind === "number" ? texts.map(plainNumber) : texts;
  return found.filter(Boolean);
}

/** Bring one question in line with the answers; whether that changed anything. */
function show(question, answers) {
  let changed = false;
  const taken = new Set();
  for (const choice of choices(question)) {
    const offered = holds(choice.dataset.shownIf, answers) && !(choice.value && taken.has(choice.value));
    if (offered) taken.add(choice.value);
    changed = put(choice, offered) || changed;
    const line = choice.closest(".choice");
    if (line) line.hidden = choice.hidden;
  }
  const keys = choices(question).filter((each) => each.value);
  const asked = holds(question.dataset.shownIf, answers) && (!keys.length || keys.some((each) => !each.hidden));
  if (question.hidden === asked) {
    question.hidden = !asked;
    changed = true;
  }
  for (const control of controls(question)) control.disabled = !asked || control.hidden;
  return changed;
}

function put(choice, offered) {
  if (choice.hidden === !offered) return false;
  choice.hidden = !offered;
  if (choice.matches("option")) {
    choice.disabled = !offered;
    if (!offered && choice.selected) choice.parentElement.value = "";
  }
  return true;
}
