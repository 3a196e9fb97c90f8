"""Trying passwords: slower and slower for whoever guesses, never for the owner on a known device."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from audit_app import create_app
from audit_app.config import Settings
from audit_app.models import User
from audit_app.services.users.sessions import begin_session
from audit_app.services.users.sign_in_limits import (
    count_attempt,
    keys_of_sign_in,
    note_success,
)
from tests.factories import NOW, PASSWORD
from tests.visitor import Visitor

MINUTE = timedelta(minutes=1)


def waits_of(session: Session, keys: tuple[str, ...], attempts: int) -> list[timedelta]:
    """How long each attempt has to wait after the one before it, when each comes as early as it may."""
    now, waits = NOW, []
    for _ in range(attempts):
        wait = count_attempt(session, keys, now)
        waits.append(wait or timedelta())
        if wait is not None:
            now += wait
            assert count_attempt(session, keys, now) is None
    return waits


def test_ten_attempts_are_free_and_each_further_one_waits_twice_as_long_up_to_an_hour(
    session: Session,
) -> None:
    waits = waits_of(session, ("account:a",), 20)

    assert waits[:10] == [timedelta()] * 10
    assert waits[10:] == [MINUTE * minutes for minutes in (1, 2, 4, 8, 16, 32, 60, 60, 60, 60)]


def test_a_day_without_attempts_is_forgotten(session: Session) -> None:
    waits_of(session, ("account:a",), 12)

    assert count_attempt(session, ("account:a",), NOW + timedelta(days=2)) is None
    assert count_attempt(session, ("account:a",), NOW + timedelta(days=2)) is None


def test_an_account_of_ones_own_does_not_wash_an_address_clean(session: Session) -> None:
    mine, theirs = ("address:192.0.2.1", "account:mine"), ("address:192.0.2.1", "account:theirs")
    for _ in range(9):
        assert count_attempt(session, theirs, NOW) is None
        assert count_attempt(session, mine, NOW) is None
        note_success(session, mine)

    assert count_attempt(session, theirs, NOW) is None
    assert count_attempt(session, theirs, NOW) is not None


def test_the_addresses_of_one_ipv6_network_count_as_one(session: Session) -> None:
    one = keys_of_sign_in(session, "a@shopper.example", "2001:db8:1:2::1", "")
    other = keys_of_sign_in(session, "a@shopper.example", "2001:db8:1:2:ffff::9", "")
    elsewhere = keys_of_sign_in(session, "a@shopper.example", "2001:db8:1:3::1", "")

    assert one == other
    assert one != elsewhere
    mapped = keys_of_sign_in(session, "", "::ffff:192.0.2.1", "")
    assert mapped == keys_of_sign_in(session, "", "192.0.2.1", "")


def test_an_attacker_cannot_lock_the_owner_out_of_a_known_device(session: Session, anna: User) -> None:
    begun = begin_session(session, anna, "", "", "192.0.2.1", False, NOW)
    for number in range(40):
        count_attempt(session, keys_of_sign_in(session, anna.email, f"198.51.100.{number}", ""), NOW)
    count_attempt(session, keys_of_sign_in(session, anna.email, "192.0.2.1", ""), NOW)
    stranger = keys_of_sign_in(session, anna.email, "203.0.113.9", "")
    owner = keys_of_sign_in(session, anna.email, "192.0.2.1", begun.device_token)

    assert count_attempt(session, stranger, NOW) is not None
    assert count_attempt(session, owner, NOW) is None


def test_a_device_counts_for_its_own_account_only(session: Session, anna: User, ada: User) -> None:
    begun = begin_session(session, anna, "", "", "192.0.2.1", False, NOW)

    keys = keys_of_sign_in(session, ada.email, "192.0.2.1", begun.device_token)

    assert any(key.startswith("account:") for key in keys)


def test_all_processes_count_together(
    settings: Settings, client: Visitor, app: Flask, session: Session, anna: User
) -> None:
    second = create_app(settings)
    second.test_client_class = Visitor
    other = second.test_client()
    assert isinstance(other, Visitor)
    other.session = session
    for number in range(10):
        visitor = client if number % 2 else other
        answer = visitor.submit(
            "/sign-in",
            email=anna.email,
            password="wrong",
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        assert answer.status_code == 200

    refused = client.submit("/sign-in", email=anna.email, password=PASSWORD)
    with second.app_context():
        for engine in second.extensions["sqlalchemy"].engines.values():
            engine.dispose()

    assert refused.status_code == 429
    assert "Wait a minute" in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_trying_ones_own_password_on_the_pages_that_ask_for_it_is_limited_too(
    client: Visitor, anna: User
) -> None:
    client.submit("/sign-in", email=anna.email, password=PASSWORD)
    new = "seven sleepy herons"
    for _ in range(10):
        client.submit("/account/password", password="wrong", new_password=new, new_password_confirm=new)

    refused = client.submit(
        "/account/password", password=PASSWORD, new_password=new, new_password_confirm=new
    )

    assert refused.status_code == 429
