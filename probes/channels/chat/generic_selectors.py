"""What a chat looks like, for chats that nobody has described: selector engines that run in the page.

`tag=acme-chat-` finds elements whose tag begins so, for custom elements that carry a version in their tag.
`chatroot=` finds what floats above the page or calls itself a chat; `chatlauncher=` what might open one, likeliest
first; `chatframe=` the frames that look like a chat's own; `chatsend=` the button beside the field that sends, by its
attributes, or because it is the only one and has no name; `chatemail=` the field in which a chat asks for an e-mail
address alone, `chatemailsend=` the button beside it. All of them see into open shadow roots.
"""

from __future__ import annotations

import json

from probes.browser.browsers import Browsers

WORDS = (
    "chat", "messenger", "messaging", "live help", "ask us", "talk to us", "contact us now", "support", "help",
    "conversation", "chatta", "fråga oss", "kundtjänst", "hjälp", "hilfe", "nachricht", "kundenservice", "discuter", "aide",
    "keskustelu", "asiakaspalvelu", "ayuda", "conversación", "aiuto", "assistenza", "hulp", "klantenservice", "hjælp",
    "hjelp", "kundeservice", "czat", "pomoc", "ajutor", "чат", "помощь", "поддержка", "консультант", "צ'אט", "עזרה", "תמיכה",
)  # fmt: skip

OTHER_BUTTONS = (
    "attach", "upload", "file", "image", "photo", "picture", "camera", "emoji", "smil", "sticker", "gif", "voice", "record",
    "micro", "audio", "close", "minimi", "dismiss", "not now", "no thanks", "menu", "option", "more", "back", "skip", "later", "cancel", "call", "bifoga",
    "ladda upp", "fil", "bild", "stäng", "avbryt", "anhang", "anhäng", "datei", "hochladen", "schließen", "abbrechen",
    "joindre", "pièce", "fichier", "fermer", "annuler", "liit", "tiedosto", "sulje", "peruuta", "adjunt", "archivo",
    "subir", "cerrar", "cancelar", "alleg", "carica", "chiudi", "annulla", "bijlage", "bestand", "toevoegen", "sluit",
    "annuleer", "vedhæft", "luk", "annuller", "vedlegg", "legg ved", "lukk", "avbryt", "załącz", "plik", "zamknij",
    "anuluj", "atașa", "ataș", "fișier", "închide", "anulează", "прикреп", "файл", "вложен", "закрыть", "отмен", "צרף",
    "צירוף", "קובץ", "סגור", "סגירה", "ביטול",
)  # fmt: skip
"""What is written on the buttons beside a field that do something else than send."""

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

_OTHERS = r"(^|[^\p{L}])(" + "|".join(OTHER_BUTTONS) + ")"
_BUTTONS = f"""
const shown = (e) => e.getClientRects().length > 0;
const typed = 'textarea, [contenteditable=""], [contenteditable=true], input[type=text], input:not([type])';
const called = (e) => [e.placeholder, e.getAttribute('aria-label'), e.title, ...[...(e.labels ?? [])].map((one) => one.textContent)]
  .filter(Boolean).join(' ');
const mail = (e) => e.localName === 'input' && (e.type === 'email' || (e.type === 'text'
  && /e-?mail|e-?post|courriel|sähköposti|correo|почт|דוא|אימייל/i.test([e.name, e.id, e.autocomplete, called(e)].join(' '))
  && !/message|question|chat/i.test(called(e))));
const says = (e) => [e.id, e.getAttribute('class'), e.name, e.dataset.testid, e.getAttribute('type')].join(' ');
const name = (e) => (e.innerText || e.value || e.getAttribute('aria-label') || e.title || '').trim();
const sending = /\\b(send|submit)|[-_]send|send(btn|button|icon)/i;
const others = new RegExp({json.dumps(_OTHERS)}, 'iu'), pickers = /(^| )(attach|upload|file|emoji|sticker|gif|voice|record|mic|camera|close)/i;
const picks = (e) => e?.matches('input[type=file]') || e?.querySelector('input[type=file]');
const uploads = (e) => [e, e.previousElementSibling, e.nextElementSibling].some(picks);
const unfit = (e) => picks(e) || e.closest('label')?.control?.type === 'file'
  || others.test([e.getAttribute('aria-label'), e.title, e.innerText, e.value].filter(Boolean).join(' '))
  || pickers.test([e.id, e.getAttribute('class'), e.name, e.dataset.testid].join(' ').replace(/([a-z])([A-Z])|[-_]/g, '$1 $2'));
const near = (field, levels) => {{
  for (let at = field && up(field); at && levels >= 0; at = up(at), levels--) {{
    if ([...at.querySelectorAll(`${{typed}}, input[type=email]`)].some((other) => other !== field && shown(other) && mail(other) !== mail(field))) return [];
    const found = [...at.querySelectorAll('button, [role=button], input[type=submit]')].filter(shown);
    if (found.length) return found.filter((e) => !unfit(e));
  }}
  return [];
}};
const follows = (field, e) => field.compareDocumentPosition(e) & 4;
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
    "chatsend": f"""(() => {{ {_DEEP} {LOOKS} {_BUTTONS}
      return engine((root) => {{
        const field = some(root, (e) => e.matches(typed) && shown(e) && !mail(e)).at(-1);
        const around = near(field, 4);
        const sends = around.filter((e) => sending.test(says(e)));
        if (sends.length) return sends.length === 1 ? sends : [];
        return around.filter((e) => around.length === 1 && !name(e) && !uploads(e) && follows(field, e));
      }});
    }})()""",
    "chatemail": f"""(() => {{ {_DEEP} {LOOKS} {_BUTTONS}
      const within = (e, test) => {{
        for (let at = e; at && at !== document.body; at = up(at)) if (test.test(labels(at))) return true;
        return false;
      }};
      const inChat = (e) => window !== top || window.opener || floats(e) || within(e, own);
      return engine((root) => some(root, (e) => mail(e) && shown(e) && !e.disabled && !e.readOnly && inChat(e) && !within(e, decoy)));
    }})()""",
    "chatemailsend": f"""(() => {{ {_DEEP} {LOOKS} {_BUTTONS}
      return engine((root) => {{
        const field = some(root, (e) => mail(e) && shown(e) && !e.disabled && !e.readOnly)[0];
        const around = near(field, 4).filter((e) => follows(field, e));
        const sends = around.filter((e) => sending.test(says(e)));
        return (sends.length ? sends : around).slice(0, 1);
      }});
    }})()""",
}


async def teach(browsers: Browsers) -> None:
    """Teach a browser these selectors, once. Raises BrowserError."""
    for name, script in ENGINES.items():
        await browsers.teach_selector(name, script)
