// What every page does: theme, search key, menus, dismissing messages, forms that send themselves.
(() => {
  const root = document.documentElement;

  const showTheme = () => {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === root.dataset.themeChosen));
    }
  };

  const chooseTheme = (choice) => {
    try {
      localStorage.setItem("theme", choice);
    } catch {
      // Without storage the choice cannot be kept.
    }
    dispatchEvent(new Event("theme-chosen"));
    showTheme();
  };

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) chooseTheme(choice.dataset.themeChoice);
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest("[data-dismissable]").remove();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const box = [...document.querySelectorAll("[data-search]")].find((field) => field.offsetParent !== null);
      if (box) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });

  document.addEventListener("submit", (event) => {
    // A form that is sent twice by a double tap does everything twice.
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("main details:not([open]):not(.confirm, .menu, .filters)")) {
      folded.open = true;
      folded.dataset.openedToPrint = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const folded of document.querySelectorAll("[data-opened-to-print]")) {
      folded.open = false;
      delete folded.dataset.openedToPrint;
    }
  });

  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
  showTheme();
})();
