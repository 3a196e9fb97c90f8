// The pages that teach a chat: follow a try until it ends, choose a part by clicking its number on the picture, and show
// the field for own words only where own words were chosen. Without this script the page says to reload it, the lists
// hold the same choices as the picture, and the fields are all there.
(() => {
  const follow = (panel) => {
    const EVERY = 1500;
    const said = panel.querySelector("[data-try-words]");
    const how = panel.querySelector("[data-try-how]");
    how.textContent = "It updates by itself.";
    const look = async () => {
      try {
        const response = await fetch(panel.dataset.tryState, { cache: "no-store", headers: { Accept: "application/json" } });
        if (response.redirected || !response.ok) {
          how.textContent = "It no longer updates by itself; reload it.";
          return;
        }
        const state = await response.json();
        if (!state.is_running) {
          location.reload();
          return;
        }
        if (said.textContent !== state.words) said.textContent = state.words;
      } catch {
        how.textContent = "No connection; it tries again.";
      }
      setTimeout(look, EVERY);
    };
    setTimeout(look, EVERY);
  };

  const OWN = ["name", "pattern", "css"];

  const prepare = (screen) => {
    const parts = [...screen.querySelectorAll("[data-part]")];
    const marks = [...screen.querySelectorAll("[data-mark]")];
    const choiceOf = (part) => part.querySelector("[data-choice]");
    let chosen = null;

    const show = () => {
      const open = chosen && chosen.open ? choiceOf(chosen) : null;
      for (const mark of marks) {
        const can = open && [...open.options].some((option) => option.value === mark.dataset.mark);
        mark.classList.toggle("mark-can", Boolean(can));
        mark.classList.toggle("mark-cannot", Boolean(open) && !can);
        mark.classList.toggle("mark-chosen", Boolean(can) && open.value === mark.dataset.mark);
      }
    };

    for (const part of parts) {
      const choice = choiceOf(part);
      const own = part.querySelector("[data-own]");
      const fold = () => {
        own.hidden = !OWN.includes(choice.value);
        show();
      };
      choice.addEventListener("change", fold);
      part.addEventListener("toggle", () => {
        if (part.open) chosen = part;
        show();
      });
      fold();
    }

    for (const mark of marks) {
      mark.addEventListener("click", () => {
        if (!mark.classList.contains("mark-can")) return;
        const choice = choiceOf(chosen);
        choice.value = mark.dataset.mark;
        choice.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    for (const hint of screen.querySelectorAll("[data-picture-hint]")) hint.hidden = false;
    for (const drawing of screen.querySelectorAll("svg.screen")) drawing.classList.add("screen-quiet");
    // On a phone the picture is wider than the screen: begin where something was found.
    const scroll = screen.querySelector(".screen-scroll");
    const found = screen.querySelector(".mark-found:not(.mark-frame) .mark-box");
    if (found) {
      const [at, edge] = [found.getBoundingClientRect(), scroll.getBoundingClientRect()];
      scroll.scrollLeft += at.left + at.width / 2 - edge.left - edge.width / 2;
    }
  };

  for (const panel of document.querySelectorAll("[data-try-state]")) follow(panel);
  for (const screen of document.querySelectorAll("[data-screen]")) prepare(screen);
})();
