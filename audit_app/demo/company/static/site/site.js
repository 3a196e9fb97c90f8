// The consent banner: it covers the page until it is answered, and the answer is kept.
(() => {
  "use strict";
  const place = "fjord-consent";
  const banner = document.getElementById("consent");
  let given = null;
  try { given = localStorage.getItem(place); } catch { /* storage may be refused: then we ask on every page */ }
  if (given) return;
  banner.hidden = false;
  document.body.classList.add("covered");
  banner.querySelectorAll("[data-consent]").forEach((button) => {
    button.addEventListener("click", () => {
      try { localStorage.setItem(place, button.dataset.consent); } catch { /* as above */ }
      banner.hidden = true;
      document.body.classList.remove("covered");
    });
  });
  banner.querySelector("button").focus({ preventScroll: true });
})();
