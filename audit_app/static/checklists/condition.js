// Walks the tree of a condition, as domain/checklists/evaluation.py does; the table in
// docs/administrators/conditions.md is what both must give. A number that is none is NaN inside, "" outside.

const NUMBER = /^[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*$/;
const DATE = /^([1-9][0-9]{3})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?$/;
const TIME = /^([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?$/;
const DAY = 86400000;

const first = (value) => (Array.isArray(value) ? (value.length ? first(plain(value[0])) : "") : value);
const truth = (value) => Boolean(first(value));
const within = (number) => (Math.abs(number) < 1e15 ? number : NaN);
const plain = (value) => (typeof value === "number" ? within(value) : (value ?? ""));

function rounded(number, scale = 1e9) {
  if (!(Math.abs(number) < 1e15)) return NaN;
  let places = scale;
  while (Math.abs(number * places) >= 2 ** 53) places /= 10; // a double holds no more digits
  return Math.floor(number * places + 0.5) / places;
}

function partOfDay(h, m, s) {
  return h < 24 && m < 60 && s < 60 ? (h * 3600 + m * 60 + s) / 86400 : NaN;
}

function numberIn(text) {
  if (text.length > 100) return NaN;
  let found = NUMBER.exec(text);
  if (found) return within(Number(found[1]));
  found = TIME.exec(text);
  if (found) return partOfDay(Number(found[1]), Number(found[2]), Number(found[3] ?? 0));
  found = DATE.exec(text);
  if (!found) return NaN;
  const day = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  if (!new Date(day).toISOString().startsWith(text.slice(0, 10))) return NaN;
  return day / DAY + (found[4] ? partOfDay(Number(found[4]), Number(found[5]), Number(found[6] ?? 0)) : 0);
}

function number(value) {
  const one = first(value);
  return typeof one === "string" ? numberIn(one) : within(Number(one));
}

function digits(value) {
  if (Number.isNaN(rounded(value))) return "";
  const text = rounded(value).toFixed(9).replace(/0+$/, "").replace(/\.$/, "");
  return text === "-0" ? "0" : text;
}

function text(value) {
  const one = first(value);
  return typeof one === "number" ? digits(one) : String(one);
}

function equal(a, b) {
  const [one, two] = [first(a), first(b)];
  if (typeof one === "boolean" || typeof two === "boolean") return truth(one) === truth(two);
  if (typeof one === "number" || typeof two === "number") return number(one) === number(two);
  return one === two;
}

function day(value) {
  const at = Math.floor(number(value));
  return at >= -354285 && at < 2932897 ? new Date(at * DAY).toISOString().slice(0, 10) : "";
}

function matches(string, steps) {
  let possible = new Set(steps.first);
  let here = [];
  for (const char of string) {
    const code = char.codePointAt(0);
    here = [...possible].filter((i) => steps.sets[i].some(([low, high]) => low <= code && code <= high));
    if (!here.length) return false;
    possible = new Set(here.flatMap((i) => steps.follow[i]));
  }
  return string ? here.some((i) => steps.last.includes(i)) : steps.empty;
}

const words = (value) => text(value).split(/[ \t\r\n]+/).filter(Boolean);
const each = (values) => values.flatMap((value) => (Array.isArray(value) ? value : [value])).map(plain).map(first);
const numbers = (values) => each(values).map(number).filter((one) => !Number.isNaN(one));
const least = (found) => (found.length ? found.reduce((a, b) => (b < a ? b : a)) : NaN);
const most = (found) => (found.length ? found.reduce((a, b) => (b > a ? b : a)) : NaN);

const FUNCTIONS = {
  "=": equal,
  "!=": (a, b) => !equal(a, b),
  "<": (a, b) => number(a) < number(b),
  "<=": (a, b) => number(a) <= number(b),
  ">": (a, b) => number(a) > number(b),
  ">=": (a, b) => number(a) >= number(b),
  "+": (a, b) => within(number(a) + number(b)),
  "-": (a, b) => within(number(a) - number(b)),
  "*": (a, b) => rounded(number(a) * number(b)),
  div: (a, b) => (number(b) ? rounded(number(a) / number(b)) : NaN),
  mod: (a, b) => number(a) % number(b),
  neg: (a) => -number(a),
  not: (a) => !truth(a),
  true: () => true,
  false: () => false,
  number,
  string: text,
  int: (a) => Math.trunc(number(a)),
  round: (a, places = 0) => {
    const count = number(places);
    return Number.isInteger(count) && count >= 0 && count < 10 ? rounded(number(a), 10 ** count) : NaN;
  },
  date: day,
  coalesce: (...values) => values.find((value) => text(value)) ?? "",
  selected: (a, b) => words(a).includes(text(b)),
  "count-selected": (a) => words(a).length,
  "string-length": (a) => [...text(a)].length,
  contains: (a, b) => text(a).includes(text(b)),
  "starts-with": (a, b) => text(a).startsWith(text(b)),
  concat: (...values) => values.map(text).join(""),
  count: (a) => each([a]).filter((one) => text(one)).length,
  sum: (...values) => within(numbers(values).reduce((a, b) => a + b, 0)),
  min: (...values) => least(numbers(values)),
  max: (...values) => most(numbers(values)),
};

function walk(tree, context) {
  if (!Array.isArray(tree)) return tree;
  const [name, ...parts] = tree;
  const value = (part) => walk(part, context);
  switch (name) {
    case "$":
      return plain(Object.hasOwn(context.answers, parts[0]) ? context.answers[parts[0]] : "");
    case ".":
      return plain(context.itself);
    case "today":
      return context.now.slice(0, 10);
    case "now":
      return context.now;
    case "and":
      return parts.every((part) => truth(value(part)));
    case "or":
      return parts.some((part) => truth(value(part)));
    case "if":
      return value(parts[truth(value(parts[0])) ? 1 : 2]);
    case "regex":
      return matches(text(value(parts[0])), parts[1]);
    default:
      return FUNCTIONS[name](...parts.map(value));
  }
}

// context: {answers: {key: value}, itself: value, now: "2026-12-01T09:30:00" at the location}
export function evaluate(tree, context) {
  const value = walk(tree, context);
  return Number.isNaN(value) ? "" : value;
}

export function holds(tree, context) {
  return truth(walk(tree, context));
}
