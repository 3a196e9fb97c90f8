"""Our mailbox goes away and comes back: people are told once, nothing leaves meanwhile, and no reply is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo.company import DemoCompany
from audit_app.demo.company.store import Store
from audit_app.domain.errors import InvalidInput
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Alarm, AlarmKind, ChannelName, IncomingMail, Mailbox, MailFolder, Probe
from audit_app.services.mailboxes.state import mailbox_down, mailbox_up, positions_before
from audit_app.services.operations.alarms import (
    TELLING,
    active_alarms,
    claim_news,
    end_alarm,
    end_unwatched,
    mark_told,
    raise_alarm,
)
from audit_app.worker.alarms import Notifier, note_browser
from probes.mail.imap import Position
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW
from tests.integration.worker.worker_scene import Scene, ended, scene

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
ANNA = "anna.berg@shopper.example"


class Pager:
    """Somebody who is told: an HTTP server that keeps what it gets."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.refuses = False
        pager = self

        class Take(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not pager.refuses:
                    pager.told.append(json.loads(body))
                self.send_response(503 if pager.refuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.address = f"json://127.0.0.1:{self._server.server_address[1]}/"

    @contextmanager
    def on_duty(self) -> Iterator[Pager]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def titles(self) -> list[str]:
        return [each["title"] for each in self.told]


@pytest.fixture
def pager() -> Iterator[Pager]:
    with Pager().on_duty() as on_duty:
        yield on_duty


@contextmanager
def away(on: Scene, folder: Path) -> Iterator[None]:
    """The servers of the company are gone, and afterwards back on the same ports with the same memory."""
    ports = {"smtp_port": on.company.smtp_port, "imap_port": on.company.imap_port}
    on.company.__exit__(None, None, None)
    yield
    on.company = DemoCompany(folder / "company", answer_after=(1.0, 2.0), **ports)
    on.company.__enter__()


def number_anew(folder: Path, *more: tuple[str, bytes]) -> None:
    """Give the inbox another UIDVALIDITY and its mails other UIDs, and put `more` (folder, mail) in."""
    with closing(Store(folder / "company")) as store, store.transaction():
        mails = store.mail_after(ANNA, "INBOX", 0)
        before, _ = store.folder_state(ANNA, "INBOX")
        store.remove_folder(ANNA, "INBOX")
        for mail in reversed(mails):
            store.add_mail(ANNA, "INBOX", mail.received_at, mail.raw)
        assert store.folder_state(ANNA, "INBOX")[0] != before
        for name, raw in more:
            store.add_mail(ANNA, name, datetime.now(UTC), raw)


def unjudged_mails(engine: sa.Engine) -> int:
    """How many mails are stored of which nobody knows yet what they are."""
    with transaction(engine) as session:
        waiting = sa.select(sa.func.count(IncomingMail.id)).where(IncomingMail.judge_at.is_not(None))
        return session.scalar(waiting) or 0


def raw_mails(engine: sa.Engine) -> list[bytes]:
    with transaction(engine) as session:
        mails = session.scalars(sa.select(IncomingMail)).all()
        return sorted(mail.evidence.content for mail in mails)


@on_sqlite
def test_a_mailbox_that_goes_away_is_told_once_sends_nothing_and_loses_no_reply_when_it_is_back(
    settings: Settings, engine: sa.Engine, tmp_path: Path, pager: Pager
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.worker_settings["AUDIT_ALARM_URLS"] = pager.address
        on.campaign(ChannelName.EMAIL)
        worker = on.start_worker()
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        on.wait_until(lambda: len(raw_mails(engine)) == 3)
        before = raw_mails(engine)
        with away(on, tmp_path):
            on.wait_until(lambda: bool(pager.told))
            assert on.mailbox().down_since is not None
            worker.kill()
            ended(worker)
            on.campaign(ChannelName.EMAIL, shop="uppsala")
            failures = on.logged("mailbox.failed")
            on.start_worker()
            on.wait_until(lambda: on.logged("mailbox.failed") > failures + 1)
            assert on.states() == [ProbeState.SENT]
            assert len(pager.told) == 1
            now = datetime.now(UTC)
            news = [
                make.letter(probe.from_address, now, uid=uid, text=f"Hello Anna, one more thing. {uid}").raw
                for uid in (1, 2)
            ]
            number_anew(tmp_path, ("INBOX", news[0]), ("Junk", news[1]))
        on.wait_until(lambda: len(pager.told) == 2 and on.states() == [ProbeState.SENT] * 2)
        assert on.mailbox().down_since is None
        # The same three mails and the two new ones, each once; the copy of the second probe may be there already.
        on.wait_until(lambda: set(raw_mails(engine)) >= {*before, *news})
        stored = raw_mails(engine)
        assert len(stored) == len(set(stored))
        on.wait_until(lambda: unjudged_mails(engine) == 0)
        with transaction(engine) as session:
            kinds = [seen.kind for seen in session.get_one(Probe, probe.id).observations]
        assert kinds.count(ObservationKind.HUMAN_REPLY) == 3
        assert pager.titles() == [f"Mailbox {ANNA} does not work", f"Mailbox {ANNA} works again"]


@on_sqlite
def test_a_worker_without_a_browser_tells_it_once(
    settings: Settings, engine: sa.Engine, tmp_path: Path, pager: Pager
) -> None:
    with scene(settings, engine, tmp_path) as on:
        nowhere = tmp_path / "empty"
        nowhere.mkdir()
        on.worker_settings |= {
            "AUDIT_ALARM_URLS": pager.address,
            "PATH": str(nowhere),
            "PLAYWRIGHT_BROWSERS_PATH": str(nowhere),
        }
        worker = on.start_worker()
        on.wait_until(lambda: bool(pager.told))
        worker.terminate()
        ended(worker)
        on.start_worker()
        on.wait_until(lambda: on.logged("scores.stored") == 2)
        (title,) = pager.titles()
        assert title.startswith("Browser on ")
        assert "audit-app browser" in pager.told[0]["message"]


def test_what_reaches_nobody_is_told_again_later(session: Session, pager: Pager) -> None:
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "The server is away.", NOW)
    (alarm,) = claim_news(session, NOW)
    pager.refuses = True
    assert not Notifier([pager.address]).notify(alarm.title, alarm.text)
    assert claim_news(session, NOW + TELLING / 2) == []
    pager.refuses = False
    (again,) = claim_news(session, NOW + TELLING)
    assert Notifier([pager.address]).notify(again.title, again.text)
    mark_told(session, again)
    assert claim_news(session, NOW + 2 * TELLING) == []


def test_trouble_is_told_once_and_its_end_once(session: Session) -> None:
    probe = make.sent_probe(session)
    mailbox = probe.persona.mailbox
    for minutes in range(3):
        mailbox_down(session, mailbox, "The server is away.", NOW + timedelta(minutes=minutes))
    (alarm,) = claim_news(session, NOW)
    assert alarm.since == NOW
    assert "The server is away." in alarm.text
    mark_told(session, alarm)
    mailbox_down(session, mailbox, "The password is wrong.", NOW + HOUR)
    assert claim_news(session, NOW + HOUR) == []
    mailbox_up(session, mailbox, NOW + 2 * HOUR)
    (over,) = claim_news(session, NOW + 2 * HOUR)
    assert over.title == f"Mailbox {ANNA} works again"
    mark_told(session, over)
    assert claim_news(session, NOW + 9 * HOUR) == []


def test_trouble_that_is_over_before_anybody_was_told_is_not_told(session: Session) -> None:
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "away", NOW)
    end_alarm(session, AlarmKind.MAILBOX, "1", NOW)
    assert claim_news(session, NOW) == []


def test_trouble_that_ends_while_it_is_told_is_told_to_be_over(session: Session) -> None:
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "away", NOW)
    (alarm,) = claim_news(session, NOW)
    end_alarm(session, AlarmKind.MAILBOX, "1", NOW)
    mark_told(session, alarm)
    assert [each.active for each in claim_news(session, NOW)] == [False]


def test_what_a_worker_died_over_is_told_again_with_the_same_number(session: Session) -> None:
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "away", NOW)
    (first,) = claim_news(session, NOW)
    (again,) = claim_news(session, NOW + TELLING)
    assert again.title == first.title
    number = first.text.splitlines()[-1]
    assert (
        again.text.splitlines()[-1]
        == f"{number}, told again: it is not known whether the first message arrived"
    )
    mark_told(session, again)
    end_alarm(session, AlarmKind.MAILBOX, "1", NOW + HOUR)
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "away", NOW + 2 * HOUR)
    assert claim_news(session, NOW + 2 * HOUR) == [], "nobody heard that it worked in between"


def test_whoever_may_have_heard_of_trouble_hears_of_its_end(session: Session) -> None:
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "away", NOW)
    claim_news(session, NOW)
    end_alarm(session, AlarmKind.MAILBOX, "1", NOW + HOUR)
    (over,) = claim_news(session, NOW + HOUR)
    assert over.title == f"Mailbox {ANNA} works again"


def test_a_note_that_comes_too_late_hides_no_newer_trouble(session: Session) -> None:
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "away", NOW)
    (old,) = claim_news(session, NOW)
    end_alarm(session, AlarmKind.MAILBOX, "1", NOW + HOUR)
    claim_news(session, NOW + HOUR)
    raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "full", NOW + 2 * HOUR)
    mark_told(session, old)
    (new,) = claim_news(session, NOW + 2 * HOUR)
    assert "full" in new.text


def test_the_alarm_of_a_mailbox_that_is_switched_off_ends_and_says_why(session: Session) -> None:
    mailbox: Mailbox = make.sent_probe(session).persona.mailbox
    mailbox_down(session, mailbox, "The server is away.", NOW)
    (broken,) = claim_news(session, NOW)
    mark_told(session, broken)
    end_unwatched(session, NOW)
    assert claim_news(session, NOW) == []
    mailbox.active = False
    session.flush()
    end_unwatched(session, NOW + HOUR)
    (over,) = claim_news(session, NOW + HOUR)
    assert over.title == f"Mailbox {ANNA} is not watched any more"
    assert "switched off" in over.text
    session.refresh(mailbox)
    assert (mailbox.down_since, mailbox.down_reason) == (None, "")
    mailbox_down(session, mailbox, "The server is away.", NOW + 2 * HOUR)
    assert active_alarms(session, AlarmKind.MAILBOX) == [], "its last reading ended after it was switched off"


def test_several_workers_raise_one_alarm_and_one_of_them_tells_it(engine: sa.Engine) -> None:
    taken: list[int] = []

    def notice() -> None:
        with transaction(engine) as session:
            raise_alarm(session, AlarmKind.MAILBOX, "1", ANNA, "away", NOW)
        with transaction(engine) as session:
            taken.extend(alarm.alarm_id for alarm in claim_news(session, NOW))

    make.at_once([notice] * 4)
    assert len(taken) == 1
    with transaction(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Alarm)) == 1


@on_sqlite
def test_a_browser_that_was_found_ends_the_alarm(session: Session, settings: Settings) -> None:
    raise_alarm(session, AlarmKind.BROWSER, "here", "here", "none", NOW)
    remote = settings.model_copy(update={"browser_url": None}).model_validate(
        {**settings.model_dump(), "browser_url": "http://127.0.0.1:9222"}
    )
    note_browser(session, remote, "here", NOW)
    assert active_alarms(session, AlarmKind.BROWSER) == []


def test_an_address_that_nobody_can_be_reached_at_is_named_by_its_place_alone() -> None:
    with pytest.raises(InvalidInput, match="address 2") as told:
        Notifier(["json://127.0.0.1:1/", "nonsense://user:secret@host"])
    assert "secret" not in str(told.value)
    assert not Notifier([])


def test_now_and_then_all_mail_of_the_last_days_is_read_again(session: Session) -> None:
    mailbox: Mailbox = make.sent_probe(session).persona.mailbox
    days = timedelta(days=1)
    receive_mail(
        session,
        mailbox,
        [
            make.letter("x@shopper.example", NOW - age * days, uid=uid)
            for uid, age in ((3, 9), (4, 2), (7, 1), (9, 4))
        ],
        NOW,
    )
    assert positions_before(session, mailbox, NOW - 3 * days) == {"INBOX": Position(7, 3)}
    assert positions_before(session, mailbox, NOW) == {"INBOX": Position(7, 9)}
    folder = session.scalars(sa.select(MailFolder)).one()
    folder.uidvalidity, folder.last_uid = 8, 2
    session.flush()
    assert positions_before(session, mailbox, NOW - 3 * days) == {"INBOX": Position(8, 2)}
