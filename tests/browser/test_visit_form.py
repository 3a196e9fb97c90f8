"""The visit form in a browser: filled in on a phone, through a dead spot, with two tabs, to the score."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from audit_app import create_app
from audit_app.config import Settings
from audit_app.extensions import db, limiter
from audit_app.models import Answer, Location, User, Visit
from audit_app.services.visits import save_answer
from probes.browser import find_browser
from tests import factories, small_checklist

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

SAVED = "Saved on the server"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        yield browser
        browser.close()


@pytest.fixture
def site(settings: Settings, session: Session) -> Iterator[str]:
    """The application on a port of its own."""
    factories.organisation(session)
    session.commit()
    # Made in another thread, because Playwright's event loop occupies this one.
    with ThreadPoolExecutor(1) as elsewhere:
        app = elsewhere.submit(create_app, settings).result()
        limiter.reset()
        server = make_server("127.0.0.1", 0, app, threaded=True)
        serving = elsewhere.submit(server.serve_forever)
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        serving.result()
        server.server_close()
        elsewhere.submit(close, app).result()


def close(app: Flask) -> None:
    """Let go of the database."""
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def visit(session: Session, anna: User, umea: Location) -> Visit:
    made = small_checklist.begun_visit(session, anna, umea, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def phone(chromium: Browser, site: str, anna: User) -> Iterator[BrowserContext]:
    """A phone on which Anna is signed in."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, base_url=site)
    context.set_default_timeout(10_000)
    sign_in(context, anna)
    yield context
    context.close()


def sign_in(context: BrowserContext, user: User) -> None:
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/my-visits")
    page.close()


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
    found = {row.question_key: row.value for row in session.get_one(Visit, visit.id).answers}
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


def test_a_device_with_an_older_answer_is_shown_the_newer_one_and_told_what_it_had(
    phone: BrowserContext, session: Session, visit: Visit
) -> None:
    page = opened(phone, visit)
    for revision, value in enumerate(("yes", "no"), start=1):
        save_answer(session, visit, "eye_contact", {"value": value}, revision, datetime.now(UTC))
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
    sign_in(phone, anna)
    page.reload()
    expect(status(page)).to_contain_text(SAVED)
    assert answers(session, visit) == {"greeted": "yes"}


def test_the_form_works_without_javascript(
    chromium: Browser, site: str, session: Session, visit: Visit, anna: User
) -> None:
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    sign_in(context, anna)
    page = opened(context, visit)
    choose(page, "Were you greeted?", "Yes")
    next_section(page)
    expect(page.get_by_role("heading", name="The shop")).to_be_visible()
    page.get_by_label("How long did you queue?").fill("4")
    page.get_by_role("button", name="missing").click()
    expect(page.get_by_role("heading", name="4 questions still need an answer")).to_be_visible()
    assert answers(session, visit) == {"greeted": "yes", "queue": "4"}
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_of_a_visit_is_accessible_and_fits(
    chromium: Browser, site: str, session: Session, visit: Visit, anna: User, width: int, theme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=theme, base_url=site, bypass_csp=True
    )
    sign_in(context, anna)
    paths = [
        "/my-visits",
        *(f"/visits/{visit.id}/section/{n}" for n in (1, 2, 3)),
        f"/visits/{visit.id}/check",
    ]
    page = context.new_page()
    for path in [*paths, "/visits?drafts=yes"]:
        page.goto(path)
        fits_and_is_accessible(page)
    small_checklist.fill_in(session, visit, datetime.now(UTC), greeted="no")
    session.commit()
    page.goto(f"/visits/{visit.id}/check")
    page.get_by_role("button", name="Submit the visit").click()
    page.wait_for_url(f"**/visits/{visit.id}")
    fits_and_is_accessible(page)
    context.close()


def fits_and_is_accessible(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(details => details.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()


def test_text_of_the_form_has_the_highest_contrast(phone: BrowserContext, visit: Visit) -> None:
    page = opened(phone, visit)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.reload()
        rule = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
        found = Axe().run(page, options=rule | {"rules": {"color-contrast-enhanced": {"enabled": True}}})
        assert not found.violations_count, found.generate_report()
