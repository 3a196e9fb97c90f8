"""What the rules suggest for rating a probe's answer, with the words marked in what its writer wrote."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.replies.quality import Share
from audit_app.domain.replies.suggestions import RULES, Suggestion, suggest
from audit_app.domain.replies.text import Span
from audit_app.models import EvidenceKind, Observation, Probe
from audit_app.models.types import JsonObject
from audit_app.services.probes.timeline import readable_text, whole_text
from probes.replies.quoted import split

BETWEEN = "\n\n"
"""What stands between two messages of one answer where they are read as one text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an answer, and the items of the rubric for which they were found; none for the rest."""

    text: str
    item_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkedMessage:
    """One message of the answer, in pieces that make its text when joined."""

    observation: Observation
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """All that a person wrote to a probe, and what the rules suggest for it as a whole."""

    messages: tuple[MarkedMessage, ...]
    suggestions: Mapping[str, Suggestion]

    @property
    def shares(self) -> dict[str, Share]:
        """The suggested share of each item that the rules can judge."""
        return {key: each.share for key, each in self.suggestions.items() if each.share is not None}


def read_answer(probe: Probe, shown: Callable[[str], str] = str) -> ReadAnswer:
    """Read what people answered to `probe`; `shown` turns the text of others into what a page may show of it.

    A second message of a person belongs to the answer: who says hello in the first line of a chat has greeted.
    """
    replies = [seen for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY]
    texts = [unicodedata.normalize("NFC", shown(seen.text or whole_text(seen))) for seen in replies]
    suggestions = suggest(
        BETWEEN.join(texts),
        language=probe.language,
        persona_name=probe.persona.name,
        complaint=probe.scenario.complaint,
        question=f"{probe.subject}\n\n{probe.text}",
        signature=next((found for seen in replies if (found := signature_of(seen))), ""),
    )
    messages, start = [], 0
    for seen, text in zip(replies, texts, strict=True):
        messages.append(MarkedMessage(seen, _pieces(text, start, suggestions)))
        start += len(text) + len(BETWEEN)
    return ReadAnswer(tuple(messages), {each.item_key: each for each in suggestions})


def stored_suggestions(answer: ReadAnswer) -> JsonObject:
    """What is kept beside a rating: the version of the rules, and the share that they suggested for each item."""
    return {"rules": RULES, "shares": {key: share.value for key, share in answer.shares.items()}}


def signature_of(observation: Observation) -> str:
    """The signature of a reply by mail, which is no part of its text; empty where there is none."""
    raw = next((each for each in observation.evidence if each.kind is EvidenceKind.RAW_MAIL), None)
    return split(readable_text(raw.content)).signature.strip() if raw else ""


def _pieces(text: str, start: int, suggestions: Iterable[Suggestion]) -> tuple[Piece, ...]:
    """Cut a message that stands at `start` of the whole answer wherever the words of an item begin or end."""
    found = [
        (each.item_key, (max(0, first - start), min(len(text), last - start)))
        for each in suggestions
        for first, last in each.spans
        if first - start < len(text) and last - start > 0
    ]
    edges = sorted({0, len(text), *(edge for _, span in found for edge in span)})
    return tuple(
        Piece(text[first:last], _keys_at((first, last), found))
        for first, last in zip(edges, edges[1:], strict=False)
    )


def _keys_at(place: Span, found: list[tuple[str, Span]]) -> tuple[str, ...]:
    return tuple(key for key, (first, last) in found if first <= place[0] and place[1] <= last)
