"""What the demo shows of its last four weeks: each probe has its evidence, and answers answer what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.database import open_engine, transaction
from audit_app.demo.addresses import Addresses
from audit_app.demo.loader import load_chain
from audit_app.demo.past import load_past
from audit_app.demo.questions import languages, words_in
from audit_app.demo.uncertain_replies import load_uncertain_replies
from audit_app.domain.probes.probe import ObservationKind
from audit_app.models import ChannelName, EvidenceKind, Observation, Probe
from audit_app.services.probes.timeline import read_transcript
from tests import one_run
from tests.conftest import make_settings, migrate_into
from tests.factories import NOW

SPOKEN = {"SE": {"sv", "en"}, "FI": {"fi", "sv"}, "GB": {"en"}}


def load(folder: Path) -> None:
    """The demo's whole data, as `audit-app demo` loads it."""
    migrate_into(folder)
    engine = open_engine(make_settings(folder))
    with transaction(engine) as session:
        load_chain(session, Addresses("http://127.0.0.1:1", "http://127.0.0.1:2", "127.0.0.1", 3, 4), NOW)
        load_past(session, NOW)
        load_uncertain_replies(session, NOW)
    engine.dispose()


@pytest.fixture(scope="module")
def loaded() -> Path:
    """The folder of a loaded demo, made once a run; nobody writes to it."""
    return one_run.once("demo", load)


@pytest.fixture(scope="module")
def recent(loaded: Path) -> Iterator[list[Probe]]:
    engine = open_engine(make_settings(loaded))
    with Session(engine) as session:
        query = select(Probe).where(Probe.sent_earliest >= NOW - timedelta(weeks=4))
        yield list(session.scalars(query.order_by(Probe.id)))
    engine.dispose()


def facts(probes: list[Probe], channel: ChannelName) -> list[Observation]:
    found = [seen for probe in probes if probe.channel is channel for seen in probe.observations]
    assert len(found) > 60
    return found


def test_each_fact_of_an_e_mail_has_its_raw_mail(recent: list[Probe]) -> None:
    for seen in facts(recent, ChannelName.EMAIL):
        (raw,) = seen.evidence
        mail = message_from_bytes(raw.content, policy=policy.default)
        assert raw.kind is EvidenceKind.RAW_MAIL
        sent = seen.kind is ObservationKind.SENT
        body = mail.get_body()
        assert body is not None
        assert (seen.probe.text if sent else seen.text).split() == body.get_content().split()
        assert seen.probe.from_address in str(mail["From" if sent else "To"])


def test_each_fact_of_a_chat_has_a_transcript_up_to_it_and_a_picture(recent: list[Probe]) -> None:
    for seen in facts(recent, ChannelName.CHAT):
        transcript, picture = sorted(seen.evidence, key=lambda each: each.kind, reverse=True)
        lines = read_transcript(transcript.content)
        assert transcript.kind is EvidenceKind.TRANSCRIPT
        assert lines[0].text == seen.probe.text
        assert lines[-1].text == (seen.probe.text if seen.kind is ObservationKind.SENT else seen.text)
        assert picture.kind is EvidenceKind.SCREENSHOT


def test_an_answer_is_about_what_was_asked_in_the_language_of_the_question(recent: list[Probe]) -> None:
    answers = [
        seen for probe in recent for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY
    ]
    assert {seen.probe.language for seen in answers} == set(languages())
    for seen in answers:
        said = words_in(seen.probe.language)["questions"][seen.probe.scenario.key]
        assert any(said[tone] in seen.text for tone in ("polite", "plain", "curt"))


def test_nobody_writes_in_a_language_that_is_foreign_to_the_shop(recent: list[Probe]) -> None:
    for probe in recent:
        country = probe.touchpoint.location.opening_hours["country"]
        assert probe.language == probe.persona.language
        assert probe.language in SPOKEN[country]


def test_the_demos_database_stays_small(loaded: Path) -> None:
    assert (loaded / "audit.db").stat().st_size < 60_000_000
