"""`audit-app mail`: anybody's mail judged in files, and stored mail judged again by better rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from audit_app.cli import audit_app
from audit_app.config import Settings
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import IncomingMail, Observation, Probe, RoleName
from audit_app.services.mail.judging import Transactions
from audit_app.services.mail.rejudging import BATCH, Change, Rejudging
from audit_app.services.probes.decisions import decide
from audit_app.services.probes.ledger import summarise
from probes.replies.classify import RULES_VERSION
from tests import factories, fictional_mail
from tests.conftest import SEALING_KEY
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW

HOUR = timedelta(hours=1)


def run(*words: object, settings: Settings | None = None, given: bytes | None = None) -> Result:
    """What `audit-app mail` does with these words, in the environment of `settings`."""
    environment = {"AUDIT_DATABASE_URL": "sqlite:////nowhere/at/all"}
    if settings is not None:
        environment = {
            "AUDIT_INSTANCE": str(settings.instance),
            "AUDIT_DATABASE_URL": settings.database,
            "AUDIT_ENCRYPTION_KEY": SEALING_KEY,
        }
    return CliRunner().invoke(audit_app, ["mail", *map(str, words)], input=given, env=environment)


# ---------- files ----------


def test_each_file_is_judged_on_one_line_of_json_without_a_database(tmp_path: Path) -> None:
    human, automatic = tmp_path / "a b.eml", tmp_path / "ö.eml"
    human.write_bytes(fictional_mail.BY_DESK_HUMAN["FreeScout"])
    automatic.write_bytes(fictional_mail.mail("Soon.", Auto_Submitted="auto-replied"))

    done = run("classify", "--json", human, automatic)

    first, second = map(json.loads, done.stdout.splitlines())
    assert first == {
        "file": str(human),
        "verdict": "human",
        "kind": "answer",
        "platform": "FreeScout",
        "reasons": first["reasons"],
        "rule": "help desk",
    }
    assert (second["file"], second["verdict"], second["kind"]) == (
        str(automatic),
        "automatic",
        "acknowledgement",
    )
    assert all(row["reasons"] for row in (first, second))
    assert done.exit_code == 0


def test_without_json_a_line_is_for_people(tmp_path: Path) -> None:
    file = tmp_path / "away.eml"
    file.write_bytes(fictional_mail.mail("Back on Monday.", Subject="Automatic reply: A\x1b[31m lamp"))

    (line,) = run("classify", file).stdout.splitlines()

    assert line.startswith(f"{file}: automatic (out of office): The subject is that of an automatic reply")
    assert "\x1b" not in line


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_judged_all_the_same(tmp_path: Path) -> None:
    good = tmp_path / "good.eml"
    good.write_bytes(fictional_mail.mail("Yes."))

    done = run("classify", tmp_path, tmp_path / "missing.eml", good, "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout)["verdict"] == "human"
    complaints = done.stderr.splitlines()
    assert len(complaints) == 2
    assert f"{tmp_path} is a directory. Name the files in it, for example {tmp_path}/*." in complaints[0]
    assert "missing.eml cannot be read: No such file" in complaints[1]


def test_a_mail_is_read_from_standard_input() -> None:
    raw = fictional_mail.mail("Yes.\n\n-- \nSaga")
    row = json.loads(run("classify", "--json", "-", given=raw).stdout)
    assert (row["file"], row["verdict"]) == ("-", "human")
    assert run("text", "-", given=raw).stdout == "Yes.\n"


def test_what_may_never_end_or_never_begin_is_refused_with_the_way_to_have_it_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    done = run("classify", "--json", pipe, "/dev/zero")

    assert (done.exit_code, done.stdout) == (1, "")
    for name, complaint in zip((str(pipe), "/dev/zero"), done.stderr.splitlines(), strict=True):
        assert (
            complaint
            == f"Error: {name} is not a file. To have what a program prints read, give - and pipe it in."
        )
    assert run("text", pipe).exit_code == 1


def test_of_a_mail_folder_in_one_file_the_first_mail_is_read_and_the_rest_is_spoken_of(
    tmp_path: Path,
) -> None:
    line = b"From saga@fjordfield.example Sat Nov 21 13:00:05 2026\n"
    first, second = fictional_mail.mail("Yes."), fictional_mail.mail("Away.", Auto_Submitted="auto-replied")
    folder = tmp_path / "inbox.mbox"
    folder.write_bytes(line + first + b"\n\n" + line + second)

    done = run("classify", "--json", folder)

    assert json.loads(done.stdout)["verdict"] == "human"
    assert "is a folder of 2 mails in one file" in done.stderr
    assert run("text", folder).stdout == "Yes.\n"


@pytest.mark.parametrize(
    "raw", [b"", b"\0\xff" * 500, b"From " * 99, b"Content-Type: multipart/mixed\n\n\n", b"\n" * 9]
)
def test_bytes_that_are_no_mail_are_judged_without_a_traceback(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "noise.eml"
    file.write_bytes(raw)

    assert json.loads(run("classify", "--json", file).stdout)["verdict"] in ("human", "uncertain")
    assert run("text", file).exit_code == 0


def test_a_thousand_parts_in_one_another_are_judged(tmp_path: Path) -> None:
    file = tmp_path / "nested.eml"
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1000))
    file.write_bytes(nested.encode() + b"\nHello")

    assert json.loads(run("classify", "--json", file).stdout)["reasons"]


def test_the_new_text_of_a_mail_is_printed_without_quotes_and_signature(tmp_path: Path) -> None:
    said = fictional_mail.SPEECH["sv"]
    file = tmp_path / "answer.eml"
    file.write_bytes(
        fictional_mail.mail(f"Ja, den är grön.\n\n{said.attribution}\n> Har ni den?\n\n-- \nSaga")
    )

    done = run("text", file)

    assert done.stdout == "Ja, den är grön.\n"


def test_a_terminal_that_knows_ascii_alone_gets_its_line(tmp_path: Path) -> None:
    file = tmp_path / "he.eml"
    file.write_bytes(fictional_mail.AUTOMATIC["out_of_office: an unmarked one (he)"])

    done = subprocess.run(
        [sys.executable, "-m", "audit_app.cli", "mail", "classify", str(file)],
        env={"PYTHONIOENCODING": "ascii", "AUDIT_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "automatic (out of office)" in done.stdout


# ---------- stored mail ----------


@pytest.fixture
def probe(session: Session) -> Probe:
    """An e-mail probe that was sent at NOW."""
    return make.sent_probe(session)


def stored(session: Session, probe: Probe, uid: int = 1, hours: int = 2, **letter: str) -> IncomingMail:
    """An answer to the probe, as today's rules judge it."""
    arrived = make.letter(probe.from_address, NOW + hours * HOUR, uid=uid, **letter)
    (row,) = receive_mail(session, probe.persona.mailbox, [arrived], NOW + hours * HOUR)
    return row


def judged_before(
    session: Session, row: IncomingMail, verdict: str, kind: ObservationKind
) -> Observation | None:
    """Make as if older rules had judged the mail so, and the probe with it."""
    row.verdict, row.kind, row.rules_version = verdict, "answer", "2020-01-01"
    seen = session.get(Observation, row.evidence.observation_id) if row.probe else None
    if seen is not None and row.probe is not None:
        seen.kind = kind
        session.flush()
        summarise(row.probe, NOW + 3 * HOUR)
    session.commit()
    return seen


def rejudged(session: Session, *, apply: bool) -> list[Change]:
    """All changes, batch by batch, as the command makes them."""
    work, changes = Rejudging(NOW + 4 * HOUR, apply), []
    while (batch := work.next_batch(Transactions.within(session))) is not None:
        session.commit()
        changes += batch
    session.commit()
    return changes


def test_what_would_change_is_shown_and_nothing_is_written(session: Session, probe: Probe) -> None:
    row = stored(session, probe)
    judged_before(session, row, "uncertain", ObservationKind.UNCERTAIN_REPLY)

    (change,) = rejudged(session, apply=False)

    assert (change.probe_id, change.before, change.after) == (
        probe.id,
        "uncertain (answer)",
        "human (answer)",
    )
    assert (change.outcome_before, change.outcome_after) == (Outcome.UNCERTAIN, Outcome.ANSWERED)
    session.expire_all()
    assert (row.verdict, row.rules_version, probe.outcome) == ("uncertain", "2020-01-01", Outcome.UNCERTAIN)


def test_applied_the_outcome_follows_and_a_second_time_changes_nothing(
    session: Session, probe: Probe
) -> None:
    row = stored(session, probe)
    seen = judged_before(session, row, "uncertain", ObservationKind.UNCERTAIN_REPLY)
    shown = rejudged(session, apply=False)

    assert rejudged(session, apply=True) == shown
    session.expire_all()
    assert (row.verdict, row.rules_version, probe.outcome) == ("human", RULES_VERSION, Outcome.ANSWERED)
    assert seen is not None
    assert (seen.kind, seen.role) == (ObservationKind.HUMAN_REPLY, "person")
    assert any("it was uncertain (answer) before" in reason for reason in seen.reasons)
    assert rejudged(session, apply=True) == []


def test_an_answer_that_turns_out_automatic_starts_the_clock_again(session: Session, probe: Probe) -> None:
    row = stored(session, probe, Auto_Submitted="auto-replied")
    judged_before(session, row, "human", ObservationKind.HUMAN_REPLY)
    assert probe.outcome is Outcome.ANSWERED

    (change,) = rejudged(session, apply=True)

    assert (change.outcome_before, change.outcome_after) == (Outcome.ANSWERED, Outcome.OPEN)
    session.expire_all()
    assert (probe.outcome, probe.answered_latest) == (Outcome.OPEN, None)
    assert probe.acknowledged_at is not None


def test_what_a_person_decided_stays_decided(session: Session, probe: Probe) -> None:
    magnus = factories.user(session, "Magnus Manager", RoleName.MANAGER)
    row = stored(session, probe)
    seen = judged_before(session, row, "uncertain", ObservationKind.UNCERTAIN_REPLY)
    assert seen is not None
    decide(session, seen, False, magnus, 0, NOW + 3 * HOUR)
    session.commit()

    (shown,) = rejudged(session, apply=False)
    (change,) = rejudged(session, apply=True)

    assert shown == change
    assert change.kept == "Magnus Manager decided on it"
    assert change.outcome_after is Outcome.OPEN
    session.expire_all()
    assert (seen.kind, probe.outcome) == (ObservationKind.ACKNOWLEDGED, Outcome.OPEN)


def test_several_mails_of_one_probe_count_together(session: Session, probe: Probe) -> None:
    for uid in (1, 2):
        row = stored(session, probe, uid, hours=uid, Auto_Submitted="auto-replied")
        judged_before(session, row, "human", ObservationKind.HUMAN_REPLY)

    first, second = rejudged(session, apply=False)

    assert (first.outcome_after, second.outcome_after) == (Outcome.ANSWERED, Outcome.OPEN)
    assert rejudged(session, apply=True) == [first, second]


def test_mail_without_a_probe_is_judged_again_and_keeps_waiting(session: Session, probe: Probe) -> None:
    stranger = make.letter("nobody@shopper.example", NOW, uid=5, Auto_Submitted="auto-replied")
    (row,) = receive_mail(session, probe.persona.mailbox, [stranger], NOW)
    why = list(row.reasons)
    judged_before(session, row, "human", ObservationKind.HUMAN_REPLY)

    (change,) = rejudged(session, apply=True)

    assert (change.probe_id, change.outcome_after) == (None, None)
    assert (row.verdict, row.state, row.reasons) == ("automatic", "unmatched", why)


def test_more_mail_than_one_batch_holds_is_judged_to_the_end(session: Session, probe: Probe) -> None:
    letters = [make.letter("nobody@shopper.example", NOW, uid=uid) for uid in range(1, BATCH + 3)]
    rows = receive_mail(session, probe.persona.mailbox, letters, NOW)
    for row in rows:
        row.verdict, row.rules_version = "uncertain", "2020-01-01"
    session.commit()

    assert len(rejudged(session, apply=False)) == BATCH + 2
    assert len(rejudged(session, apply=True)) == BATCH + 2


@pytest.fixture
def command(session: Session, settings: Settings) -> Callable[..., Result]:
    """`audit-app mail rejudge` on the test's database."""
    return lambda *words: run("rejudge", *words, settings=settings)


def test_the_command_shows_first_and_writes_on_demand(
    session: Session, probe: Probe, command: Callable[..., Result]
) -> None:
    judged_before(session, stored(session, probe), "uncertain", ObservationKind.UNCERTAIN_REPLY)

    shown, written, again = command(), command("--apply"), command("--apply")

    line, sums = shown.stdout.splitlines()
    assert line.startswith(f"probe {probe.id}, mail ")
    assert "uncertain (answer) → human (answer); outcome uncertain → answered" in line
    assert "add --apply" in sums
    assert written.stdout.splitlines()[0] == line
    assert written.stdout.endswith("Written.\n")
    assert again.stdout == "All stored mail was judged by today's rules.\n"


def test_the_command_prints_json_for_programs(
    session: Session, probe: Probe, command: Callable[..., Result]
) -> None:
    judged_before(session, stored(session, probe), "uncertain", ObservationKind.UNCERTAIN_REPLY)

    change, sums = map(json.loads, command("--json").stdout.splitlines())

    assert (change["from"], change["to"]) == ("uncertain (answer)", "human (answer)")
    assert (change["outcome_from"], change["outcome_to"]) == ("uncertain", "answered")
    assert sums == {"judged": 1, "changed": 1, "kept": 0, "placed": 0, "failed": 0, "applied": False}
