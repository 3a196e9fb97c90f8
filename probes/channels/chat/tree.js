// One small tree of what a visitor sees in a chat, and when the page changed; it judges nothing.
// Nodes stand parent first. An element is [depth, tag, classes, attributes, [x, y, width, height], flags], a text
// [depth, "", text]. What is not shown, and what is only for screen readers, is left out.
(roots, {mostNodes, mostKids, longest, most, changeTimes}) => {
  const BLOCK = 1, PAINTED = 2, SCROLLS = 4, TYPED_IN = 8, PRESSED = 16, BUSY = 32, HAND = 64;
  const KEPT = ["id", "role", "aria-label", "title", "alt", "datetime", "data-role", "data-author-type", "aria-live", "type"];
  const LEFT_OUT = /^(script|style|template|noscript|link|meta|head|option)$/;
  const typedIn = 'textarea, [contenteditable=""], [contenteditable=true], [role=textbox], input:not([type=button], [type=submit])';
  const pressed = 'button, [role=button], [role=link], [role=menuitem], [role=option], a[href], input[type=button], input[type=submit], summary';
  const nodes = [];
  let left = most;
  const short = (value) => (value ?? "").slice(0, 120);
  const attributes = (element) => {
    const found = {};
    for (const name of KEPT) if (element.hasAttribute(name)) found[name] = short(element.getAttribute(name));
    if (element.localName === "input" && /^(button|submit)$/.test(element.type)) found["aria-label"] ??= short(element.value);
    return found;
  };
  const media = (element) => /^(img|video|audio|canvas|picture|svg)$/.test(element.localName);
  const clear = (colour) => colour === "transparent" || colour.endsWith(", 0)");
  const flags = (element, style) => (/^(block|flex|grid|list-item|table|flow-root|-webkit-box)/.test(style.display) ? BLOCK : 0)
    | (!clear(style.backgroundColor) || style.borderTopWidth !== "0px" || style.borderTopLeftRadius !== "0px" ? PAINTED : 0)
    | (/auto|scroll/.test(style.overflowY) ? SCROLLS : 0)
    | (element.matches(typedIn) ? TYPED_IN : 0)
    | (element.matches(pressed) ? PRESSED : 0) | (style.cursor === "pointer" ? HAND : 0)
    | (element.getAttribute("aria-busy") === "true" ? BUSY : 0);
  const some = (kids) => kids.length <= mostKids ? kids : [...kids.slice(0, mostKids / 2), ...kids.slice(-mostKids / 2)];
  const kidsOf = (element) => [...(element.shadowRoot?.childNodes ?? []), ...element.childNodes];
  const put = (node, depth) => {
    if (nodes.length >= mostNodes || depth > 60) return;
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.data.slice(0, Math.min(longest, Math.max(left, 200)));
      left -= text.length;
      if (text.trim()) nodes.push([depth, "", text]);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || LEFT_OUT.test(node.localName)) return;
    const style = getComputedStyle(node), {x, y, width, height} = node.getBoundingClientRect();
    if (style.display === "none" || style.visibility === "hidden" || (width <= 1 && height <= 1 && style.overflow !== "visible")) return;
    nodes.push([depth, node.localName.slice(0, 60), short(node.getAttribute("class")), attributes(node),
      [x, y, width, height].map(Math.round), flags(node, style)]);
    if (node.localName === "br" || node.localName === "svg" || node.matches(typedIn) || (media(node) && !node.shadowRoot)) return;
    for (const kid of some(kidsOf(node))) put(kid, depth + 1);
  };
  const outermost = roots.filter((root) => !roots.some((other) => other !== root && other.contains(root)));
  for (const root of outermost) put(root, 0);
  const changes = () => {
    try { return window[changeTimes]?.(null, []) ?? []; } catch { return []; }
  };
  return [nodes, changes()];
}
