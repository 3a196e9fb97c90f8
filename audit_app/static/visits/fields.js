// The inputs of one question: reading an answer from them, putting one into them, and saying what happened to it.

const form = document.getElementById("visit-form");
const NOT_APPLICABLE = form.dataset.na;

export const all = () => [...form.querySelectorAll("[data-question]")];

export const find = (question) => document.getElementById(`q-${question}`);

const part = (field, name) => form.elements[`${field.dataset.question}.${name}`];

const radios = (field) => [...field.querySelectorAll("input[type=radio]")];

/** The answer that stands in the inputs, as the server reads it. */
export const read = (field) => {
  const note = part(field, "note")?.value.trim() ?? "";
  const box = part(field, "na");
  const chosen = radios(field).find((radio) => radio.checked);
  if (box?.checked || chosen?.value === NOT_APPLICABLE) return { value: null, not_applicable: true, note };
  return { value: chosen ? chosen.value : typed(field), not_applicable: false, note };
};

const typed = (field) => {
  if (field.dataset.type === "price_pair") {
    const prices = { shelf: part(field, "shelf").value.trim(), till: part(field, "till").value.trim() };
    return prices.shelf || prices.till ? prices : null;
  }
  return radios(field).length ? null : part(field, "value").value.trim() || null;
};

/** Put an answer into the inputs. */
export const put = (field, answer) => {
  const value = answer.not_applicable ? NOT_APPLICABLE : answer.value;
  for (const radio of radios(field)) radio.checked = value !== null && radio.value === String(value);
  const box = part(field, "na");
  if (box) box.checked = answer.not_applicable;
  if (field.dataset.type === "price_pair") {
    for (const name of ["shelf", "till"]) part(field, name).value = answer.value?.[name] ?? "";
  } else if (!radios(field).length) {
    part(field, "value").value = answer.not_applicable ? "" : (answer.value ?? "");
  }
  const note = part(field, "note");
  if (note) note.value = answer.note ?? "";
  label(field);
};

/** Typing a value and choosing N/A exclude each other; the later one counts. */
export const exclude = (field, input) => {
  const box = part(field, "na");
  if (!box || input === part(field, "note")) return;
  if (input === box && box.checked) {
    for (const text of field.querySelectorAll(".typed input, .answers textarea")) text.value = "";
  } else if (input !== box && input.value.trim()) {
    box.checked = false;
  }
};

export const isAnswered = (field) => {
  const { value, not_applicable } = read(field);
  return not_applicable || (value !== null && (typeof value !== "object" || Boolean(value.shelf && value.till)));
};

/** Whether a pair of prices is half entered, so that it is not worth sending yet. */
export const isHalf = (field) => {
  const { value } = read(field);
  return value !== null && typeof value === "object" && !(value.shelf && value.till);
};

export const revision = (field) => Number(field.dataset.revision);

export const setRevision = (field, number) => {
  field.dataset.revision = number;
  part(field, "revision").value = number;
};

/** Whether the inputs differ from what the page was made with. */
export const isChanged = (field) => JSON.stringify(asStored(read(field))) !== JSON.stringify(JSON.parse(part(field, "was").value));

/** What the server has, by which a form sent without JavaScript would tell what was changed. */
export const setStored = (field, answer) => {
  part(field, "was").value = JSON.stringify(asStored(answer));
};

/** In the form and the order of keys in which the page carries it. */
const asStored = ({ value, not_applicable, note }) => ({
  not_applicable,
  note,
  value: value === null ? "" : typeof value === "object" ? value : String(value),
});

export const setError = (field, message) => {
  const place = field.querySelector("[data-error]");
  place.textContent = message;
  place.hidden = !message;
  field.classList.toggle("question-wrong", Boolean(message));
};

export const setNotice = (field, message) => {
  const place = field.querySelector("[data-notice]");
  place.textContent = message;
  place.hidden = !message;
};

export const wantNote = (field, wanted) => {
  const extra = field.querySelector("[data-note]");
  if (!extra) return;
  extra.classList.toggle("extra-wanted", wanted);
  label(field);
};

/** Say on the note's button whether there is one. */
const label = (field) => {
  const extra = field.querySelector("[data-note]");
  if (!extra) return;
  const note = part(field, "note").value.trim();
  const words = note ? "Note" : extra.classList.contains("extra-wanted") ? "Say why" : "Add a note";
  extra.querySelector("[data-note-label]").textContent = words;
  const start = extra.querySelector(".note-start") ?? extra.querySelector("summary").appendChild(document.createElement("span"));
  start.className = "note-start";
  start.textContent = note.length > 40 ? `${note.slice(0, 39)}…` : note;
};

/** An answer in words, for messages. */
export const words = (field, answer) => {
  if (answer.not_applicable) return "N/A";
  if (answer.value === null || answer.value === "") return answer.note ? `note “${answer.note}”` : "nothing";
  const button = radios(field).find((radio) => radio.value === String(answer.value));
  const value = button
    ? button.nextElementSibling.textContent
    : typeof answer.value === "object"
      ? `${answer.value.shelf || "–"} and ${answer.value.till || "–"}`
      : answer.value;
  return answer.note ? `${value}, note “${answer.note}”` : String(value);
};
