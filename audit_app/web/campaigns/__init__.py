"""Setting up what probes ask, where, as whom, how often, and what they go by."""

from audit_app.web.campaigns import one_test, personas, scenarios, service_targets, views

__all__ = ["one_test", "personas", "scenarios", "service_targets", "views"]
