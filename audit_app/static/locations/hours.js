// Fills the opening hours of the first day that has some into all days; without it people type them.
(() => {
  const button = document.querySelector("[data-copy-hours]");
  const days = [...document.querySelectorAll(".week input[type=text]")];
  const said = document.querySelector("[data-copied-hours]");
  if (!button || !days.length) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const first = days.find((day) => day.value.trim());
    if (!first) {
      said.textContent = "Enter the hours of one day first.";
      (days[0]).focus();
      return;
    }
    for (const day of days) day.value = first.value;
    said.textContent = "Copied to all days. Change those that differ.";
  });
})();
