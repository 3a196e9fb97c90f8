"""Pages of the feature `health`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("health", __name__)
