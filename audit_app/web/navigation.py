"""The entries of the menu: what exists and what the person may use, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from audit_app.extensions import db
from audit_app.models import RoleName, User
from audit_app.services.company import company
from audit_app.web.access import declared_access


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu; `bottom_bar`: also on a phone, where there is room for four."""

    endpoint: str
    label: str
    icon: str
    bottom_bar: bool = True
    group: str = ""


ENTRIES = (
    Entry("scores.overview", "Overview", "overview"),
    Entry("visits.mine", "My visits", "clipboard"),
    Entry("scores.locations", "Locations", "place", bottom_bar=False),
    Entry("visits.index", "Visits", "visits"),
    Entry("probes.index", "Probes", "probe"),
    Entry("locations.company", "Company", "shop", bottom_bar=False, group="Set-up"),
    Entry("locations.index", "Locations and hours", "place", bottom_bar=False, group="Set-up"),
    Entry("locations.touchpoints", "Touchpoints", "chat", bottom_bar=False, group="Set-up"),
    Entry("widgets.index", "Chat widgets", "widget", bottom_bar=False, group="Set-up"),
    Entry("mailboxes.index", "Mailboxes", "mail", bottom_bar=False, group="Set-up"),
    Entry("campaigns.personas", "Personas", "person", bottom_bar=False, group="Set-up"),
    Entry("campaigns.scenarios", "Scenarios", "note", bottom_bar=False, group="Set-up"),
    Entry("campaigns.targets", "Service targets", "clock", bottom_bar=False, group="Set-up"),
    Entry("campaigns.index", "Campaigns", "flag", bottom_bar=False, group="Set-up"),
    Entry("users.index", "Users", "people", group="Set-up"),
)
BOTTOM_BAR_ENTRIES = 4
HOME = {"mail": "probes", "replies": "probes"}
"""Features without an entry of their own, and the one under whose entry their pages stand."""


def entries_for(user: User) -> list[Entry]:
    """The entries whose pages exist and admit `user`."""
    return [entry for entry in ENTRIES if may_use(entry.endpoint, user)]


def entry_of_this_page(entries: list[Entry]) -> Entry | None:
    """The entry under which the page being shown stands: by its address, else the last of the feature."""
    above = [entry for entry in entries if f"{request.path}/".startswith(f"{url_for(entry.endpoint)}/")]
    feature = (request.endpoint or "").partition(".")[0]
    beside = [entry for entry in entries if entry.endpoint.partition(".")[0] == HOME.get(feature, feature)]
    return max(above, key=lambda entry: len(url_for(entry.endpoint)), default=next(iter(beside[::-1]), None))


def may_use(endpoint: str, user: User) -> bool:
    """Whether the page exists and admits `user`."""
    if endpoint not in current_app.view_functions:
        return False
    access = declared_access(current_app, endpoint)
    return access is not None and access.admits(user)


def landing(user: User) -> str:
    """The endpoint of the first page after signing in: an auditor's own visits, else the first that admits."""
    reach = [entry.endpoint for entry in entries_for(user)]
    results = user.is_a(RoleName.ADMIN, RoleName.MANAGER, RoleName.CONTACT)
    wanted = ("scores.overview",) if results else ("visits.mine",)
    return next((endpoint for endpoint in (*wanted, *reach) if endpoint in reach), "users.account")


def init_app(app: Flask) -> None:
    """Give every template the menu and the name of the organisation."""

    @app.context_processor
    def menu() -> dict[str, object]:
        if not current_user.is_authenticated:
            return {"menu": [], "bottom_bar": [], "may_search": False, "organisation": company(db.session)}
        entries = entries_for(current_user)
        return {
            "menu": entries,
            "menu_here": entry_of_this_page(entries),
            "bottom_bar": [entry for entry in entries if entry.bottom_bar][:BOTTOM_BAR_ENTRIES],
            "may_search": may_use("search.index", current_user),
            "organisation": company(db.session),
        }
