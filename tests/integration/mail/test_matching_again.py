"""Mail that found no probe when it came: matched again by better rules, first shown, then written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import IncomingMail, MailState, Observation, Probe, RoleName
from audit_app.services.mail.filing import discard_mail
from audit_app.services.mail.judging import Transactions
from audit_app.services.mail.rejudging import Change, Rejudging
from audit_app.services.probes.ledger import summarise
from probes.replies.classify import RULES_VERSION
from tests import factories
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def probe(session: Session) -> Probe:
    """An e-mail probe that was sent at NOW."""
    return make.sent_probe(session)


def stored(session: Session, probe: Probe, uid: int = 1, hours: int = 2, **letter: str) -> IncomingMail:
    """An answer to the probe, as today's rules judge it."""
    arrived = make.letter(probe.from_address, NOW + hours * HOUR, uid=uid, **letter)
    (row,) = receive_mail(session, probe.persona.mailbox, [arrived], NOW + hours * HOUR)
    return row


def rejudged(session: Session, *, apply: bool) -> list[Change]:
    """All changes, batch by batch, as the command makes them."""
    work, changes = Rejudging(NOW + 4 * HOUR, apply), []
    while (batch := work.next_batch(Transactions.within(session))) is not None:
        session.commit()
        changes += batch
    session.commit()
    return changes


def waiting(session: Session, row: IncomingMail) -> IncomingMail:
    """Make as if a rule had failed on the mail when it came, so that it waits without a probe."""
    probe, fact = row.probe, row.evidence.observation_id
    row.state, row.probe_id, row.evidence.probe_id, row.evidence.observation_id = (
        MailState.UNMATCHED,
        None,
        None,
        None,
    )
    row.verdict, row.kind, row.rules_version = "", "", ""
    row.matched_kind, row.matched_value, row.matched_where = None, "", ""
    session.flush()
    session.expire_all()
    if fact is not None and probe is not None:
        session.delete(session.get_one(Observation, fact))
        session.flush()
        session.refresh(probe)
        summarise(probe, NOW + 3 * HOUR)
    session.commit()
    return row


def test_mail_that_found_no_probe_is_matched_again_and_shown_before(session: Session, probe: Probe) -> None:
    early = waiting(session, stored(session, probe, 1, hours=1, Auto_Submitted="auto-replied"))
    row = waiting(session, stored(session, probe, 2))
    assert probe.outcome is Outcome.OPEN

    shown = rejudged(session, apply=False)

    assert [(each.mail_id, each.probe_id, each.before) for each in shown] == [
        (early.id, probe.id, "no probe"),
        (row.id, probe.id, "no probe"),
    ]
    assert [(each.after, each.outcome_before, each.outcome_after) for each in shown] == [
        ("automatic (acknowledgement)", Outcome.OPEN, Outcome.OPEN),
        ("human (answer)", Outcome.OPEN, Outcome.ANSWERED),
    ]
    assert "matched by" in shown[1].reasons[-1]
    session.expire_all()
    assert (row.state, row.probe_id, probe.outcome) == ("unmatched", None, Outcome.OPEN)
    assert rejudged(session, apply=True) == shown
    session.expire_all()
    assert (row.state, row.probe_id, row.rules_version) == ("matched", probe.id, RULES_VERSION)
    assert probe.outcome is Outcome.ANSWERED
    assert rejudged(session, apply=True) == []


def test_our_own_copy_that_waited_proves_that_the_probe_left(session: Session) -> None:
    probe = make.sending_probe(session)
    copy = make.letter(
        "anna.berg@shopper.example",
        NOW,
        sender=probe.from_address,
        text=probe.text,
        message_id=str(probe.message_id),
    )
    mailbox = probe.persona.mailbox
    (row,) = receive_mail(session, mailbox, [copy], NOW)
    waiting(session, row)
    probe.state, probe.outcome, probe.claimed_until = ProbeState.SEND_UNKNOWN, Outcome.EXCLUDED, None
    session.commit()

    shown = rejudged(session, apply=False)

    assert [(each.after, each.outcome_before, each.outcome_after) for each in shown] == [
        ("our own copy", Outcome.EXCLUDED, Outcome.OPEN)
    ]
    assert rejudged(session, apply=True) == shown
    assert (probe.state, row.kind) == (ProbeState.SENT, "own_copy")


def test_mail_that_a_person_discarded_stays_discarded(session: Session, probe: Probe) -> None:
    row = waiting(session, stored(session, probe))
    discard_mail(session, row, factories.user(session, "Magnus Manager", RoleName.MANAGER), NOW + 3 * HOUR)
    session.commit()

    (change,) = rejudged(session, apply=True)

    assert (change.probe_id, row.state) == (None, "discarded")
