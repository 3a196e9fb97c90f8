"""Pages of the feature `probes`: the list, a probe's time line, decisions, ratings, how raters agree, and mail without a probe."""

from audit_app.web.probes import agreement, mail, review, views

__all__ = ["agreement", "mail", "review", "views"]
