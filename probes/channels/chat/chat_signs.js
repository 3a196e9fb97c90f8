// What a chat looks like where nobody has described it: walks over shadow roots and judges single elements.
// WORDS and OTHERS, patterns of what is written on its parts, are set before this.
const all = function* (root) {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* all(element.shadowRoot);
  }
};
const some = (root, test) => {
  const found = [];
  let looked = 0;
  for (const element of all(root)) {
    if (looked++ > 20000) break;
    if (test(element)) found.push(element);
  }
  return found;
};
const words = new RegExp(WORDS, 'i');
const own = /chat|messeng|conversation|helpdesk|livehelp|intercom|support-?widget/i;
const labels = (e) => [e.id, e.getAttribute('class'), e.localName, e.getAttribute('name'), e.title,
  e.getAttribute('aria-label'), e.localName === 'iframe' ? e.src : ''].filter(Boolean).join(' ');
const up = (e) => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
const floats = (e) => {
  for (let at = e; at && at !== document.body; at = up(at))
    if (['fixed', 'sticky'].includes(getComputedStyle(at).position)) return true;
  return false;
};
const box = (e) => e.getBoundingClientRect();
const decoy = /captcha|consent|cookie|newsletter|subscribe|youtube|vimeo|maps|doubleclick|analytics/i;
