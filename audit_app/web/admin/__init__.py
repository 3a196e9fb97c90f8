"""Pages of the feature `admin`: the people, what probes ask, where, as whom and how often, and what they go by."""

from audit_app.web.admin import (
    campaigns,
    mailboxes,
    personas,
    scenarios,
    service_targets,
    touchpoints,
    views,
    widgets,
)

__all__ = [
    "campaigns",
    "mailboxes",
    "personas",
    "scenarios",
    "service_targets",
    "touchpoints",
    "views",
    "widgets",
]
