"""Pages of the feature `admin`: the people, where probes may go, the chats that it was taught, and our mailboxes."""

from audit_app.web.admin import mailboxes, touchpoints, views, widgets

__all__ = ["mailboxes", "touchpoints", "views", "widgets"]
