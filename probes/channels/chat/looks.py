"""What a chat looks like, for chats that nobody has described: selector engines that run in the page.

`tag=acme-chat-` finds elements whose tag begins so, for custom elements that carry a version in their tag.
`chatroot=` finds what floats above the page or calls itself a chat; `chatlauncher=` what might open one, likeliest
first; `chatframe=` the frames that look like a chat's own; `chatsend=` the button beside the field that sends, by its
attributes, or because it is the only one and has no name. All of them see into open shadow roots.
"""

from __future__ import annotations

import json

from probes.browser import Browsers

WORDS = (
    "chat", "messenger", "messaging", "live help", "ask us", "talk to us", "contact us now", "support", "help",
    "conversation", "chatta", "fråga oss", "kundtjänst", "hjälp", "hilfe", "nachricht", "kundenservice", "discuter", "aide",
    "keskustelu", "asiakaspalvelu", "ayuda", "conversación", "aiuto", "assistenza", "hulp", "klantenservice", "hjælp",
    "hjelp", "kundeservice", "czat", "pomoc", "ajutor", "чат", "помощь", "поддержка", "консультант", "צ'אט", "עזרה", "תמיכה",
)  # fmt: skip

_DEEP = """
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
const engine = (find) => ({query: (root, given) => find(root, given)[0], queryAll: find});
"""
LOOKS = f"""
const words = new RegExp({json.dumps("|".join(WORDS))}, 'i');
const own = /chat|messeng|conversation|helpdesk|livehelp|intercom|support-?widget/i;
const labels = (e) => [e.id, e.getAttribute('class'), e.localName, e.getAttribute('name'), e.title,
  e.getAttribute('aria-label'), e.localName === 'iframe' ? e.src : ''].filter(Boolean).join(' ');
const up = (e) => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
const floats = (e) => {{
  for (let at = e; at && at !== document.body; at = up(at))
    if (['fixed', 'sticky'].includes(getComputedStyle(at).position)) return true;
  return false;
}};
const box = (e) => e.getBoundingClientRect();
const decoy = /captcha|consent|cookie|newsletter|subscribe|youtube|vimeo|maps|doubleclick|analytics/i;
"""

ENGINES = {
    "tag": f"""(() => {{ {_DEEP}
      return engine((root, given) => some(root, (e) => e.localName.startsWith(given.trim())));
    }})()""",
    "chatroot": f"""(() => {{ {_DEEP} {LOOKS}
      const inside = (e) => !['html', 'body', 'form', 'iframe', 'header', 'nav'].includes(e.localName)
        && !decoy.test(labels(e)) && (own.test(labels(e)) || getComputedStyle(e).position === 'fixed');
      return engine((root) => some(root, inside));
    }})()""",
    "chatframe": f"""(() => {{ {_DEEP} {LOOKS}
      return engine((root) => some(root, (e) => e.localName === 'iframe' && !decoy.test(labels(e))
        && box(e).width > 200 && box(e).height > 200 && (own.test(labels(e)) || floats(e))));
    }})()""",
    "chatlauncher": f"""(() => {{ {_DEEP} {LOOKS}
      const clickable = (e) => e.matches('button, [role=button], a, iframe') || e.localName.includes('-');
      const score = (e) => {{
        const {{width, height, bottom, right}} = box(e);
        if (!width || !height || width > 420 || height > 300 || decoy.test(labels(e))) return 0;
        const said = e.localName === 'iframe' ? '' : (e.innerText || '').trim();
        const named = words.test(e.getAttribute('aria-label') || e.title || '') || (said.length < 40 && words.test(said));
        const corner = bottom > innerHeight * 0.6 && right > innerWidth * 0.5;
        if (!floats(e) && !own.test(labels(e))) return 0;
        if (!named && !own.test(labels(e))) return 0;
        return 1 + 3 * named + 2 * own.test(labels(e)) + 2 * corner + e.matches('button, [role=button]');
      }};
      return engine((root) => some(root, (e) => clickable(e) && score(e) > 2)
        .map((e) => [score(e), e]).sort((a, b) => b[0] - a[0]).map(([, e]) => e));
    }})()""",
    "chatsend": f"""(() => {{ {_DEEP}
      const shown = (e) => e.getClientRects().length > 0;
      const typed = 'textarea, [contenteditable=""], [contenteditable=true], input[type=text], input:not([type])';
      const says = (e) => [e.id, e.getAttribute('class'), e.name, e.dataset.testid, e.getAttribute('type')].join(' ');
      const name = (e) => (e.innerText || e.value || e.getAttribute('aria-label') || e.title || '').trim();
      const near = (e, levels) => {{
        const found = e ? [...e.querySelectorAll('button, [role=button], input[type=submit]')].filter(shown) : [];
        return found.length || !e || !levels ? found : near(e.parentElement, levels - 1);
      }};
      return engine((root) => {{
        const field = some(root, (e) => e.matches(typed) && shown(e)).at(-1);
        const around = near(field?.parentElement, 4);
        const sends = around.filter((e) => /\\b(send|submit)|[-_]send|send(btn|button|icon)/i.test(says(e)));
        if (sends.length) return sends.length === 1 ? sends : [];
        return around.filter((e) => around.length === 1 && !name(e) && field.compareDocumentPosition(e) & 4);
      }});
    }})()""",
}


async def teach(browsers: Browsers) -> None:
    """Teach a browser these selectors, once. Raises BrowserError."""
    for name, script in ENGINES.items():
        await browsers.teach_selector(name, script)
