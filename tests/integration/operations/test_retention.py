"""The retention rule: what others wrote goes after its time, what was measured and what is undecided stays."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from audit_app.cli import audit_app
from audit_app.config import Settings
from audit_app.domain.errors import Conflict
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Evidence, IncomingMail, Location, MailState, Probe, RoleName, User
from audit_app.services.mail.filing import discard_mail
from audit_app.services.mail.judging import Transactions
from audit_app.services.mail.rejudging import Rejudging
from audit_app.services.operations.retention import Erased, count_expired, erase_expired
from audit_app.services.probes.decisions import decide
from audit_app.services.replies.ratings import check_rateable
from probes import base
from tests import factories
from tests.conftest import SEALING_KEY
from tests.integration.probes.probe_scene import (
    PNG,
    happened,
    mail,
    probe_to,
    seen,
    silent_probe,
    uncertain_probe,
)
from tests.visitor import Visitor, sign_in

NOW = factories.NOW
DAY = timedelta(days=1)
LONG_AGO = NOW - 40 * DAY
LIMIT = NOW - 30 * DAY


def answered_by_kim(session: Session, location: Location, sent_at: datetime) -> Probe:
    """A probe that Kim answered in words, by name, with a picture."""
    picture = base.Proof("screenshot", "image/png", "seen.png", PNG)
    reply = seen(
        "human_reply",
        sent_at + timedelta(hours=2),
        "We open at ten. Kim Berg",
        role="person",
        author="Kim Berg",
        reasons=["The chat shows this as written by a person: Kim Berg"],
        evidence=[picture],
    )
    return happened(session, probe_to(session, location, sent_at), reply)


def evidence(session: Session) -> list[Evidence]:
    """All evidence with its bytes."""
    query = select(Evidence).options(undefer(Evidence.content)).order_by(Evidence.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def test_what_others_wrote_is_erased_and_what_was_measured_stays(session: Session, umea: Location) -> None:
    probe = answered_by_kim(session, umea, LONG_AGO)
    measured = (probe.outcome, probe.elapsed_seconds, probe.answered_latest, probe.text)

    assert count_expired(session, LIMIT) == Erased(probes=1)
    assert erase_expired(session, LIMIT, NOW) == Erased(probes=1)
    session.commit()

    sent, reply = probe.observations
    assert (reply.text, reply.author) == ("", "")
    assert reply.reasons == ["The chat shows this as written by a person: …"]
    assert (probe.outcome, probe.elapsed_seconds, probe.answered_latest, probe.text) == measured
    (picture,) = evidence(session)
    assert (picture.content, picture.erased_at) == (b"", NOW)
    assert (picture.sha256, picture.size) == (hashlib.sha256(PNG).hexdigest(), len(PNG))
    assert not erase_expired(session, LIMIT, NOW)


def test_a_mail_is_erased_with_its_probe_or_once_it_was_discarded(session: Session, umea: Location) -> None:
    admin = factories.user(session, "ada", RoleName.ADMIN)
    probe = probe_to(session, umea, LONG_AGO)
    session.flush()
    mail(session, LONG_AGO + timedelta(hours=2), "We open at ten. Kim", uid=1, to=probe.from_address)
    stray, waiting = (mail(session, LONG_AGO, f"Stray {uid}", uid=uid) for uid in (2, 3))
    happened(session, probe, looked_at=LONG_AGO + timedelta(hours=21))
    discard_mail(session, stray, admin, LONG_AGO)
    session.commit()

    assert count_expired(session, LIMIT) == Erased(probes=1, mails=1)
    erase_expired(session, LIMIT, NOW)
    session.commit()

    kept = {
        row.uid: (row.sender != "", row.evidence.erased_at is None)
        for row in session.scalars(select(IncomingMail))
    }
    assert kept == {1: (False, False), 2: (False, False), 3: (True, True)}
    assert waiting.state is MailState.UNMATCHED
    assert [piece.content == b"" for piece in evidence(session)] == [True, True, False]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_young_open_or_undecided_is_not_touched(session: Session, umea: Location) -> None:
    answered_by_kim(session, umea, LIMIT + DAY)
    uncertain_probe(session, umea, LONG_AGO)
    probe_to(session, umea, LONG_AGO + timedelta(hours=1))
    assert not count_expired(session, LIMIT)
    assert not erase_expired(session, LIMIT, NOW)
    assert all(piece.content for piece in evidence(session))


def test_better_rules_do_not_judge_an_erased_mail(session: Session, umea: Location) -> None:
    probe = probe_to(session, umea, LONG_AGO)
    letter = mail(session, LONG_AGO + timedelta(hours=2), "We open at ten. Kim", to=probe.from_address)
    happened(session, probe, looked_at=LONG_AGO + timedelta(hours=21))
    assert probe.outcome is Outcome.ANSWERED
    erase_expired(session, LIMIT, NOW)
    letter.rules_version = "0"
    session.commit()

    assert Rejudging(NOW, apply=True).next_batch(Transactions.within(session)) is None
    assert probe.outcome is Outcome.ANSWERED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_erased_answer_can_be_neither_rated_nor_decided_on_again(session: Session, umea: Location) -> None:
    manager = factories.user(session, "magnus", RoleName.MANAGER)
    probe = uncertain_probe(session, umea, LONG_AGO)
    reply = probe.observations[-1]
    decide(session, reply, True, manager, 0, LONG_AGO + DAY)
    check_rateable(probe)
    assert erase_expired(session, LIMIT, NOW)
    with pytest.raises(Conflict, match="erased by the retention rule"):
        check_rateable(probe)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pages_say_what_was_erased_and_by_which_digest_a_copy_can_be_told(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = answered_by_kim(session, umea, LONG_AGO)
    erase_expired(session, LIMIT, NOW)
    session.commit()
    (picture,) = evidence(session)
    sign_in(client, magnus)

    page = client.get(f"/probes/{probe.id}").text
    assert "by the retention rule" in page
    assert "Kim" not in page
    assert f"/evidence/{picture.id}" not in page
    gone = client.get(f"/evidence/{picture.id}/seen.png")
    assert gone.status_code == 404
    assert hashlib.sha256(PNG).hexdigest() in gone.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_says_how_much_it_would_be_before_it_erases(
    session: Session, umea: Location, settings: Settings
) -> None:
    sent_at = datetime.now(UTC) - 40 * DAY
    silent_probe(session, umea, sent_at)
    answered_by_kim(session, umea, sent_at - DAY)

    def run(*words: str, days: str = "30") -> str:
        environment = {
            "AUDIT_INSTANCE": str(settings.instance),
            "AUDIT_DATABASE_URL": settings.database,
            "AUDIT_ENCRYPTION_KEY": SEALING_KEY,
            "AUDIT_KEEP_DAYS": days,
        }
        session.commit()
        return (
            CliRunner()
            .invoke(audit_app, ["retention", *words], env=environment, catch_exceptions=False)
            .output
        )

    assert "kept for ever" in run(days="0")
    assert "probes 2, other mails 0. Add --apply" in run()
    assert all(piece.content for piece in evidence(session))
    assert run("--apply").startswith("Erased")
    assert not any(piece.content for piece in evidence(session))
    assert "is left to erase" in run()
