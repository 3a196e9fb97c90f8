"""Refusing what no database can keep, before any view looks at it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, abort, request

ZERO = "\0"


def refuse() -> None:
    """End the request with 400 when its address or form holds a zero character, at which PostgreSQL would break off."""
    if any(ZERO in text for text in _entered()):
        abort(400)


def _entered() -> Iterator[str]:
    yield request.path
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            yield name
            yield value


def init_app(app: Flask) -> None:
    """Look at every request."""
    app.before_request(refuse)
