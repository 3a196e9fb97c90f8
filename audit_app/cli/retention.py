"""`audit-app retention`: what the retention rule would erase, and erasing it now."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from audit_app.cli.opening import current_database
from audit_app.config import load_settings
from audit_app.services.operations.retention import count_expired, erase_expired, limit_of


@click.command()
@click.option("--apply", is_flag=True, help="Erase now instead of waiting for the worker.")
def retention(apply: bool) -> None:
    """Show how much of what others wrote is older than AUDIT_KEEP_DAYS; the worker erases it every hour."""
    days, now = load_settings().keep_days, datetime.now(UTC)
    limit = limit_of(days, now)
    if limit is None:
        click.echo("Everything is kept for ever (AUDIT_KEEP_DAYS is 0).")
        return
    with current_database() as session:
        found = count_expired(session, limit)
    before = f"{limit:%Y-%m-%d %H:%M} UTC ({days} days)"
    if not found:
        click.echo(f"Nothing that ended before {before} is left to erase.")
    elif not apply:
        click.echo(
            f"To be erased, from before {before}: probes {found.probes}, other mails {found.mails}. Add --apply to do it now."
        )
    else:
        _erase_all(limit, now)
        click.echo(f"Erased, from before {before}: probes {found.probes}, other mails {found.mails}.")


def _erase_all(limit: datetime, now: datetime) -> None:
    erased = True
    while erased:
        with current_database() as session:
            erased = bool(erase_expired(session, limit, now))
