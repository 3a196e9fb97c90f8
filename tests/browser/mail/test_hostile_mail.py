"""Whatever a mail holds, our pages show it as words: nothing remote is loaded, nothing runs, nothing covers them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.models import IncomingMail, Location, Probe, User
from probes.mail.imap import FetchedMail as Arrived
from tests.browser.pages import Screen, sign_in
from tests.hostile_mail import hostile_mails
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories
from tests.integration.probes import probe_scene as scene

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
LIVES = (
    "iframe, meta, style, script, object, embed, base, link, video, audio, picture, math, noscript, template"
)


@pytest.fixture
def probe(session: Session, umea: Location) -> Probe:
    """A probe to which each of the mails came, as it came to our mailbox without a probe, too."""
    made = scene.probe_to(session, umea, datetime.now(UTC) - scene.HOUR)
    box = probe_factories.mailbox_of(session)
    at = datetime.now(UTC)
    raws = [raw for to in (made.from_address, box.address) for raw in hostile_mails(to).values()]
    receive_mail(session, box, [Arrived("INBOX", 7, uid, at, raw) for uid, raw in enumerate(raws, 1)], at)
    session.commit()
    return made


def test_no_page_does_what_a_hostile_mail_wants(
    screen: Screen, session: Session, probe: Probe, ada: User
) -> None:
    page, asked = screen.page, list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: screen.complaints.append(dialog.message))
    sign_in(page, ada)
    home = page.url.partition("/")[0] + "//" + page.url.split("/")[2]
    strays = session.scalars(select(IncomingMail.id).where(IncomingMail.probe_id.is_(None))).all()
    assert len(strays) >= 30
    paths = [f"/mail/unmatched/{stray}" for stray in strays]
    for path in [
        "/probes",
        f"/probes/{probe.id}",
        "/probes/review",
        "/mail/unmatched",
        "/mail/unmatched?page=2",
        *paths,
    ]:
        page.goto(path)
        assert re.search("owned|^1$", page.title()) is None
        assert page.locator(f"main :is({LIVES})").count() == 0, path
        strange = "main :is(a[href]:not([href^='/'], [href^='#']), form:not([action^='/']))"
        assert page.locator(strange).count() == 0, path
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen, path
        assert page.locator("header.top-bar .brand").evaluate(
            """brand => {
              const box = brand.getBoundingClientRect();
              return brand.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
            }"""
        ), path
    assert [url for url in asked if not url.startswith(home)] == []
    assert screen.complaints == []
