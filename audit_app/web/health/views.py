"""Whether the web app can work, for monitors and load balancers."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.readiness import readiness
from audit_app.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def check() -> ResponseReturnValue:
    """Answer 200 when the database answers, else 503; it tells nothing else to strangers."""
    try:
        with db.engine.connect().execution_options(read_only=True) as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        current_app.logger.error("The database does not answer: %s", error)
        return jsonify(status="database unreachable"), 503
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer 200 when work can go on, else 503 with the names of what is wrong; the log has the words."""
    checks = readiness(db.engine, current_app.config["AUDIT_SETTINGS"])
    for one in checks:
        if one.problem:
            current_app.logger.error("Not ready (%s): %s", one.name, one.problem)
    told = {one.name: "wrong" if one.problem else "ok" for one in checks}
    return jsonify(status="ok" if all(not one.problem for one in checks) else "not ready", checks=told), (
        503 if any(one.problem for one in checks) else 200
    )
