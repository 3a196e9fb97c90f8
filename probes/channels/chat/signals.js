// How a page tells that it changed, and keeps when each change came: runs in each frame before its own scripts, so that
// the clock is still the browser's own. Roots that a page would close stay open, for a visitor sees what is in them. It
// says nothing more until it was heard, so no page can flood us.
({signal, changeTimes, most, longest}) => {
  const clock = Date.now, later = setTimeout;
  const times = [], roots = [], firsts = new Map();
  let parts = null;
  let busy = false, again = false;
  const rest = () => new Promise((wake) => { later(wake, 100); });
  const tell = async () => {
    if (busy) { again = true; return; }
    busy = true;
    do { again = false; await window[signal]?.(); await rest(); } while (again);
    busy = false;
  };
  const flat = (text) => text.replace(/\s+/g, " ").trim().slice(0, longest);
  const key = (item) => flat(parts.id_attribute && item.getAttribute(parts.id_attribute)
    || (parts.text && item.querySelector(parts.text) || item).textContent);
  const note = (now) => {
    const other = [parts?.pending, parts?.roles.typing].filter(Boolean).join();
    for (const root of parts ? roots : [])
      for (const item of root.querySelectorAll(parts.item))
        if (!(other && item.matches(other)) && firsts.size < most.messages && !firsts.has(key(item)))
          firsts.set(key(item), now);
  };
  const observer = new MutationObserver(() => {
    const now = clock();
    try { note(now); } catch { /* a page that tampers with its own parts */ }
    if (times.at(-1) !== now) times.push(now);
    if (times.length > most.times) times.shift();
    tell().catch(() => { busy = false; });
  });
  const told = (wanted, asked) => {
    if (wanted && !parts) { parts = wanted; note(0); }
    return [clock(), times, asked.map((one) => firsts.get(flat(one)) ?? 0)];
  };
  try {
    Object.defineProperty(window, changeTimes, {value: told});
  } catch { /* a window that an earlier document had: that one's answer says nothing of this one */ }
  const watch = (root) => {
    observer.observe(root, {subtree: true, childList: true, characterData: true});
    if (roots.length < most.roots) roots.push(root);
  };
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (wanted, ...more) {
    const root = attach.call(this, wanted?.mode === "closed" ? {...wanted, mode: "open"} : wanted, ...more);
    watch(root);
    return root;
  };
  const declared = () => {
    for (const host of document.querySelectorAll("*")) if (host.shadowRoot) watch(host.shadowRoot);
  };
  addEventListener("DOMContentLoaded", declared, {once: true});
}
