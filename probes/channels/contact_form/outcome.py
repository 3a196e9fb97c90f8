"""Tells from what a page shows after the button was pressed whether the message was taken. Touches no page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from probes.channels.contact_form.answers import refusal_in
from probes.channels.contact_form.confirm_dialog import yes_in_a_box
from probes.channels.contact_form.fields import Reader
from probes.channels.contact_form.obstacles import captcha_in, closed_page
from probes.channels.contact_form.parts import ContactForm, confirmation, contact_form, step_after
from probes.channels.contact_form.scan import Field, Snapshot
from probes.channels.contact_form.thanks import says_thanks
from probes.forms.words import has_phrase, plain

Sign: TypeAlias = Literal[
    "message", "address", "replaced", "reset", "refused", "captcha", "step", "box", "none"
]
PROOFS: dict[Sign, str] = {
    "message": "The page says that it was sent",
    "address": "The form led on to an address that says thanks",
    "replaced": "The form was taken, and something else came in its place",
    "reset": "The form was taken, and emptied or closed in the page: the weakest sign",
}
"""Signs that the message was taken, the strongest first, in words for people."""
REFUSED_AS_WRONG = (400, 422)
"""Statuses that say: what you sent is not valid, and nothing was done with it (RFC 9110, 15.5.1 and 15.5.21)."""


@dataclass(frozen=True)
class Pressed:
    """What the page was when the button was pressed."""

    url: str
    lines: frozenset[str]
    form: ContactForm
    message: str
    snapshot: Snapshot
    leads_on: bool = False
    """Whether what was pressed rather leads to another step."""
    answered: bool = False
    """Whether it was the yes in a box that asked."""
    repeated: frozenset[str] = frozenset()
    """What an earlier press was refused with, which stood there still; it counts anew where the page was loaded anew."""


@dataclass(frozen=True)
class Network:
    """What the page has done on the network since; see `probes.browser.activity.Activity`."""

    left: bool
    taken: bool
    refused_with: int
    busy: bool
    said: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    ever_left: bool = True
    """Whether anything has left since the first press of all."""


@dataclass(frozen=True)
class SendOutcome:
    """A sign and the words that it was seen by; all but `message` and `captcha` only count when they last.

    `step` is another step of the form, `box` a box in the page that asks whether to send.
    """

    sign: Sign
    words: str = ""
    wrong: tuple[str, ...] = ()
    """The fields that the site objects to."""
    lines: frozenset[str] = frozenset()
    """What was new on a page that refused."""

    @property
    def sent(self) -> bool:
        """Whether this is a sign that the message was taken."""
        return self.sign in PROOFS


def outcome_of(snapshot: Snapshot, pressed: Pressed, network: Network, reader: Reader) -> SendOutcome:
    """Judge one look at the page after the button was pressed."""
    if pressed.repeated and _loaded_anew(snapshot, pressed):
        pressed = _forgetting(pressed)
    outcome = _outcome(snapshot, pressed, network, reader)
    # A captcha that nobody saw, because it judges in secret, shows only in what the site objects to.
    if outcome.sign == "refused" and not outcome.wrong:
        objects = "captcha" in outcome.words.casefold() or reader.says([outcome.words], "captcha")
        return SendOutcome("captcha", outcome.words) if objects else outcome
    return outcome


def _outcome(snapshot: Snapshot, pressed: Pressed, network: Network, reader: Reader) -> SendOutcome:
    alone = (
        contact_form(pressed.snapshot, reader) is None
    )  # a lone question: only what was asked before makes it a form
    form = contact_form(snapshot, reader, pressed.form.place if alone else None)
    if form is None and not pressed.form.fields:
        form = confirmation(snapshot, reader)
    lines = (*network.said, snapshot.title, *snapshot.lines)
    said = [line for line in lines if line and line not in pressed.lines]
    kept = form is not None and _stands(form, pressed)
    if captcha := captcha_in(snapshot, form, reader):
        return SendOutcome("captcha", captcha)
    wrong = _wrong(form, pressed) if kept and form else []
    if wrong and (
        network.refused_with or not network.left or any(_is_marked(each, pressed) for each in wrong)
    ):
        return _refused(snapshot, said, wrong, reader)
    # What nothing has left the browser for was said by the page alone, and not by the site.
    thanks = _thanks(said, reader, kept=kept) if network.ever_left else ""
    if between := _between(snapshot, pressed, network, reader, thanks):
        return SendOutcome(between)
    if thanks:
        return SendOutcome("message", thanks)
    if network.busy:
        return SendOutcome("none")
    if refusal := next((each for body in network.answers if (each := refusal_in(body))), None):
        return SendOutcome("refused", refusal.words, _called(refusal.fields, form))
    complaint = _complaint(snapshot, said, pressed, reader)
    if kept and form and complaint:
        return SendOutcome(
            "refused", complaint, _named_in(complaint, form), frozenset((*said, *snapshot.alerts))
        )
    # A form that comes back empty beside an objection, or gives way to one, was refused; the site may have it all the same.
    if complaint or _marked(snapshot, pressed):
        return SendOutcome("none")
    return _quiet_sign(snapshot, form, pressed, network, reader)


def _forgetting(pressed: Pressed) -> Pressed:
    fields = tuple(replace(field, problem="") for field in pressed.form.fields)
    return replace(pressed, lines=pressed.lines - pressed.repeated, form=replace(pressed.form, fields=fields))


def _between(
    snapshot: Snapshot, pressed: Pressed, network: Network, reader: Reader, thanks: str
) -> Literal["step", "box", ""]:
    """Tell whether the way to the end goes on: a question that follows may begin with thanks for the answer before it."""
    if pressed.leads_on and (step := step_after(snapshot, reader, pressed.snapshot, pressed.form.place)):
        given = ("message", "email")
        asked_anew = any(field.visible and reader.meaning_of(field) in given for field in step.fields)
        return "" if thanks and asked_anew and network.left else "step"
    if network.left or network.busy or pressed.answered:
        return ""
    return "box" if yes_in_a_box(snapshot, pressed.snapshot, pressed.form.place, reader.words) else ""


def _wrong(form: ContactForm, pressed: Pressed) -> list[Field]:
    shown = [field for field in form.fields if field.visible and field.enabled]
    return [field for field in shown if not field.valid or _is_marked(field, pressed)]


def _is_marked(field: Field, pressed: Pressed) -> bool:
    """Tell whether the site marks a field as wrong, by ARIA or by words beside it that were not there before."""
    before = (each.problem for each in pressed.form.fields if each.looks == field.looks)
    return field.marked_wrong or bool(field.problem and field.problem not in before)


def _called(names: Iterable[str], form: ContactForm | None) -> tuple[str, ...]:
    """Translate what a site's answer calls fields into what a person calls them."""
    wanted = {name.removesuffix("[]").casefold() for name in names}
    fields = form.fields if form is not None else ()
    return tuple(each.name for each in fields if each.input_name.removesuffix("[]").casefold() in wanted)


def _named_in(complaint: str, form: ContactForm) -> tuple[str, ...]:
    """Find the empty fields whose names stand in a complaint."""
    empty = (field for field in form.fields if field.visible and field.enabled and not field.value)
    names = (field.name for field in empty if field.kind not in ("checkbox", "radio"))
    said = plain(complaint)
    return tuple(name for name in names if len(bare := plain(name).strip(" *:")) > 2 and bare in said)


def _refused(snapshot: Snapshot, said: Sequence[str], wrong: Sequence[Field], reader: Reader) -> SendOutcome:
    names = tuple(field.title_of_group for field in wrong)
    site = [line for line in (*snapshot.alerts, *said) if _objects(line, reader)] or [*snapshot.objections]
    own = [f"{field.title_of_group}: {field.problem or field.objection}".rstrip(": ") for field in wrong]
    words = "; ".join(dict.fromkeys((*site[:3], *own[:3])))
    return SendOutcome("refused", words, names, frozenset((*said, *snapshot.alerts, *snapshot.objections)))


def _thanks(said: Iterable[str], reader: Reader, *, kept: bool) -> str:
    """Find words that say that the message was taken; a sentence that also objects counts only once the form is gone."""
    phrases = [words.outcome.success for words in reader.words]
    for line in said:
        thanks = has_phrase(line, reader.mapping.success) or any(has_phrase(line, each) for each in phrases)
        if thanks and not (kept and _objects(line, reader)):
            return line[:300]
    return ""


def _objects(line: str, reader: Reader) -> bool:
    return any(has_phrase(line, words.outcome.failure) for words in reader.words)


def _complaint(snapshot: Snapshot, said: Sequence[str], pressed: Pressed, reader: Reader) -> str:
    new = [line for line in (*snapshot.alerts, *said) if line not in pressed.lines]
    return next((line[:300] for line in new if _objects(line, reader)), "")


def _marked(snapshot: Snapshot, pressed: Pressed) -> bool:
    return any(line not in pressed.lines for line in snapshot.objections)


def _quiet_sign(
    snapshot: Snapshot, form: ContactForm | None, pressed: Pressed, network: Network, reader: Reader
) -> SendOutcome:
    """Without words: what became of the form, after the site took what left.

    A document that was loaded anew and is only empty, or is another page, proves nothing: so looks a form that was never
    taken, because its script is missing or its session has ended.
    """
    if (
        not network.taken
        or network.refused_with >= 400
        or not snapshot.url.startswith("http")
        or snapshot.asks_password
        or pressed.leads_on
    ):
        return SendOutcome("none")
    if (
        form is None and pressed.form.fields and confirmation(snapshot, reader)
    ):  # shown once more, to be sent from there
        return SendOutcome("none")
    if not (form and _stands(form, pressed)) and says_thanks(snapshot.url, pressed.url, reader.words):
        return SendOutcome("address", snapshot.url)
    if form is None:
        return _without_form(snapshot, pressed, reader)
    emptied = all(not field.value for field in _typed(form)) and bool(_typed(form))
    if emptied and not _loaded_anew(snapshot, pressed):
        return SendOutcome("reset", "the form is empty again")
    return SendOutcome("none")


def _without_form(snapshot: Snapshot, pressed: Pressed, reader: Reader) -> SendOutcome:
    new = [line for line in snapshot.lines if line not in pressed.lines]
    closed = closed_page(snapshot, reader.words)
    if _loaded_anew(snapshot, pressed):
        here = _bare(snapshot.url) == _bare(pressed.url) and _same_page(snapshot, pressed)
        return SendOutcome("replaced", new[0][:300]) if here and new and not closed else SendOutcome("none")
    if closed:
        return SendOutcome("none")
    return SendOutcome("replaced", new[0][:300]) if new else SendOutcome("reset", "the form has closed")


def _loaded_anew(snapshot: Snapshot, pressed: Pressed) -> bool:
    """Tell whether the form's frame, or the page around it, holds another document than when the button was pressed."""
    before = pressed.snapshot.loaded
    return any(snapshot.loaded.get(at, before.get(at)) != before.get(at) for at in (0, pressed.form.place[0]))


def _same_page(snapshot: Snapshot, pressed: Pressed) -> bool:
    """Tell whether most of what stood around the form stands there still, so that the form alone was replaced."""
    words = {
        text
        for field in pressed.form.fields
        for text in (*field.words, field.value, *(each.text for each in field.options))
    }
    around = {
        line
        for line in pressed.snapshot.lines
        if not any(line in text or text in line for text in words if text)
    }
    return len(around) > 1 and 2 * len(around & set(snapshot.lines)) > len(around)


def _typed(form: ContactForm) -> list[Field]:
    kinds = ("textarea", "text", "email", "tel")
    return [field for field in form.fields if field.visible and field.kind in kinds]


def _stands(form: ContactForm, pressed: Pressed) -> bool:
    """Tell whether the form still has our words: the message, or what stood in a step that did not show it."""
    if any(_holds(field, pressed.message) for field in form.fields):
        return True
    if any(_holds(field, pressed.message) for field in pressed.form.fields):
        return False
    now = {(field.looks, field.value) for field in _typed(form)}
    then = {(field.looks, field.value) for field in _typed(pressed.form) if field.value}
    return bool(then) and then <= now


def _holds(field: Field, message: str) -> bool:
    return field.visible and bool(message.strip()) and field.value.split() == message.split()


def _bare(url: str) -> str:
    return url.partition("#")[0]


def insisted_on(outcome: SendOutcome, form: ContactForm) -> frozenset[str]:
    """Name the fields that a refusal shows to be required although nothing said so before."""
    known = {name for field in form.fields for name in (field.name, field.legend)}
    return frozenset(name for name in outcome.wrong if name in known)


def may_be_corrected(outcome: SendOutcome, network: Network) -> bool:
    """Tell whether a refusal names what is wrong and is sure to have kept nothing.

    Sure is that where nothing left, where the site refused it as not valid, and where it took a request only to name the
    fields that are wrong, with any status.
    """
    if outcome.sign != "refused" or not outcome.wrong:
        return False
    return not network.left or network.refused_with in REFUSED_AS_WRONG or network.taken


def answering(pressed: Pressed, snapshot: Snapshot) -> Pressed:
    """Note what the page is before yes is said to its box."""
    return replace(as_pressed(snapshot, pressed.form, pressed.message), url=pressed.url, answered=True)


def as_pressed(
    snapshot: Snapshot,
    form: ContactForm,
    message: str,
    *,
    leads_on: bool = False,
    repeated: frozenset[str] = frozenset(),
) -> Pressed:
    """Note what the page is before the button is pressed."""
    # What is marked may be several lines at once.
    said = frozenset((snapshot.title, *snapshot.lines, *snapshot.alerts, *snapshot.objections))
    return Pressed(snapshot.url, said, form, message, snapshot, leads_on, repeated=repeated)
