"""A mail is assigned, taken back and moved by hand, and an open probe's page keeps what the reader is at."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Location, Probe, User
from tests.browser.pages import Screen, check_page, sign_in
from tests.integration.probes import probe_scene as scene

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

PERSONAL = "Hello Anna, we open at ten on weekdays and at eleven on Sundays. Best wishes, Kim Berg"


def now() -> datetime:
    """The time by which the pages go."""
    return datetime.now(UTC)


def waiting(session: Session, location: Location) -> Probe:
    """A probe that nobody has answered yet."""
    sent = scene.probe_to(session, location, now() - 3 * scene.HOUR)
    return scene.happened(session, sent, looked_at=now())


def look_again(page: Page) -> None:
    """Do what the browser does when its window comes to the front; the page looks every ten seconds anyway."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_mail_that_went_to_the_wrong_probe_is_moved_to_the_right_one(
    screen: Screen, session: Session, umea: Location, lulea: Location, ada: User
) -> None:
    page, wrong, right = screen.page, waiting(session, umea), waiting(session, lulea)
    stray = scene.mail(session, now() - scene.HOUR, PERSONAL)
    sign_in(page, ada)
    page.goto(f"/mail/unmatched/{stray.id}?q={wrong.id}")
    page.get_by_label("Umeå: Opening hours").check()
    page.get_by_role("button", name="Assign the mail").click()
    expect(page.get_by_text("Assigned to this probe")).to_be_visible()
    expect(page.get_by_role("heading", name="Answered in time")).to_be_visible()
    check_page(screen)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back from probe")).to_be_visible()
    check_page(screen)
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Not of this probe…").click()
    check_page(screen)
    page.get_by_role("button", name="Take this mail back").click()
    page.get_by_label("Number, question, persona, location or address").fill("lulea-weekly")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Luleå: Opening hours").check()
    page.get_by_role("button", name="Assign the mail").click()
    expect(page.get_by_role("heading", name="Answered in time")).to_be_visible()
    page.goto("/mail/unmatched?show=assigned")
    expect(page.get_by_text("Ada Admin took it back from")).to_have_count(2)
    check_page(screen)
    page.goto(f"/probes/{wrong.id}")
    expect(page.get_by_role("heading", name="Not of this probe")).to_be_visible()
    expect(page.get_by_role("heading", name="Open", exact=True)).to_be_visible()
    check_page(screen)
    page.get_by_role("link", name="Where the mail is now").click()
    expect(page.get_by_role("heading", name=f"It answers probe #{right.id}")).to_be_visible()
    check_page(screen)
    session.expire_all()
    assert (wrong.outcome, right.outcome) == (Outcome.OPEN, Outcome.ANSWERED)


def test_news_wait_where_the_reader_is_and_come_once_they_have_left(
    desktop: Page, session: Session, umea: Location, ada: User
) -> None:
    probe = waiting(session, umea)
    sign_in(desktop, ada)
    desktop.goto(f"/probes/{probe.id}")
    expect(desktop.get_by_text("This page updates by itself.")).to_be_visible()
    verdict = desktop.locator("[data-part=verdict]")
    verdict.locator("time").first.focus()
    answer = scene.seen("human_reply", now(), "At ten.", role="person", author="Kim")
    scene.happened(session, probe, answer)
    look_again(desktop)
    expect(desktop.get_by_text("At ten.")).to_be_visible()
    expect(verdict.locator("time").first).to_be_focused()
    expect(verdict).not_to_contain_text("Answered in time")
    desktop.get_by_role("link", name="Overview").focus()
    expect(verdict).to_contain_text("Answered in time")


def test_an_open_fold_stays_open_and_a_lost_network_is_told_and_comes_back(
    desktop: Page, session: Session, umea: Location, ada: User
) -> None:
    probe = waiting(session, umea)
    scene.mail(session, now() - scene.HOUR, "This is an automatic reply.", to=probe.from_address)
    sign_in(desktop, ada)
    desktop.goto(f"/probes/{probe.id}")
    desktop.get_by_text("Not of this probe…").click()
    desktop.get_by_role("link", name="Overview").focus()
    desktop.context.set_offline(True)
    look_again(desktop)
    expect(desktop.get_by_text("No connection; this page tries again.")).to_be_visible()
    desktop.context.set_offline(False)
    scene.happened(session, probe, scene.seen("delivered", now()))
    look_again(desktop)
    expect(desktop.get_by_role("heading", name="Delivered")).to_be_visible()
    expect(desktop.get_by_role("button", name="Take this mail back")).to_be_visible()
