"""What the judging of a mail comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["human", "automatic", "bounce", "uncertain"]
Kind: TypeAlias = Literal[
    "answer",
    "acknowledgement",
    "out_of_office",
    "receipt",
    "delivery_report",
    "delay",
    "challenge",
    "calendar",
    "newsletter",
    "survey",
    "closed_box",
    "list_notice",
    "bounce",
    "automatic",
]


@dataclass(frozen=True)
class Judgement:
    """Who or what wrote a mail, in which sort of mail, by which help desk, and the reasons, for people to read."""

    verdict: Verdict
    kind: Kind
    platform: str
    reasons: tuple[str, ...]
    rule: str = ""
    """The name of the rule that decided, by which people's decisions are compared with ours."""
