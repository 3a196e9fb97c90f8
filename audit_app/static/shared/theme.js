// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  const apply = () => {
    let chosen = "auto";
    try {
      chosen = localStorage.getItem("theme") || "auto";
    } catch {
      // Storage may be forbidden; the system's choice is used then.
    }
    const theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.dataset.bsTheme = paper.matches ? "light" : theme;
    document.documentElement.dataset.themeChosen = chosen;
  };
  apply();
  dark.addEventListener("change", apply);
  paper.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("theme-chosen", apply);
})();
