"""The entries of the menu: what exists and what the person may use, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from audit_app.extensions import db
from audit_app.models import RoleName, User
from audit_app.services.company import company
from audit_app.web.access import declared_access

SET_UP = "Set-up"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu; `bottom_bar`: also on a phone, where there is room for four.

    Those of a `group` stand below its name in the rail; `about` says on the page of the set-up what each is for.
    """

    endpoint: str
    label: str
    icon: str
    bottom_bar: bool = False
    group: str = ""
    about: str = ""


def _set_up(endpoint: str, label: str, icon: str, about: str) -> Entry:
    return Entry(endpoint, label, icon, group=SET_UP, about=about)


ENTRIES = (
    Entry("scores.overview", "Overview", "overview", bottom_bar=True),
    Entry("visits.mine", "My visits", "clipboard", bottom_bar=True),
    Entry("scores.locations", "Locations", "place"),
    Entry("visits.index", "All visits", "visits", bottom_bar=True),
    Entry("probes.index", "Probes", "probe", bottom_bar=True),
    Entry("operations.setup", SET_UP, "settings", bottom_bar=True),
    _set_up("locations.company", "Company", "shop", "Its name."),
    _set_up(
        "locations.index",
        "Location details",
        "place",
        "Each location's address, time zone and opening hours.",
    ),
    _set_up(
        "locations.touchpoints",
        "Touchpoints",
        "chat",
        "The addresses, forms and chats that may be written to.",
    ),
    _set_up("widgets.index", "Chat widgets", "widget", "How the chats on your pages are found and read."),
    _set_up("mailboxes.index", "Mailboxes", "mail", "The mail accounts of ours that probes write from."),
    _set_up("campaigns.personas", "Personas", "person", "The customers that probes write as."),
    _set_up("campaigns.scenarios", "Scenarios", "note", "What probes ask, in several wordings."),
    _set_up("campaigns.targets", "Service targets", "clock", "Within how many hours an answer is due."),
    _set_up("campaigns.index", "Campaigns", "flag", "Which touchpoints are asked what, and how often."),
    _set_up(
        "operations.private_hosts",
        "Private hosts",
        "key",
        "What is not public and that probes may reach all the same.",
    ),
    _set_up("users.index", "Users", "people", "Who may sign in, and what they see."),
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


def _bottom_bar(entries: list[Entry]) -> list[Entry]:
    """The entries that a phone has room for; the set-up keeps its place at the end."""
    bar = [entry for entry in entries if entry.bottom_bar]
    return bar if len(bar) <= BOTTOM_BAR_ENTRIES else [*bar[: BOTTOM_BAR_ENTRIES - 1], bar[-1]]


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
            "bottom_bar": _bottom_bar(entries),
            "may_search": may_use("search.index", current_user),
            "organisation": company(db.session),
        }
