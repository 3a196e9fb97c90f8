"""Sessions end on the server: a copy of all cookies is worth nothing afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from audit_app.domain.session_life import SessionLife
from audit_app.models import Device, User, UserSession
from audit_app.services.users.expiry import forget_sign_ins
from audit_app.services.users.sessions import begin_session, device_name, live_session
from audit_app.services.users.users import deactivate
from tests.factories import NOW, PASSWORD
from tests.visitor import Visitor

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LIFE = SessionLife(idle=timedelta(hours=12), whole=timedelta(days=14))
COOKIES = ("audit_session", "audit_signin", "audit_remember", "audit_device")


def signed_in(client: Visitor, user: User, **fields: str) -> Visitor:
    """A visitor who has signed in by the form."""
    client.submit("/sign-in", email=user.email, password=PASSWORD, **fields)
    assert client.get("/account").status_code == 200
    return client


def another(app: Flask, session: Session) -> Visitor:
    """Another browser."""
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    visitor.session = session
    return visitor


def thief_of(app: Flask, session: Session, victim: Visitor) -> Visitor:
    """Somebody who holds a copy of every cookie of `victim`."""
    thief = another(app, session)
    for name in COOKIES:
        if cookie := victim.get_cookie(name):
            thief.set_cookie(name, cookie.value)
    assert thief.get("/account").status_code == 200
    return thief


@one_database
@pytest.mark.parametrize("remembered", [{}, {"remember": "y"}])
@pytest.mark.parametrize(
    "deed",
    ["sign out", "sign out everywhere", "own password", "given password", "switched off", "by an admin"],
)
def test_stolen_cookies_are_worth_nothing_after(
    app: Flask,
    client: Visitor,
    session: Session,
    anna: User,
    ada: User,
    deed: str,
    remembered: dict[str, str],
) -> None:
    signed_in(client, anna, **remembered)
    thief = thief_of(app, session, client)
    admin = signed_in(another(app, session), ada)
    new = "seven sleepy herons"

    if deed == "sign out":
        client.submit("/sign-out", page="/account")
    elif deed == "sign out everywhere":
        client.submit("/account/sessions/end", page="/account")
    elif deed == "own password":
        client.submit("/account/password", password=PASSWORD, new_password=new, new_password_confirm=new)
        assert client.get("/account").status_code == 200
    elif deed == "given password":
        admin.submit(f"/admin/users/{anna.id}/password", password=new)
    elif deed == "switched off":
        deactivate(session, anna, by=ada)
    else:
        ended = admin.submit(f"/admin/users/{anna.id}/sessions/end", page=f"/admin/users/{anna.id}")
        assert ended.status_code == 302, ended.text

    assert thief.get("/account").status_code == 302
    thief.delete_cookie("audit_session")
    assert thief.get("/account").status_code == 302


@one_database
def test_the_account_page_lists_sign_ins_and_ends_one_and_nobody_elses(
    app: Flask, client: Visitor, session: Session, anna: User, ada: User
) -> None:
    signed_in(client, anna)
    phone = another(app, session)
    phone.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36"
    )
    signed_in(phone, anna)
    admin = signed_in(another(app, session), ada)
    page = client.get("/account").text
    assert "Chrome on Android" in page
    assert "This device" in page
    phones = session.scalars(sa.select(UserSession).order_by(UserSession.id)).all()[1]

    refused = admin.submit(f"/account/sessions/{phones.id}/end", page="/account")
    assert refused.status_code == 404
    assert phone.get("/account").status_code == 200

    client.submit(f"/account/sessions/{phones.id}/end", page="/account")
    assert phone.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


@one_database
def test_the_cookie_without_the_browsers_session_or_the_other_way_round_signs_nobody_in(
    app: Flask, client: Visitor, session: Session, anna: User, ada: User
) -> None:
    signed_in(client, anna)
    admin = signed_in(another(app, session), ada)
    mixed = another(app, session)
    mixed.set_cookie("audit_session", admin.get_cookie("audit_session").value)  # type: ignore[union-attr]
    mixed.set_cookie("audit_signin", client.get_cookie("audit_signin").value)  # type: ignore[union-attr]

    assert mixed.get("/account").status_code == 302


def test_a_session_ends_when_idle_unless_lasting_and_every_one_ends_by_its_whole_life(
    session: Session, anna: User
) -> None:
    short = begin_session(session, anna, "", "", "192.0.2.1", False, NOW)
    lasting = begin_session(session, anna, "", "", "192.0.2.1", True, NOW)

    def lives(token: str, after: timedelta) -> bool:
        return live_session(session, token, LIFE, NOW + after) is not None

    assert lives(short.token, timedelta(hours=11, minutes=59))
    assert not lives(short.token, timedelta(hours=12))
    assert lives(lasting.token, timedelta(days=13, hours=23))
    assert not lives(lasting.token, timedelta(days=14))
    forget_sign_ins(session, LIFE, NOW + timedelta(hours=12))
    assert session.scalars(sa.select(UserSession)).all() == [lasting.row]


def test_the_database_holds_no_secret_of_a_cookie(session: Session, anna: User) -> None:
    begun = begin_session(session, anna, "", "", "192.0.2.1", False, NOW)
    rows = [*session.execute(sa.select(UserSession.__table__)), *session.execute(sa.select(Device.__table__))]

    assert begun.token not in repr(rows)
    assert begun.device_token not in repr(rows)


@one_database
def test_use_is_noted_so_that_a_session_in_use_does_not_end(
    client: Visitor, session: Session, anna: User
) -> None:
    signed_in(client, anna)
    (row,) = session.scalars(sa.select(UserSession))
    row.last_seen_at = datetime.now(UTC) - timedelta(hours=11)
    client.get("/account")

    assert datetime.now(UTC) - row.last_seen_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("<script>alert(1)</script>", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_called_what_people_call_it(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
