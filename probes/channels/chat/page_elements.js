// What a visitor can click, type in or read in one document: kind, name, lasting selector, place.
// Runs in a page behind the words of chat_looks; nothing that it returns is believed unchecked.
const seenRoots = () => {
  const roots = [document];
  for (let at = 0; at < roots.length && roots.length < 200; at++)
    for (const e of roots[at].querySelectorAll('*')) if (e.shadowRoot) roots.push(e.shadowRoot);
  return roots;
};
const flat = (text, most = 80) => (text || '').replace(/\s+/g, ' ').trim().slice(0, most);
const fields = 'input:not([type=hidden], [type=submit], [type=button], [type=image], [type=reset], [type=checkbox],'
  + '[type=radio], [type=file], [type=range], [type=color]), textarea, select, [contenteditable]:not([contenteditable=false]),'
  + '[role=textbox]';
const spokenButtons = 'button, [role=button], a[href], [role=link], input[type=submit], input[type=button], input[type=image]';
const areas = '[role=log], [role=feed], [aria-live]:not([aria-live=off])';
const kindOf = (e) => e.localName === 'iframe' ? 'frame'
  : e.matches('input[type=checkbox], input[type=radio]') ? 'tick'
  : e.matches(fields) ? 'field'
  : e.matches(spokenButtons) || e.matches('summary, [onclick]') ? 'button'
  : e.matches(areas) ? 'area'
  : e.localName.includes('-') && ![...(e.shadowRoot || e).querySelectorAll('*')].some((i) => i.matches(spokenButtons + ', iframe'))
    ? 'button' : '';
const nameOf = (e, kind) => {
  const by = (e.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean)
    .map((id) => e.getRootNode().getElementById?.(id)?.innerText || '').join(' ');
  const given = by.trim() || e.getAttribute('aria-label') || e.labels?.[0]?.innerText;
  const shown = kind === 'button' ? e.innerText || (e.localName === 'input' ? e.value : '') : '';
  return flat(given || shown || e.title || e.getAttribute('placeholder') || e.getAttribute('alt'));
};
const plain = (v) => Boolean(v) && v.length <= 80 && !/[\n\\"]/.test(v);
const steady = (v) => plain(v) && /^[\w-]+$/.test(v) && !/\d{3,}|^\d|[a-f0-9]*\d[a-f0-9]{5,}/i.test(v);
const ways = function* (e) {
  const tag = e.localName;
  for (const key of ['data-testid', 'data-test', 'data-qa', 'data-cy'])
    if (plain(e.getAttribute(key))) yield `${tag}[${key}="${e.getAttribute(key)}"]`;
  if (steady(e.id)) yield `${tag}#${CSS.escape(e.id)}`;
  for (const key of ['aria-label', 'name', 'title', 'placeholder'])
    if (plain(e.getAttribute(key)) && (key !== 'name' || steady(e.name))) yield `${tag}[${key}="${e.getAttribute(key)}"]`;
  const [, host, where] = (tag === 'iframe' && /^https?:\/\/([\w.:-]+)(\/[\w./-]*)?/.exec(e.src)) || [];
  if (host) yield `iframe[src*="${host}${where?.length > 1 ? where : ''}"]`;
  const classes = [...e.classList].filter(steady);
  for (const one of classes) yield `${tag}.${CSS.escape(one)}`;
  if (tag.includes('-') || tag === 'textarea') yield tag;
  if (e.type && tag === 'input') yield `input[type="${e.type}"]`;
  if (classes.length > 1) yield tag + classes.map((one) => '.' + CSS.escape(one)).join('');
};
const alone = (css, roots) => {
  let n = 0;
  for (const root of roots) { n += root.querySelectorAll(css).length; if (n > 1) return false; }
  return n === 1;
};
const path = (e, roots) => {
  let css = '';
  for (let at = e, deep = 0; at && at.localName !== 'html' && deep < 6; at = at.parentElement, deep++) {
    const anchored = at !== e && [...ways(at)].find((way) => alone(way, roots));
    if (anchored) return `${anchored} > ${css}`;
    const like = [...(at.parentNode?.children || [at])].filter((other) => other.localName === at.localName);
    css = `${at.localName}${like.length > 1 ? `:nth-of-type(${like.indexOf(at) + 1})` : ''}${css && ' > ' + css}`;
  }
  return alone(css, roots) ? css : '';
};
const selector = (e, roots) => {
  // A custom element with a version in its tag has another one next month.
  const stem = /-.*\d/.test(e.localName) && e.localName.replace(/\d.*$/, '');
  if (stem) return `tag=${stem}`;
  for (const way of ways(e)) if (way.length <= 200 && alone(way, roots)) return way;
  return path(e, roots);
};
const place = (e) => { const {x, y, width, height} = e.getBoundingClientRect(); return [x, y, width, height]; };
const describe = (e, roots, score = 0) => {
  const kind = kindOf(e), name = nameOf(e, kind || 'button');
  return {kind: kind || 'button', name, tag: e.localName, css: selector(e, roots), box: place(e), score,
    spoken: Boolean(name) && (kind === 'field' || kind === 'tick' || (kind === 'button' && e.matches(spokenButtons)))};
};
const gather = (most) => {
  const roots = seenRoots(), found = [];
  const shown = (e) => {
    const {x, y, right, bottom, width, height} = e.getBoundingClientRect();
    return width > 4 && height > 4 && right > 0 && bottom > 0 && x < innerWidth && y < innerHeight
      && (!e.checkVisibility || e.checkVisibility({visibilityProperty: true}));
  };
  const score = (e) => {
    const {right, bottom} = e.getBoundingClientRect();
    return 3 * floats(e) + 2 * own.test(labels(e)) + 2 * words.test(nameOf(e, 'button')) - 3 * decoy.test(labels(e))
      + (bottom > innerHeight * 0.6 && right > innerWidth * 0.5) + (e.localName !== 'a');
  };
  let looked = 0;
  for (const root of roots) for (const e of root.querySelectorAll('*')) {
    if (looked++ > 20000) break;
    if (kindOf(e) && shown(e)) found.push([score(e), e]);
  }
  found.sort((a, b) => b[0] - a[0]);
  const taken = {};
  return found.filter(([, e]) => (taken[kindOf(e)] = (taken[kindOf(e)] || 0) + 1) <= most)
    .map(([points, e]) => describe(e, roots, points));
};
const said = (element) => [...element.children].slice(-8).map((child) => ({
  look: child.localName + [...child.classList].slice(0, 4).map((name) => '.' + name).join(''),
  said: flat(child.innerText, 160),
}));
