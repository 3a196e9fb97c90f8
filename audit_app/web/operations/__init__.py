"""Running the product: the page from which everything is set up, and the private hosts that probes may reach."""

from audit_app.web.operations import private_hosts, views

__all__ = ["private_hosts", "views"]
