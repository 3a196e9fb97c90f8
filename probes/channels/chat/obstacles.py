"""What closes the way to a chat, told by the page as a whole; a widget's own signs are in its file."""

from __future__ import annotations

from typing import Literal, TypeAlias

from probes.browser.browsers import BrowserError, BrowserTimeout, Frame, Page, within
from probes.channels.chat.parts import LOOK_SECONDS, seen

Obstacle: TypeAlias = Literal["captcha", "login_wall", "blocked"]
CAPTCHA = "iframe[src*='captcha' i], iframe[src*='challenges.' i]"


async def obstacle_on(page: Page, status: int) -> Obstacle | None:
    """Return what bars the way on a page that answered with `status`."""
    if status in (401, 407):
        return "login_wall"
    if await seen(page.locator(CAPTCHA).filter(visible=True)):
        return "captcha"
    if await seen(page.locator("input[type=password]").filter(visible=True)):
        return "login_wall"
    return "blocked" if status in (403, 429) else None


async def hangs(page: Page | Frame) -> bool:
    """Tell whether the page does not answer at all; one that fails does."""
    try:
        await within(LOOK_SECONDS, page.evaluate("0"))
    except BrowserTimeout:
        return True
    except BrowserError:
        return False
    return False
