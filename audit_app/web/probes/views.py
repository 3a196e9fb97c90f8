"""Pages of the feature `probes`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("probes", __name__)
