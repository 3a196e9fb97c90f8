"""`audit-app touchpoints`: where probes may go, from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from audit_app.cli.opening import current_database
from audit_app.domain.errors import InvalidInput
from audit_app.models import ChannelName, Touchpoint
from audit_app.services.locations import touchpoints as service
from audit_app.services.probes.channels import supported

CHANNELS = click.Choice([channel.value for channel in supported()])


@click.group()
def touchpoints() -> None:
    """The company's own addresses, to which probes may go."""


@touchpoints.command(name="list")
@click.option("--channel", type=CHANNELS, help="Only those of this channel.")
@click.option("--state", type=click.Choice(list(service.STATES)), help="Only those in this state.")
def list_(channel: str | None, state: str | None) -> None:
    """Print each touchpoint with its number and state."""
    with current_database() as session:
        wanted = service.TouchpointFilter(channel=channel or "", state=state or "")
        for touchpoint in service.touchpoints_matching(session, wanted):
            click.echo(_line(touchpoint))


@touchpoints.command()
@click.argument("location")
@click.argument("channel", type=CHANNELS)
@click.argument("address")
@click.option("--contact-page", default="", help="For e-mail: the page where customers find the address.")
@click.option("--widget", default="", help="For a chat: the name of its widget; auto unless said.")
@click.option(
    "--mapping",
    type=click.Path(dir_okay=False, path_type=Path),
    help="For an odd contact form: its YAML file.",
)
def add(
    location: str, channel: str, address: str, contact_page: str, widget: str, mapping: Path | None
) -> None:
    """Add ADDRESS to the location with the key LOCATION; nothing is sent there before it is confirmed."""
    _fits(channel, {"email": contact_page, "chat": widget, "contact_form": mapping})
    entry = service.TouchpointEntry(
        address,
        contact_page=contact_page,
        widget=widget or "auto",
        form_mapping=_text_of(mapping) if mapping else "",
    )
    with current_database() as session:
        touchpoint = service.add_touchpoint(session, location, ChannelName(channel), entry)
        click.echo(_line(touchpoint))


@touchpoints.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@click.option("--by", required=True, help="Who says so: a name that is kept with the confirmation.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def confirm(number: int, by: str, yes: bool) -> None:
    """Confirm that touchpoint NUMBER is the company's own and may receive test messages."""
    with current_database() as session:
        address = service.touchpoint_by_id(session, number).address
    if not yes:
        click.confirm(f"{address} is ours and may receive test messages?", abort=True)
    with current_database() as session:
        touchpoint = service.touchpoint_by_id(session, number)
        service.confirm(session, touchpoint, address, by, datetime.now(UTC))
        click.echo(_line(touchpoint))


def _fits(channel: str, given: dict[str, object]) -> None:
    """Refuse an option of another channel rather than pass it over."""
    options = {"email": "--contact-page", "chat": "--widget", "contact_form": "--mapping"}
    for other in sorted(given):
        if given[other] and other != channel:
            raise InvalidInput(f"{options[other]} is only for {other}: leave it out, or add a {other}.")


def _line(touchpoint: Touchpoint) -> str:
    state = "confirmed" if touchpoint.confirmed_at else "waiting"
    parts = (touchpoint.channel.value, touchpoint.location.key, touchpoint.address)
    return "  ".join([str(touchpoint.id), state if touchpoint.active else "off", *parts])


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The mapping {file} cannot be read: {error}.") from error
