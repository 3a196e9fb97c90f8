"""Scores: the overview, the list of locations, and one location."""

from audit_app.web.scores import location, overview

__all__ = ["location", "overview"]
