"""Stored mail is judged afterwards, once, within limits; until then nothing follows from silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.database import read_only, transaction
from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import IncomingMail, MailState, Probe, RoleName
from audit_app.services.mail import filing, unmatched
from audit_app.services.mail.intake import Arrival, store_new_mail
from audit_app.services.mail.judging import (
    MOST_TRIES,
    Filed,
    Judge,
    Transactions,
    claim_mail,
    judge_within,
)
from audit_app.services.mail.opinion import OUR_RULES, Rules
from audit_app.services.mailboxes.state import mail_judged, mailbox_read
from audit_app.services.probes.ledger import close_mail_probes, give_up_unseen
from probes.mail.imap import FetchedMail
from tests import factories
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW
from tests.planted_rules import PLANTED
from tests.visitor import Visitor, sign_in

HOUR = timedelta(hours=1)
LEASE = timedelta(minutes=1)
Result = TypeVar("Result")


@pytest.fixture
def probe(session: Session) -> Probe:
    """An e-mail probe that was sent at NOW."""
    made = make.sent_probe(session)
    session.commit()
    return made


def store(session: Session, probe: Probe, *mails: FetchedMail, now: datetime = NOW) -> list[IncomingMail]:
    """Store mails that nobody has judged yet."""
    rows = store_new_mail(session, probe.persona.mailbox, [Arrival.of(mail) for mail in mails], now)
    session.commit()
    return rows


def judge_of(engine: sa.Engine, worker: str, now: datetime = NOW, rules: Rules = OUR_RULES) -> Judge:
    """A worker that judges, in transactions of its own."""

    def write(work: Callable[..., Result], /, *args: object) -> Result:
        with transaction(engine) as session:
            return work(session, *args)

    def read(work: Callable[..., Result], /, *args: object) -> Result:
        with transaction(engine) as session:
            read_only(session)
            return work(session, *args)

    return Judge(Transactions(read, write), worker, LEASE, lambda: now, rules)


def test_mail_is_stored_before_anybody_knows_what_it_is(session: Session, probe: Probe) -> None:
    (row,) = store(session, probe, make.letter(probe.from_address, NOW + HOUR, Subject="Re: Opening hours"))
    assert (row.state, row.judge_at, row.verdict, row.probe_id) == (MailState.NEW, NOW, "", None)
    assert (row.subject, row.sender) == ("Re: Opening hours", f"Kim <{make.SHOP_ADDRESS}>")
    judge_within(session, NOW + 2 * HOUR)
    assert (row.state, row.judge_at, row.verdict, row.probe_id) == (
        MailState.MATCHED,
        None,
        "human",
        probe.id,
    )


def test_no_probe_is_closed_while_mail_for_its_mailbox_is_not_judged(session: Session, probe: Probe) -> None:
    end = NOW + 21 * HOUR
    store(session, probe, make.letter(probe.from_address, NOW + 6 * HOUR, uid=1), now=end)
    mailbox_read(session, probe.persona.mailbox, end)
    assert close_mail_probes(session, end) == []
    assert give_up_unseen(session, end + timedelta(days=3)) == []
    session.refresh(probe)
    assert (probe.outcome, probe.closed_at) == (Outcome.OPEN, None)

    judge_within(session, end)
    mail_judged(session)
    session.refresh(probe)
    assert (probe.outcome, probe.answered_earliest) == (Outcome.ANSWERED, NOW + 6 * HOUR)


def test_a_probe_that_was_seen_past_its_end_waits_for_mail_that_turned_up_all_the_same(
    session: Session, probe: Probe
) -> None:
    end = NOW + 21 * HOUR
    mailbox_read(session, probe.persona.mailbox, end)
    store(session, probe, make.letter("nobody@shopper.example", NOW + HOUR), now=end)
    assert close_mail_probes(session, end) == []
    assert probe.outcome is Outcome.OPEN
    judge_within(session, end)
    mail_judged(session)
    session.refresh(probe)
    assert close_mail_probes(session, end + HOUR) == [probe]
    assert probe.outcome is Outcome.UNANSWERED


def test_two_workers_never_take_the_same_mail(engine: sa.Engine, session: Session, probe: Probe) -> None:
    store(session, probe, *(make.letter("x@shopper.example", NOW, uid=uid) for uid in range(1, 31)))

    taken: list[int] = []

    def take(number: int) -> None:
        with transaction(engine) as own:
            taken.extend(claim_mail(own, f"worker-{number}", NOW, 5, LEASE))

    make.at_once([partial(take, number) for number in range(4)])
    assert len(taken) == len(set(taken)) == 20


def test_what_a_dead_worker_had_taken_is_judged_by_the_next_once_its_lease_is_over(
    engine: sa.Engine, session: Session, probe: Probe
) -> None:
    (row,) = store(session, probe, make.letter(probe.from_address, NOW + HOUR))
    claim_mail(session, "dead", NOW, 5, LEASE)
    session.commit()
    assert list(judge_of(engine, "next", NOW + LEASE / 2).judge_some()) == []
    assert list(judge_of(engine, "next", NOW + LEASE).judge_some()) == [
        Filed(row.id, probe.id, MailState.MATCHED, "answer")
    ]


def test_a_worker_that_was_slower_than_its_lease_files_nothing(
    engine: sa.Engine, session: Session, probe: Probe
) -> None:
    (row,) = store(session, probe, make.letter(probe.from_address, NOW + HOUR))
    slow, quick = judge_of(engine, "slow"), judge_of(engine, "quick", NOW + LEASE)
    judged: list[list[Filed]] = []

    def read(work: Callable[..., Result], /, *args: object) -> Result:
        if not judged:
            judged.append(list(quick.judge_some()))
        return slow.database.read(work, *args)

    hindered = Judge(Transactions(read, slow.database.write), "slow", LEASE, lambda: NOW)
    assert list(hindered.judge_some()) == []
    assert [filed.mail_id for filed in judged[0]] == [row.id]
    session.expire_all()
    assert [seen.kind for seen in probe.observations].count(ObservationKind.HUMAN_REPLY) == 1


def test_what_was_learnt_while_a_mail_was_being_judged_counts_for_it(
    engine: sa.Engine, session: Session, probe: Probe
) -> None:
    """The acknowledgement that teaches the ticket number is filed between judging and filing the answer."""
    answer = make.letter("x@shopper.example", NOW + 2 * HOUR, uid=1, Subject="Re: [Ticket #FF-4711]")
    (row,) = store(session, probe, answer)
    judge, filed = judge_of(engine, "first"), list[Filed]()

    def write(work: Callable[..., Result], /, *args: object) -> Result:
        nonlocal acknowledged
        if writes and not acknowledged:
            acknowledged = True
            store(session, probe, make.letter(
                probe.from_address, NOW + HOUR, uid=2, Subject="[Ticket #FF-4711] received",
                Auto_Submitted="auto-replied",
            ))  # fmt: skip
            filed.extend(list(judge_of(engine, "second").judge_some()))
        writes.append(1)
        return judge.database.write(work, *args)

    writes, acknowledged = list[int](), False
    first = list(Judge(Transactions(judge.database.read, write), "first", LEASE, lambda: NOW).judge_some())
    assert [each.probe_id for each in (*filed, *first)] == [probe.id, probe.id]
    session.refresh(row)
    assert row.matched_by == "matched by the ticket number FF-4711 of fjordfield.example in the subject"


def test_mail_that_waits_is_placed_as_soon_as_its_ticket_is_known(session: Session, probe: Probe) -> None:
    early = make.letter("x@shopper.example", NOW + 2 * HOUR, uid=1, Subject="Re: [Ticket #FF-4711]")
    (row,) = store(session, probe, early)
    judge_within(session, NOW)
    assert row.state is MailState.UNMATCHED
    store(session, probe, make.letter(
        probe.from_address, NOW + HOUR, uid=2, Subject="[Ticket #FF-4711] received", Auto_Submitted="auto-replied",
    ))  # fmt: skip
    judge_within(session, NOW)
    assert (row.state, row.probe_id) == (MailState.MATCHED, probe.id)


WHY = {
    "hangs": "Could not be judged: it took longer than 3 seconds",
    "eats": "Could not be judged: it needed more than 200 MB of memory",
    "dies": "Could not be judged: it ended its process (code -11)",
    "fails": "Could not be judged: our rules failed on it (ValueError)",
}


@pytest.mark.parametrize("plant", WHY)
def test_an_answer_that_cannot_be_judged_is_uncertain_at_its_probe(
    session: Session, probe: Probe, plant: str
) -> None:
    (row,) = store(session, probe, make.letter(probe.from_address, NOW + HOUR, X_Plant=plant))
    judge_within(session, NOW + HOUR, PLANTED)
    assert (row.state, row.probe_id, row.verdict, row.judge_at) == (
        MailState.MATCHED, probe.id, "uncertain", None,
    )  # fmt: skip
    assert row.reasons == [WHY[plant], row.matched_by]
    assert probe.outcome is Outcome.UNCERTAIN


@pytest.mark.parametrize("plant", WHY)
def test_a_mail_that_cannot_even_be_read_waits_for_a_person_and_says_why(
    session: Session, probe: Probe, client: Visitor, plant: str
) -> None:
    ada = factories.user(session, "Ada Admin", RoleName.ADMIN)
    mail = make.letter(probe.from_address, NOW + HOUR, X_Plant=f"read-{plant}", Subject="A strange one")
    (row,) = store(session, probe, mail)
    judge_within(session, NOW + HOUR, PLANTED)
    session.commit()
    assert (row.state, row.verdict, row.reasons) == (MailState.UNMATCHED, "uncertain", [WHY[plant]])
    assert row.evidence.content == mail.raw

    sign_in(client, ada)
    listed = client.get("/mail/unmatched").text
    assert "A strange one" in listed
    assert "Uncertain: could not be judged" in listed
    assert WHY[plant] in client.get(f"/mail/unmatched/{row.id}").text


def test_a_mail_over_which_worker_after_worker_died_is_left_to_a_person(
    session: Session, probe: Probe
) -> None:
    (row,) = store(session, probe, make.letter(probe.from_address, NOW + HOUR))
    for number in range(MOST_TRIES + 1):
        claim_mail(session, f"dead-{number}", NOW + number * LEASE, 5, LEASE)
    session.commit()
    judge_within(session, NOW + (MOST_TRIES + 2) * LEASE)
    assert (row.state, row.verdict) == (MailState.UNMATCHED, "uncertain")
    assert row.reasons[0].startswith("Could not be judged: it was begun")


def test_what_a_person_said_meanwhile_stands(engine: sa.Engine, session: Session, probe: Probe) -> None:
    magnus = factories.user(session, "Magnus Manager", RoleName.MANAGER)
    (row,) = store(session, probe, make.letter("x@shopper.example", NOW + HOUR))
    judge = judge_of(engine, "worker")
    writes = list[int]()

    def write(work: Callable[..., Result], /, *args: object) -> Result:
        if len(writes) == 1:
            filing.discard_mail(session, row, magnus, NOW)
            session.commit()
        writes.append(1)
        return judge.database.write(work, *args)

    assert (
        list(Judge(Transactions(judge.database.read, write), "worker", LEASE, lambda: NOW).judge_some()) == []
    )
    session.refresh(row)
    assert (row.state, row.judge_at) == (MailState.DISCARDED, None)


def test_a_mail_that_meanwhile_found_its_probe_is_not_assigned_to_another(
    session: Session, probe: Probe
) -> None:
    magnus = factories.user(session, "Magnus Manager", RoleName.MANAGER)
    (row,) = store(session, probe, make.letter(probe.from_address, NOW + HOUR))
    reading = filing.read(unmatched.question(session, row, probe.id))
    judge_within(session, NOW + HOUR)
    with pytest.raises(Conflict, match="belongs to a probe already"):
        unmatched.assign(session, row, probe.id, reading, magnus, NOW + HOUR)
