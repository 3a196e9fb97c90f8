"""Pages of the feature `overview`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("overview", __name__)
