"""The script in docs/administrators/running.md and the pages: from an empty database to a first probe that is due."""

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
from audit_app.models import ChannelName
from audit_app.services import campaigns, personas, scenarios, service_targets, touchpoints
from audit_app.services.campaigns import CampaignEntry
from audit_app.services.probes.planning import plan_due
from audit_app.services.scenarios import ScenarioEntry, WordingEntry
from audit_app.services.service_targets import TargetEntry
from tests.integration import probe_factories as make

RUNNING = PROJECT_ROOT / "docs" / "administrators" / "running.md"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_script_of_the_documentation_and_the_pages_lead_to_a_first_probe(
    session: Session, settings: Settings
) -> None:
    session.commit()
    (script,) = re.findall(r"```python\n(.*?)```", RUNNING.read_text("utf-8"), re.DOTALL)
    own = {"AUDIT_INSTANCE": str(settings.instance), "AUDIT_DATABASE_URL": settings.database_url}
    subprocess.run([sys.executable, "-c", script], env=os.environ | own, check=True)

    now = datetime.now(UTC)
    box = make.mailbox_of(session)
    session.flush()
    anna = personas.add_persona(session, personas.PersonaEntry("Anna Berg", box.id, language="de"))
    entry = touchpoints.TouchpointEntry("berlin@company.example")
    shop = touchpoints.add_touchpoint(session, "berlin", ChannelName.EMAIL, entry)
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
    touchpoints.confirm(session, shop, shop.address, "Ada", now)

    (probe,) = plan_due(session, now)
    assert (probe.to_address, probe.subject) == ("berlin@company.example", "Lampen")
    assert probe.text == "Guten Tag,\n\nhaben Sie in Berlin auch Lampen?\n\nAnna Berg"
