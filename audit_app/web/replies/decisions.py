"""Deciding who wrote one reply."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.services.probes.decisions import decide, decisions_on, reply_to_decide, verdict_if
from audit_app.services.probes.timeline import whole_text
from audit_app.services.probes.visible import probe_to_judge
from audit_app.web import probe_words as words
from audit_app.web.access import user_now
from audit_app.web.presentation import request_instant
from audit_app.web.replies.forms import DecisionForm
from audit_app.web.replies.queue import blueprint, judges


@blueprint.get("/probes/<int:probe_id>/replies/<int:observation_id>/decision")
@judges
def decision(probe_id: int, observation_id: int) -> str:
    """The reply that no rule could judge, and what each decision would bring about."""
    return _decision_page(probe_id, observation_id, DecisionForm())


def _decision_page(probe_id: int, observation_id: int, form: DecisionForm) -> str:
    probe = probe_to_judge(db.session, user_now(), probe_id)
    reply = reply_to_decide(probe, observation_id)
    earlier = decisions_on(reply)
    form.seen.data = len(earlier)
    return render_template(
        "replies/decision.html",
        form=form,
        probe=probe,
        reply=reply,
        whole_text=whole_text(reply),
        earlier=earlier,
        zone=probe.touchpoint.location.zone,
        consequences={
            choice: words.outcome_words(verdict_if(reply, choice == "person", request_instant()))
            for choice in ("person", "automatic")
        },
        words=words,
    )


@blueprint.post("/probes/<int:probe_id>/replies/<int:observation_id>/decision")
@judges
def save_decision(probe_id: int, observation_id: int) -> ResponseReturnValue:
    """Record who wrote the reply, and judge the probe anew."""
    reply = reply_to_decide(probe_to_judge(db.session, user_now(), probe_id), observation_id)
    form = DecisionForm()
    if not form.validate_on_submit():
        return _decision_page(probe_id, observation_id, form), 422
    person = form.verdict.data == "person"
    decide(db.session, reply, person, user_now(), form.seen.data, request_instant())
    db.session.commit()
    flash(f"Recorded: {words.DECISIONS[person]}.", "success")
    return redirect(url_for("probes.show", probe_id=probe_id))
