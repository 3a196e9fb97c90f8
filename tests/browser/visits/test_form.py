"""The visit form in a browser: filled in on a phone, through a dead spot, with two tabs, to the score."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.models import Answer, Location, User, Visit
from audit_app.services.visits.recording import submit_visit
from tests import small_checklist
from tests.browser.pages import PHONE, Screen, check_page, open_screen, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

SAVED = "Saved on the server"


@pytest.fixture
def visit(session: Session, anna: User, umea: Location) -> Visit:
    made = small_checklist.begun_visit(session, anna, umea, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def phone(browser: Browser, live_server: str, anna: User) -> Iterator[BrowserContext]:
    """A phone on which Anna is signed in."""
    screen = open_screen(browser, live_server, PHONE)
    sign_in(screen.page, anna)
    yield screen.page.context
    screen.close()


def opened(phone: BrowserContext, visit: Visit, section: int = 1) -> Page:
    page = phone.new_page()
    page.goto(f"/visits/{visit.id}/section/{section}")
    return page


def question(page: Page, text: str) -> Locator:
    return page.get_by_role("group", name=text)


def choose(page: Page, text: str, answer: str) -> None:
    question(page, text).get_by_role("radio", name=answer, exact=True).check()


def expect_answer(page: Page, text: str, answer: str) -> None:
    expect(question(page, text).get_by_role("radio", name=answer, exact=True)).to_be_checked()


def status(page: Page) -> Locator:
    return page.locator("[data-saved]")


def next_section(page: Page) -> None:
    page.get_by_role("navigation", name="Through the form").get_by_role("button", name="Next").click()


def answers(session: Session, visit: Visit) -> dict[str, object]:
    """What the server has."""
    session.expire_all()
    found = {row.path: row.value for row in session.get_one(Visit, visit.id).answers}
    # On SQLite an open transaction would keep the application from writing.
    session.rollback()
    return found


def test_an_auditor_fills_in_a_visit_through_a_dead_spot_and_sees_the_score(
    phone: BrowserContext, session: Session, anna: User, umea: Location
) -> None:
    small_checklist.assignment(session, anna, umea, datetime.now(UTC))
    session.commit()
    page = phone.new_page()
    page.goto("/my-visits")
    page.get_by_role("button", name=f"Start Small visit at {umea.name}").click()
    choose(page, "Were you greeted?", "Yes")
    expect(status(page)).to_contain_text(SAVED)

    phone.set_offline(True)
    choose(page, "Was there eye contact?", "No")
    expect(status(page)).to_have_text("Saved on this device, 1 answer not sent yet")
    next_section(page)
    choose(page, "How tidy was it?", "Fine")
    choose(page, "Who was at the till?", "Somebody")
    page.get_by_label("How long did you queue?").fill("4")
    page.get_by_label("On the shelf").fill("12.90")
    page.get_by_label("At the till").fill("12,90")
    expect(page.get_by_text("6 of 8")).to_be_visible()
    expect(page.get_by_role("button", name="All answered")).to_be_visible()
    expect(status(page)).to_have_text("Saved on this device, 5 answers not sent yet")
    visit = session.scalars(select(Visit)).one()
    assert answers(session, visit) == {"greeted": "yes"}

    phone.set_offline(False)
    expect(status(page)).to_contain_text(SAVED)
    assert answers(session, visit) == small_checklist.ANSWERS

    next_section(page)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Submit the visit").click()
    expect(page.get_by_text("73.3").first).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('visit:'))") == []


def test_answers_given_without_a_network_survive_the_end_of_the_tab(
    phone: BrowserContext, session: Session, visit: Visit
) -> None:
    page = opened(phone, visit)
    phone.set_offline(True)
    choose(page, "Were you greeted?", "No")
    question(page, "Were you greeted?").get_by_text("Add a note").click()
    question(page, "Were you greeted?").get_by_label("Note to this question").fill("They talked.")
    page.close()
    phone.set_offline(False)
    again = opened(phone, visit)
    expect_answer(again, "Were you greeted?", "No")
    expect(status(again)).to_contain_text(SAVED)
    assert answers(session, visit) == {"greeted": "no"}
    assert session.scalars(select(Answer.note)).all() == ["They talked."]


def test_my_visits_sends_what_the_device_still_has(
    phone: BrowserContext, session: Session, visit: Visit
) -> None:
    page = opened(phone, visit)
    phone.set_offline(True)
    choose(page, "Were you greeted?", "Yes")
    page.close()
    phone.set_offline(False)
    page = phone.new_page()
    with page.expect_response("**/answers"):
        page.goto("/my-visits")
    expect(page.locator("[data-unsent]")).to_be_hidden()
    assert answers(session, visit) == {"greeted": "yes"}


def test_two_tabs_of_one_device_agree(phone: BrowserContext, session: Session, visit: Visit) -> None:
    one, two = opened(phone, visit), opened(phone, visit)
    choose(one, "Were you greeted?", "Yes")
    expect_answer(two, "Were you greeted?", "Yes")
    choose(two, "Were you greeted?", "No")
    expect_answer(one, "Were you greeted?", "No")
    expect(status(two)).to_contain_text(SAVED)
    assert answers(session, visit) == {"greeted": "no"}


def test_a_tab_left_open_says_that_the_visit_was_submitted_in_another(
    phone: BrowserContext, session: Session, visit: Visit
) -> None:
    left_open = opened(phone, visit)
    small_checklist.fill_in(session, visit, datetime.now(UTC))
    submit_visit(session, visit, datetime.now(UTC))
    session.commit()
    result = phone.new_page()
    result.goto(f"/visits/{visit.id}")
    choose(left_open, "Were you greeted?", "No")
    expect(left_open.get_by_text("This visit was submitted already")).to_be_visible()


def test_a_device_with_an_older_answer_is_shown_the_newer_one_and_told_what_it_had(
    phone: BrowserContext, session: Session, visit: Visit
) -> None:
    page = opened(phone, visit)
    for value in ("yes", "no"):
        small_checklist.answer(session, visit, "eye_contact", {"value": value}, datetime.now(UTC))
    session.commit()
    choose(page, "Was there eye contact?", "Yes")
    expect(question(page, "Was there eye contact?")).to_contain_text("Here you had: Yes.")
    expect_answer(page, "Was there eye contact?", "No")
    choose(page, "Was there eye contact?", "Yes")
    expect(question(page, "Was there eye contact?")).not_to_contain_text("Here you had")
    expect(status(page)).to_contain_text(SAVED)
    assert answers(session, visit) == {"eye_contact": "yes"}


def test_what_the_server_cannot_use_is_said_at_the_question_and_stays_there(
    phone: BrowserContext, visit: Visit
) -> None:
    page = opened(phone, visit, 2)
    page.get_by_label("How long did you queue?").fill("ages")
    expect(question(page, "How long did you queue?")).to_contain_text(
        "enter a whole number from 0 to 120 min"
    )
    page.reload()
    expect(page.get_by_label("How long did you queue?")).to_have_value("ages")
    page.get_by_label("How long did you queue?").fill("7")
    expect(status(page)).to_contain_text(SAVED)
    expect(question(page, "How long did you queue?")).not_to_contain_text("enter a whole number")


def test_somebody_signed_out_meanwhile_loses_nothing_and_is_told(
    phone: BrowserContext, session: Session, visit: Visit, anna: User
) -> None:
    page = opened(phone, visit)
    phone.clear_cookies()
    choose(page, "Were you greeted?", "Yes")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    again = phone.new_page()
    with again.expect_response(lambda response: response.url.endswith("/answers") and response.ok):
        sign_in(again, anna)
    assert answers(session, visit) == {"greeted": "yes"}
    page.reload()
    expect_answer(page, "Were you greeted?", "Yes")


def test_the_form_works_without_javascript(
    browser: Browser, live_server: str, session: Session, visit: Visit, anna: User
) -> None:
    context = browser.new_context(base_url=live_server, java_script_enabled=False)
    sign_in(context.new_page(), anna)
    page = opened(context, visit)
    choose(page, "Were you greeted?", "Yes")
    next_section(page)
    expect(page.get_by_role("heading", name="The shop")).to_be_visible()
    page.get_by_label("How long did you queue?").fill("4")
    page.get_by_role("button", name="missing").click()
    expect(page.get_by_role("heading", name="4 questions still need an answer")).to_be_visible()
    assert answers(session, visit) == {"greeted": "yes", "queue": "4"}
    context.close()


def test_every_page_of_a_visit_is_accessible_and_fits(
    screen: Screen, session: Session, visit: Visit, anna: User
) -> None:
    page = screen.page
    sign_in(page, anna)
    sections = [f"/visits/{visit.id}/section/{number}" for number in (1, 2, 3)]
    for path in ["/my-visits", *sections, f"/visits/{visit.id}/check", "/visits?drafts=yes"]:
        page.goto(path)
        check_unfolded(screen)
    small_checklist.fill_in(session, visit, datetime.now(UTC), greeted="no")
    session.commit()
    page.goto(f"/visits/{visit.id}/check")
    page.get_by_role("button", name="Submit the visit").click()
    page.wait_for_url(f"**/visits/{visit.id}")
    check_unfolded(screen)


def check_unfolded(screen: Screen) -> None:
    """Check the page with everything that can be unfolded."""
    screen.page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    check_page(screen)


def test_text_of_the_form_has_the_highest_contrast(phone: BrowserContext, visit: Visit) -> None:
    page = opened(phone, visit)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.reload()
        rule = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
        found = Axe().run(page, options=rule | {"rules": {"color-contrast-enhanced": {"enabled": True}}})
        assert not found.violations_count, found.generate_report()
