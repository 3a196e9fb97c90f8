"""Each probe writes from an address of its own, in the style of its mailbox."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.models import AddressStyle, Campaign, Probe
from audit_app.services.probes.planning import plan_due
from tests.integration.probes import probe_factories as make


def planned(session: Session, style: AddressStyle, persona: str = "Anna Berg", slots: int = 1) -> list[Probe]:
    """One probe for each slot of a campaign with this persona."""
    make.mailbox_of(session, "probes@shopper.example").address_style = style
    to = make.touchpoint(session)
    campaign: Campaign = make.campaign(session, to, personas=(persona,))
    campaign.personas[0].mailbox = make.mailbox_of(session, "probes@shopper.example")
    session.flush()
    return [
        probe for slot in range(slots) for probe in plan_due(session, make.NOW + slot * timedelta(hours=1))
    ]


def test_a_plus_address_holds_the_token(session: Session) -> None:
    (probe,) = planned(session, AddressStyle.PLUS)
    assert probe.from_address == f"probes+{probe.token}@shopper.example"


@pytest.mark.parametrize(
    ("persona", "name"),
    [
        ("Anna Berg", "anna.berg"),
        ("Jörg Öberg-Lind", "jorg.oberg.lind"),
        ("Łukasz Żółć", "lukasz.zolc"),
        ("Анна", "probes"),
    ],
)
def test_a_catch_all_alias_looks_like_a_persons_own(session: Session, persona: str, name: str) -> None:
    probes = planned(session, AddressStyle.CATCH_ALL, persona, slots=5)
    addresses = {probe.from_address for probe in probes}
    assert len(addresses) == 5
    for address in addresses:
        assert re.fullmatch(rf"{re.escape(name)}\.[a-z0-9]{{6}}@shopper\.example", address)
        assert not any(probe.token in address for probe in probes)
