"""Pages of the feature `probes`: the list, a probe's time line, decisions, ratings, and mail without a probe."""

from audit_app.web.probes import mail, views

__all__ = ["mail", "views"]
