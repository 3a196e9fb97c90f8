"""The script in docs/administrators/running.md: from an empty database to a first probe that is due."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.config import PROJECT_ROOT, Settings
from audit_app.models import Campaign, Touchpoint
from audit_app.services import personas, touchpoints
from audit_app.services.probes.planning import plan_due
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
    assert plan_due(session, now) == []
    touchpoint, campaign = (
        session.scalars(sa.select(Touchpoint)).one(),
        session.scalars(sa.select(Campaign)).one(),
    )
    touchpoints.confirm(session, touchpoint, touchpoint.address, "Ada", now)
    box = make.mailbox_of(session)
    session.flush()
    entry = personas.PersonaEntry(name="Anna Berg", language="de", mailbox=box.id, campaigns=[campaign.id])
    personas.add_persona(session, entry)

    (probe,) = plan_due(session, now)
    assert (probe.to_address, probe.subject) == ("berlin@company.example", "Lampen")
    assert "in Berlin auch Lampen" in probe.text
