// What each message element says, where it stands,, by the `messages` of a widget's file, when the page changed, and the notices around ours.
({parts, most, longest, changeTimes}) => {
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

  const roles = ["typing", "visitor", "bot", "system", "person"];
  const everywhere = (root) => [...root.querySelectorAll(parts.item),
    ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? everywhere(e.shadowRoot) : []))];
  const inner = (item, selector) => (selector ? deep(item, selector) : null);
  const labels = (element) => [...element.querySelectorAll("button, [role=button], [aria-label], [title], img[alt]")].slice(0, 20)
    .map((one) => one.getAttribute("aria-label") || one.title || one.alt || one.innerText || "");
  // What stands beside our words in their row, so that a failure is seen.
  const beside = (item) => [...(item.innerText ?? "").slice(0, 1000).split("\n"), ...labels(item)]
    .map((line) => line.trim().slice(0, 120)).filter(Boolean).slice(-20);
  const up = (e) => e.parentElement ?? (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const holdsField = (e) => e.querySelector('textarea, [contenteditable=""], [contenteditable=true], [role=textbox], input[type=text]');
  const panelOf = (item) => {
    let at = item;
    while (at && up(at) && !holdsField(at)) at = up(at);
    return at;
  };
  const notices = (item) => [...(item ? panelOf(item).querySelectorAll("[role=alert], [role=status], [aria-live=assertive],"
    + "[class*=offline i], [class*=connect i], [class*=error i], [class*=banner i]") : [])].slice(0, 20)
    .filter((e) => e.checkVisibility({visibilityProperty: true})).map((e) => said(e, 120)).filter(Boolean);
  const taken = some(everywhere(document).filter((item) => !parts.pending || !item.matches(parts.pending)));
  const items = taken.map((item) => {
    const stamp = parts.time ? (item.matches(parts.time) ? item : inner(item, parts.time)) : null;
    const role = roles.find((one) => parts.roles[one] && item.matches(parts.roles[one])) || "unknown";
    const {x, y, width, height} = item.getBoundingClientRect();
    return {
      id: parts.id_attribute ? (item.getAttribute(parts.id_attribute) || "").slice(0, 200) : "",
      role,
      author: said(inner(item, parts.author), 200),
      text: (parts.text ? said(inner(item, parts.text)) : said(item)) || drawn(item),
      at: (stamp?.getAttribute(parts.time_attribute) || "").slice(0, 60),
      shown: said(stamp, 60),
      place: width || height ? [Math.round(x), Math.round(y)] : null,
      beside: role === "visitor" ? beside(item) : [],
    };
  });
  return [...told(items, parts), notices(taken.findLast((item) => parts.roles.visitor && item.matches(parts.roles.visitor)))];
}
