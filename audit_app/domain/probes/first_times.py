"""The three first times of a probe: of anything at all, of an automatic message, and of a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from audit_app.domain.probes.probe import AUTOMATIC, REPLIES
from audit_app.domain.probes.probe import ObservationKind as Kind


class FirstTime(StrEnum):
    """What came for the first time after our message."""

    ANYTHING = "anything"
    AUTOMATIC = "automatic"
    PERSON = "person"


FIRST_TIMES: Mapping[FirstTime, frozenset[Kind]] = MappingProxyType(
    {
        FirstTime.ANYTHING: REPLIES | {Kind.TYPING, Kind.SYSTEM_LINE},
        FirstTime.AUTOMATIC: AUTOMATIC,
        FirstTime.PERSON: frozenset({Kind.HUMAN_REPLY}),
    }
)
"""Which kinds of observation count for each; only a person's answer stops the clock."""


def first_times_of(kind: Kind) -> tuple[FirstTime, ...]:
    """Return which of the three an observation of this kind may be."""
    return tuple(first for first, kinds in FIRST_TIMES.items() if kind in kinds)
