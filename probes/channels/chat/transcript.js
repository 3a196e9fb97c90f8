// What each message element says, by the `messages` of a widget's file, and when the page changed.
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
  const taken = everywhere(document).filter((item) => !parts.pending || !item.matches(parts.pending));
  return told(some(taken).map((item) => {
    const stamp = parts.time ? (item.matches(parts.time) ? item : inner(item, parts.time)) : null;
    return {
      id: parts.id_attribute ? (item.getAttribute(parts.id_attribute) || "").slice(0, 200) : "",
      role: roles.find((role) => parts.roles[role] && item.matches(parts.roles[role])) || "unknown",
      author: said(inner(item, parts.author), 200),
      text: (parts.text ? said(inner(item, parts.text)) : said(item)) || drawn(item),
      at: (stamp?.getAttribute(parts.time_attribute) || "").slice(0, 60),
      shown: said(stamp, 60),
    };
  }), parts);
}
