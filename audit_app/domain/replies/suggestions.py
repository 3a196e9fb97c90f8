"""Suggests how a reply is to be rated, with the words on which each suggestion rests; a person decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from audit_app.domain.replies.phrase_files import language_name, pattern, phrase_lists
from audit_app.domain.replies.quality import Share, rubric_for
from audit_app.domain.replies.sentences import Reply, read
from audit_app.domain.replies.signature import name_in
from audit_app.domain.replies.text import (
    LINE_ENDS,
    STRAIGHT,
    Span,
    line_spans,
    merged,
    sentence_of,
    sentence_spans,
)

RULES = 4
"""Counts up with every change of the rules or of their phrases."""
GREETED_WITHIN = 3
"""Lines, counted without empty ones, in which a greeting opens a reply."""
CLOCK_OR_DATE = re.compile(
    r"(?<![\d:.,/])(?:\d{4}-\d\d-\d\d|\d{1,2}:\d\d|\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?|(?!24/7)\d{1,2}/\d{1,2}(?:/\d{2,4})?)"
    r"(?![\d:])"
)
"""Ways to write a time or a date in figures that are the same in many languages."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the rules make of one item of the rubric; `share` is None where only a person can tell.

    `spans` are the places in the text that say so, start and end, in order; `reason` is a sentence for people.
    """

    item_key: str
    share: Share | None
    spans: tuple[Span, ...]
    reason: str


def suggest(
    text: str, *, language: str, persona_name: str, complaint: bool, question: str, signature: str = ""
) -> list[Suggestion]:
    """Suggest a share for each item of the rubric that rates this reply, in the rubric's order.

    `text` is what the replier wrote, without quotes, in Unicode's composed form (NFC); `signature` is what stood
    below a mail's signature separator. `question` is what the customer wrote, in `language`. Spans lie within `text`.
    """
    reply = read(text, signature, question, language, persona_name, complaint)
    items = rubric_for(complaint).items
    return [Suggestion(item.key, *_judged(item.key, reply)) for item in items]


def _judged(key: str, reply: Reply) -> tuple[Share | None, tuple[Span, ...], str]:
    if not any(map(str.isalpha, reply.text)):
        return None, (), "No rule can tell: the answer has no words to read."
    if not reply.codes and key not in _WITHOUT_PHRASES:
        return None, (), f"No rule can tell: there are no phrases for {language_name(reply.language)}."
    share, spans, reason = _RULES[key](reply)
    return share, tuple(spans), reason


Judged = tuple[Share | None, Sequence[Span], str]
"""The share, None where only a person can tell; the places that say so; and the reason in words."""


def _answers_every_question(reply: Reply) -> Judged:
    asked = [reply.question[start:end] for start, end in sentence_spans(reply.question)]
    questions = [
        " ".join(sentence.split())
        for sentence in asked
        if sentence.rstrip("\"'»”) ").endswith(("?", "？", "؟"))
    ]
    if not questions:
        return None, (), "No rule can tell. Compare with what was asked."
    return None, (), f"No rule can tell. It was asked: {' '.join(f'“{each}”' for each in questions[:5])}"


def _asked_for(words: str) -> Callable[[Reply], Judged]:
    return lambda _reply: (None, (), words)


def _next_step(reply: Reply) -> Judged:
    promised, times = reply.find("next_step"), _times(reply)
    if not promised:
        absent = "Found no next step that somebody takes on."
        return (Share.NO, (), absent) if reply.complaint else (None, (), f"{absent} Was one needed?")
    near = _soon_after(reply.plain, promised, times)
    if near:
        words = f"Takes on a next step, {reply.quote(promised)}, and names a time, {reply.quote(near)}."
        return Share.YES, merged([*promised, *near]), words
    return Share.PARTLY, promised, f"Takes on a next step, {reply.quote(promised)}, and names no time for it."


def _soon_after(text: str, promised: list[Span], times: list[Span]) -> list[Span]:
    """The times in a sentence with a promise or in the one after it."""
    sentences = sentence_spans(text)
    close = {sentence_of(sentences, each) + later for each in promised for later in (0, 1)}
    return [time for time in times if sentence_of(sentences, time) in close]


def _times(reply: Reply) -> list[Span]:
    figures = [found.span() for found in CLOCK_OR_DATE.finditer(reply.plain)]
    return merged([*reply.find("time"), *figures])


def _greeting(reply: Reply) -> Judged:
    opening = [start for start, _ in line_spans(reply.plain)[:GREETED_WITHIN]]
    found = [span for span in reply.find("greeting") if span[0] in opening]
    return _found_or_not(reply, found, "Greets", "Found no greeting in its first lines.")


def _uses_name(reply: Reply) -> Judged:
    names = [word for word in re.split(r"[\s.]+", reply.name) if len(word) > 1]
    if not names:
        return None, (), "No rule can tell: the customer gave no name."
    found = [
        each.span()
        for each in _name_pattern(names, reply.codes).finditer(reply.plain, 0, reply.signed.begins)
    ]
    if not found and _other_script(reply.plain, reply.name):
        return None, (), "No rule can tell: it is written in another script than the customer's name."
    return _found_or_not(reply, found, "Uses the name", f"Did not find the name {reply.name}.")


def _name_pattern(names: list[str], codes: tuple[str, ...]) -> re.Pattern[str]:
    inflects = any(phrase_lists()[code].inflects for code in codes)
    forms = "|".join(_forms(name.translate(STRAIGHT), inflects) for name in names)
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)", re.IGNORECASE)


def _forms(name: str, inflects: bool) -> str:
    if not inflects or len(name) < len("Ann") + 1:
        return re.escape(name)
    stem = name[:-1] if name[-1] in "aeiouyаеиоуыэюяй" else name
    return re.escape(stem) + r"\w{0,4}"


def _other_script(text: str, name: str) -> bool:
    return name.isascii() and sum(letter.isascii() for letter in text if letter.isalpha()) * 2 < sum(
        map(str.isalpha, text)
    )


def _thanks(reply: Reply) -> Judged:
    return _found_or_not(reply, reply.find("thanks"), "Thanks", "Found no word of thanks.")


def _signed_by_person(reply: Reply) -> Judged:
    if reply.signed.person:
        return Share.YES, [reply.signed.person], f"Signed by {reply.quote([reply.signed.person])}."
    below = line_spans(reply.signature)[:1]
    if below and (name := name_in(reply.signature, below[0], reply.codes)):
        return Share.YES, (), f"Its signature block names “{reply.signature[name[0] : name[1]]}”."
    if reply.signed.group:
        return (
            Share.NO,
            [reply.signed.group],
            f"Signed by no person, only {reply.quote([reply.signed.group])}.",
        )
    return Share.NO, (), "Found no person's name at its end."


def _apology(reply: Reply) -> Judged:
    if found := reply.find("apology"):
        return Share.YES, found, f"Apologises: {reply.quote(found)}."
    if reply.complaint:
        return Share.NO, (), "Found no apology, and this was a complaint."
    return Share.NOT_APPLICABLE, (), "Found no apology, and nothing was complained about."


def _clear_language(reply: Reply) -> Judged:
    asked = language_name(reply.language)
    if reply.written_in is None or reply.language not in phrase_lists():
        return (
            None,
            (),
            f"No rule can tell whether this is {asked}, in which the customer wrote. Is it, and is it clear?",
        )
    if reply.written_in == reply.language:
        return (
            Share.YES,
            (),
            f"Written in {asked}, as the customer wrote. Whether it is clear is for you to say.",
        )
    return Share.NO, (), f"Written in {language_name(reply.written_in)}; the customer wrote in {asked}."


def _negative_language(reply: Reply) -> Judged:
    found = merged([*reply.find("negative"), *_flat(reply)])
    return _found_or_not(reply, found, "Says", "Found no negative language.")


def _flat(reply: Reply) -> list[Span]:
    """Sentences that are nothing but a no."""
    flat = pattern("flat", reply.codes)
    spans = [
        (start, end - len(sentence) + len(sentence.rstrip(".!… ")))
        for start, end in sentence_spans(reply.plain, LINE_ENDS)
        if (sentence := reply.plain[start:end])
    ]
    return [span for span in spans if span[0] < span[1] and flat.fullmatch(reply.plain, *span)]


def _phrases(field: str, found: str, absent: str) -> Callable[[Reply], Judged]:
    return lambda reply: _found_or_not(reply, reply.find(field), found, absent)


def _found_or_not(reply: Reply, spans: Sequence[Span], found: str, absent: str) -> Judged:
    """Yes with the words found; no where there are none."""
    return (Share.YES, spans, f"{found}: {reply.quote(spans)}.") if spans else (Share.NO, (), absent)


_RULES: Mapping[str, Callable[[Reply], Judged]] = {
    "answers_every_question": _answers_every_question,
    "correct": _asked_for("No rule can tell. Is what it says true?"),
    "owns_next_step": _next_step,
    "greeting": _greeting,
    "uses_name": _uses_name,
    "thanks": _thanks,
    "signed_by_person": _signed_by_person,
    "apology": _apology,
    "clear_language": _clear_language,
    "ownership": _phrases("ownership", "Takes it over", "Found nobody who takes it over in person."),
    "solved_at_first_contact": _asked_for(
        "No rule can tell. Is the matter settled, or is the customer passed on?"
    ),
    "compensation": _phrases("compensation", "Offers", "Found no compensation."),
    "risky_promise": _phrases("risky_promise", "Promises", "Found no risky promise."),
    "negative_language": _negative_language,
}
_WITHOUT_PHRASES = frozenset(
    {"answers_every_question", "correct", "solved_at_first_contact", "clear_language"}
)
"""Items whose rules need no phrases of the reply's language."""
