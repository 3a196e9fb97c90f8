"""The queue of replies that no rule could judge: read one, decide by one key, and go on to the next."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from audit_app.domain.errors import AuditError, Conflict, NotFound
from audit_app.extensions import db
from audit_app.models import Observation, RoleName
from audit_app.services.probes.decisions import (
    Decision,
    decide,
    decisions_on,
    reply_to_decide,
    take_back,
    verdict_if,
)
from audit_app.services.probes.timeline import whole_text
from audit_app.services.probes.visible import probe_to_judge
from audit_app.services.replies import queue as service
from audit_app.web import probe_words as words
from audit_app.web.access import roles, user_now
from audit_app.web.button_form import ButtonForm
from audit_app.web.presentation import request_instant
from audit_app.web.query_args import number_in
from audit_app.web.replies.forms import DecisionForm

blueprint = Blueprint("replies", __name__)
judges = roles(RoleName.ADMIN, RoleName.MANAGER)


@blueprint.get("/probes/review")
@judges
def queue() -> str:
    """The reply whose turn it is, with what speaks for and against a person as its writer."""
    item = service.next_in_queue(db.session, user_now(), _given("after"))
    done = _given("done")
    reply = item.reply
    form = DecisionForm(formdata=None)
    form.seen.data = len(decisions_on(reply)) if reply else 0
    return render_template(
        "replies/queue.html",
        item=item,
        done=done,
        number=done + item.passed + 1,
        total=done + item.waiting,
        form=form,
        last=_last_decision(),
        words=words,
        **(_shown(reply) if reply else {}),
    )


def _shown(reply: Observation) -> dict[str, object]:
    return {
        "reply": reply,
        "probe": reply.probe,
        "zone": reply.probe.touchpoint.location.zone,
        "whole_text": whole_text(reply),
        "earlier": decisions_on(reply),
        "consequences": {
            choice: words.outcome_words(verdict_if(reply, choice == "person", request_instant()))
            for choice in ("person", "automatic")
        },
    }


def _given(name: str) -> int:
    """A number from the address or the form; 0 for anything else."""
    return number_in(request.values.get(name, "")) or 0


def _last_decision() -> tuple[Observation, Decision] | None:
    try:
        return service.own_last_decision(db.session, user_now(), _given("last"))
    except AuditError:
        return None


def _next(**arguments: int) -> Response:
    kept: dict[str, Any] = {name: value for name, value in arguments.items() if value}
    return redirect(url_for("replies.queue", **kept))


def _waiting_reply(observation_id: int) -> Observation:
    found = db.session.get(Observation, observation_id)
    if found is None:
        raise NotFound("There is no such reply to decide on. Go back to the queue.")
    return reply_to_decide(probe_to_judge(db.session, user_now(), found.probe_id), observation_id)


@blueprint.post("/probes/review/<int:observation_id>")
@judges
def save_decision_in_queue(observation_id: int) -> ResponseReturnValue:
    """Record who wrote the reply, and go on to the next one."""
    reply, form, done = _waiting_reply(observation_id), DecisionForm(), _given("done")
    if not form.validate_on_submit():
        flash("Nothing is recorded: choose who wrote the reply, or “Cannot tell”.", "error")
        return _next(after=observation_id - 1, done=done)
    try:
        decide(
            db.session, reply, form.verdict.data == "person", user_now(), form.seen.data, request_instant()
        )
    except Conflict as error:
        db.session.rollback()
        flash(str(error), "warning")
        return _next(after=observation_id, done=done)
    db.session.commit()
    return _next(after=observation_id, done=done + 1, last=observation_id)


@blueprint.post("/probes/review/<int:observation_id>/undo")
@judges
def undo_decision(observation_id: int) -> ResponseReturnValue:
    """Take one's last decision back, and ask about that reply again."""
    reply, done = _waiting_reply(observation_id), _given("done")
    if not ButtonForm().validate_on_submit():
        return _next(after=observation_id - 1, done=done)
    take_back(db.session, reply, user_now(), request_instant())
    db.session.commit()
    flash("Undone: the reply waits for a decision again.", "success")
    return _next(after=observation_id - 1, done=max(0, done - 1))
