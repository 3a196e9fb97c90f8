"""Every route: who may use it is declared, others are refused, reading changes nothing, and the headers are there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from audit_app.extensions import db
from audit_app.models import Base, Location, RoleName, User
from audit_app.web.access import declared_access
from audit_app.web.headers import HEADERS
from tests.visitor import Visitor, sign_in

READING = {"GET", "HEAD", "OPTIONS"}


def routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Each route with a method of it and an address that fits it."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: example(rule, name) for name in rule._converters} | dict(rule.defaults or {})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, adapter.build(rule.endpoint, values, method=method)


def example(rule: Rule, name: str) -> object:
    """A value that the route's converter takes; nothing is there, which no answer may depend on."""
    if type(rule._converters[name]).__name__ == "IntegerConverter":
        return 1
    return {"key": "umea", "filename": "shared/base.css"}.get(name, "example")


def rows_of_everything(engine: sa.Engine) -> str:
    """A checksum of every row of every table."""
    digest = hashlib.sha256()
    with engine.connect().execution_options(read_only=True) as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            digest.update(repr((table.name, [tuple(map(repr, row)) for row in rows])).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_says_who_may_use_it(app: Flask) -> None:
    undeclared = [
        rule.rule for rule in app.url_map.iter_rules() if declared_access(app, rule.endpoint) is None
    ]

    assert undeclared == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_what_strangers_need_is_public(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (access := declared_access(app, rule.endpoint)) and access.public
    }

    assert public == {
        "static",
        "bootstrap.static",
        "security.login",
        "users.home",
        "users.forgotten_password",
        "users.choose_password",
        "health.check",
        "health.ready",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stranger_is_sent_to_the_sign_in_page_from_everywhere_else(app: Flask, client: Visitor) -> None:
    for rule, method, address in routes(app):
        access = declared_access(app, rule.endpoint)
        if access and access.public:
            continue
        page = client.open(address, method=method)
        script = client.open(address, method=method, headers={"Accept": "application/json"})

        assert page.status_code == 302, (method, address)
        assert page.location.startswith("/sign-in"), (method, address)
        assert script.status_code == 401, (method, address)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_lacks_the_role_is_refused(
    app: Flask, client: Visitor, anna: User, magnus: User, carl: User, ada: User
) -> None:
    for person in (anna, magnus, carl, ada):
        sign_in(client, person)
        held = {RoleName(role.name) for role in person.roles}
        for rule, method, address in routes(app):
            access = declared_access(app, rule.endpoint)
            assert access is not None
            if access.public or not access.roles or access.roles & held:
                continue
            answer = client.open(address, method=method)
            if address == "/":
                assert answer.location == "/home"
            else:
                assert answer.status_code == 403, (person.name, method, address)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_form_without_our_token_changes_nothing_anywhere(
    app: Flask, client: Visitor, engine: sa.Engine, session: Session, ada: User, umea: Location
) -> None:
    sign_in(client, ada)
    before = rows_of_everything(engine)
    for rule, method, address in routes(app):
        access = declared_access(app, rule.endpoint)
        if method in READING or not access or not access.admits(ada):
            continue
        # Signing out signs out nobody either: it asks.
        answer = client.open(address, method=method, data={"name": "Mallory"})
        assert answer.status_code == 400 or rule.endpoint == "security.logout", (method, address)

    assert rows_of_everything(engine) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_reading_changes_nothing_and_every_answer_carries_the_headers(
    app: Flask, client: Visitor, engine: sa.Engine, session: Session, ada: User, anna: User, umea: Location
) -> None:
    wrong = []
    for person in (ada, anna):
        sign_in(client, person)
        before = rows_of_everything(engine)
        for _rule, method, address in routes(app):
            if method not in READING:
                continue
            answer = client.open(address, method=method)
            if answer.status_code >= 500 or not set(HEADERS) <= set(answer.headers.keys()):
                wrong.append((person.name, address, answer.status))
        session.commit()
        assert rows_of_everything(engine) == before

    assert wrong == []


def test_the_database_itself_refuses_to_write_while_reading(
    app: Flask, client: Visitor, session: Session
) -> None:
    with app.test_request_context("/sign-in"):
        app.preprocess_request()
        with pytest.raises(sa.exc.DBAPIError, match=r"readonly|read-only"):
            db.session.execute(sa.text("UPDATE organisations SET name = 'Mallory Ltd'"))
