// Which questions are asked, given the answers: the same rules as on the server (reports/forms/conditional.py).
// A condition is {code, is|is_not|exactly|above|from|below|to: [values]}; they stand under "all" or "any".

const BOUNDS = {
  above: (answer, bound) => answer > bound,
  from: (answer, bound) => answer >= bound,
  below: (answer, bound) => answer < bound,
  to: (answer, bound) => answer <= bound,
};

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

const number = (value) => (typeof value === "number" || NUMBER.test(value) ? Number(value) : NaN);

/** A number as it is typed, as the server compares it: without spaces, with the digits 0 to 9 and a point. */
export const plainNumber = (text) =>
  text.replace(/\s/g, "").replace(/[^\x00-\x7f]/gu, digit).replaceAll("\u2212", "-").replaceAll(",", ".");

/** The ten digits of a script follow one another, and nothing but digits stands before the nought. */
function digit(sign) {
  let before = 0;
  const isDigit = (code) => /^\p{Nd}$/u.test(String.fromCodePoint(code));
  if (!isDigit(sign.codePointAt(0))) return sign;
  while (isDigit(sign.codePointAt(0) - before - 1)) before += 1;
  return String(before % 10);
}

const fits = (answer, values) =>
  values.some((value) => (typeof value === "number" ? number(answer) === value : answer === value));

function met(condition, answers) {
  const given = answers.get(condition.code) ?? [];
  const test = Object.keys(condition).find((name) => name !== "code");
  const values = condition[test];
  if (test in BOUNDS) return given.some((answer) => values.some((bound) => BOUNDS[test](number(answer), number(bound))));
  if (test === "exactly") return new Set(given).size === values.length && given.every((answer) => fits(answer, values));
  const found = values.length ? given.some((answer) => fits(answer, values)) : given.length > 0;
  return test === "is_not" ? !found : found;
}

/** Whether a condition, as JSON, is met by `answers`, a map from codes to lists of texts; one that is empty always is. */
export function holds(json, answers) {
  if (!json) return true;
  const rule = JSON.parse(json);
  return rule.all ? rule.all.every((each) => met(each, answers)) : rule.any.some((each) => met(each, answers));
}
