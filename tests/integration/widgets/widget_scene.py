"""A dry run as a worker brings it home, without a browser."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from PIL import Image
from sqlalchemy.orm import Session

from audit_app.models import WidgetTrial
from audit_app.services.widgets import dry_runs as trials
from probes.base import Proof
from probes.channels.chat.dry_run import Scene, Step, Trial
from probes.channels.chat.page_elements import Mark
from tests.factories import NOW

PAGE = "https://shop.example/help"
LEASE = timedelta(seconds=30)
BANNER = Mark(1, "button", "Only necessary", "button", "button.no", "", (300, 700, 120, 40), True)
OTHER = Mark(2, "button", "Accept all", "button", "button.yes", "", (440, 700, 120, 40), True)
LAUNCHER = Mark(3, "button", "Chat", "button", "#open", "", (1200, 820, 60, 60), True)
NAME = Mark(1, "field", "Your name", "input", "#name", "iframe.chat", (900, 400, 300, 40), True, True)
EMAIL = Mark(2, "field", "Your e-mail", "input", "#mail", "iframe.chat", (900, 480, 300, 40), True, True)
START = Mark(3, "button", "Start", "button", "#go", "iframe.chat", (900, 560, 300, 40), True, True)
SEARCH = Mark(4, "field", "Search", "input", "#search", "", (100, 60, 300, 40), True)
FRAME = Mark(5, "frame", "Chat window", "iframe", "iframe.chat", "", (880, 240, 370, 560), False)


def picture(name: str) -> Proof:
    """A small picture with this name."""
    kept = io.BytesIO()
    Image.new("RGB", (8, 6), "white").save(kept, "PNG")
    return Proof("screenshot", "image/png", name, kept.getvalue())


def found(page: str = PAGE) -> Trial:
    """A chat that was known by its looks: banner, launcher, and a form in a frame."""
    return Trial(
        url=page,
        adapter="generic",
        name="Any chat, by its looks",
        verified="not a widget",
        way="prechat",
        ready_to_write=True,
        steps=[
            Step("consent", "found", "click", "page", BANNER),
            Step("launcher", "found", "click", "page", LAUNCHER),
            Step("frame", "found", "look inside", "form", FRAME),
            Step("prechat.fields.0", "found", "type the name", "form", NAME, "name"),
            Step("prechat.fields.1", "found", "type the email", "form", EMAIL, "email"),
            Step("prechat.submit", "found", "click", "form", START),
            Step("composer", "later", "type the message"),
            Step("composer.send", "later", "click"),
            Step("messages", "later", "read"),
        ],
        scenes=[
            Scene("page", "1-page.png", (BANNER, OTHER, LAUNCHER)),
            Scene("form", "2-form.png", (NAME, EMAIL, START, SEARCH, FRAME)),
        ],
        said=[{"look": "div.line.bot", "said": "<b>Hello</b>"}],
        pictures=[picture("1-page.png"), picture("2-form.png")],
    )


def no_way_in() -> Trial:
    """A page on which nothing opened."""
    return replace(
        found(),
        ready_to_write=False,
        way="",
        problem="The chat could not be opened.",
        steps=[Step(part, "missing", "click", "page") for part in ("consent", "launcher")],
        scenes=[Scene("page", "1-page.png", (BANNER, OTHER, LAUNCHER))],
        pictures=[picture("1-page.png")],
    )


def tried(
    session: Session, result: Trial | None = None, text: str = "", adapter_name: str = ""
) -> WidgetTrial:
    """A try that a worker has made."""
    asked = trials.queue_dry_run(session, PAGE, by="Ada", now=NOW, text=text, adapter_name=adapter_name)
    claimed = trials.claim_trial(session, "worker-1", NOW, LEASE)
    assert claimed is asked
    assert trials.finish(session, asked.id, "worker-1", result or found(), NOW)
    return asked
