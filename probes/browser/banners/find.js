// A selector engine of Playwright's: finds the button by which one gets rid of the consent banner in one frame, open shadow
// roots included, or else the frame that the banner is in. Changes nothing in the page. Given once what is known of
// banners, then asked again and again with `own` and `inside` as JSON in percent notation.
({ refuse, accept, frames, words }) => {
  const says = Object.fromEntries(Object.entries(words).map(([part, source]) => [part, new RegExp(source, "iu")]));
  const find = ({ own, inside }) => {
    const clean = (text) => (text || "").replace(/[\u200b-\u200f\ufeff]/g, "").replace(/[’‘]/g, "'").replace(/\s+/g, " ").trim();
    const roots = [document];
    for (const root of roots) for (const el of root.querySelectorAll("*")) if (el.shadowRoot) roots.push(el.shadowRoot);
    const all = (selector) => selector ? roots.flatMap((root) => [...root.querySelectorAll(selector)]) : [];
    const drawn = (el) => {
      const box = el.getBoundingClientRect();
      return box.width > 2 && box.height > 2 && el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
        && getComputedStyle(el).pointerEvents !== "none";
    };
    const shown = (selectors) => all(selectors.join(",")).find(drawn);

    const above = (node) => node.parentNode || node.host || null;
    const textOf = (node) => node instanceof ShadowRoot
      ? [...node.children].map((el) => el.innerText || "").join(" ") : node.innerText || "";
    const looks = (el) => {
      if (!(el instanceof Element)) return false;
      if (el.matches("dialog, [role=dialog], [role=alertdialog], [aria-modal=true]")) return true;
      if (/cookie|consent|gdpr|dsgvo/i.test(`${el.localName} ${el.id} ${el.getAttribute("class") || ""}`)) return true;
      return ["fixed", "sticky"].includes(getComputedStyle(el).position);
    };
    const LONGEST_BANNER = 8000;
    const asks = (node) => [...node.querySelectorAll("textarea, input[type=email], [contenteditable=true]")].some(drawn);
    // A banner lies over the page or is called one; unless its button says so already, it also speaks of cookies. What
    // has something to write in is a form or a chat.
    const inBanner = (el, speaks) => {
      let looked = inside;
      for (let at = above(el); !inside && at && at !== document.body && at !== document; at = above(at)) {
        looked = looked || looks(at);
        if (!looked) continue;
        const text = textOf(at);
        if (text.length > LONGEST_BANNER || asks(at)) return false;
        if (!speaks || says.about.test(text)) return true;
      }
      return inside;
    };

    const LONGEST_BUTTON = 60;
    const named = all("button, [role=button], input[type=button], input[type=submit], a")
      .map((el) => [el, clean(el.textContent || el.value || el.getAttribute("aria-label"))])
      .filter(([, text]) => text && text.length <= LONGEST_BUTTON);
    const button = (part) => named.find(([el, text]) => says[part].test(text) && !says.other.test(text) && drawn(el)
      && inBanner(el, part !== "necessary"))?.[0];

    for (const wanted of own) {
      const found = named.find(([el, text]) => text.toLowerCase() === clean(wanted).toLowerCase() && drawn(el));
      if (found) return found[0];
    }
    return shown(refuse) || button("necessary") || button("refuse") || shown(accept) || button("accept") || button("notice")
      || all("iframe").find((el) => drawn(el) && (frames.some((selector) => el.matches(selector))
        || /cookie|consent|gdpr/i.test(`${el.id} ${el.name} ${el.title} ${el.className} ${el.src}`))) || null;
  };
  const look = (given) => {
    try { return find(JSON.parse(decodeURIComponent(given))); } catch { return null; /* a page that is being torn down */ }
  };
  return { query: (root, given) => look(given), queryAll: (root, given) => [look(given)].filter(Boolean) };
}
