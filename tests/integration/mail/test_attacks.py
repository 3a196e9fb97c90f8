"""Mail made to stop the product, through the mail server of ours: it is stored, the others are judged, nobody waits."""

from __future__ import annotations

import signal
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo.company.store import Store
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, IncomingMail, MailState
from audit_app.services.company import name_company
from tests.integration.probes import probe_factories as make
from tests.integration.worker.worker_scene import Scene, ended, scene
from tests.planted_rules import PLANTED

ANNA = "anna.berg@shopper.example"
LONGEST_WAIT = 5.0
"""Seconds that a writer waits at most on a machine that runs other tests too; SQLite would wait for 30."""


def written_to(address: str, uid: int, **headers: str) -> bytes:
    """A mail that answers nobody else."""
    return make.letter(address, datetime.now(UTC), uid=uid, text=f"Hello Anna, no. {uid}", **headers).raw


def attacks() -> dict[str, bytes]:
    """Mails by what they try."""
    plain = written_to("nobody@shopper.example", 1)
    head, _, body = plain.partition(b"\n\n")
    kinds = {"(": 4_000, "[": 18_000, "*": 18_000, "((": 9_000}
    made = {
        f"{count} times {mark} in the subject": plain.replace(b"Re: ", mark.encode() * count, 1)
        for mark, count in kinds.items()
    }
    return made | {
        "addresses": b"Cc: " + b", ".join(b"a%d@shop.example" % n for n in range(5_000)) + b"\n" + plain,
        "brackets in addresses": b"To: " + b"(" * 100_000 + b"\n" + plain,
        "references": b"References: " + b" ".join(b"<%d@shop.example>" % n for n in range(5_000)) + b"\n" + plain,
        "quotes": head + b"\n\n" + b"> and so on and on\n" * 110_000 + body,
        "quotes in quotes": head + b"\n\n" + b">" * 2_000_000,
    }  # fmt: skip


def put_in(folder: Path, *mails: bytes) -> None:
    """Lay mails into our mailbox on the server."""
    with closing(Store(folder / "company")) as store, store.transaction():
        for raw in mails:
            store.add_mail(ANNA, "INBOX", datetime.now(UTC), raw)


def waiting(engine: sa.Engine) -> list[IncomingMail]:
    """The mails that answer no probe of ours, as soon as all mail is judged."""
    with transaction(engine) as session:
        mails = session.scalars(sa.select(IncomingMail).order_by(IncomingMail.id)).all()
        if any(mail.judge_at for mail in mails):
            return []
        return [mail for mail in mails if mail.state is MailState.UNMATCHED]


@contextmanager
def another_writer(engine: sa.Engine) -> Iterator[list[float]]:
    """Somebody who saves something all the while; yields the seconds that each save took."""
    over, took = threading.Event(), list[float]()

    def write() -> None:
        while not over.wait(0.05):
            began = time.monotonic()
            with transaction(engine) as session:
                name_company(session, f"Fjord & Field {len(took)}")
            took.append(time.monotonic() - began)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()


def test_mail_made_to_be_slow_keeps_neither_writers_nor_other_mail_waiting(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on, another_writer(engine) as took:
        on.campaign(ChannelName.EMAIL)
        made = attacks()
        put_in(tmp_path, *made.values())
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        on.wait_until(lambda: len(waiting(engine)) == len(made))
        stored = {mail.evidence.content for mail in _with_evidence(engine)}
        assert stored >= set(made.values())
        assert on.received(probe) == 1
        assert max(took) < LONGEST_WAIT


def test_mail_that_cannot_be_judged_is_uncertain_and_all_other_mail_is_judged(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    plants = ("hangs", "eats", "read-hangs", "read-eats", "read-dies", "fails")
    with scene(settings, engine, tmp_path) as on, another_writer(engine) as took:
        on.campaign(ChannelName.EMAIL)
        put_in(
            tmp_path, *(written_to("nobody@shopper.example", uid, X_Plant=each) for uid, each in enumerate(plants))
        )  # fmt: skip
        on.start_worker(rules=PLANTED)
        on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        on.wait_until(lambda: len(waiting(engine)) == len(plants))
        assert all(mail.verdict == "uncertain" for mail in waiting(engine))
        assert all(mail.reasons[0].startswith("Could not be judged: ") for mail in waiting(engine))
        assert max(took) < LONGEST_WAIT


def test_a_kill_between_storing_and_judging_loses_nothing_and_nothing_is_judged_twice(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(ChannelName.EMAIL)
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        on.end_workers()
        with smtplib.SMTP(on.company.host, on.company.smtp_port) as smtp:
            for uid in range(1, 6):
                smtp.sendmail(make.SHOP_ADDRESS, ANNA, written_to(probe.from_address, uid))
        for fatal in ("mail_stored", "mail_stored", "mail_judged"):
            assert ended(on.start_worker(fatal)) == -signal.SIGKILL
        on.start_worker()
        on.start_worker()
        on.wait_until(lambda: _answers(on) == 6)
        with transaction(engine) as session:
            mails = session.scalars(sa.select(IncomingMail).where(IncomingMail.probe_id == probe.id)).all()
            assert all(mail.state is MailState.MATCHED and mail.judge_at is None for mail in mails)
            assert len({mail.evidence.sha256 for mail in mails}) == len(mails)


def _answers(on: Scene) -> int:
    probe = on.probe()
    return sum(seen.kind is ObservationKind.HUMAN_REPLY for seen in probe.observations) if probe else 0


def _with_evidence(engine: sa.Engine) -> list[IncomingMail]:
    with transaction(engine) as session:
        mails = session.scalars(sa.select(IncomingMail)).all()
        return [mail for mail in mails if mail.evidence.content]
