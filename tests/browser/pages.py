"""What every page must keep: accessible in light and dark, no sideways scrolling, nothing in the console."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from audit_app.models import User
from tests.factories import PASSWORD

PHONE, DESKTOP = (390, 844), (1440, 900)

EVERYTHING = {"resultTypes": ["violations"]}
COLOURS = EVERYTHING | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""What axe can find in the dark of a page that it found well in the light: the rest is the same document."""


@dataclass
class Screen:
    """A page and what its console complained about, refused scripts and styles included."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def close(self) -> None:
        """End the browser's context."""
        self.page.context.close()


def open_screen(browser: Browser, address: str, size: tuple[int, int]) -> Screen:
    """Open an empty page of `size` on the site at `address`."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        has_touch=size == PHONE,
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    screen = Screen(context.new_page())
    screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    screen.page.on(
        "console",
        lambda message: screen.complaints.append(message.text) if message.type == "error" else None,
    )
    return screen


def sign_in(page: Page, user: User, password: str = PASSWORD) -> None:
    """Sign in as people do it, and wait for the first page."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("details.menu")).to_be_visible()


def check_page(screen: Screen) -> None:
    """Assert that the page is accessible in light and dark, fits its width and complained of nothing."""
    page = screen.page
    # A click waits until the next page begins to arrive, not until all of it is there.
    page.wait_for_load_state()
    for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        report = Axe().run(page, options=rules)
        assert report.violations_count == 0, f"{page.url} ({scheme})\n{report.generate_report()}"
        scrolled, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert scrolled <= seen, f"{page.url} is {scrolled} px wide on a screen of {seen} px"
    # A page that says "not found" is itself not found; that is no complaint.
    complaints = [text for text in screen.complaints if "Failed to load resource" not in text]
    assert complaints == [], page.url
