// Selector engines for chats that nobody has described; each finds its elements below a root, best first.
// Stands behind chat_signs.js.
const shown = (e) => e.getClientRects().length > 0;
const typed = 'textarea, [contenteditable=""], [contenteditable=true], input[type=text], input:not([type])';
const called = (e) => [e.placeholder, e.getAttribute('aria-label'), e.title, ...[...(e.labels ?? [])].map((one) => one.textContent)]
  .filter(Boolean).join(' ');
const mail = (e) => e.localName === 'input' && (e.type === 'email' || (e.type === 'text'
  && /e-?mail|e-?post|courriel|sähköposti|correo|почт|דוא|אימייל/i.test([e.name, e.id, e.autocomplete, called(e)].join(' '))
  && !/message|question|chat/i.test(called(e))));
const says = (e) => [e.id, e.getAttribute('class'), e.name, e.dataset.testid, e.getAttribute('type')].join(' ');
const name = (e) => (e.innerText || e.value || e.getAttribute('aria-label') || e.title || '').trim();
const sending = /\b(send|submit)|[-_]send|send(btn|button|icon)/i;
const others = new RegExp(OTHERS, 'iu'), pickers = /(^| )(attach|upload|file|emoji|sticker|gif|voice|record|mic|camera|close)/i;
const picks = (e) => e?.matches('input[type=file]') || e?.querySelector('input[type=file]');
const uploads = (e) => [e, e.previousElementSibling, e.nextElementSibling].some(picks);
const unfit = (e) => picks(e) || e.closest('label')?.control?.type === 'file'
  || others.test([e.getAttribute('aria-label'), e.title, e.innerText, e.value].filter(Boolean).join(' '))
  || pickers.test([e.id, e.getAttribute('class'), e.name, e.dataset.testid].join(' ').replace(/([a-z])([A-Z])|[-_]/g, '$1 $2'));
const near = (field, levels) => {
  for (let at = field && up(field); at && levels >= 0; at = up(at), levels--) {
    if ([...at.querySelectorAll(`${typed}, input[type=email]`)].some((other) => other !== field && shown(other) && mail(other) !== mail(field))) return [];
    const found = [...at.querySelectorAll('button, [role=button], input[type=submit]')].filter(shown);
    if (found.length) return found.filter((e) => !unfit(e));
  }
  return [];
};
const follows = (field, e) => field.compareDocumentPosition(e) & 4;
const inside = (e, test) => {
  for (let at = e; at && at !== document.body; at = up(at)) if (test.test(labels(at))) return true;
  return false;
};
const inChat = (e) => window !== top || window.opener || floats(e) || inside(e, own);
const asksForAddress = (e) => mail(e) && shown(e) && !e.disabled && !e.readOnly;
const clickable = (e) => e.matches('button, [role=button], a, iframe, [onclick]') || e.localName.includes('-')
  || getComputedStyle(e).cursor === 'pointer';
const shows = /\b(show|hide|open|close|toggle|expand|launch)\b.*\b(widget|window|panel|messenger|bot)\b|^(widget|bot|assistant)$/i;
const elsewhere = /captcha|cookie|consent|privacy|accessib|scroll|back.?to.?top|cart|basket|share|phone|whatsapp|newsletter/i;
const hostedBy = /(^|[\s_-])(chat|widget|bot|messenger|assistant)|(chat|bot)(?=[\s_-]|$)/i;
const calls = (e) => [e.localName, e.getAttribute('class'), e.id].filter(Boolean).join(' ');
const hosted = (e) => { for (let at = e; at && at !== document.body; at = up(at)) if (hostedBy.test(calls(at))) return true; return false; };
const depth = (e) => {
  for (let at = e; at && at !== document.body; at = up(at)) {
    const {position, zIndex} = getComputedStyle(at);
    if (position === 'fixed' || position === 'sticky') return Number(zIndex) || 0;
  }
  return -1;
};
// A small thing that floats in a corner above the page and leads nowhere else, though nothing on it says what it is.
const nameless = (e) => {
  const {left, right, width, height, bottom} = box(e);
  const inCorner = bottom > innerHeight - 200 && bottom <= innerHeight + 40 && (right > innerWidth - 160 || left < 160);
  const leads = e.localName === 'a' && !/^(#|javascript:|$)/.test(e.getAttribute('href') ?? '');
  return inCorner && width >= 20 && height >= 20 && width <= 160 && height <= 160 && !leads && !e.matches('input, textarea, select')
    && !inside(e, elsewhere) && (hosted(e) || depth(e) >= 100);
};
const launches = (e) => {
  const {width, height, bottom, right} = box(e);
  if (!width || !height || width > 420 || height > 300 || decoy.test(labels(e))) return 0;
  const said = e.localName === 'iframe' ? '' : (e.innerText || '').trim();
  const label = e.getAttribute('aria-label') || e.title || '';
  const named = words.test(label) || shows.test(label) || (said.length < 40 && words.test(said));
  const corner = bottom > innerHeight * 0.6 && right > innerWidth * 0.5, floating = floats(e);
  const button = e.matches('button, [role=button]');
  if (floating && !named && nameless(e)) return 3 + 2 * hosted(e) + button + (getComputedStyle(e).cursor === 'pointer');
  if (!floating && !own.test(labels(e))) return 0;
  if (!named && !own.test(labels(e))) return 0;
  if (!button && !e.matches('a, iframe, [onclick]') && !e.localName.includes('-') && !named) return 0;
  return 1 + 3 * named + 2 * own.test(labels(e)) + 2 * corner + button;
};
// Of several that lie in one another, the inmost is what takes the click.
const inmost = (found) => found.filter(([points, e]) => !found.some(([other, inner]) => inner !== e && other >= points
  && (e.contains(inner) || (inner.getRootNode() instanceof ShadowRoot && e.contains(inner.getRootNode().host)))));
const engines = {
  tag: (root, given) => some(root, (e) => e.localName.startsWith(given.trim())),
  chatroot: (root) => some(root, (e) => !['html', 'body', 'form', 'iframe', 'header', 'nav'].includes(e.localName)
    && !decoy.test(labels(e)) && (own.test(labels(e)) || getComputedStyle(e).position === 'fixed')),
  chatframe: (root) => some(root, (e) => e.localName === 'iframe' && !decoy.test(labels(e))
    && box(e).width > 200 && box(e).height > 200 && (own.test(labels(e)) || floats(e))),
  chatlauncher: (root) => inmost(some(root, clickable).map((e) => [launches(e), e]).filter(([points]) => points > 2))
    .sort((a, b) => b[0] - a[0]).map(([, e]) => e),
  chatsend: (root) => {
    const field = some(root, (e) => e.matches(typed) && shown(e) && !mail(e)).at(-1);
    const around = near(field, 4);
    const sends = around.filter((e) => sending.test(says(e)));
    if (sends.length) return sends.length === 1 ? sends : [];
    return around.filter((e) => around.length === 1 && !name(e) && !uploads(e) && follows(field, e));
  },
  chatemail: (root) => some(root, (e) => asksForAddress(e) && inChat(e) && !inside(e, decoy)),
  chatemailsend: (root) => {
    const field = some(root, asksForAddress)[0];
    const around = near(field, 4).filter((e) => follows(field, e));
    const sends = around.filter((e) => sending.test(says(e)));
    return (sends.length ? sends : around).slice(0, 1);
  },
};
const engine = (find) => ({query: (root, given) => find(root, given)[0], queryAll: find});
