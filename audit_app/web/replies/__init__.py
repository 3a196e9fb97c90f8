"""Who wrote a reply, and how good it was."""

from audit_app.web.replies import agreement, decisions, queue, ratings

__all__ = ["agreement", "decisions", "queue", "ratings"]
