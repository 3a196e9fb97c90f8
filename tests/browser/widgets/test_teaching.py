"""Teaching the program a chat on its pages, with a real worker, up to a probe that finds its way by what was taught."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.models import ChannelName, Touchpoint, User, WidgetTrial
from tests.browser.pages import DESKTOP, PHONE, check_page, open_screen, sign_in
from tests.integration.worker.worker_scene import Scene, scene

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def company(settings: Settings, engine: sa.Engine, tmp_path: Path) -> Iterator[Scene]:
    """The demo company, a campaign that writes into its chat, and a worker."""
    # In another thread, because Playwright's event loop occupies this one.
    with ThreadPoolExecutor(1) as elsewhere:
        running = scene(settings, engine, tmp_path)
        opened = elsewhere.submit(running.__enter__).result()
        opened.campaign(ChannelName.CHAT, confirmed=False)
        opened.start_worker()
        yield opened
        elsewhere.submit(running.__exit__, None, None, None).result()


def verdict(page: Page) -> None:
    """Wait until the try has ended by itself, without the page being reloaded by hand."""
    expect(page.get_by_role("heading", name="A probe would find its way in")).to_be_visible(timeout=60_000)


def part(page: Page, name: str) -> Locator:
    return page.locator("li.part").filter(has=page.get_by_role("heading", name=name))


def test_a_chat_is_taught_corrected_stored_and_then_used_by_a_probe(
    browser: Browser, live_server: str, company: Scene, ada: User
) -> None:
    screen = open_screen(browser, live_server, DESKTOP)
    page, shop = screen.page, company.company.shop_url("stockholm")
    sign_in(page, ada)
    page.goto("/admin/widgets")
    check_page(screen)
    page.get_by_role("link", name="Teach it a chat").first.click()
    page.get_by_label("Address of the page").fill(shop)
    page.get_by_label("What it looks like").select_option("generic")
    page.get_by_role("button", name="Open the page").click()
    verdict(page)
    expect(part(page, "What opens the chat")).to_contain_text("“Open chat”")

    # Another button of the banner is chosen on the picture, and what cannot be seen yet is said in words.
    part(page, "Consent banner").get_by_text("Not this one?").click()
    accept = page.get_by_label("Consent banner").locator("option", has_text="“Accept all”")
    page.locator(f"[data-mark='{accept.get_attribute('value')}'] circle").click()
    page.get_by_text("Not seen yet: 3 parts").click()
    part(page, "Where the message goes").get_by_text("Say what it is").click()
    page.get_by_label("Where the message goes").select_option("name")
    page.get_by_label("Its name, pattern or selector").and_(page.locator("#value_composer")).fill("Message")
    page.get_by_text("Who is who in the transcript").click()
    page.get_by_label("One message").fill("[role=log] .message")
    page.get_by_label("Our own message").fill(".message--visitor")
    page.get_by_label("A person's message").fill(".message--operator")
    page.get_by_label("A bot's message").fill(".message--bot")
    page.get_by_label("What was written").fill(".text")
    check_page(screen)
    page.get_by_role("button", name="Try again with what was found").click()
    verdict(page)
    assert company.company.received_chats() == []

    page.get_by_role("link", name="As a file").click()
    expect(page.get_by_label("Description")).to_have_value(re.compile("- Accept all"))
    check_page(screen)
    page.go_back()
    page.get_by_role("link", name="Store it", exact=True).click()
    page.get_by_label("Name").fill("our-shop")
    check_page(screen)
    page.get_by_role("button", name="Store it").click()
    page.get_by_label("Stockholm City").check()
    check_page(screen)
    page.get_by_role("button", name="Use it for these").click()
    expect(page.get_by_role("status")).to_contain_text("1 touchpoint uses it from now on.")
    screen.close()

    company.confirm_touchpoints()
    probe = company.wait_for(lambda probe: probe.outcome == "answered")
    sent = next(seen for seen in probe.observations if seen.kind == "sent")
    assert sent.details["widget"] == "Chat on 127.0.0.1"
    assert company.received(probe) == 1
    with transaction(company.engine) as session:
        assert session.scalars(sa.select(Touchpoint.widget)).all() == ["our-shop"]
        assert len(session.scalars(sa.select(WidgetTrial)).all()) == 2


def test_a_try_fits_a_phone(browser: Browser, live_server: str, company: Scene, ada: User) -> None:
    phone = open_screen(browser, live_server, PHONE)
    page = phone.page
    sign_in(page, ada)
    page.goto("/admin/widgets/teach")
    page.get_by_label("Address of the page").fill(company.company.shop_url("stockholm"))
    check_page(phone)
    page.get_by_role("button", name="Open the page").click()
    verdict(page)
    expect(page.get_by_text("Known as: Chat of the demo company")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    check_page(phone)
    phone.close()
