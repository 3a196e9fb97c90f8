"""The pages of probes: the list, one probe's time line, and judging its replies."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import InvalidInput
from audit_app.domain.replies.quality import Share
from audit_app.extensions import db
from audit_app.models import IncomingMail, Probe, ReplyRating, RoleName, can_be_taken_back, mails_of
from audit_app.services.company import organisation_zone
from audit_app.services.mail.unmatched import waiting_mails
from audit_app.services.probes.decisions import decide, decisions_on, reply_to_decide, verdict_if
from audit_app.services.probes.list import ProbeFilter, probe_choices, probe_page
from audit_app.services.probes.timeline import story_of, whole_text
from audit_app.services.probes.visible import may_judge, probe_to_judge, visible_probe
from audit_app.services.replies import ratings as rating_service
from audit_app.services.replies.queue import waiting_replies
from audit_app.services.replies.suggestions import ReadAnswer, read_answer, stored_suggestions
from audit_app.services.scores.overview import mailboxes_down
from audit_app.web.access import roles, user_now
from audit_app.web.arguments import number_in
from audit_app.web.presentation import NOTHING, request_instant
from audit_app.web.probes import words
from audit_app.web.probes.forms import ITEM, AnyForm, DecisionForm, RatingForm, rating_form, read_filter

blueprint = Blueprint("probes", __name__)
blueprint.add_app_template_filter(words.foreign)

FILTERS = {
    "q",
    "location",
    "region",
    "channel",
    "campaign",
    "outcome",
    "week",
    "from",
    "to",
    "sort",
    "descending",
}

readers = roles(RoleName.ADMIN, RoleName.MANAGER, RoleName.CONTACT)
judges = roles(RoleName.ADMIN, RoleName.MANAGER)


@blueprint.get("/probes")
@readers
def index() -> str:
    """The probes that somebody may see, by filters."""
    wanted, problems = read_filter(request.args)
    number = request.args.get("page", 1, type=int)
    kept = {name: value for name, value in request.args.items() if value and name in FILTERS}
    judges_any = user_now().is_a(RoleName.ADMIN, RoleName.MANAGER)
    zone = organisation_zone(db.session)
    return render_template(
        "probes/index.html",
        found=probe_page(db.session, user_now(), wanted, number, request_instant()),
        choices=probe_choices(db.session, user_now()),
        wanted=wanted,
        filtered=wanted != ProbeFilter(order=wanted.order, descending=wanted.descending),
        problems=problems,
        kept=kept,
        unsorted={name: value for name, value in kept.items() if name not in ("sort", "descending")},
        words=words,
        may_judge=judges_any,
        weeks=words.recent_weeks(request_instant().astimezone(zone).date()),
        zone=zone.key,
        mailboxes_down=mailboxes_down(db.session) if judges_any else [],
        waiting_replies=waiting_replies(db.session, user_now()) if judges_any else 0,
        waiting_mails=waiting_mails(db.session) if user_now().is_a(RoleName.ADMIN) else None,
    )


@blueprint.get("/probes/<int:probe_id>")
@readers
def show(probe_id: int) -> str:
    """One probe: its verdict, its times and everything that was observed."""
    probe = visible_probe(db.session, user_now(), probe_id)
    return render_template("probes/show.html", undo=_just_assigned(probe), form=AnyForm(), **_shown(probe))


def _just_assigned(probe: Probe) -> IncomingMail | None:
    """The mail that was assigned to the probe a moment ago, so that one press takes it back."""
    if not user_now().is_a(RoleName.ADMIN):
        return None
    number = number_in(request.args.get("assigned", ""))
    return next((mail for mail in mails_of(probe) if mail.id == number and can_be_taken_back(mail)), None)


@blueprint.get("/probes/<int:probe_id>/live")
@readers
def live(probe_id: int) -> str:
    """The part of the page that changes while the probe is open."""
    probe = visible_probe(db.session, user_now(), probe_id)
    return render_template("probes/_live.html", form=AnyForm(), **_shown(probe))


def _shown(probe: Probe) -> dict[str, object]:
    ratings = rating_service.ratings_of(db.session, probe)
    return {
        "story": story_of(probe, request_instant()),
        "probe": probe,
        "location": probe.touchpoint.location,
        "zone": probe.touchpoint.location.zone,
        "ratings": ratings,
        "mean": rating_service.mean_quality(ratings),
        "own": rating_service.own_rating(db.session, probe, user_now()),
        "may_judge": may_judge(user_now(), probe),
        "may_move_mail": user_now().is_a(RoleName.ADMIN),
        "words": words,
    }


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
        "probes/decision.html",
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
    flash(f"Recorded: {'a person' if person else 'a machine'} wrote the reply.", "success")
    return redirect(url_for("probes.show", probe_id=probe_id))


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
        f"probes/{template}.html",
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
    total = rating_service.taken_apart(saved).total
    db.session.commit()
    flash(f"Your rating is saved: {total} of 100.", "success")
    return redirect(url_for("probes.show", probe_id=probe_id, _anchor="ratings"))
