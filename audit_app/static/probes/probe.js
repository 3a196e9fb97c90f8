// Keeps the page of an open probe up to date. Only what changed is replaced, and nothing that has the focus, so that
// neither the place on the page nor the reader is lost. Without this script the page says to reload it.
(() => {
  const EVERY = 10_000;
  const page = document.querySelector("[data-live-url][data-live-waiting]");
  if (!page) return;
  const said = page.querySelector("[data-live-said]");
  let busy = false;
  let timer = 0;
  let waits = true;
  let late = false;

  const explain = (words) => {
    const how = page.querySelector("[data-live-how]");
    if (how) how.textContent = words;
  };

  const stop = (words) => {
    clearInterval(timer);
    explain(words);
  };

  const replace = (old, fresh) => {
    for (const fold of old.querySelectorAll("details[id][open]")) {
      const same = fresh.querySelector(`#${CSS.escape(fold.id)}`);
      if (same) same.open = true;
    }
    old.replaceWith(fresh);
  };

  const update = (region, fresh) => {
    const news = [];
    const known = new Map([...region.children].map((part) => [part.dataset.part, part]));
    let before = null;
    for (const part of [...fresh.children]) {
      const old = known.get(part.dataset.part);
      known.delete(part.dataset.part);
      if (!old) {
        if (before) before.after(part);
        else region.prepend(part);
        news.push(part.dataset.say);
      } else if (old.dataset.version !== part.dataset.version && old.contains(document.activeElement)) {
        late = true;
      } else if (old.dataset.version !== part.dataset.version) {
        if (old.dataset.say !== part.dataset.say) news.push(part.dataset.say);
        replace(old, part);
      }
      before = part.isConnected && part.ownerDocument === document ? part : old;
    }
    for (const gone of known.values()) {
      if (gone.contains(document.activeElement)) late = true;
      else gone.remove();
    }
    return news;
  };

  const refresh = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const response = await fetch(page.dataset.liveUrl, { cache: "no-store" });
      if (response.status >= 500) throw new Error("The server is being restarted, or ill.");
      if (response.redirected || !response.ok) {
        stop("This page no longer updates by itself; reload it.");
        return;
      }
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      // Asked first, for what is new moves from there into the page.
      waits = fresh.querySelector("[data-waiting]") !== null;
      late = false;
      const news = [...page.querySelectorAll("[data-live]")].flatMap((region) => {
        const same = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
        return same ? update(region, same) : [];
      });
      if (news.some(Boolean)) said.textContent = news.filter(Boolean).join(". ");
      if (waits) explain("This page updates by itself.");
      else if (!late) clearInterval(timer);
    } catch {
      explain("No connection; this page tries again.");
    } finally {
      busy = false;
    }
  };

  explain("This page updates by itself.");
  timer = setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
  // What was held back because it had the focus comes as soon as the focus has gone.
  page.addEventListener("focusout", () => {
    if (late) setTimeout(refresh);
  });
})();
