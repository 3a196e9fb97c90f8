"""The three first times of a probe: of anything at all, of an automatic message, and of a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from audit_app.domain.probes.probe import ObservationKind as Kind


class First(StrEnum):
    """What came for the first time after our message."""

    ANYTHING = "anything"
    AUTOMATIC = "automatic"
    PERSON = "person"


_AUTOMATIC = frozenset({Kind.ACKNOWLEDGED, Kind.BOT_MESSAGE})
_PERSON = frozenset({Kind.HUMAN_REPLY})
FIRSTS: Mapping[First, frozenset[Kind]] = MappingProxyType(
    {
        First.ANYTHING: _AUTOMATIC | _PERSON | {Kind.UNCERTAIN_REPLY, Kind.TYPING, Kind.SYSTEM_LINE},
        First.AUTOMATIC: _AUTOMATIC,
        First.PERSON: _PERSON,
    }
)
"""Which kinds of observation count for each; only a person's answer stops the clock."""


def firsts_among(kind: Kind) -> tuple[First, ...]:
    """Return which of the three an observation of this kind may be."""
    return tuple(first for first, kinds in FIRSTS.items() if kind in kinds)
