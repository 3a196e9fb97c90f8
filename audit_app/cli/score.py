"""`audit-app score` and `verify-scores`: a score with all that it is made of, and whether stored ones hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.cli.opening import current_database
from audit_app.database import read_only
from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.domain.time.period import Period
from audit_app.models import Location, Region, Score
from audit_app.services.company import organisation_zone
from audit_app.services.scores.explain import explain, explain_group
from audit_app.services.scores.policies import policy_for
from audit_app.services.scores.verification import verify_all

Row = TypeVar("Row", Location, Region)

DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--location", "key", default="", help="Key of the location.")
@click.option("--region", default="", help="Key of a region, for the score of all its locations.")
@click.option("--chain", is_flag=True, help="The score of the whole chain.")
@click.option("--from", "first", required=True, type=DATE, help="First day of the period.")
@click.option("--to", "last", required=True, type=DATE, help="Last day of the period, included.")
@click.option("--json", "as_json", is_flag=True, help="Print the full breakdown as JSON.")
def score(key: str, region: str, chain: bool, first: datetime, last: datetime, as_json: bool) -> None:
    """Print the score of a location, of a region or of the whole chain over the days of a period."""
    if bool(key) + bool(region) + chain != 1:
        raise InvalidInput("Say whose score: --location KEY, --region KEY or --chain.")
    with current_database() as session:
        explained = _explained(session, key, region, first.date(), last.date())
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


def _explained(session: Session, key: str, region: str, first: date, last: date) -> dict[str, Any]:
    zone, now = organisation_zone(session), datetime.now(UTC)
    period = Period.of_days(first, last, zone)
    policy = policy_for(session, period, now)
    if key:
        return explain(session, _named(session, Location, key), period, zone, policy, now)
    group = _named(session, Region, region) if region else None
    return explain_group(session, group, period, zone, policy, now)


def _named(session: Session, kind: type[Row], key: str) -> Row:
    found = session.scalar(select(kind).where(kind.key == key))
    if found is None:
        keys = ", ".join(session.scalars(select(kind.key).order_by(kind.key))) or "none yet"
        raise NotFound(f"There is no {kind.__name__.lower()} “{key}”. There are: {keys}.")
    return found


def _lines(explained: dict[str, Any]) -> list[str]:
    place, period = explained.get("location") or explained["region"], explained["period"]
    name = place["name"] if place else "The whole chain"
    head = f"{name}, {period['from']} to {period['to']} ({period['time_zone']})"
    share = _share_line(explained["in_time"])
    if explained["shown"] is None:
        return [head, _too_little(explained["n"], explained["data"]["missing"]), *share]
    lines = [head, _score_line(explained), *share]
    for part in explained["components"]:
        lines.append(
            f"  {part['key']:<14} {_number(part['value']):>8} of 100 from {part['n']:>3}, weight {_number(part['weight'])}:"
            f" {_number(part['shown_points'])} points, {_number(part['shown_lost'])} lost"
        )
    left_out = [f"{count} {reason}" for reason, count in explained["left_out"].items() if count]
    return [*lines, f"Left out: {', '.join(left_out) or 'nothing'}"]


def _too_little(n: int, missing: dict[str, int]) -> str:
    if not n:
        return "Nothing was there to score: no visit and no closed probe in this period."
    if not missing:
        return "Insufficient data for a score: what there is carries too little of the policy's weight."
    wanted = " and ".join(
        f"{count} more {kind[:-1] if count == 1 else kind}" for kind, count in missing.items()
    )
    return f"Insufficient data for a score: {wanted} needed."


def _score_line(explained: dict[str, Any]) -> str:
    found, interval = explained["range"], explained["interval"]
    words = [f"Score {_number(explained['shown'])}"]
    words.append(f"band {explained['band']}" if explained["band"] else "provisional, no band yet")
    if interval:
        words.append(f"between {interval['low']} and {interval['high']} (95 % sure)")
    if found and found["overdue"]:
        words.append(f"could still fall to {_number(found['least'])} ({found['overdue']} open)")
    if found and found["undecided"]:
        most = _number(found["most"])
        words.append(f"{_number(found['least'])} to {most} while {found['undecided']} wait for a decision")
    counted = explained["counted_locations"]
    if counted["of"] > 1:
        words.append(f"{counted['counted']} of {counted['of']} locations")
    return ", ".join(words)


def _share_line(share: dict[str, Any]) -> list[str]:
    within = f"within {share['target_hours']} h" if share["target_hours"] else "within the target"
    beside = {"cannot_tell": "unclear", "not_due": "not due yet", "undecided": "to be decided"}
    more = [f"{share[name]} {words}" for name, words in beside.items() if share[name]]
    return [f"{share['met']} of {share['n']} answered {within}" + "".join(f"; {each}" for each in more)]


def _number(value: dict[str, Any] | str) -> str:
    text = value["decimal"] if isinstance(value, dict) else value
    return f"{float(text):.1f}"
