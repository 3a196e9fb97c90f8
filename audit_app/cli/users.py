"""`audit-app users`: accounts from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from audit_app.cli.opening import current_database
from audit_app.models import RoleName
from audit_app.services.users.users import add_user


@click.group()
def users() -> None:
    """The people who may sign in."""


@users.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in RoleName]),
    help="May be given several times.",
)
@click.option("--region", "regions", multiple=True, help="Key of a region that a manager answers for.")
@click.option("--location", "locations", multiple=True, help="Key of a location that a contact belongs to.")
@click.password_option(envvar="AUDIT_NEW_PASSWORD", help="Asked for when not given.")
def add(
    email: str,
    name: str,
    roles: tuple[str, ...],
    regions: tuple[str, ...],
    locations: tuple[str, ...],
    password: str,
) -> None:
    """Add a person who signs in with EMAIL, and who has to choose another password at first."""
    with current_database() as session:
        user = add_user(
            session,
            email=email,
            name=name,
            password=password,
            roles=roles,
            regions=regions,
            locations=locations,
            now=datetime.now(UTC),
            must_change_password=True,
        )
        click.echo(f"Added {user.email} ({', '.join(roles)}).")
