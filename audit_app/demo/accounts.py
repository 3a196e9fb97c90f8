"""The people of the demo: one account per role, and one manager who sees a single region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from audit_app.models import RoleName
from audit_app.services.users.users import add_user

PASSWORD = "service-audit-demo"  # noqa: S105 -- printed on the terminal by design; the demo listens on loopback only


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who can sign in to the demo."""

    email: str
    name: str
    role: RoleName
    regions: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    shows: str = ""


ACCOUNTS = (
    DemoAccount("auditor@demo.example", "Aino Lindqvist", RoleName.AUDITOR, shows="own visits, on a phone"),
    DemoAccount(
        "manager@demo.example",
        "Magnus Ek",
        RoleName.MANAGER,
        regions=("north", "central", "south"),
        shows="all regions",
    ),
    DemoAccount(
        "north@demo.example", "Nora Sund", RoleName.MANAGER, regions=("north",), shows="the region North only"
    ),
    DemoAccount(
        "contact@demo.example",
        "Carl Berg",
        RoleName.CONTACT,
        locations=("stockholm",),
        shows="Stockholm City only",
    ),
    DemoAccount("admin@demo.example", "Ada Holm", RoleName.ADMIN, shows="everything, and the users"),
)


def add_accounts(session: Session, now: datetime) -> None:
    """Add the people of the demo."""
    for account in ACCOUNTS:
        add_user(
            session,
            email=account.email,
            name=account.name,
            password=PASSWORD,
            roles=(account.role.value,),
            regions=account.regions,
            locations=account.locations,
            now=now,
        )
