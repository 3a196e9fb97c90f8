"""What browser tests share: the application on a port of its own, and a browser that notices complaints."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from audit_app.config import Settings
from audit_app.demo.company.bodies import closing_bodies
from audit_app.extensions import db
from probes.browser.program import find_browser
from tests import factories
from tests.browser.pages import DESKTOP, PHONE, Screen, open_screen
from tests.conftest import quick_app

# On a busy machine a page may take its time; how fast it is, benchmarks/ measures.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module; two at a time in one thread Playwright refuses."""
    with sync_playwright() as playwright:
        program = find_browser(os.environ.get("AUDIT_BROWSER"))
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def live_server(settings: Settings, session: Session) -> Iterator[str]:
    """The address of the application, served on the test's own database."""
    factories.organisation(session)
    session.commit()
    # In another thread, because Playwright's event loop occupies this one.
    with ThreadPoolExecutor(1) as elsewhere:
        app = elsewhere.submit(quick_app, settings).result()
        server = make_server("127.0.0.1", 0, closing_bodies(app), threaded=True)
        serving = elsewhere.submit(server.serve_forever)
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        serving.result()
        server.server_close()
        elsewhere.submit(_let_go, app).result()


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def desktop(browser: Browser, live_server: str) -> Iterator[Page]:
    """A page on a desk, 1440 px wide."""
    screen = open_screen(browser, live_server, DESKTOP)
    yield screen.page
    screen.close()


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def screen(request: pytest.FixtureRequest, browser: Browser, live_server: str) -> Iterator[Screen]:
    """A page on a phone (390 px) and on a desk (1440 px), with everything that it complained about."""
    opened = open_screen(browser, live_server, request.param)
    yield opened
    opened.close()
