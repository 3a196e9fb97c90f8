"""A manager's pages in a real browser: on a phone and on a desk, in light and dark, from the overview to one input."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.database import open_engine
from audit_app.demo.processes import Processes, wait_until_up
from audit_app.demo.runner import free_port
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import RoleName
from probes.browser.program import find_browser
from tests import factories
from tests.integration.scores import result_factories as results

pytestmark = pytest.mark.browser
PHONE, DESKTOP = (390, 844), (1440, 900)
MANAGER = "magnus@shopper.example"


def fill(session: Session) -> None:
    """Two locations: one that answers well, and one that fell, with probes that wait."""
    now = datetime.now(UTC)
    factories.user(session, "Magnus Manager", RoleName.MANAGER, regions=[factories.region(session).key])
    umea, lulea = factories.location(session), factories.location(session, "lulea", "Luleå")
    for week in range(13):
        at = now - timedelta(weeks=week, days=2)
        results.worked_example(session, umea, at)
        results.answered(session, lulea, at, [Fraction(2 if week > 4 else 14)] * 3 + [None] * (week < 4))
        results.visit(session, lulea, at, 90 - week)
    results.probe(session, lulea, now - timedelta(hours=12), Outcome.OPEN)
    results.probe(session, lulea, now - timedelta(hours=30), Outcome.UNCERTAIN)
    session.commit()


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The web application with some results, served as it is in earnest."""
    instance = tmp_path_factory.mktemp("site")
    shutil.copy(migrated_sqlite, instance / "audit.db")
    engine = open_engine(Settings(instance=instance))
    with Session(engine) as session:
        fill(session)
    engine.dispose()
    port = free_port("127.0.0.1")
    environment = {"AUDIT_INSTANCE": str(instance), "AUDIT_DATABASE_URL": "", "AUDIT_PORT": str(port)}
    with Processes(instance / "logs") as processes:
        processes.start("web", [sys.executable, "-m", "audit_app.cli", "web"], environment)
        wait_until_up(processes, f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class Desk:
    """A browser with somebody signed in."""

    browser: Browser
    site: str
    state: Path

    def open(self, path: str, size: tuple[int, int] = DESKTOP, **options: object) -> Page:
        """Open a page of the site; what the console complains about fails the test."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            storage_state=self.state,
            base_url=self.site,
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.goto(path)
        return page


complaints: list[str] = []


@pytest.fixture(scope="module")
def manager(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Magnus, signed in as people do it: with address and password."""
    state = tmp_path_factory.mktemp("browser") / "state.json"
    with sync_playwright() as playwright:
        program = find_browser(os.environ.get("AUDIT_BROWSER"))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(base_url=site)
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(MANAGER)
        page.locator("input[type=password]").fill(factories.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
        page.context.storage_state(path=state)
        page.context.close()
        yield Desk(browser, site, state)
        browser.close()


@pytest.fixture(autouse=True)
def nothing_complains() -> Iterator[None]:
    """The content security policy and the browser have nothing to object to."""
    complaints.clear()
    yield
    assert complaints == []


@pytest.mark.parametrize("path", ["/", "/locations", "/locations/lulea", "/?from=nonsense"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_and_never_wider_than_the_screen(
    manager: Desk, path: str, size: tuple[int, int], scheme: str
) -> None:
    page = manager.open(path, size, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    report = Axe().run(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    assert report.violations_count == 0, report.generate_report()
    assert width == size[0]


def test_from_the_overview_to_the_probe_that_cost_most(manager: Desk) -> None:
    page = manager.open("/")
    expect(page.get_by_text("fell", exact=False).first).to_be_visible()
    page.get_by_role("row", name="Luleå").get_by_role("link", name="Luleå").click()
    expect(page.get_by_role("heading", name="Luleå", level=1)).to_be_visible()
    page.get_by_text("Speed: why").click()
    costliest = page.get_by_role("row").filter(has_text="never answered").first
    expect(costliest).to_be_visible()
    costliest.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/probes/\d+$"))
    page.context.close()


def test_another_period_is_kept_from_the_overview_to_the_location(manager: Desk) -> None:
    page = manager.open("/")
    page.get_by_role("link", name="13 weeks").click()
    expect(page.get_by_role("link", name="13 weeks")).to_have_attribute("aria-current", "true")
    page.get_by_role("row", name="Umeå").get_by_role("link", name="Umeå").click()
    expect(page.get_by_role("link", name="13 weeks")).to_have_attribute("aria-current", "true")
    page.context.close()


def test_dates_are_typed_and_a_mistake_stays_to_be_put_right(manager: Desk) -> None:
    page = manager.open("/locations/umea")
    page.get_by_text("Other dates").click()
    page.get_by_label("From").fill("1 November")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("“1 November” is not a date")
    expect(page.get_by_label("From")).to_have_value("1 November")
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_label("To, included").fill("2026-01-31")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 Jan to 31 Jan 2026")).to_be_visible()
    page.context.close()


def test_one_drawing_of_the_chart_is_shown_on_each_screen(manager: Desk) -> None:
    for size, shown, hidden in (
        (DESKTOP, ".chart-wide", ".chart-narrow"),
        (PHONE, ".chart-narrow", ".chart-wide"),
    ):
        page = manager.open("/locations/lulea", size)
        expect(page.locator(shown)).to_be_visible()
        expect(page.locator(hidden)).to_be_hidden()
        expect(page.get_by_role("img", name="Response times of")).to_have_count(1)
        page.context.close()


def test_the_table_is_sorted_on_a_phone_too(manager: Desk) -> None:
    page = manager.open("/", PHONE)
    page.get_by_label("Sort by").select_option("name")
    expect(page).to_have_url(re.compile("sort=name"))
    expect(page.locator("tbody th").first).to_contain_text("Luleå")
    page.context.close()
