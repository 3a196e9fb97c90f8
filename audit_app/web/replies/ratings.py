"""Rating how good an answer was."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import InvalidInput
from audit_app.domain.replies.quality import Share
from audit_app.extensions import db
from audit_app.models import Probe, ReplyRating
from audit_app.services.probes.visible import probe_to_judge
from audit_app.services.replies import ratings as rating_service
from audit_app.services.replies.suggestions import ReadAnswer, read_answer, stored_suggestions
from audit_app.web import probe_words as words
from audit_app.web.access import user_now
from audit_app.web.presentation import NOTHING, request_instant
from audit_app.web.replies.forms import ITEM, RatingForm, rating_form
from audit_app.web.replies.queue import blueprint, judges


@blueprint.get("/probes/<int:probe_id>/rating")
@judges
def rating(probe_id: int) -> str:
    """The form that rates an answer, filled in with one's own earlier rating."""
    probe = probe_to_judge(db.session, user_now(), probe_id)
    rating_service.check_rateable(probe)
    own = rating_service.own_rating(db.session, probe, user_now())
    answer = read_answer(probe, words.foreign)
    form = rating_form(rating_service.rubric_by(probe))(data=_as_form_data(own, answer))
    form.suggested = {} if own else answer.shares
    return _rating_page(probe, form, own, answer)


def _as_form_data(rating: ReplyRating | None, answer: ReadAnswer) -> dict[str, str]:
    """One's own earlier choices, or those that the rules suggest."""
    if rating is None:
        return {ITEM + key: share.value for key, share in answer.shares.items()}
    return {ITEM + key: share for key, share in rating.items.items()} | {"note": rating.note}


def _rating_page(
    probe: Probe, form: RatingForm, own: ReplyRating | None, answer: ReadAnswer, template: str = "rating"
) -> str:
    return render_template(
        f"replies/{template}.html",
        form=form,
        probe=probe,
        own=own,
        changes=_changes(own, form) if own and template == "replace_rating" else [],
        answer=answer,
        numbered={item.key: (number, item) for number, item in enumerate(form.rubric.items, 1)},
        zone=probe.touchpoint.location.zone,
        words=words,
    )


def _changes(own: ReplyRating, form: RatingForm) -> list[tuple[str, str, str]]:
    """Item, what it was and what it is to be, for each item that changes."""
    rows = ((item.label, own.items.get(item.key), form.items[item.key]) for item in form.rubric.items)
    return [
        (label, words.SHARES[Share(before)] if before else NOTHING, words.SHARES[Share(after)])
        for label, before, after in rows
        if before != after
    ]


@blueprint.post("/probes/<int:probe_id>/rating")
@judges
def save_rating(probe_id: int) -> ResponseReturnValue:
    """Store one's rating; an earlier one is replaced only once that was confirmed."""
    probe = probe_to_judge(db.session, user_now(), probe_id)
    own = rating_service.own_rating(db.session, probe, user_now())
    answer = read_answer(probe, words.foreign)
    form = rating_form(rating_service.rubric_by(probe))()
    form.suggested = {} if own else answer.shares
    if not form.validate_on_submit():
        return _rating_page(probe, form, own, answer), 422
    if own is not None and form.replaces.data != own.created_at.isoformat():
        page = _rating_page(probe, form, own, answer, "replace_rating")
        return page, 409 if form.replaces.data else 200
    suggested = stored_suggestions(answer)
    try:
        saved = rating_service.rate(
            db.session, probe, user_now(), form.items, form.note.data or "", request_instant(), suggested
        )
    except InvalidInput as error:
        form.form_errors.append(str(error))
        return _rating_page(probe, form, own, answer), 422
    total = rating_service.with_item_points(saved).total
    db.session.commit()
    flash(f"Your rating is saved: {total} of 100.", "success")
    return redirect(url_for("probes.show", probe_id=probe_id, _anchor="ratings"))
