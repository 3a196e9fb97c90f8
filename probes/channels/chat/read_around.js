// The same in a page that nobody has described: finds our own words, and takes what stands beside them for messages.
// Once our words have left a list that draws only its end, that list is read on.
(roots, {own, typing, most, longest, changeTimes}) => {
  const longestAsked = 2000;
  const some = (items) => items.length <= most ? items : [...items.slice(0, most / 2), ...items.slice(-most / 2)];
  const said = (element, upTo = longest) => {
    const raw = element?.textContent ?? "";
    const shown = raw.length > upTo ? raw : element?.innerText ?? raw;
    return shown.slice(0, upTo).trim();
  };
  const changes = (wanted, messages) => {
    try { return window[changeTimes]?.(wanted, messages) ?? []; } catch { return []; }
  };
  const told = (items, wanted) => [items, changes(wanted, items.map((item) => (item.id || item.text).slice(0, longestAsked)))];
  const drawn = (element) => {
    const all = [...(element?.querySelectorAll("img, video, audio, canvas") ?? [])];
    const emoji = all.map((one) => one.alt ?? "").filter((alt) => alt.length < 20 && /\p{Extended_Pictographic}/u.test(alt));
    const large = all.find((one) => one.offsetWidth >= 64 && one.offsetHeight >= 32);
    return emoji.join("") || (large ? `[${/^(img|canvas)$/.test(large.localName) ? "image" : large.localName}]` : "");
  };
  const content = (element, upTo = longest) => said(element, upTo) || drawn(element);
  const deep = (root, selector) => {
    const found = root.querySelector(selector) ?? root.shadowRoot?.querySelector(selector);
    if (found) return found;
    for (const inner of [...root.querySelectorAll("*"), ...(root.shadowRoot?.querySelectorAll("*") ?? [])])
      if (inner.shadowRoot) { const within = deep(inner, selector); if (within) return within; }
    return null;
  };

  const flat = (text) => text.replace(/\s+/g, " ").trim();
  const letters = (text) => text.toLowerCase().replace(/https?:\/\//g, "").replace(/[^\p{L}\p{N}]+/gu, "");
  const core = letters(own) ? letters : flat;
  const wanted = core(own);
  const all = [];
  const gather = (root) => {
    if (root.shadowRoot) gather(root.shadowRoot);
    for (const element of root.querySelectorAll("*")) {
      if (all.length > 20000) return;
      all.push(element);
      if (element.shadowRoot) gather(element.shadowRoot);
    }
  };
  for (const root of roots) { all.push(root); gather(root); }
  const typed = "input, textarea, [contenteditable], [role=textbox], script, style, template, button, [role=button]";
  const list = "[role=log], [role=feed], ol, ul";
  const shown = (element) => !element.closest(typed) && element.getClientRects().length > 0;
  const size = (element) => element.textContent.length;
  const clock = /^\d{1,2}[:.]\d{2}( ?[ap]\.?m\.?)?$/i;
  const stamp = (e) => e.querySelector("time, [datetime]")
    ?? [...e.querySelectorAll("*")].slice(0, 60).find((one) => !one.firstElementChild && clock.test(said(one, 60)));
  const timed = (e) => ({at: (stamp(e)?.getAttribute("datetime") || "").slice(0, 60), shown: said(stamp(e), 60)});
  const words = (e) => {
    const whole = content(e), time = timed(e).shown;
    const rest = time && whole.endsWith(time) ? whole.slice(0, -time.length) : time && whole.startsWith(time) ? whole.slice(time.length) : whole;
    return rest.trim() || whole;
  };
  const holding = all.filter((e) => size(e) * 2 >= own.length && size(e) < own.length + 400 && shown(e) && core(said(e)).includes(wanted));
  const leaves = holding.filter((e) => !holding.some((other) => other !== e && e.contains(other)));
  const leaf = leaves.find((e) => core(words(e)) === wanted) ?? leaves[0];
  const inPieces = (e) => {
    const kids = [...e.children].slice(-most), said = kids.map((kid) => (shown(kid) ? core(words(kid)) : ""));
    for (let from = 0; from < kids.length; from++)
      for (let to = from, sum = said[from]; sum && wanted.startsWith(sum) && to < kids.length; sum += said[++to] ?? "")
        if (sum === wanted) return kids.slice(from, to + 1);
    return [];
  };
  const others = (e, but) => [...(e?.children ?? [])].filter((next) => !but.includes(next) && shown(next) && content(next, 400));
  const split = () => {
    const wide = all.filter((e) => e.children.length > 1 && size(e) >= own.length / 2 && core(e.textContent).includes(wanted));
    for (const e of wide.reverse()) {
      const pieces = inPieces(e);
      if (pieces.length > 1 && (e.matches(list) || others(e, pieces).some((next) => next.localName === pieces[0].localName)))
        return pieces;
    }
    return [];
  };
  const up = (e) => e.parentElement ?? (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const classes = (e) => new Set((e.getAttribute("class") ?? "").split(/\s+/).filter(Boolean));
  const alike = (e, other) => e.localName === other.localName && [...classes(e)].some((name) => classes(other).has(name));
  const whole = (e) => e.matches("li, article, [role=listitem], [role=article]") || others(up(e), [e]).some((other) => alike(e, other));
  const climb = (e) => {
    while (!whole(e) && up(e) && flat(said(up(e))).length <= flat(own).length + 80
      && !up(e).querySelector?.(typed) && !e.matches(list)) e = up(e);
    return e;
  };
  const pieces = wanted ? split() : [];
  const ours = pieces.length ? pieces : leaf && wanted ? [climb(leaf)] : [];
  const holder = ours.length ? up(ours[0]) : window.__ourList?.deref();
  if (!ours.length && !(holder?.isConnected && shown(holder))) return told([], null);
  if (holder) window.__ourList = new WeakRef(holder);
  const somebodyTypes = new RegExp(`^(…|\\.{3})$|^(?!(jag|jeg|i|we|vi) )[^.,!?…]{1,40} (${typing}) ?(…|\\.{3})?$`, "i");
  const looks = (e) => [e.className?.baseVal ?? e.className ?? "", e.id, e.getAttribute("data-author-type") ?? "",
    e.getAttribute("data-role") ?? "", e.getAttribute("aria-label") ?? ""].join(" ").toLowerCase();
  const role = (e) => {
    const own = looks(e), inside = [...e.querySelectorAll("*")].slice(0, 30).map(looks).join(" "), words = [own, inside].join(" ");
    if (/typing|is-writing/.test(words) || /loading|ellipsis|dots/.test(flat(said(e)) ? own : words)
      || somebodyTypes.test(flat(said(e, 80)))) return "typing";
    if (/\b(bot|robot|assistant|automat\w*|virtual)\b|--bot\b|_bot\b/.test(words)) return "bot";
    if (/system|notice|divider|timestamp|date-sep|event-line/.test(own)) return "system";
    return "unknown";
  };
  const apart = (e) => {
    const parts = [...e.children].filter((part) => content(part, 400));
    const same = parts.length > 1 && parts[0].className && parts.every((part) => part.className === parts[0].className);
    return same ? parts : [e];
  };
  const beside = [...(holder?.children ?? ours)].filter((e) => ours.includes(e) || (shown(e) && content(e, 400)
    && !e.querySelector("input, textarea, [contenteditable], [role=textbox]") && !e.matches(typed)));
  return told(some(beside.flatMap((e) => (e === ours[0] ? [e] : ours.includes(e) ? [] : apart(e)))).map((e) => e === ours[0]
    ? {id: "", role: "visitor", author: "", text: own, ...timed(e)}
    : {id: "", role: core(words(e)) === wanted ? "visitor" : role(e), author: "", text: words(e), ...timed(e)}), null);
}
