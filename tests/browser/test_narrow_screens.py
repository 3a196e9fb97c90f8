"""No page scrolls sideways on the narrowest phone, however long the names are that people gave."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from audit_app.models import (
    Campaign,
    Location,
    Mailbox,
    Organisation,
    Persona,
    Probe,
    Region,
    RoleName,
    Scenario,
)
from tests import factories
from tests.browser.pages import open_screen, sign_in
from tests.integration.probes import probe_scene as scene
from tests.integration.scores import result_factories as results

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenha"
SMALLEST = (320, 640)
LINK = re.compile(r'href="(/[^"#]*)"')
NUMBER = re.compile(r"/\d+")
WIDEST = """(() => {
  const over = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth);
  return over.slice(-3).map((e) => `${e.localName}.${e.className.baseVal ?? e.className}`).join(", ");
})()"""
TO_FILES = ("/static", "/bootstrap", "/evidence")


@pytest.fixture
def long_names(session: Session, umea: Location) -> None:
    """Everything that people name, with a name of 60 letters and no blank."""
    now = datetime.now(UTC)
    probe = scene.uncertain_probe(session, umea, now - 30 * scene.HOUR)
    scene.answered_probe(session, umea, now - 50 * scene.HOUR)
    scene.mail(session, now, LONG * 5, sender=f"{LONG} <a@b.example>", subject=LONG * 2)
    results.visit(session, umea, now - 20 * scene.HOUR, 80)
    for model in (Campaign, Location, Organisation, Persona, Region):
        session.execute(update(model).values(name=LONG))
    session.execute(update(Scenario).values(title=LONG))
    session.execute(update(Location).values(address=LONG))
    session.execute(
        update(Mailbox).values(address=f"{LONG}@shopper.example", down_reason=LONG, down_since=now)
    )
    session.execute(update(Probe).where(Probe.id == probe.id).values(subject=LONG))
    session.commit()


def test_no_page_is_wider_than_the_smallest_phone(
    browser: Browser, live_server: str, session: Session, long_names: None
) -> None:
    everything = factories.user(session, "Eva " + LONG, *RoleName, regions=["north"], locations=["umea"])
    screen = open_screen(browser, live_server, SMALLEST)
    sign_in(screen.page, everything)
    waiting, shapes, wide = ["/", "/my-visits", "/admin/"], set[str](), []
    while waiting:
        address = waiting.pop(0).replace("&amp;", "&")
        shape = NUMBER.sub("/1", address.partition("?")[0])
        if shape in shapes or address.startswith(TO_FILES):
            continue
        shapes.add(shape)
        screen.page.goto(address)
        wide += [
            f"{address} in {scheme}: {found}"
            for scheme in ("light", "dark")
            if (found := too_wide(screen.page, scheme))
        ]
        waiting += LINK.findall(screen.page.content())
    screen.close()
    assert len(shapes) > 40, "the walk has to reach all pages"
    assert not wide, "\n".join(wide)


def too_wide(page: Page, scheme: str) -> str:
    """How wide the page is in one scheme of colours, and what makes it so; empty when it fits."""
    page.emulate_media(color_scheme=scheme)
    width = page.evaluate("document.documentElement.scrollWidth")
    return f"{width} px by {page.evaluate(WIDEST)}" if width > SMALLEST[0] else ""
