"""The scripts that a chat's page runs for us, each on a small page that holds what it is about."""

from __future__ import annotations

import pytest

from probes.browser.browsers import Browsers
from probes.channels.chat.generic_selectors import teach
from probes.channels.chat.signals import Changes
from tests.browser.chat.chat_server import run_chat

pytestmark = pytest.mark.browser
CORNER = "position:fixed;right:20px;bottom:20px;width:60px;height:60px"


def found_by(engine: str, html: str) -> list[str]:
    """Return the ids of what a selector engine finds on a page, best first."""

    async def run(browsers: Browsers) -> list[str]:
        await teach(browsers)
        async with browsers.context("en", "UTC") as context:
            page = await context.new_page()
            await page.set_content(f"<!doctype html><body>{html}")
            ids: list[str] = await page.locator(f"{engine}=").evaluate_all("all => all.map((e) => e.id)")
            return ids

    return run_chat(run)


def test_what_calls_itself_a_chat_in_the_corner_comes_before_a_mere_help_link() -> None:
    html = f'<a id="help" href="#" class="chat-help">Help</a><button id="chat" style="{CORNER}">Chat</button>'
    assert found_by("chatlauncher", html) == ["chat", "help"]


@pytest.mark.parametrize(
    ("beside", "found"),
    [
        ('<button id="icon"><svg width="9" height="9"></svg></button>', ["icon"]),
        ('<button id="file" aria-label="Attach a file">+</button>', []),
        ('<button id="menu" type="button">Menu</button><button id="go" class="btn-send">Go</button>', ["go"]),
        (
            '<input id="pick" type="file" hidden><button id="icon"><svg width="9" height="9"></svg></button>',
            [],
        ),
    ],
)
def test_the_button_that_sends_is_the_one_that_says_so_or_the_only_one_without_a_name(
    beside: str, found: list[str]
) -> None:
    assert found_by("chatsend", f"<div class=chat><textarea></textarea>{beside}</div>") == found


def test_an_address_is_asked_for_in_a_chat_and_not_by_a_newsletter() -> None:
    html = '<div class="newsletter chat"><input id="news" type="email"></div><div class="chat"><input id="ours" type="email"></div>'
    assert found_by("chatemail", html) == ["ours"]


def test_a_page_tells_of_a_change_in_a_root_that_it_wanted_to_close() -> None:
    async def run(browsers: Browsers) -> bool:
        async with browsers.context("en", "UTC") as context:
            page, changes = await context.new_page(), Changes()
            await changes.listen(page)
            await page.goto("about:blank")
            await page.set_content("<div id=host></div>")
            await page.evaluate("window.root = host.attachShadow({mode: 'closed'})")
            changes.clear()
            heard = changes.heard
            await page.evaluate("root.append('Yes, we have two.')")
            await changes.wait(5.0)
            return changes.heard > heard

    assert run_chat(run)
