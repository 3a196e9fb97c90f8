"""Suggestions for a rating in a real browser: how they look, and one key per item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from audit_app.domain.replies.quality import RUBRIC
from audit_app.models import Location, Probe, User
from audit_app.services.replies.ratings import rate
from tests.browser.pages import Screen, check_page, sign_in
from tests.integration.probes import probe_scene as scene

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

ANSWER = (
    "Hello Anna,\n\nthank you for writing to us. We open at ten. I will call you by Friday, I promise. "
    "Opening earlier is against company policy.\n\nKind regards\nKim Olsen"
)


@pytest.fixture
def probe(session: Session, umea: Location) -> Probe:
    at = datetime.now(UTC) - timedelta(days=2)
    reply = scene.seen("human_reply", at + scene.HOUR, ANSWER, role="person", author="Kim")
    return scene.happened(session, scene.probe_to(session, umea, at), reply)


def test_suggestions_and_agreement_look_right_on_every_screen(
    screen: Screen, session: Session, probe: Probe, ada: User, magnus: User
) -> None:
    sign_in(screen.page, ada)
    paths = [f"/probes/{probe.id}/rating", "/probes/agreement"]
    for path in paths:
        screen.page.goto(path)
        check_page(screen)
    for rater, thanks in ((ada, "yes"), (magnus, "no")):
        choices = {item.key: "yes" if item.points > 0 else "no" for item in RUBRIC}
        rate(session, probe, rater, choices | {"thanks": thanks}, "", datetime.now(UTC))
    session.commit()
    for path in paths:
        screen.page.goto(path)
        screen.page.evaluate(
            "document.querySelectorAll('main details').forEach(each => { each.open = true })"
        )
        check_page(screen)


def test_one_key_rates_an_item_and_goes_on_to_the_next(desktop: Page, probe: Probe, ada: User) -> None:
    sign_in(desktop, ada)
    desktop.goto(f"/probes/{probe.id}/rating")
    suggested = desktop.locator(".rating-suggested")
    expect(suggested).to_have_count(len(RUBRIC) - 2)
    greeting = desktop.get_by_role("group", name="Greets the customer").get_by_role("radio", name="Yes")
    greeting.focus()
    expect(desktop.locator(".found-now")).to_contain_text(["Hello"])
    desktop.keyboard.press("p")
    expect(suggested).to_have_count(len(RUBRIC) - 3)
    named = desktop.get_by_role("group", name="Uses the customer's name")
    expect(named.get_by_role("radio", name="Yes")).to_be_focused()
    desktop.get_by_role("group", name="Answers every question").get_by_role("radio").first.focus()
    for key in "yyyp" + "y" * 3 + "ay" + "yn":
        desktop.keyboard.press(key)
    expect(suggested).to_have_count(0)
    expect(desktop.get_by_label("I have checked the suggestions")).to_be_checked()
    expect(desktop.get_by_label("Note")).to_be_focused()
    desktop.keyboard.type("yes and no")
    desktop.get_by_role("button", name="Save the rating").click()
    expect(desktop.get_by_text("Your rating is saved")).to_be_visible()
    desktop.get_by_text("Ada Admin:").click()
    row = desktop.get_by_role("row", name="Uses negative language")
    expect(row).to_contain_text("No (suggested: Yes)")
