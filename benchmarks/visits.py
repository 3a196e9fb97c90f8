"""How much a visit costs the server: its form, and saving one answer, beside plain Flask routes.

    python benchmarks/visits.py [--rounds 7]

All is measured in one process on SQLite, by the processor time of the process, with Flask's test client; who comes
first changes from round to round. Prints the medians over the rounds and their range as ratios:

- the form of 300 questions as a page, drawn for the first time, to a route that sends the same bytes (aim: under 4);
- the same once it is known, to the same (aim: under 1.5);
- saving one answer with 60 and with 300 questions, to a route that inserts one row (aim: under 3, and both alike
  within 20 %);
- and how many bytes the form of 300 questions takes on the wire (aim: under 40 KB).

What the browser does, and 100 auditors at once, are not measured here.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from audit_app import create_app, migrate
from audit_app.config import Settings
from audit_app.database import open_engine
from audit_app.domain.checklists.checklist import Checklist
from audit_app.extensions import db
from audit_app.models import Location, Region, Role, RoleName, User, Visit
from audit_app.services.checklists.versions import store_checklist
from audit_app.services.users.sessions import begin_session
from audit_app.services.visits.assignments import assign
from audit_app.services.visits.recording import start_visit
from audit_app.web.access import public
from audit_app.web.visits import form_page

SAVES = 40
"""So many answers are saved in a row, since one alone is too short to measure."""
PAGES = 20


def form_of(count: int) -> Checklist:
    """A checklist with so many questions of four kinds, 20 in a section."""
    kinds = (
        {"type": "yes_no", "points": 1},
        {"type": "scale", "labels": ["Bad", "Fair", "Good"], "points": 2},
        {"type": "number", "unit": "min", "max": 120, "bands": [{"up_to": 5, "points": 2}, {"points": 0}]},
        {"type": "text", "required": False},
    )
    questions = [
        {"key": f"q{n}", "text": f"Was part {n} of the shop as it should be?", **kinds[n % 4]}
        for n in range(count)
    ]
    sections = [
        {"key": f"s{at}", "title": f"Part {at}", "weight": 10, "questions": questions[at : at + 20]}
        for at in range(0, count, 20)
    ]
    about = {
        "title": f"{count} questions",
        "summary": "For measuring.",
        "language": "en-GB",
        "channel": "in_person",
    }
    return Checklist.model_validate({"key": f"of-{count}", **about, "sections": sections})


def begun(session: Session, auditor: User, location: Location, count: int, now: datetime) -> Visit:
    """A visit that was begun with a form of so many questions."""
    checklist = store_checklist(session, form_of(count), now).checklist
    task = assign(
        session, location, checklist, auditor, now - timedelta(days=1), now + timedelta(days=1), now
    )
    return start_visit(session, auditor, task, str(uuid.uuid4()), now)


def fill(settings: Settings) -> tuple[str, str, dict[int, str]]:
    """Make the tables and what is measured: the cookies of a session, and the visits by their questions."""
    engine, now = open_engine(settings), datetime.now(UTC)
    migrate.upgrade(engine)
    with Session(engine) as session:
        role = session.scalar(sa.select(Role).where(Role.name == RoleName.AUDITOR)) or Role(
            name=RoleName.AUDITOR
        )
        anna = User(email="anna@shop.example", name="Anna", password="", fs_uniquifier="anna", created_at=now)
        anna.roles = [role]
        hours = {"weekly": {}}
        place = {"key": "umea", "name": "Umeå", "address": "", "time_zone": "Europe/Stockholm"}
        umea = Location(**place, region=Region(key="north", name="North"), opening_hours=hours)
        session.add_all([anna, umea])
        session.flush()
        visits = {count: begun(session, anna, umea, count, now).client_id for count in (60, 300)}
        token = begin_session(session, anna, "", "Benchmark", "127.0.0.1", True, now).token
        session.commit()
        signed_in = anna.fs_uniquifier
    engine.dispose()
    return token, signed_in, visits


def add_baselines(app: Flask, page: Callable[[], bytes]) -> None:
    """Add what the ratios are to: a route that sends the same bytes, and one that inserts one row."""
    app.add_url_rule("/plain/page", "plain_page", public(lambda: page()))

    @public
    def insert() -> str:
        db.session.execute(sa.text("INSERT INTO plain (text) VALUES ('an answer')"))
        db.session.commit()
        return "{}"

    app.add_url_rule("/plain/insert", "plain_insert", insert, methods=["POST"])


def seconds(work: Callable[[], None]) -> float:
    """The processor time that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def save(client: FlaskClient, token: str, visit: str) -> Callable[[], None]:
    """Save answers to one question after the other, one a request."""
    sent = [0]

    def work() -> None:
        for _ in range(SAVES):
            edit = {
                "id": str(uuid.uuid4()),
                "path": "q0",
                "base": sent[0],
                "value": ("yes", "no")[sent[0] % 2],
            }
            answer = client.post(
                f"/api/visits/{visit}/edits", json={"edits": [edit]}, headers={"X-CSRFToken": token}
            )
            assert answer.json["results"][0]["outcome"] == "applied", answer.text  # noqa: S101
            sent[0] += 1

    return work


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    rounds: int = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        key = Fernet.generate_key().decode()
        settings = Settings(instance=Path(folder), database_url="", secret_key="x", encryption_key=key)  # noqa: S106
        measure(settings, rounds)


def measure(settings: Settings, rounds: int) -> None:
    """Take turns at everything, and print the ratios."""
    session_token, signed_in, visits = fill(settings)
    app = create_app(settings)
    drawn: list[bytes] = [b""]
    add_baselines(app, lambda: drawn[0])
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE plain (id INTEGER PRIMARY KEY, text TEXT)"))
        db.session.commit()
    client = app.test_client()
    client.set_cookie("audit_signin", session_token)
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = signed_in, True
    token = client.get("/api/session").json["csrf_token"]
    address = client.get(f"/api/visits/{visits[300]}").json["form_page"]
    drawn[0] = client.get(address).data
    print(f"The form of 300 questions: {len(drawn[0]) / 1000:.0f} KB,", end=" ")
    print(f"{len(client.get(address, headers={'Accept-Encoding': 'gzip'}).data) / 1000:.1f} KB on the wire")

    def get(path: str, *, anew: bool = False) -> None:
        for _ in range(PAGES):
            if anew:
                form_page._pages.clear()
            client.get(path)

    def insert() -> None:
        for _ in range(SAVES):
            client.post("/plain/insert", json={}, headers={"X-CSRFToken": token})

    works: dict[str, Callable[[], None]] = {
        "page": lambda: get("/plain/page"),
        "insert": insert,
        "form, first time": lambda: get(address, anew=True),
        "form, known": lambda: get(address),
        "save, 60": save(client, token, visits[60]),
        "save, 300": save(client, token, visits[300]),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds):
        names = list(works)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(seconds(works[name]))
    for name, base in (
        ("form, first time", "page"),
        ("form, known", "page"),
        ("save, 60", "insert"),
        ("save, 300", "insert"),
        ("save, 300", "save, 60"),
    ):
        ratios = [one / other for one, other in zip(times[name], times[base], strict=True)]
        print(f"{name} to {base}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
