"""How many times a page asks the database, to be held against the number of what it shows."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from tests.visitor import Visitor


def selects_of(app: Flask, client: Visitor, path: str) -> int:
    """How many SELECTs the page sends."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engines["default"]
    sa.event.listen(engine, "before_cursor_execute", note)
    assert client.get(path).status_code == 200
    sa.event.remove(engine, "before_cursor_execute", note)
    return sum(1 for statement in seen if statement.startswith("SELECT"))
