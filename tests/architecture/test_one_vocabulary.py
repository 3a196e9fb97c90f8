"""The probes and the application name the same things alike, although neither imports the other."""

from __future__ import annotations

from typing import get_args

from audit_app.domain.probes.probe import ObservationKind
from audit_app.models import ChannelName, EvidenceKind
from probes.base import FactKind, ProofKind
from probes.channels.table import CHANNELS


def test_both_sides_know_the_same_kinds_of_observation() -> None:
    said_by_people = {ObservationKind.TAKEN_BACK}
    assert {kind.value for kind in FactKind} == set(ObservationKind) - said_by_people


def test_every_kind_of_evidence_that_probes_bring_can_be_stored() -> None:
    assert set(get_args(ProofKind)) <= {kind.value for kind in EvidenceKind}


def test_every_driver_belongs_to_a_channel_of_the_application() -> None:
    assert set(CHANNELS) <= {channel.value for channel in ChannelName}
