"""The people who may sign in, their own pages, and the limit on trying passwords."""

from audit_app.web.users import account, forgotten, views

__all__ = ["account", "forgotten", "views"]
