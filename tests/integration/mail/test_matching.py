"""Which probe a mail belongs to: by the surest key it carries, never by two, and never across probes."""

from __future__ import annotations

import random
from datetime import timedelta
from email import message_from_bytes

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import IncomingMail, Location, MailState, Probe, ProbeKey
from audit_app.services.mail.filing import BETWEEN_BOTH, RECEIVED_LINE
from audit_app.services.mail.matching import find_probe
from audit_app.services.probes import steps
from audit_app.services.probes.messages import message_of
from probes.channels.email import RECEIPT_TIME, compose
from probes.mail import imap as driver
from probes.replies.mail import ReadMail
from probes.replies.match import keys_of
from tests import factories
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW, WORKER
from tests.integration.probes.probe_scene import probe_to

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
DESK = "Fjord & Field <helpdesk@fjordfield.example>"
KIM = "Kim Berg <kim@fjordfield.example>"
OURS = "anna.berg@shopper.example"
NEW_ID = "<0102017f@eu-north-1.relay.example>"


@pytest.fixture
def umea(session: Session) -> Location:
    """A location to write to."""
    return factories.location(session, "umea", "Umeå")


@pytest.fixture
def first(session: Session, umea: Location) -> Probe:
    """A probe that was sent at NOW."""
    return probe_to(session, umea, NOW)


@pytest.fixture
def second(session: Session, umea: Location) -> Probe:
    """Another probe to the same address, sent a little later."""
    return probe_to(session, umea, NOW + 10 * SECOND)


def arrived(session: Session, probe: Probe, *mails: driver.FetchedMail) -> list[IncomingMail]:
    return receive_mail(session, probe.persona.mailbox, mails, NOW + HOUR)


def acknowledgement(
    probe: Probe, number: str, *, uid: int = 1, sender: str = DESK, text: str = ""
) -> driver.FetchedMail:
    return make.letter(
        probe.from_address,
        NOW + 20 * SECOND,
        uid=uid,
        sender=sender,
        text=text or f"This is an automatic confirmation. Your ticket number is {number}.",
        Subject=f"We have received your message [{number}]",
        Auto_Submitted="auto-replied",
    )


def answer(
    number: str, *, uid: int = 2, sender: str = KIM, at: timedelta = HOUR, to: str = OURS
) -> driver.FetchedMail:
    return make.letter(to, NOW + at, uid=uid, sender=sender, Subject=f"Re: Opening hours [{number}]")


def copy_by_relay(probe: Probe, new_id: str = NEW_ID, footer: str = "") -> driver.FetchedMail:
    """Our own copy as a relay delivers it that gives every mail an id of its own."""
    mail = message_from_bytes(compose(message_of(probe), NOW))
    mail.replace_header("Message-ID", new_id)
    raw = mail.as_bytes() + footer.encode()
    return driver.FetchedMail("INBOX", 7, 1, NOW + SECOND, raw)


@pytest.mark.parametrize("header", ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_probes_own_address_matches_wherever_the_server_wrote_it(
    session: Session, first: Probe, second: Probe, header: str
) -> None:
    raw = f"From: {KIM}\r\n{header}: {second.from_address.upper()}\r\nSubject: Hi\r\n\r\nYes.".encode()
    (row,) = arrived(session, first, driver.FetchedMail("INBOX", 7, 1, NOW + HOUR, raw))
    assert row.probe_id == second.id
    assert row.reasons[-1] == f"matched by the address {second.from_address} in {header}"


def test_the_address_decides_before_the_message_that_is_answered(
    session: Session, first: Probe, second: Probe
) -> None:
    mixed = make.letter(first.from_address, NOW + HOUR, In_Reply_To=second.message_id or "")
    (row,) = arrived(session, first, mixed)
    assert row.probe_id == first.id


def test_the_plain_address_of_a_mailbox_is_no_key_even_where_a_probe_wrote_from_it(
    session: Session, first: Probe
) -> None:
    first.from_address = OURS
    session.flush()
    (row,) = arrived(session, first, make.letter(OURS, NOW + HOUR))
    assert row.state is MailState.UNMATCHED


def test_an_id_changed_on_the_way_is_learnt_from_our_own_copy(session: Session) -> None:
    probe = make.sending_probe(session)
    steps.mark_unknown(session, probe.id, WORKER, "The server fell silent.", NOW)
    (copy,) = arrived(session, probe, copy_by_relay(probe, footer="\r\nSent by a relay\r\n"))
    assert (copy.kind, copy.probe_id) == ("own_copy", probe.id)
    assert probe.state is ProbeState.SENT
    (row,) = arrived(session, probe, make.letter(OURS, NOW + HOUR, uid=2, References=NEW_ID))
    assert row.probe_id == probe.id
    assert "References" in row.matched_by


def test_an_answer_that_came_before_our_copy_told_the_id_is_found_when_it_does(
    session: Session, first: Probe
) -> None:
    first.sending_at = NOW - SECOND
    (early,) = arrived(session, first, make.letter(OURS, NOW + 90 * SECOND, uid=2, In_Reply_To=NEW_ID))
    assert early.state is MailState.UNMATCHED
    arrived(session, first, copy_by_relay(first))
    assert (early.state, early.probe_id) == (MailState.MATCHED, first.id)
    assert first.outcome is Outcome.ANSWERED


def test_a_mail_with_our_address_as_its_sender_but_not_our_text_is_no_copy(
    session: Session, first: Probe
) -> None:
    forged = make.letter("umea@fjordfield.example", NOW + SECOND, sender=f"Anna <{first.from_address}>")
    (row,) = arrived(session, first, forged)
    assert (row.state, row.kind) != (MailState.MATCHED, "own_copy")
    assert session.scalars(sa.select(ProbeKey)).all() == []


def test_the_message_id_alone_makes_no_copy(session: Session, first: Probe) -> None:
    (row,) = arrived(session, first, make.letter(OURS, NOW + HOUR, message_id=first.message_id or ""))
    assert row.kind != "own_copy"


def test_a_token_in_the_text_matches_where_nothing_surer_is(session: Session, first: Probe) -> None:
    (row,) = arrived(
        session, first, make.letter(OURS, NOW + HOUR, text=f"About {first.token.upper()}: we open at ten.")
    )
    assert row.probe_id == first.id
    assert "the token" in row.matched_by


BOUNCE = """From: MAILER-DAEMON@relay.example
To: {ours}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

The mail system could not deliver your message.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; umea@fjordfield.example
Action: failed
Status: 5.1.1
--b
Content-Type: {type}

{headers}

--b--
"""
TEXT_BOUNCE = """From: postmaster@fjordfield.example
To: {ours}
Subject: Undeliverable: Opening hours

The following message could not be delivered to umea@fjordfield.example (user unknown):

> {headers}
"""


@pytest.mark.parametrize(
    "template",
    [
        BOUNCE.replace("{type}", "message/rfc822"),
        BOUNCE.replace("{type}", "text/rfc822-headers"),
        TEXT_BOUNCE,
    ],
)
@pytest.mark.parametrize("header", ["Message-ID: {id}", "From: Anna Berg <{address}>"])
def test_a_bounce_is_matched_by_what_it_returns_of_our_mail(
    session: Session, first: Probe, second: Probe, template: str, header: str
) -> None:
    # Our token is part of the address, so the test of the address takes another one.
    second.from_address, second.token = "anna-second@shopper.example", "unused9"
    session.flush()
    headers = header.format(id=second.message_id, address=second.from_address)
    raw = template.format(ours=OURS, headers=headers).encode()
    (row,) = arrived(session, first, driver.FetchedMail("INBOX", 7, 1, NOW + HOUR, raw))
    assert row.probe_id == second.id
    assert "the returned mail" in row.matched_by
    assert second.outcome is Outcome.BOUNCED


def test_a_ticket_number_learnt_from_the_acknowledgement_finds_the_persons_answer(
    session: Session, first: Probe, second: Probe
) -> None:
    arrived(session, first, acknowledgement(first, "FF-1007"), acknowledgement(second, "FF-1008", uid=2))
    (row,) = arrived(session, first, answer("FF-1007", uid=3))
    assert row.probe_id == first.id
    assert row.reasons[-1] == "matched by the ticket number FF-1007 of fjordfield.example in the subject"
    assert (first.outcome, second.outcome) == (Outcome.ANSWERED, Outcome.OPEN)


def test_a_help_desk_on_a_domain_of_its_own_and_a_person_of_the_company_share_the_number(
    session: Session, first: Probe
) -> None:
    arrived(session, first, acknowledgement(first, "4711", sender="Desk <fjord@desk.example>"))
    by_company, by_desk = arrived(
        session, first, answer("#4711"), answer("4711", uid=3, sender="Kim <reply@mail.desk.example>")
    )
    assert (by_company.probe_id, by_desk.probe_id) == (first.id, first.id)


@pytest.mark.parametrize(
    "stranger",
    [
        "Eve <eve@elsewhere.example>",
        "Eve <eve@notfjordfield.example>",
        "Eve <eve@fjordfield.example.elsewhere.example>",
    ],
)
def test_the_number_from_another_domain_is_no_key(session: Session, first: Probe, stranger: str) -> None:
    arrived(session, first, acknowledgement(first, "FF-1007"))
    (row,) = arrived(session, first, answer("FF-1007", sender=stranger))
    assert row.state is MailState.UNMATCHED


def test_a_number_that_two_probes_share_decides_nothing_and_says_so(
    session: Session, first: Probe, second: Probe
) -> None:
    arrived(session, first, acknowledgement(first, "FF-1007"), acknowledgement(second, "FF-1007", uid=2))
    (row,) = arrived(session, first, answer("FF-1007", uid=3))
    assert row.state is MailState.UNMATCHED
    assert any("Several probes share the ticket number FF-1007" in reason for reason in row.reasons)


def test_a_number_that_stood_in_our_own_letter_is_no_ticket(session: Session, first: Probe) -> None:
    first.subject = "My order, reference LAMP-2233"
    session.flush()
    arrived(session, first, acknowledgement(first, "LAMP-2233"))
    assert session.scalars(sa.select(ProbeKey)).all() == []


def test_an_answer_that_overtook_its_acknowledgement_is_found_when_that_comes(
    session: Session, first: Probe
) -> None:
    (early,) = arrived(session, first, answer("FF-1007", at=90 * SECOND))
    assert early.state is MailState.UNMATCHED
    arrived(session, first, acknowledgement(first, "FF-1007"))
    assert early.probe_id == first.id
    assert first.outcome is Outcome.ANSWERED
    assert first.answered_earliest == NOW + 90 * SECOND


def test_when_our_server_filed_a_mail_late_its_own_line_tells_when_it_came(
    session: Session, first: Probe
) -> None:
    stamp = "from mail.fjordfield.example by mx1.shopper.example; Sat, 21 Nov 2026 13:30:00 +0000"
    unknown = "by 2002:a05:6402:1234:b0:5d0:1234:5678 with SMTP id a1; Sat, 21 Nov 2026 14:30:00 +0000"
    before_we_wrote = "by mail.fjordfield.example; Sat, 21 Nov 2026 12:30:00 +0000"
    late = make.letter(first.from_address, NOW + 2 * HOUR, Date="Sat, 21 Nov 2026 13:01:00 +0000")
    imported = make.letter(first.from_address, NOW + 3 * HOUR, uid=2)
    absurd = make.letter(first.from_address, NOW + 4 * HOUR, uid=3)
    stamped = [
        driver.FetchedMail(
            mail.folder, 7, mail.uid, mail.received_at, f"Received: {by}\n".encode() + mail.raw
        )
        for mail, by in ((late, stamp), (imported, unknown), (absurd, before_we_wrote))
    ]
    arrived(session, first, *stamped)
    replies = [seen for seen in first.observations if seen.kind is ObservationKind.HUMAN_REPLY]
    second = timedelta(milliseconds=999)
    assert [(seen.source, seen.earliest, seen.latest) for seen in replies] == [
        (RECEIVED_LINE, NOW + HOUR / 2, NOW + HOUR / 2 + second),
        (BETWEEN_BOTH, NOW + HOUR * 3 / 2, NOW + 3 * HOUR + second),
        (RECEIPT_TIME, NOW + 4 * HOUR, NOW + 4 * HOUR + second),
    ]
    assert first.elapsed_seconds == pytest.approx(1800, abs=1)


NOISE = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)


def test_mails_of_two_probes_never_cross_when_their_keys_differ(
    session: Session, first: Probe, second: Probe
) -> None:
    arrived(session, first, acknowledgement(first, "FF-1007"), acknowledgement(second, "FF-1008", uid=2))
    session.flush()
    keys = {
        first.id: (first.from_address, first.message_id, first.token, "FF-1007"),
        second.id: (second.from_address, second.message_id, second.token, "FF-1008"),
    }

    @settings(max_examples=25)
    @given(st.sampled_from(sorted(keys)), st.integers(0, 3), NOISE, NOISE)
    def check(probe_id: int, kind: int, subject: str, text: str) -> None:
        key = keys[probe_id][kind]
        to = key if kind == 0 else OURS
        answered = f"In-Reply-To: {key}\n" if kind == 1 else ""
        says = {2: f"{key} "}.get(kind, "")
        titled = f"[{key}] " if kind == 3 else ""
        line = " ".join(subject.split())
        raw = f"From: {KIM}\nTo: {to}\n{answered}Subject: {titled}{line}\n\n{says}\n{text}"
        assert find_probe(session, keys_of(ReadMail.of(raw.encode()))).probe_id == probe_id

    check()


def test_every_question_about_a_mail_is_answered_by_an_index(session: Session, first: Probe) -> None:
    if session.get_bind().dialect.name != "sqlite":
        # A table of two rows is read whole there, whatever indexes it has.
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    asked: list[tuple[str, object]] = []
    connection = session.connection()

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", note)
    raw = answer("FF-1007").raw + f"\n{first.token} <x@y.example>\n".encode()
    find_probe(session, keys_of(ReadMail.of(raw)))
    sa.event.remove(connection, "before_cursor_execute", note)
    assert asked
    for statement, parameters in asked:
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        plan = str(connection.exec_driver_sql(explain + statement, parameters).all())  # type: ignore[arg-type]
        assert "INDEX" in plan.upper(), plan
        assert "SCAN PROBES" not in plan.upper().replace("SEQ SCAN ON", "SCAN"), plan


def test_a_message_id_too_long_for_an_index_keeps_no_mail_from_being_stored(
    session: Session, first: Probe
) -> None:
    chance = random.Random(7)  # noqa: S311 - any letters that do not compress well
    letters = "".join(chr(chance.randrange(0x10000, 0x10FFFF)) for _ in range(980))
    raw = f"From: {KIM}\r\nTo: {first.from_address}\r\nMessage-ID: <{letters}>\r\n\r\nYes.".encode()
    (row,) = arrived(session, first, driver.FetchedMail("INBOX", 7, 1, NOW + HOUR, raw))
    session.commit()
    assert row.probe_id == first.id
