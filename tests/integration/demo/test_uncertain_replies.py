"""The demo has something to decide: a newcomer sees the review queue and the page of stray mail at work."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.demo.addresses import Addresses
from audit_app.demo.loader import load_chain
from audit_app.demo.uncertain_replies import load_uncertain_replies
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import IncomingMail, MailState, Probe
from audit_app.services.mail.suggestions import suggestions_for

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


def test_two_replies_wait_for_a_decision_and_a_stray_mail_for_its_probe(session: Session) -> None:
    load_chain(
        session, Addresses("http://127.0.0.1:8001", "http://127.0.0.1:8002", "127.0.0.1", 8003, 8004), NOW
    )
    load_uncertain_replies(session, NOW)
    umea, malmo = session.scalars(select(Probe).order_by(Probe.id))
    assert [umea.outcome, malmo.outcome] == [Outcome.UNCERTAIN, Outcome.UNCERTAIN]

    (stray,) = session.scalars(select(IncomingMail).where(IncomingMail.state == MailState.UNMATCHED))
    assert stray.verdict == "human"
    likeliest = suggestions_for(session, [stray])[stray.id][0]
    assert likeliest.probe is umea
