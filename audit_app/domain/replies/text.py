"""Places in a text: lines, sentences and words as pairs of a start and an end."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

Span = tuple[int, int]
"""Where something starts and ends in a text, as in `text[start:end]`."""

SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|\n\s*\n")
LINE_ENDS = re.compile(r"(?<=[.!?…])\s+|\n")
_LINE = re.compile(r"[^\n]+")
STRAIGHT = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "\u00a0": " "})
"""Characters that phrases write in one way, each replaced by one character, so that places stay what they are."""


def trimmed(text: str, span: Span) -> Span:
    """The span without white space at its ends."""
    start, end = span
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))


def line_spans(text: str) -> list[Span]:
    """The lines of a text that are not empty, without white space at their ends."""
    spans = (trimmed(text, found.span()) for found in _LINE.finditer(text))
    return [span for span in spans if span[0] < span[1]]


def sentence_spans(text: str, ends: re.Pattern[str] = SENTENCE_ENDS) -> list[Span]:
    """The sentences of a text, in order; what stands between two ends is one."""
    edges = [0, *(place for found in ends.finditer(text) for place in found.span()), len(text)]
    spans = (trimmed(text, (start, end)) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return [span for span in spans if span[0] < span[1]]


def sentence_of(sentences: list[Span], span: Span) -> int:
    """The number of the sentence in which a span ends, counted from 0."""
    return bisect_left(sentences, span[1], key=lambda sentence: sentence[0]) - 1


def outside(spans: Iterable[Span], holes: list[Span]) -> list[Span]:
    """The spans that have no character in common with any hole; the holes are in order and apart."""
    return [span for span in spans if not _in_a_hole(span, holes)]


def _in_a_hole(span: Span, holes: list[Span]) -> bool:
    before = bisect_left(holes, span[1], key=lambda hole: hole[0]) - 1
    return before >= 0 and holes[before][1] > span[0]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap or touch joined."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
