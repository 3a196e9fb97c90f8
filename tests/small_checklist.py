"""A checklist with one question of every kind, and the assignment to fill it in."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from audit_app.domain.checklists.checklist import Checklist
from audit_app.models import Assignment, Location, User, Visit
from audit_app.services.checklists.versions import store_checklist
from audit_app.services.visits.assignments import assign
from audit_app.services.visits.edits import Taken, new_edit, take_edits
from audit_app.services.visits.recording import start_visit, submit_visit

CLIENT_ID = "6f1c2a52-6f0e-4d5c-9a3e-0a8e0a4ffb01"


def small_form(**changes: Any) -> Checklist:
    """Two sections that count, 30 and 70, and one that is only recorded."""
    return Checklist.model_validate(CONTENT | changes)


CONTENT: dict[str, Any] = {
    "key": "small",
    "title": "Small visit",
    "summary": "A short visit.",
    "language": "en-GB",
    "channel": "in_person",
    "standards": {"S7": "Everyone is greeted, also a customer who is somebody else's."},
    "sections": [
        {
            "key": "welcome",
            "title": "Welcome",
            "weight": 30,
            "questions": [
                {
                    "key": "greeted",
                    "type": "yes_no",
                    "text": "Were you greeted?",
                    "help": "A nod across a distance is enough.",
                    "standard": "S7",
                    "points": 2,
                    "critical": True,
                    "note_on": "loss",
                },
                {"key": "eye_contact", "type": "yes_no", "text": "Was there eye contact?", "points": 3},
                {
                    "key": "first_name",
                    "type": "yes_no",
                    "text": "Did staff give their first name?",
                    "points": 1,
                    "bonus": True,
                    "required": False,
                },
            ],
        },
        {
            "key": "shop",
            "title": "The shop",
            "weight": 70,
            "questions": [
                {
                    "key": "tidy",
                    "type": "scale",
                    "text": "How tidy was it?",
                    "labels": ["Dirty", "Untidy", "Fine", "Spotless"],
                    "points": 3,
                },
                {
                    "key": "till",
                    "type": "choice",
                    "text": "Who was at the till?",
                    "options": [
                        {"key": "nobody", "text": "Nobody", "points": 0},
                        {"key": "somebody", "text": "Somebody", "points": 2},
                    ],
                },
                {
                    "key": "queue",
                    "type": "number",
                    "text": "How long did you queue?",
                    "unit": "min",
                    "max": 120,
                    "bands": [{"up_to": 5, "points": 2}, {"points": 0}],
                },
                {"key": "price", "type": "price_pair", "text": "What did the item cost?", "points": 1},
            ],
        },
        {
            "key": "words",
            "title": "In your words",
            "weight": 0,
            "questions": [
                {"key": "remark", "type": "text", "text": "What else did you notice?", "required": False},
            ],
        },
    ],
}

ANSWERS: dict[str, object] = {
    "greeted": "yes",
    "eye_contact": "no",
    "tidy": 3,
    "till": "somebody",
    "queue": "4",
    "price": {"shelf": "12.90", "till": "12.90"},
}
"""Everything that is required: 2 of 5 points and 7 of 8, so 30 x 2/5 + 70 x 7/8 = 73.25."""


def assignment(session: Session, auditor: User, location: Location, now: datetime) -> Assignment:
    """A visit that `auditor` is to make until an hour from `now`."""
    checklist = store_checklist(session, small_form(), now).checklist
    return assign(
        session, location, checklist, auditor, now - timedelta(days=1), now + timedelta(hours=1), now
    )


def begun_visit(session: Session, auditor: User, location: Location, now: datetime) -> Visit:
    """A visit that `auditor` has begun."""
    return start_visit(session, auditor, assignment(session, auditor, location, now), CLIENT_ID, now)


def fill_in(session: Session, visit: Visit, now: datetime, **changes: object) -> None:
    """Answer everything that is required, with `changes`."""
    for key, value in (ANSWERS | changes).items():
        answer(session, visit, key, {"value": value}, now)


def answer(
    session: Session,
    visit: Visit,
    path: str,
    raw: object,
    now: datetime,
    base: int | None = None,
    device: int | None = None,
) -> Taken:
    """Answer one question, having seen `base` (the standing revision, where it is not said)."""
    seen = next((row.revision for row in visit.answers if row.path == path), 0) if base is None else base
    (taken,) = take_edits(session, visit, [new_edit(path, raw, seen, now)], device, now)
    return taken


def another_id() -> str:
    """A number as a device gives it to a visit."""
    return str(uuid.uuid4())


def submitted(
    session: Session, auditor: User, location: Location, when: datetime, **changes: object
) -> Visit:
    """A visit that was made in the hour before `when`."""
    task = assignment(session, auditor, location, when)
    visit = start_visit(session, auditor, task, another_id(), when - timedelta(hours=1))
    fill_in(session, visit, when, **changes)
    return submit_visit(session, visit, when)
