"""What a chat looks like, for chats that nobody has described: selector engines that run in the page.

`tag=acme-chat-` finds elements whose tag begins so, for custom elements that carry a version in their tag.
`chatroot=` finds what floats above the page or calls itself a chat; `chatlauncher=` what might open one, likeliest
first; `chatframe=` the frames that look like a chat's own; `chatsend=` the button beside the field that sends, by its
attributes, or because it is the only one and has no name; `chatemail=` the field in which a chat asks for an e-mail
address alone, `chatemailsend=` the button beside it. All of them see into open shadow roots.
"""

from __future__ import annotations

import json
from importlib.resources import files

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

NAMES = ("tag", "chatroot", "chatframe", "chatlauncher", "chatsend", "chatemail", "chatemailsend")
_OTHERS = r"(^|[^\p{L}])(" + "|".join(OTHER_BUTTONS) + ")"
_SCRIPTS = files("probes.channels.chat")
SIGNS = "\n".join(
    [
        f"const WORDS = {json.dumps('|'.join(WORDS))};",
        f"const OTHERS = {json.dumps(_OTHERS)};",
        (_SCRIPTS / "chat_signs.js").read_text("utf-8"),
    ]
)
"""What tells a part of a chat from other elements; stands before what uses it."""
ENGINES = f"{SIGNS}\n{(_SCRIPTS / 'generic_selectors.js').read_text('utf-8')}"


async def teach(browsers: Browsers) -> None:
    """Teach a browser these selectors, once. Raises BrowserError."""
    for name in NAMES:
        await browsers.teach_selector(name, f"(() => {{ {ENGINES} return engine(engines.{name}); }})()")
