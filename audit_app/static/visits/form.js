// The visit form: every answer goes to the device first, then to the server; sections change without a page load.

import * as device from "./device.js";
import * as fields from "./fields.js";
import { send } from "./sync.js";

const form = document.getElementById("visit-form");
const { visit, zone } = form.dataset;
const token = form.elements.csrf_token.value;
const sections = [...form.querySelectorAll("[data-section]")];
const place = Object.fromEntries(
  ["saved", "problem", "answered", "progress", "missing", "back", "next", "here", "sections"].map((name) => [
    name,
    form.querySelector(`[data-${name}]`),
  ]),
);
const nextLabel = form.querySelector("[data-next-label]");
const PAUSE = 700;
const RETRY = 3000;

let number = Number(form.dataset.number);
let sending = null;
let again = false;
let timer = 0;

// ---------- keeping and sending ----------

const keep = (field) => {
  const question = field.dataset.question;
  const before = device.entry(visit, question);
  const answer = fields.read(field);
  const current = before && before.revision >= fields.revision(field);
  if (current && JSON.stringify(before.answer) === JSON.stringify(answer)) return;
  const revision = Math.max(before?.revision ?? 0, fields.revision(field)) + 1;
  fields.setError(field, "");
  fields.setNotice(field, "");
  // What the server had said when the first change that it does not know of was made.
  const base = before && !before.sent && before.base !== undefined ? before.base : fields.revision(field);
  const kept = device.keep(visit, question, { answer, revision, base, sent: false });
  showProgress();
  if (!kept) {
    say("This device has no room to keep answers. Stay online, and tap Next after each section to save it.");
    return;
  }
  place.saved.textContent = "Saved on this device";
  schedule();
};

const introduce = () => device.introduce(visit, form.dataset.save, form.dataset.name);

const schedule = () => {
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
};

/** Send what is unsent; calls while one is under way lead to one more. */
const flush = () => {
  clearTimeout(timer);
  if (sending) {
    again = true;
    return sending;
  }
  // Another tab forgets the visit when it shows that it is submitted; the server is to say so here.
  introduce();
  sending = send(visit, token)
    .then(show)
    .finally(() => {
      sending = null;
    })
    .then((state) => {
      if (!again) return state;
      again = false;
      return flush();
    });
  return sending;
};

const show = (answer) => {
  for (const result of answer.results) showResult(result);
  const waiting = device.unsent(visit).filter(([, entry]) => !entry.refused).length;
  const count = waiting === 1 ? "1 answer" : `${waiting} answers`;
  if (answer.state === "sent") {
    if (answer.savedAt) place.saved.textContent = `Saved on the server ${clock(answer.savedAt)}`;
    // Another tab of this device may have sent it.
    else if (place.saved.textContent.startsWith("Saved on this device")) place.saved.textContent = "Saved on the server";
    say("");
  } else if (answer.state === "offline") {
    place.saved.textContent = `Saved on this device, ${count} not sent yet`;
    say("");
  } else if (answer.state === "sign-in") {
    place.saved.textContent = `Saved on this device, ${count} not sent yet`;
    say("You were signed out. ", { text: "Sign in again", href: location.href });
  } else {
    place.saved.textContent = `Saved on this device, ${count} not sent`;
    say(answer.message);
  }
  showProgress();
  return answer.state;
};

const showResult = (result) => {
  const field = fields.find(result.question);
  if (!field) return;
  if (result.outcome === "refused") {
    if (result.untouched) fields.setError(field, result.message);
    return;
  }
  fields.setRevision(field, result.revision);
  fields.setStored(field, result.answer);
  if (!result.untouched) return;
  fields.wantNote(field, result.wants_note);
  if (result.outcome === "older") {
    fields.put(field, result.answer);
    const had = fields.words(field, result.entered);
    fields.setNotice(field, `A newer answer from another device is shown. Here you had: ${had}. Answer again to change it.`);
  } else if (result.outcome === "replaced") {
    const had = fields.words(field, result.replaced);
    fields.setNotice(field, `Another device had answered this too: ${had}. Your answer here took its place.`);
  }
};

const clock = (instant) =>
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(instant));

const say = (text, link) => {
  if (place.problem.textContent === text + (link?.text ?? "")) return;
  place.problem.replaceChildren(text);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    place.problem.append(anchor);
  }
  place.problem.hidden = !text;
};

// ---------- moving ----------

const open = (wanted, { push = true, focus = true } = {}) => {
  number = wanted;
  for (const section of sections) section.hidden = Number(section.dataset.section) !== number;
  const current = sections[number - 1];
  for (const button of form.querySelectorAll("[data-go]")) {
    if (Number(button.dataset.go) === number) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
  place.here.textContent = number;
  place.back.disabled = number === 1;
  nextLabel.textContent = number === sections.length ? "Check" : "Next";
  const url = location.pathname.replace(/\d+$/, String(number));
  form.action = url;
  document.title = document.title.replace(/^[^·]*/, `${current.dataset.title} `);
  if (push) history.pushState({ number }, "", url);
  unfold();
  if (focus) {
    scrollTo(0, 0);
    current.querySelector("h1").focus({ preventScroll: true });
  }
};

const firstMissing = () => fields.all().find((field) => "required" in field.dataset && !fields.isAnswered(field));

const openAt = (field) => {
  open(Number(field.closest("[data-section]").dataset.section));
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
};

/** Go to the page that checks, once the server has everything; where it has not, stay and say so. */
const check = async () => {
  const state = await flush();
  const wrong = fields.all().find((field) => device.entry(visit, field.dataset.question)?.refused);
  if (wrong) {
    openAt(wrong);
  } else if (state === "sent") {
    location.assign(form.dataset.check);
  } else {
    const missing = firstMissing();
    if (missing) openAt(missing);
    if (state === "offline") {
      say("There is no network now. Go on answering: everything is kept on this device and sent when it is back.");
    }
  }
};

const leave = async () => {
  await flush();
  location.assign(form.dataset.leave);
};

const go = (target) => {
  if (target === "check" || (target === "next" && number === sections.length)) return check();
  if (target === "leave") return leave();
  const wanted = { back: number - 1, next: number + 1 }[target] ?? Number(target);
  if (wanted >= 1 && wanted <= sections.length) open(wanted);
  return flush();
};

const showProgress = () => {
  const every = fields.all();
  const answered = every.filter(fields.isAnswered).length;
  const missing = every.filter((field) => "required" in field.dataset && !fields.isAnswered(field)).length;
  place.answered.textContent = answered;
  place.progress.value = answered;
  place.missing.textContent = missing ? `${missing} missing` : "All answered";
  for (const section of sections) {
    const own = every.filter((field) => section.contains(field));
    const count = form.querySelector(`[data-section-count="${section.dataset.section}"]`);
    count.textContent = `${own.filter(fields.isAnswered).length}/${own.length}`;
    count.parentElement.classList.toggle("section-full", own.every(fields.isAnswered));
  }
};

// ---------- what the device knows and the page does not ----------

const restore = (only = null) => {
  for (const [question, entry] of device.entries(visit)) {
    if (only && question !== only) continue;
    const field = fields.find(question);
    if (!field || entry.revision <= fields.revision(field)) continue;
    fields.put(field, entry.answer);
    if (entry.refused) fields.setError(field, entry.refused);
    if (entry.sent) fields.setRevision(field, entry.revision);
  }
  showProgress();
};

const fieldOf = (target) => target.closest("[data-question]");

form.addEventListener("input", (event) => {
  const field = fieldOf(event.target);
  if (!field) return;
  fields.exclude(field, event.target);
  // Half a pair of prices is kept, but only sent once the person has left the question.
  keep(field);
  if (fields.isHalf(field)) clearTimeout(timer);
});

form.addEventListener("focusout", (event) => {
  const field = fieldOf(event.target);
  if (field && !field.contains(event.relatedTarget) && device.unsent(visit).length) schedule();
});

form.addEventListener("click", (event) => {
  if (!event.target.closest("[data-clear]")) return;
  const field = fieldOf(event.target);
  fields.put(field, { value: null, not_applicable: false, note: fields.read(field).note });
  keep(field);
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  // On a phone's keyboard Enter means "done with this field", not "leave the section".
  event.preventDefault();
  event.target.blur();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  go(event.submitter?.value ?? "next");
});

addEventListener("popstate", (event) => {
  open(event.state?.number ?? (Number(location.pathname.match(/\d+$/)?.[0]) || 1), { push: false });
});
addEventListener("storage", (event) => {
  // Another tab of this device has answered.
  const question = device.questionOf(visit, event.key);
  if (question) restore(question);
});
addEventListener("online", flush);
addEventListener("pagehide", () => {
  if (device.unsent(visit).length) flush();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) restore();
});
document.addEventListener("visibilitychange", () => {
  if (device.unsent(visit).length) flush();
});
setInterval(() => {
  if (navigator.onLine && device.unsent(visit).some(([, entry]) => !entry.refused)) flush();
}, RETRY);

const wide = matchMedia("(min-width: 60rem)");
const unfold = () => {
  place.sections.open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();
form.classList.add("visit-scripted");
for (const button of form.querySelectorAll("[data-clear]")) button.hidden = false;
history.replaceState({ number }, "");
if (!introduce()) {
  say("This device cannot keep answers. Stay online, and tap Next after each section to save it.");
}
// An answer may have been tapped before this script was there.
for (const field of fields.all()) if (fields.isChanged(field)) keep(field);
restore();
if (location.hash.startsWith("#q-")) document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });
if (device.unsent(visit).length) flush();
