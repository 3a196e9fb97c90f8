"""Pages of the feature `admin`: the people, where probes may go, the chats that it was taught, personas, mailboxes."""

from audit_app.web.admin import mailboxes, personas, touchpoints, views, widgets

__all__ = ["mailboxes", "personas", "touchpoints", "views", "widgets"]
