"""The list that leads an administrator from an empty database to a first probe."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from audit_app.models import RoleName, User
from audit_app.services.operations.first_steps import Step, steps_done


@dataclass(frozen=True, slots=True)
class Shown:
    """One step on the page; `next`: the first that is not done."""

    title: str
    why: str
    endpoint: str
    done: bool
    next: bool


STEPS = {
    Step.COMPANY: ("locations.company", "Enter the company", "Its name stands above every page."),
    Step.LOCATION: ("locations.index", "Enter a location", "A shop, branch or desk with its opening hours."),
    Step.TOUCHPOINT: (
        "locations.touchpoints",
        "Add a touchpoint and confirm it",
        "An address where customers write to the location. No probe goes anywhere unconfirmed.",
    ),
    Step.MAILBOX: ("mailboxes.index", "Add a mailbox", "Probes write from it and are answered there."),
    Step.PERSONA: (
        "campaigns.personas",
        "Add a persona",
        "The invented customer who writes from the mailbox.",
    ),
    Step.SCENARIO: ("campaigns.scenarios", "Enter a scenario", "What is asked, in words of its own."),
    Step.TARGET: ("campaigns.targets", "Set a service target", "Within how many hours an answer is due."),
    Step.CAMPAIGN: ("campaigns.index", "Start a campaign", "Who asks what, where and how often."),
}


def first_steps(session: Session, user: User) -> list[Shown]:
    """The steps for an administrator as long as one is left; empty for everybody else, and when all are done."""
    done = steps_done(session) if user.is_a(RoleName.ADMIN) else frozenset(Step)
    coming = next((step for step in Step if step not in done), None)
    if coming is None:
        return []
    return [
        Shown(title, why, endpoint, step in done, step is coming)
        for step, (endpoint, title, why) in STEPS.items()
    ]
