"""Setting up what probes ask, where, as whom, how often, and what they go by."""

from audit_app.web.campaigns import personas, scenarios, service_targets, views

__all__ = ["personas", "scenarios", "service_targets", "views"]
