"""Pages of the feature `admin`: the company and its locations, the people, what probes ask, where, as whom and how often, and what they go by."""

from audit_app.web.admin import (
    campaigns,
    company,
    locations,
    mailboxes,
    personas,
    regions,
    scenarios,
    service_targets,
    touchpoints,
    views,
    widgets,
)

__all__ = [
    "campaigns",
    "company",
    "locations",
    "mailboxes",
    "personas",
    "regions",
    "scenarios",
    "service_targets",
    "touchpoints",
    "views",
    "widgets",
]
