"""Chooses among the options of a form what fits the message, or else what commits to nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from probes.channels.contact_form.scan import Option
from probes.forms.words import Words, has_phrase, plain

SHORTEST_WORD = 4
"""Letters that a word needs to say what a choice is about."""
STEM = 5
"""Words count as the same when they begin with the same letters: complain, complaint; Lieferung, liefern."""


def is_unchosen(option: Option, words: Sequence[Words]) -> bool:
    """Tell whether an option only asks to choose one."""
    if not option.value and not has_phrase(option.text, [p for each in words for p in each.options.neutral]):
        return True
    return not option.text.strip(" -–—.…") or any(
        plain(option.text).lstrip("-–— ").startswith(tuple(plain(phrase) for phrase in each.options.unchosen))
        for each in words
    )


def best_option(
    texts: Sequence[str],
    about: str,
    words: Sequence[Words],
    exactly: Sequence[str] = (),
    *,
    by_email: bool = False,
) -> str | None:
    """Choose one of `texts`: one of `exactly`, an answer by e-mail, what comes closest
    to `about`, the most neutral. Where several are as close the first counts; where none is and none is neutral, the last, which is
    where forms put the rest. None if there is nothing to choose from.
    """
    if not texts:
        return None
    for wanted in exactly:
        if found := next((text for text in texts if plain(text) == plain(wanted)), None):
            return found
    if by_email:
        for each in words:
            if found := next((text for text in texts if has_phrase(text, each.options.by_email)), None):
                return found
    shared = {text: _closeness(text, about, words) for text in texts}
    if max(shared.values()):
        return max(texts, key=lambda text: shared[text])
    for each in words:
        if found := next((text for text in texts if has_phrase(text, each.options.neutral)), None):
            return found
    return texts[-1]


def _closeness(text: str, about: str, words: Sequence[Words]) -> int:
    """Count the words that an option shares with the message; a subject that both touch counts more.

    Subjects are listed the weightiest first: a broken lamp that is about a delivery too is a complaint.
    """
    weights = (
        len(each.topics) - place + 1
        for each in words
        for place, topic in enumerate(each.topics)
        if has_phrase(text, topic) and has_phrase(about, topic)
    )
    return sum(weights) + len(_stems(text) & _stems(about))


def _stems(text: str) -> set[str]:
    found = re.findall(rf"[^\W\d_]{{{SHORTEST_WORD},}}", plain(text))
    return {word[:STEM] for word in found}
