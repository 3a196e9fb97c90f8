"""Is everything there that the program needs? Each check says what it found and what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.config import Settings
from audit_app.database import check_reachable, open_engine, transaction
from audit_app.domain.errors import AuditError
from audit_app.models import IncomingMail, Mailbox, Observation, PrivateHost
from audit_app.readiness import check_disk, check_writable
from audit_app.services.mail.rules import check_mail_rules
from audit_app.services.mailboxes.accounts import check_account
from audit_app.services.operations.browser import reach_remote, usable_browser
from probes.browser.sandbox import sandbox_works

CLOCK_TOLERANCE = timedelta(seconds=5)
"""More than this between two clocks makes measured times doubtful."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    ok: bool
    words: str


def examine(settings: Settings, now: datetime) -> list[Finding]:
    """Run all checks; one that fails does not keep the others from running."""
    engine = open_engine(settings)
    try:
        findings = [_finding("database", lambda: _database(engine))]
        if findings[0].ok:
            findings.append(_finding("migrations", lambda: _migrations(engine)))
        ready = findings[-1].ok and len(findings) == 2
        if ready:
            findings.append(_finding("writing", lambda: check_writable(engine)))
        findings.append(_finding("disk", lambda: check_disk(settings)))
        findings.append(_finding("mail rules", _mail_rules))
        findings.append(_finding("browser", lambda: _browser(settings)))
        if ready:
            findings.extend(_mailboxes(engine))
            findings.append(_finding("private hosts", lambda: _private_hosts(engine)))
        findings.append(_finding("clock", lambda: _clock(engine if ready else None, now)))
        return findings
    finally:
        engine.dispose()


def _mail_rules() -> str:
    return f"phrases of {check_mail_rules()} languages"


def _finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except AuditError as error:
        return Finding(name, False, str(error))


def _database(engine: Engine) -> str:
    check_reachable(engine)
    return engine.url.render_as_string(hide_password=True)


def _migrations(engine: Engine) -> str:
    migrate.check_current(engine)
    return f"at revision {migrate.newest()}, the newest"


def _browser(settings: Settings) -> str:
    if settings.remote_browser:
        return f"elsewhere, at {reach_remote(settings.remote_browser)}; what it may reach is yours to filter there"
    found = usable_browser(settings.browser)
    if found is None:
        raise AuditError("No browser was found. Run: audit-app browser, or name one in AUDIT_BROWSER.")
    if sandbox_works(found):
        return f"{found}, in its sandbox"
    return (
        f"{found}, WITHOUT its sandbox: a page that breaks out of the browser has the rights of this program. "
        "Let unprivileged users make user namespaces on this machine, or run the worker as a user who may."
    )


def _private_hosts(engine: Engine) -> str:
    with transaction(engine) as session:
        hosts = session.scalars(sa.select(PrivateHost)).all()
    waiting = sum(host.answered_at is None for host in hosts)
    if waiting:
        which = "1 was" if waiting == 1 else f"{waiting} were"
        return f"{which} in use before the upgrade: allow or refuse under Set-up, Private hosts"
    return f"{sum(host.allowed for host in hosts)} allowed beside what is public"


def _mailboxes(engine: Engine) -> Iterator[Finding]:
    with transaction(engine) as session:
        mailboxes = session.scalars(sa.select(Mailbox).where(Mailbox.active).order_by(Mailbox.address)).all()
    if not mailboxes:
        yield Finding("mailboxes", True, "none is set up yet")
    for mailbox in mailboxes:
        yield _finding(f"mailbox {mailbox.address}", partial(check_account, mailbox))


def _clock(engine: Engine | None, now: datetime) -> str:
    _check_zone_setting()
    if engine is not None:
        with transaction(engine) as session:
            _check_against_database(session, now)
            _check_against_history(session, now)
    return f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, local zone {now.astimezone().tzname()}"


def _check_zone_setting() -> None:
    """A misspelt TZ makes the system fall back to UTC without a word."""
    zone = os.environ.get("TZ", "").removeprefix(":")
    if not zone or zone.startswith("/"):
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise AuditError(
            f"TZ is set to “{zone}”, which is no time zone; write one like Europe/Stockholm, or unset it."
        ) from None


def _check_against_database(session: Session, now: datetime) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return
    theirs = session.scalar(sa.select(sa.func.clock_timestamp()))
    assert isinstance(theirs, datetime)  # noqa: S101 -- tells the type checker what PostgreSQL returns
    off = abs(datetime.now(UTC) - theirs)
    if off > CLOCK_TOLERANCE:
        raise AuditError(
            f"This machine's clock and the database's are {off.total_seconds():.0f} s apart. "
            "Set both by NTP (timedatectl set-ntp true); measured times are wrong until then."
        )


def _check_against_history(session: Session, now: datetime) -> None:
    """What was recorded cannot lie in the future: a clock set to the wrong zone is off by whole hours."""
    newest = [
        session.scalar(sa.select(sa.func.max(Observation.recorded_at))),
        session.scalar(sa.select(sa.func.max(IncomingMail.received_at))),
    ]
    ahead = max((instant for instant in newest if instant is not None), default=now) - now
    if ahead > CLOCK_TOLERANCE:
        hours = ahead.total_seconds() / 3600
        raise AuditError(
            f"The clock is behind what was already recorded by {hours:.1f} h. "
            "Set it to the right time and zone (timedatectl), then run the doctor again; nothing was changed."
        )
