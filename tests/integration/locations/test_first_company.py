"""The first company: what the pages and the script in docs/administrators/running.md lead to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from audit_app.config import PROJECT_ROOT, Settings
from audit_app.models import ChannelName, Location, RoleName
from audit_app.services.campaigns import campaigns, personas, scenarios, service_targets
from audit_app.services.campaigns.campaigns import CampaignEntry
from audit_app.services.campaigns.scenarios import ScenarioEntry, WordingEntry
from audit_app.services.campaigns.service_targets import TargetEntry
from audit_app.services.company import name_company
from audit_app.services.locations import locations, touchpoints
from audit_app.services.locations.locations import LocationEntry
from audit_app.services.locations.opening_hours import HoursEntry
from audit_app.services.operations.first_steps import Step, steps_done
from audit_app.services.probes.planning import plan_due
from audit_app.services.visits.assignments import assignments_of
from tests import factories
from tests.integration.probes import probe_factories as make
from tests.opening_hours import WORKING_DAYS

RUNNING = PROJECT_ROOT / "docs" / "administrators" / "running.md"


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def enter_berlin(session: Session) -> Location:
    """A company with one location."""
    name_company(session, "Our company")
    week = {day.value: "09:00–18:00" for day in WORKING_DAYS}
    entry = LocationEntry(
        "Berlin", new_region="East", time_zone="Europe/Berlin", hours=HoursEntry(week, "DE")
    )
    return locations.add_location(session, entry)


def test_what_is_entered_on_the_pages_leads_from_an_empty_database_to_a_first_probe(session: Session) -> None:
    assert steps_done(session) == frozenset()
    berlin = enter_berlin(session)
    now = datetime.now(UTC)
    box = make.mailbox_of(session)
    session.flush()
    anna = personas.add_persona(session, personas.PersonaEntry("Anna Berg", box.id, language="de"))
    entry = touchpoints.TouchpointEntry("berlin@company.example")
    shop = touchpoints.add_touchpoint(session, berlin.key, ChannelName.EMAIL, entry)
    lamps = scenarios.add_scenario(session, ScenarioEntry("Are there lamps?"))
    asked = WordingEntry(
        "email", "de", "Guten Tag,\n\nhaben Sie in {location} auch Lampen?\n\n{name}", "Lampen"
    )
    scenarios.save_wording(session, lamps, None, asked)
    target = service_targets.add_target(session, TargetEntry("Ten hours"))
    wanted = CampaignEntry(
        name="Weekly question",
        target=target.id,
        starts_at=now.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d %H:%M"),
        every_minutes=7 * 24 * 60,
        touchpoints=[shop.id],
        scenarios=[lamps.id],
        personas=[anna.id],
    )
    campaigns.add_campaign(session, wanted)
    assert plan_due(session, now) == []
    assert set(Step) - steps_done(session) == {Step.TOUCHPOINT}
    touchpoints.confirm(session, shop, shop.address, "Ada", now)

    assert steps_done(session) == set(Step)
    (probe,) = plan_due(session, now)
    assert (probe.to_address, probe.subject) == ("berlin@company.example", "Lampen")
    assert probe.text == "Guten Tag,\n\nhaben Sie in Berlin auch Lampen?\n\nAnna Berg"


def test_the_script_of_the_documentation_asks_an_auditor_for_a_visit(
    session: Session, settings: Settings
) -> None:
    enter_berlin(session)
    auditor = factories.user(session, "Anna Auditor", RoleName.AUDITOR, email="auditor@example.org")
    (script,) = re.findall(r"```python\n(.*?)```", RUNNING.read_text("utf-8"), re.DOTALL)
    own = {"AUDIT_INSTANCE": str(settings.instance), "AUDIT_DATABASE_URL": settings.database_url}
    subprocess.run([sys.executable, "-c", script], env=os.environ | own, cwd=PROJECT_ROOT, check=True)

    (assignment,) = assignments_of(session, auditor, datetime.now(UTC))
    assert (assignment.location.name, assignment.checklist.key) == ("Berlin", "store-visit")
