"""Pages of the feature `admin`: the people, and how our mailboxes are."""

from audit_app.web.admin import mailboxes, views

__all__ = ["mailboxes", "views"]
