"""What bars the way to a probe that does not pretend: captchas, sign-ins, refusals. Never evaded, only named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from probes.base import Blocked, Proof
from probes.channels.contact_form.fields import Reader
from probes.channels.contact_form.parts import ContactForm
from probes.channels.contact_form.scan import Snapshot
from probes.forms.words import Words, has_phrase

REFUSALS = {401: "login_wall", 407: "login_wall", 403: "blocked", 429: "blocked", 451: "blocked"}
LINES_OF_A_REFUSAL = 40
"""A page that turns us away says little; a long page that mentions "access denied" is about something else."""


def refusal(url: str, status: int, evidence: Sequence[Proof] = ()) -> Blocked | None:
    """Translate a page's status into the way it is closed to us, or None if it is not."""
    kind = REFUSALS.get(status)
    if kind is None:
        return None
    sentence = f"The contact form on {url} refused us with status {status}."
    return Blocked("login_wall" if kind == "login_wall" else "blocked", sentence, evidence)


def captcha_in(snapshot: Snapshot, form: ContactForm | None, reader: Reader) -> str:
    """Name the captcha that guards the form, or nothing. One that guards another form of the page is none of ours."""
    for place, what in snapshot.captchas:
        inside = form is None or place == form.place or place[1] == -1 or place[0] != form.place[0]
        if inside:
            return what
    fields = form.fields if form is not None else ()
    asked = (field.name for field in fields if field.visible and reader.meaning_of(field) == "captcha")
    return next(asked, "")


def closed_page(
    snapshot: Snapshot, words: Iterable[Words]
) -> tuple[Literal["captcha", "login_wall", "blocked"], str] | None:
    """Say why a page without a contact form may be closed to us, with the words it used; None if nothing tells."""
    text, known = " ".join(snapshot.lines[:LINES_OF_A_REFUSAL]), list(words)
    if snapshot.captchas:
        return "captcha", "shows a captcha"
    if len(snapshot.lines) <= LINES_OF_A_REFUSAL and any(
        has_phrase(text, each.outcome.blocked) for each in known
    ):
        return "blocked", f"turned us away: “{text[:200]}”"
    if snapshot.asks_password or any(has_phrase(text, each.outcome.login) for each in known):
        return "login_wall", "asks for a sign-in"
    return None
