// Long lists of boxes to tick: a field that narrows them, and how many are ticked. Without this script all are shown.
"use strict";

const ENOUGH = 8;

for (const part of document.querySelectorAll("[data-pick]")) {
  const options = [...part.querySelectorAll(".field-options > .field-check")];
  if (options.length < ENOUGH) continue;
  const boxes = options.map((option) => option.querySelector("input"));
  const id = `narrow-${part.dataset.pick}`;

  const bar = document.createElement("div");
  bar.className = "pick-bar";
  const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: "Show only", className: "pick-label" });
  const words = Object.assign(document.createElement("input"), { id, type: "search", className: "form-control" });
  const all = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: "Tick all shown" });
  const none = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: "Untick all shown" });
  const count = document.createElement("p");
  count.className = "pick-count";
  count.setAttribute("role", "status");
  bar.append(label, words, all, none);
  part.querySelector(".field-options").before(bar);
  part.querySelector(".field-options").after(count);

  const tell = () => {
    count.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} ticked`;
  };
  const shown = () => boxes.filter((_, index) => !options[index].hidden);
  const tick = (checked) => {
    for (const box of shown()) box.checked = checked;
    tell();
  };
  words.addEventListener("input", () => {
    const wanted = words.value.toLowerCase().split(/\s+/);
    for (const option of options) {
      const text = option.textContent.toLowerCase();
      option.hidden = !wanted.every((word) => text.includes(word));
    }
  });
  // Enter in this field would send the whole form.
  words.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  all.addEventListener("click", () => tick(true));
  none.addEventListener("click", () => tick(false));
  part.addEventListener("change", tell);
  tell();
}
