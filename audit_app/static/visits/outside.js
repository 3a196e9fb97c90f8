// On the pages around the form: send what a visit left on this device, and say what is still there.

import * as device from "./device.js";
import { send } from "./sync.js";

const tokenField = document.querySelector("input[name=csrf_token]");

const described = (visit) => {
  const count = device.unsent(visit).length;
  if (!count) return "";
  const refused = device.unsent(visit).filter(([, entry]) => entry.refused).length;
  const answers = count === 1 ? "1 answer is" : `${count} answers are`;
  if (refused === count) return `${answers} on this device only, because the server could not use it. Open the form to correct it.`;
  return `${answers} on this device only. It is sent as soon as there is a network.`;
};

const show = (holder) => {
  const line = holder.querySelector("[data-unsent]");
  if (!line) return;
  const text = described(holder.dataset.visit);
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
};

const deliver = async (holder) => {
  const { visit } = holder.dataset;
  show(holder);
  if (!device.unsent(visit).length) return;
  const { results } = await send(visit, tokenField.value);
  show(holder);
  // The page was made before the server knew these answers.
  if (results.some((result) => result.outcome !== "refused") && "reload" in holder.dataset) location.reload();
};

/** On the result of a submitted visit: forget what the server has, and show what came too late. */
const settle = (holder) => {
  const { visit } = holder.dataset;
  const late = device.unsent(visit);
  if (!late.length) {
    device.forget(visit);
    return;
  }
  const list = holder.querySelector("[data-left-list]");
  for (const [question, { answer }] of late) {
    const item = document.createElement("li");
    const value = answer.not_applicable ? "N/A" : typeof answer.value === "object" ? JSON.stringify(answer.value) : answer.value;
    item.textContent = `${question}: ${value ?? "–"}${answer.note ? `, note “${answer.note}”` : ""}`;
    list.append(item);
  }
  holder.hidden = false;
  holder.querySelector("[data-left-discard]").addEventListener("click", () => {
    device.forget(visit);
    holder.hidden = true;
  });
};

const holders = [...document.querySelectorAll("[data-visit]")];
const open = holders.filter((holder) => !("left" in holder.dataset));
const deliverAll = () => Promise.all(open.map(deliver));

for (const holder of holders.filter((one) => "left" in one.dataset)) settle(holder);
addEventListener("online", deliverAll);
deliverAll();

const submission = document.querySelector("form[data-submit]");
submission?.addEventListener("submit", (event) => {
  const { visit } = submission.closest("[data-visit]").dataset;
  if (!device.unsent(visit).length) return;
  // Submitting now would leave these answers out for ever.
  event.preventDefault();
  deliverAll();
  submission.closest("[data-visit]").querySelector("[data-unsent]").scrollIntoView({ block: "center" });
});
