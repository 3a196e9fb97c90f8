"""Pages of the feature `admin`: the people, where probes may go, and our mailboxes."""

from audit_app.web.admin import mailboxes, touchpoints, views

__all__ = ["mailboxes", "touchpoints", "views"]
