"""The groups of the list of probes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Location, User
from audit_app.services.probes.list import Group, ProbeFilter, probe_page
from audit_app.services.replies.queue import waiting_replies
from tests.factories import NOW
from tests.integration.probes.probe_scene import answered_probe, happened, seen, uncertain_probe

HOUR = timedelta(hours=1)


def test_a_doubtful_reply_behind_an_answer_needs_a_decision_as_the_queue_says(
    session: Session, umea: Location, ada: User
) -> None:
    sent_at = NOW - timedelta(days=1)
    answered = answered_probe(session, umea, sent_at)
    happened(session, answered, seen("uncertain_reply", sent_at + 3 * HOUR, "Your case was updated."))
    uncertain = uncertain_probe(session, umea, NOW - timedelta(days=3))
    clear = answered_probe(session, umea, NOW - timedelta(days=5))

    page = probe_page(session, ada, ProbeFilter(), 1, NOW)

    assert answered.outcome is Outcome.ANSWERED
    assert {row.probe.id for row in page.groups[Group.DECISION]} == {answered.id, uncertain.id}
    assert [row.probe.id for row in page.groups[Group.CLOSED]] == [clear.id]
    assert page.counts[Group.DECISION] == waiting_replies(session, ada) == 2
