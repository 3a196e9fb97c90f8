"""Pages of the feature `locations`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("locations", __name__)
