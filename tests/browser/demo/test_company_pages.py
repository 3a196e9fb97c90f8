"""The demo company's pages in a real browser: consent, the way to a shop's address, form and chat."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as TooLong

from audit_app.demo.company import DemoCompany
from probes.browser.program import find_browser

pytestmark = pytest.mark.browser
PHONE, DESKTOP = (390, 800), (1280, 900)
ANSWERED = ".message--operator:not(.typing)"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path_factory.mktemp("company"), answer_after=(2.0, 2.0)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = find_browser(os.environ.get("AUDIT_BROWSER"))
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


def open_page(browser: Browser, size: tuple[int, int], storage_state: Path | None = None) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, storage_state=storage_state)
    context.set_default_timeout(20_000)
    return context.new_page()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = open_page(browser, DESKTOP)
    yield opened
    opened.context.close()


def consent(page: Page) -> None:
    page.get_by_role("button", name="Only necessary").click()


def open_chat(page: Page) -> FrameLocator:
    page.get_by_role("button", name="Open chat").click()
    return page.frame_locator("iframe[title='Chat with Fjord & Field']")


def begin_chat(page: Page, text: str) -> FrameLocator:
    frame = open_chat(page)
    frame.get_by_label("Your name").fill("Anna Berg")
    frame.get_by_label("Your e-mail").fill("anna@shopper.example")
    frame.get_by_role("button", name="Start chat").click()
    frame.get_by_label("Message").fill(text)
    frame.get_by_role("button", name="Send").click()
    return frame


def test_a_customer_finds_the_shops_address_in_two_clicks(company: DemoCompany, page: Page) -> None:
    page.goto(company.site_url)
    consent(page)
    page.get_by_role("navigation").get_by_role("link", name="Contact").click()
    page.get_by_role("link", name="Contact Stockholm City").click()
    expect(page.get_by_role("link", name="stockholm@fjordfield.example")).to_have_attribute(
        "href", "mailto:stockholm@fjordfield.example"
    )


def test_the_consent_banner_covers_the_page_until_it_is_answered_once(
    company: DemoCompany, page: Page
) -> None:
    page.goto(company.contact_url("lund"))
    with pytest.raises(TooLong):
        page.get_by_role("button", name="Open chat").click(timeout=500)
    consent(page)
    page.get_by_role("button", name="Open chat").click()
    page.reload()
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_chat_shows_bot_typing_bubble_and_operator_in_a_frame_of_another_origin(
    company: DemoCompany, page: Page
) -> None:
    page.goto(company.contact_url("stockholm"))
    consent(page)
    frame = begin_chat(page, "Do you deliver <b>sofas</b>?")
    expect(frame.locator(".message--visitor .text")).to_have_text("Do you deliver <b>sofas</b>?")
    expect(frame.locator(".message--bot")).to_have_count(2)
    expect(frame.locator(".message--operator.typing")).to_be_visible()
    expect(frame.locator(ANSWERED)).to_contain_text("Hello Anna")
    expect(frame.locator(".typing")).to_have_count(0)
    assert any(child.url.startswith(company.chat_url) for child in page.frames)
    assert page.evaluate("document.querySelector('fjord-chat').shadowRoot.mode") == "open"


def test_an_answer_given_while_the_browser_was_closed_is_there_on_reopening(
    company: DemoCompany, browser: Browser, tmp_path: Path
) -> None:
    before = open_page(browser, DESKTOP)
    before.goto(company.contact_url("stockholm"))
    consent(before)
    frame = begin_chat(before, "Are you open on Sunday?")
    expect(frame.locator(".message--visitor")).to_be_visible()
    expect(frame.locator(ANSWERED)).to_have_count(0)
    before.context.storage_state(path=tmp_path / "state.json", indexed_db=True)
    before.context.close()

    after = open_page(browser, PHONE, tmp_path / "state.json")
    after.goto(company.contact_url("stockholm"))
    frame = open_chat(after)
    expect(frame.locator(".message--visitor .text")).to_have_text("Are you open on Sunday?")
    expect(frame.locator(ANSWERED)).to_have_count(1)
    after.context.close()


def test_the_contact_form_says_that_it_was_sent(company: DemoCompany, page: Page) -> None:
    page.goto(company.contact_url("lund"))
    consent(page)
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("alert")).to_contain_text("has not been sent yet")
    page.get_by_label("Your name").fill("Anna Berg")
    page.get_by_label("Your e-mail").fill("anna@shopper.example")
    page.get_by_label("What is it about?").select_option("Delivery")
    page.get_by_label("Message").fill("Do you deliver to Malmö?")
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("status")).to_contain_text("your message has been sent")
    assert company.received(shop="lund") == 1


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("path", ["", "/shops", "/shops/stockholm", "/shops/stockholm/contact"])
def test_every_page_fits_its_width_and_is_accessible(
    company: DemoCompany, browser: Browser, size: tuple[int, int], path: str
) -> None:
    page = open_page(browser, size)
    page.goto(company.site_url + path)
    consent(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    report = Axe().run(page)
    page.context.close()
    assert report.violations_count == 0, report.generate_report()


def test_the_chat_itself_is_accessible_before_and_after_it_began(company: DemoCompany, page: Page) -> None:
    page.goto(f"{company.chat_url}/frame?shop=stockholm")
    expect(page.get_by_label("Your name")).to_be_visible()
    before = Axe().run(page)
    assert before.violations_count == 0, before.generate_report()
    page.get_by_label("Your name").fill("Anna Berg")
    page.get_by_label("Your e-mail").fill("anna@shopper.example")
    page.get_by_role("button", name="Start chat").click()
    expect(page.locator(".message--bot")).to_have_count(1)
    after = Axe().run(page)
    assert after.violations_count == 0, after.generate_report()
