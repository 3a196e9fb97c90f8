// One key rates an item and goes on to the next. What somebody has chosen by hand no longer looks like a suggestion, and
// once that holds for all of them, the box that confirms the rest is ticked. Without this script the form works as it is.
(() => {
  const form = document.querySelector("[data-rating]");
  if (!form) return;
  const SHARES = { y: "yes", p: "partly", n: "no", a: "not_applicable" };
  const items = [...form.querySelectorAll("[data-item]")];
  const marks = [...document.querySelectorAll("[data-found]")];
  const confirmed = form.querySelector('input[name="confirmed"]');
  const itemOf = (element) => element.closest("[data-item]");

  const settle = (item) => {
    if (!item.classList.contains("rating-suggested")) return;
    item.classList.remove("rating-suggested");
    if (confirmed && !form.querySelector(".rating-suggested")) confirmed.checked = true;
  };

  const goOn = (item) => {
    const next = items[items.indexOf(item) + 1];
    const place = next
      ? next.querySelector("input:checked") || next.querySelector("input")
      : form.querySelector("textarea");
    place.focus();
    (next || place).scrollIntoView({ block: "nearest" });
  };

  form.addEventListener("click", (event) => {
    if (event.target.type === "radio") settle(itemOf(event.target));
  });

  form.addEventListener("keydown", (event) => {
    const item = itemOf(event.target);
    // A browser reports no click when the space bar chooses what is chosen already.
    if (item && event.key === " " && event.target.checked) settle(item);
    const share = SHARES[event.key.toLowerCase()];
    if (!item || !share || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    item.querySelector(`input[value="${share}"]`).checked = true;
    settle(item);
    goOn(item);
  });

  form.addEventListener("focusin", (event) => {
    const key = itemOf(event.target)?.dataset.item;
    for (const mark of marks) mark.classList.toggle("found-now", mark.dataset.found.split(" ").includes(key));
  });

  const keys = form.querySelector("[data-keys]");
  if (keys) keys.hidden = false;
})();
