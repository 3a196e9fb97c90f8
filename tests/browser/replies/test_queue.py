"""The queue of replies in a real browser: one key decides and brings the next, and every page looks right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Alarm, AlarmKind, Location, User
from audit_app.services.mailboxes.state import mailbox_down
from tests.browser.pages import Screen, check_page, sign_in
from tests.integration.probes import probe_scene as scene

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_one_key_decides_on_a_reply_and_brings_the_next(
    desktop: Page, session: Session, umea: Location, magnus: User
) -> None:
    now = datetime.now(UTC)
    probes = [scene.uncertain_probe(session, umea, now - age * scene.HOUR) for age in (9, 8, 7)]
    sign_in(desktop, magnus)
    desktop.goto("/probes/review")
    progress = desktop.locator(".review-progress")
    expect(progress).to_have_text("1 of 3")
    for key, then in (("p", "2 of 3"), ("u", "1 of 3"), ("c", "2 of 3"), ("a", "3 of 3")):
        desktop.wait_for_load_state()
        desktop.keyboard.press(key)
        expect(progress).to_have_text(then)
    # Where somebody types, a letter is a letter.
    desktop.locator("#search").fill("")
    desktop.locator("#search").press("p")
    expect(progress).to_have_text("3 of 3")
    expect(desktop.locator("#search")).to_have_value("p")
    session.expire_all()
    assert [probe.outcome for probe in probes] == [Outcome.UNCERTAIN, Outcome.OPEN, Outcome.UNCERTAIN]


def test_the_queue_stray_mail_and_mailboxes_look_right_on_every_screen(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    now = datetime.now(UTC)
    probe = scene.uncertain_probe(session, umea, now - 9 * scene.HOUR)
    reply = probe.observations[-1]
    stray = scene.mail(session, now - scene.HOUR, "We open at ten. Kim", subject="A" * 300)
    mailbox_down(session, stray.mailbox, "The server is away. " + "x" * 300, now - timedelta(minutes=5))
    session.add(Alarm(kind=AlarmKind.BROWSER, subject="a", name="a", reason="None was found.", since=now))
    session.commit()
    sign_in(screen.page, ada)
    for path in (
        "/probes/review",
        "/mail/unmatched",
        f"/mail/unmatched/{stray.id}",
        "/admin/mailboxes",
        "/probes",
    ):
        screen.page.goto(path)
        check_page(screen)
    screen.page.goto("/probes/review")
    screen.page.get_by_role("button", name="A person").click()
    expect(screen.page.get_by_role("button", name="Undo")).to_be_visible()
    assert f"last={reply.id}" in screen.page.url
    check_page(screen)
