"""`audit-app score` and `verify-scores`: a score with all that it is made of, and whether stored ones hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from audit_app.cli.opening import current_database
from audit_app.database import read_only
from audit_app.domain.errors import NotFound
from audit_app.domain.time.period import Period
from audit_app.models import Location, Score
from audit_app.services.company import organisation_zone
from audit_app.services.scores.policies import current_policy
from audit_app.services.scores.scores import explain
from audit_app.services.scores.verification import verify_all

DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--location", "key", required=True, help="Key of the location.")
@click.option("--from", "first", required=True, type=DATE, help="First day of the period.")
@click.option("--to", "last", required=True, type=DATE, help="Last day of the period, included.")
@click.option("--json", "as_json", is_flag=True, help="Print the full breakdown as JSON.")
def score(key: str, first: datetime, last: datetime, as_json: bool) -> None:
    """Print the score of a location over the days of a period."""
    with current_database() as session:
        location = session.scalar(select(Location).where(Location.key == key))
        if location is None:
            keys = ", ".join(session.scalars(select(Location.key).order_by(Location.key))) or "none yet"
            raise NotFound(f"There is no location “{key}”. There are: {keys}.")
        zone = organisation_zone(session)
        period = Period.of_days(first.date(), last.date(), zone)
        policy = current_policy(session, datetime.now(UTC))
        explained = explain(session, location, period, zone, policy)
    click.echo(
        json.dumps(explained, indent=2, ensure_ascii=False) if as_json else "\n".join(_lines(explained))
    )


@click.command()
def verify_scores() -> None:
    """Compute every stored score again from its stored inputs; exit code 1 when one does not come out."""
    with current_database() as session:
        read_only(session)
        zone = organisation_zone(session)
        found = [f"{_name(row, zone)}: {fault}" if fault else "" for row, fault in verify_all(session)]
    if any(found):
        click.echo("\n".join(line for line in found if line))
        raise click.exceptions.Exit(1)
    click.echo(f"All {len(found)} stored scores come out of their inputs again, to the last digit.")


def _name(row: Score, zone: ZoneInfo) -> str:
    subject, period = row.location or row.region, Period(row.period_start, row.period_end)
    whose = subject.name if subject else "the whole chain"
    return f"Score {row.id} of {whose}, {period.first_day(zone)} to {period.last_day(zone)}"


def _lines(explained: dict[str, Any]) -> list[str]:
    place, period = explained["location"], explained["period"]
    head = f"{place['name']}, {period['from']} to {period['to']} ({period['time_zone']})"
    if explained["shown"] is None:
        return [head, "Nothing was there to score: no visit and no closed probe in this period."]
    lines = [head, f"Score {_number(explained['shown'])}, band {explained['band']}"]
    for part in explained["components"]:
        lines.append(
            f"  {part['key']:<14} {_number(part['value']):>8} of 100 from {part['n']:>3}, weight {_number(part['weight'])}:"
            f" {_number(part['shown_points'])} points, {_number(part['shown_lost'])} lost"
        )
    left_out = [f"{count} {reason}" for reason, count in explained["left_out"].items() if count]
    return [*lines, f"Left out: {', '.join(left_out) or 'nothing'}"]


def _number(value: dict[str, Any] | str) -> str:
    text = value["decimal"] if isinstance(value, dict) else value
    return f"{float(text):.1f}"
