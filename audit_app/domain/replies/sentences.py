"""A reply as the rules read it: its languages, its signature, and where phrases stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit_app.domain.replies.phrase_files import base_code, language_of, pattern, phrase_lists
from audit_app.domain.replies.signature import Signature, signature_in
from audit_app.domain.replies.text import STRAIGHT, Span, merged, outside, trimmed

LONGEST = 20_000
"""Characters that are read; a reply that goes on after them is no reply that somebody wrote."""
LONGEST_QUOTE = 60
"""Characters of the found words that a reason repeats."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as the rules read it.

    `plain` is `text` with one way of writing quotes, sign by sign, so that places in one are places in the other.
    `codes` are the languages whose phrases count: that of the question and `written_in`, as far as there are files.
    """

    text: str
    plain: str
    signature: str
    question: str
    language: str
    written_in: str | None
    codes: tuple[str, ...]
    name: str
    complaint: bool
    signed: Signature

    def find(self, field: str) -> list[Span]:
        """Where phrases of this kind stand, without those that are harmless where they stand."""
        harmless = merged(found.span() for found in pattern("harmless", self.codes).finditer(self.plain))
        found = (trimmed(self.plain, each.span()) for each in pattern(field, self.codes).finditer(self.plain))
        return outside((span for span in found if span[0] < span[1]), harmless)

    def quote(self, spans: Sequence[Span]) -> str:
        """The first words found, and how many more there are."""
        words = " ".join(self.text[slice(*spans[0])].split())
        more = f" and {len(spans) - 1} more" if len(spans) > 1 else ""
        return f"“{words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE] + '…'}”{more}"


def read(text: str, signature: str, question: str, language: str, name: str, complaint: bool) -> Reply:
    """Read a reply once, for all rules; `language` is that of the `question`, as a code or a locale such as `en-GB`."""
    text = text[:LONGEST]
    asked_in, written_in = base_code(language), language_of(text)
    codes = tuple(code for code in dict.fromkeys((asked_in, written_in)) if code in phrase_lists())
    plain = text.translate(STRAIGHT)
    return Reply(
        text,
        plain,
        signature.translate(STRAIGHT),
        question,
        asked_in,
        written_in,
        codes,
        name,
        complaint,
        signature_in(plain, codes),
    )
