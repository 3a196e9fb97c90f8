"""Mail without a probe: what it may answer is suggested, a person takes it by one press, and a discard is undone by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.models import IncomingMail, Location, MailState, Probe, User
from audit_app.services.mail.suggestions import suggestions_for
from audit_app.services.mailboxes.state import mailbox_down, mailbox_read
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_scene import happened, mail, probe_to
from tests.visitor import Visitor, sign_in

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIST = "/mail/unmatched"
PERSONAL = "Hello, we open at ten on weekdays and at eleven on Sundays. Kim"


def suggested(session: Session, stray: IncomingMail) -> list[Probe]:
    return [each.probe for each in suggestions_for(session, [stray])[stray.id]]


@pytest.fixture
def probes(session: Session, umea: Location, lulea: Location) -> list[Probe]:
    """Two probes to the same company, the second sent later."""
    return [
        happened(session, probe_to(session, umea, NOW - 5 * HOUR, subject="A lamp for the hall")),
        happened(session, probe_to(session, lulea, NOW - 2 * HOUR, subject="Opening hours")),
    ]


def test_probes_to_the_senders_domain_are_suggested_the_last_one_first(
    session: Session, probes: list[Probe]
) -> None:
    assert suggested(session, mail(session, NOW, PERSONAL, subject="Hello")) == probes[::-1]


def test_what_names_our_subject_or_quotes_us_comes_first(session: Session, probes: list[Probe]) -> None:
    named = mail(session, NOW, PERSONAL, subject="AW: A lamp for the hall")
    assert suggested(session, named)[0] is probes[0]
    quoted = mail(session, NOW, f"Yes.\n> {probes[0].text}", uid=2, subject="Opening hours")
    assert suggested(session, quoted)[0] is probes[0]
    (first, *_) = suggestions_for(session, [quoted])[quoted.id]
    assert "it quotes our message" in first.reasons


@pytest.mark.parametrize(
    ("sender", "found"),
    [
        ("kim@fjordfield.example", True),
        ("desk@support.fjordfield.example", True),
        ("kim@notfjordfield.example", False),
        ("kim@elsewhere.example", False),
        ("kim@example", False),
        ("", False),
    ],
)
def test_only_the_companys_domain_and_those_below_it_suggest_anything(
    session: Session, probes: list[Probe], sender: str, found: bool
) -> None:
    stray = mail(session, NOW, PERSONAL, sender=sender)
    assert bool(suggested(session, stray)) is found
    assert stray.state is MailState.UNMATCHED


def test_a_probe_that_was_sent_later_or_is_long_over_is_not_suggested(
    session: Session, umea: Location
) -> None:
    happened(session, probe_to(session, umea, NOW + HOUR))
    happened(session, probe_to(session, umea, NOW - timedelta(days=9)))
    assert suggested(session, mail(session, NOW, PERSONAL)) == []


def test_a_suggestion_is_taken_by_one_press_from_the_list(
    client: Visitor, session: Session, probes: list[Probe], ada: User
) -> None:
    stray = mail(session, NOW, PERSONAL, subject="AW: A lamp for the hall")
    sign_in(client, ada)
    page = client.get(LIST).text
    assert "It may answer" in page
    assert "it names our subject" in page
    assert page.index(f"Assign to #{probes[0].id}<") < page.index(f"Assign to #{probes[1].id}<")
    assert "Suggested:" in client.get(f"{LIST}/{stray.id}").text
    assert client.submit(f"{LIST}/{stray.id}/assign", LIST, probe=probes[0].id).status_code == 302
    session.refresh(stray)
    session.refresh(probes[0])
    assert (stray.state, stray.probe_id) == (MailState.MATCHED, probes[0].id)
    assert probes[0].outcome is not Outcome.OPEN


def test_a_discard_is_undone_by_one_press(
    client: Visitor, session: Session, probes: list[Probe], ada: User
) -> None:
    stray = mail(session, NOW, PERSONAL)
    sign_in(client, ada)
    led_to = client.submit(f"{LIST}/{stray.id}/discard", LIST).location
    assert "Undo" in client.get(led_to).text
    client.submit(f"{LIST}/{stray.id}/restore", led_to)
    session.refresh(stray)
    assert stray.state is MailState.UNMATCHED
    assert "Undo" not in client.get(led_to).text
    assert client.get(f"{LIST}?undo=99999999999999999999").status_code == 200


def test_a_sender_that_nobody_can_read_suggests_nothing(session: Session, probes: list[Probe]) -> None:
    box = make.mailbox_of(session)
    raw = b"From: \xff\x00<<@>\r\nSubject: \x00\r\n\r\n\xff"
    (stray,) = receive_mail(session, box, [make.imap.FetchedMail("INBOX", 7, 77, NOW, raw)], NOW)
    assert suggested(session, stray) == []


def test_the_page_of_mailboxes_tells_how_each_of_them_is(
    client: Visitor, session: Session, probes: list[Probe], ada: User, magnus: User
) -> None:
    stray = mail(session, NOW, PERSONAL, uid=41)
    box = stray.mailbox
    sign_in(client, ada)
    assert "Never read yet" in client.get("/admin/mailboxes").text
    mailbox_read(session, box, NOW)
    session.commit()
    page = client.get("/admin/mailboxes").text
    assert "Working" in page
    assert ">INBOX<" in page
    assert ">41<" in page
    mailbox_down(session, box, "The server is away.", NOW)
    session.commit()
    page = client.get("/admin/mailboxes").text
    assert "Down since" in page
    assert "The server is away." in page
    for where in ("/", "/probes"):
        banner = client.get(where).text.partition("unreachable since")[2]
        assert "(Stockholm)" in banner[:300]
    box.active, box.down_since = False, None
    session.commit()
    assert "Switched off" in client.get("/admin/mailboxes").text
    sign_in(client, magnus)
    assert client.get("/admin/mailboxes").status_code == 403
