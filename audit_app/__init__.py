"""Service audits: store visits, timed customer messages, one score that explains itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from audit_app.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Make the web application; without `settings` they are read from the environment."""
    # Imported here so that the worker and the command line can use the package without loading Flask.
    from audit_app.config import load_settings
    from audit_app.web.application import build

    return build(settings or load_settings())
