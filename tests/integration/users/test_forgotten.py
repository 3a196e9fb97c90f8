"""A forgotten password: a link by mail, good once and for an hour; strangers learn nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from audit_app.models import Mailbox, Notice, NoticeState, PasswordReset, User, UserSession
from audit_app.services.company import company
from audit_app.services.notices import outbox
from audit_app.services.users import forgotten
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.visitor import Visitor

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NEW = "seven sleepy herons"


def name_mailbox(session: Session) -> Mailbox:
    """A mailbox that an administrator named for our own mail."""
    box = Mailbox(
        address="audits@shopper.example",
        smtp_host="127.0.0.1",
        smtp_port=25,
        imap_host="127.0.0.1",
        imap_port=143,
        username="audits",
        password="secret",
    )
    session.add(box)
    session.flush()
    factories.organisation(session).notices_mailbox_id = box.id
    session.commit()
    return box


def link_to(session: Session, user: User, now: datetime) -> str:
    """The secret of a link that was sent to `user`."""
    forgotten.send_link(session, user.email, lambda token: f"https://here/{token}", now)
    body = session.scalars(sa.select(Notice).order_by(Notice.id.desc())).first().body  # type: ignore[union-attr]
    return re.search(r"https://here/(\S+)", body)[1]  # type: ignore[index]


def test_a_link_is_good_once_for_an_hour_and_ends_every_session(
    session: Session, anna: User, client: Visitor
) -> None:
    name_mailbox(session)
    client.submit("/sign-in", email=anna.email, password=PASSWORD)
    token = link_to(session, anna, NOW)

    with pytest.raises(forgotten.LinkEnded):
        forgotten.choose_password(session, token, NEW, NOW + timedelta(hours=1))
    with pytest.raises(forgotten.LinkEnded):
        forgotten.choose_password(session, token + "x", NEW, NOW)
    forgotten.choose_password(session, token, NEW, NOW + timedelta(minutes=59))
    with pytest.raises(forgotten.LinkEnded):
        forgotten.choose_password(session, token, "another long password", NOW)

    assert session.scalars(sa.select(UserSession)).all() == []
    assert client.get("/account").status_code == 302


def test_a_new_link_ends_the_one_before(session: Session, anna: User) -> None:
    name_mailbox(session)
    first = link_to(session, anna, NOW)
    link_to(session, anna, NOW)

    with pytest.raises(forgotten.LinkEnded):
        forgotten.reset_of(session, first, NOW)


def test_whoever_is_switched_off_gets_no_link_and_cannot_use_one(session: Session, anna: User) -> None:
    name_mailbox(session)
    token = link_to(session, anna, NOW)
    anna.active = False
    session.flush()

    with pytest.raises(forgotten.LinkEnded):
        forgotten.reset_of(session, token, NOW)
    forgotten.send_link(session, anna.email, str, NOW)
    assert session.scalar(sa.select(sa.func.count(Notice.id))) == 1


@one_database
def test_the_answer_is_the_same_whether_or_not_there_is_such_an_account(
    client: Visitor, session: Session, anna: User
) -> None:
    name_mailbox(session)

    known = client.submit("/forgotten-password", email=f" {anna.email.upper()} ")
    unknown = client.submit("/forgotten-password", email="nobody@shopper.example")

    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    assert [row.recipient for row in session.scalars(sa.select(Notice))] == [anna.email]


@one_database
def test_the_link_leads_to_our_own_address_whatever_the_request_calls_us(
    client: Visitor, session: Session, anna: User
) -> None:
    name_mailbox(session)
    token = client.token("/forgotten-password")
    kept = client.get_cookie("audit_session")
    assert kept
    client.set_cookie("audit_session", kept.value, domain="evil.example")

    client.post(
        "/forgotten-password",
        data={"csrf_token": token, "email": anna.email},
        base_url="http://evil.example",
        headers={"X-Forwarded-Host": "evil.example"},
    )

    (notice,) = session.scalars(sa.select(Notice))
    assert "http://127.0.0.1:8000/forgotten-password/" in notice.body
    assert "evil" not in notice.body


@one_database
def test_a_person_chooses_a_new_password_by_the_link_and_signs_in_with_it(
    client: Visitor, session: Session, anna: User
) -> None:
    name_mailbox(session)
    client.submit("/forgotten-password", email=anna.email)
    (notice,) = session.scalars(sa.select(Notice))
    path = re.search(r"http://127\.0\.0\.1:8000(/\S+)", notice.body)[1]  # type: ignore[index]

    weak = client.submit(path, password="leavemealone", again="leavemealone")
    differing = client.submit(path, password=NEW, again="something else entirely")
    assert weak.status_code == differing.status_code == 422
    assert "too easy" in weak.text
    assert "the same password in both" in differing.text

    assert client.submit(path, password=NEW, again=NEW).location == "/sign-in"
    assert client.get(path).status_code == 404
    client.submit("/sign-in", email=anna.email, password=NEW)
    assert client.get("/account").status_code == 200


@one_database
def test_without_a_mailbox_the_page_says_whom_to_ask(client: Visitor, app: Flask) -> None:
    page = client.get("/forgotten-password").text

    assert "Ask an administrator of Fjord &amp; Field" in page
    assert "Send the link" not in page


@one_database
def test_asking_for_links_again_and_again_is_held_back(client: Visitor, session: Session, anna: User) -> None:
    name_mailbox(session)
    answers = [client.submit("/forgotten-password", email=anna.email).status_code for _ in range(11)]

    assert answers == [200] * 10 + [429]


@one_database
def test_an_administrator_names_the_mailbox_for_our_own_mail(
    client: Visitor, session: Session, ada: User
) -> None:
    box = name_mailbox(session)
    session.execute(sa.update(type(company(session))).values(notices_mailbox_id=None))
    client.submit("/sign-in", email=ada.email, password=PASSWORD)

    client.submit("/admin/company", name="Fjord & Field", notices_mailbox=box.address)
    assert outbox.notices_mailbox(session) == box

    wrong = client.submit("/admin/company", name="Fjord & Field", notices_mailbox="none@evil.example")
    assert wrong.status_code == 422
    assert outbox.notices_mailbox(session) == box


# ---------- the outbox ----------


def test_a_notice_is_taken_once_and_tried_again_only_while_nothing_left(session: Session) -> None:
    name_mailbox(session)
    outbox.add_notice(session, "test", "anna@shopper.example", "Hello\nBcc: evil@evil.example", "Text", NOW)

    (letter,) = outbox.take_notices(session, NOW)
    assert outbox.take_notices(session, NOW) == []
    assert b"\nBcc:" not in letter.raw
    assert b"Auto-Submitted: auto-generated" in letter.raw

    outbox.note_not_sent(session, letter.notice_id, "greylisted", NOW)
    assert outbox.take_notices(session, NOW) == []
    (again,) = outbox.take_notices(session, NOW + timedelta(minutes=1))
    outbox.note_sent(session, again.notice_id, NOW)

    (notice,) = session.scalars(sa.select(Notice))
    assert (notice.state, notice.body, notice.attempts) == (NoticeState.SENT, "", 2)
    assert outbox.take_notices(session, NOW + timedelta(days=1)) == []


def test_a_notice_whose_worker_died_is_not_sent_again(session: Session) -> None:
    name_mailbox(session)
    outbox.add_notice(session, "test", "anna@shopper.example", "Hello", "Text", NOW)
    outbox.take_notices(session, NOW)

    assert outbox.take_notices(session, NOW + timedelta(days=1)) == []
    assert session.scalars(sa.select(Notice.state)).all() == [NoticeState.UNKNOWN]


def test_the_database_holds_no_secret_of_a_link(session: Session, anna: User) -> None:
    name_mailbox(session)
    token = link_to(session, anna, datetime.now(UTC))
    session.commit()

    raw = session.execute(sa.text("SELECT body FROM notices")).all()
    assert token.encode() not in b"".join(bytes(row[0]) for row in raw)
    assert token not in repr(session.execute(sa.select(PasswordReset.__table__)).all())
