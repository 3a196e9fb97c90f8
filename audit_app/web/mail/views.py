"""The pages of mail that matched no probe: assigning it, setting it aside, and taking either back.

Nothing is ever deleted.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.extensions import db
from audit_app.models import IncomingMail, MailState, RoleName, can_be_taken_back
from audit_app.services.company import organisation_zone
from audit_app.services.mail import unassign
from audit_app.services.mail import unmatched as service
from audit_app.services.mail.filing import discard_mail, read
from audit_app.services.mail.history import HandlingStep, history_of
from audit_app.services.mail.suggestions import suggestions_for
from audit_app.services.mail.unmatched import Pile
from audit_app.web import probe_words as words
from audit_app.web.access import roles, user_now
from audit_app.web.button_form import ButtonForm
from audit_app.web.mail.forms import AssignForm
from audit_app.web.presentation import request_instant
from audit_app.web.query_args import number_in

blueprint = Blueprint("mail", __name__)
admins = roles(RoleName.ADMIN)


@blueprint.get("/mail/unmatched")
@admins
def unmatched() -> str:
    """The mails that wait for somebody to say where they belong, those that were assigned, or the discarded ones."""
    pile = _pile(request.args.get("show", ""))
    page = service.mail_page(db.session, pile, request.args.get("page", 1, type=int))
    waiting = [mail for mail, _ in page.mails if pile is Pile.WAITING]
    return render_template(
        "mail/unmatched.html",
        found=page,
        suggestions=suggestions_for(db.session, waiting),
        undo=_just_discarded(),
        pile=pile,
        histories={mail.id: history_of(mail) for mail, _ in page.mails},
        form=ButtonForm(),
        zone=organisation_zone(db.session),
        words=words,
    )


def _pile(text: str) -> Pile:
    return Pile(text) if text in set(Pile) else Pile.WAITING


def _just_discarded() -> IncomingMail | None:
    """The mail that was set aside a moment ago, so that one press puts it back."""
    try:
        mail = service.letter(db.session, number_in(request.args.get("undo", "")) or 0)
    except NotFound:
        return None
    return mail if mail.state is MailState.DISCARDED else None


@blueprint.get("/mail/unmatched/<int:mail_id>")
@admins
def show(mail_id: int) -> str:
    """One mail in full, with the probes that it may answer, or with the one that it lies with."""
    return _mail_page(mail_id, AssignForm(formdata=None))


def _mail_page(mail_id: int, form: AssignForm) -> str:
    mail = service.letter(db.session, mail_id)
    asked = request.args.get("q", "").strip()[:100]
    placed = mail.state is MailState.MATCHED
    suggested = [] if asked or placed else suggestions_for(db.session, [mail])[mail.id]
    others = [] if placed else service.candidates(db.session, mail, asked)
    likely = {each.probe.id: each.reasons for each in suggested}
    return render_template(
        "mail/show.html",
        mail=mail,
        text=service.text_of(mail),
        asked=asked,
        candidates=[
            *(each.probe for each in suggested),
            *(probe for probe in others if probe.id not in likely),
        ],
        likely=likely,
        discarded=mail.state is MailState.DISCARDED,
        may_take_back=can_be_taken_back(mail),
        taken_from=_just_taken_from(mail),
        history=history_of(mail),
        form=form,
        zone=organisation_zone(db.session),
        words=words,
    )


def _just_taken_from(mail: IncomingMail) -> int | None:
    """The probe from which the mail was taken back a moment ago, so that one press puts it there again."""
    last = history_of(mail)[-1:]
    taken = number_in(request.args.get("taken", ""))
    waits = mail.state is MailState.UNMATCHED and last and last[0].step is HandlingStep.TAKEN_BACK
    return taken if waits and last[0].probe_id == taken else None


@blueprint.post("/mail/unmatched/<int:mail_id>/assign")
@admins
def assign(mail_id: int) -> ResponseReturnValue:
    """Say which probe the mail answers."""
    mail, form = service.letter(db.session, mail_id), AssignForm()
    if not form.validate_on_submit():
        return _mail_page(mail_id, form), 422
    probe_id = form.probe.data
    try:
        question = service.question(db.session, mail, probe_id)
        db.session.rollback()  # judging may take seconds, in which others write
        reading = read(question)
        probe = service.assign(db.session, mail, probe_id, reading, user_now(), request_instant())
    except (InvalidInput, Conflict) as error:
        db.session.rollback()
        form.probe.errors = [str(error)]
        return _mail_page(mail_id, form), 422
    db.session.commit()
    return redirect(url_for("probes.show", probe_id=probe.id, assigned=mail_id))


@blueprint.post("/mail/<int:mail_id>/take-back")
@admins
def take_back(mail_id: int) -> ResponseReturnValue:
    """Say that the mail does not answer the probe it lies with; it waits again, and can be assigned to another."""
    mail = service.letter(db.session, mail_id)
    letters = unassign.letters_beside(db.session, mail)
    db.session.rollback()  # reading may take seconds, in which others write
    clues = unassign.read_letters(letters)
    probe = unassign.take_back(db.session, mail, clues, user_now(), request_instant())
    db.session.commit()
    return redirect(url_for("mail.show", mail_id=mail_id, taken=probe.id))


@blueprint.post("/mail/unmatched/<int:mail_id>/discard")
@admins
def discard(mail_id: int) -> ResponseReturnValue:
    """Set the mail aside; it can be put back at any time."""
    mail = service.letter(db.session, mail_id)
    discard_mail(db.session, mail, user_now(), request_instant())
    db.session.commit()
    return redirect(url_for("mail.unmatched", undo=mail_id))


@blueprint.post("/mail/unmatched/<int:mail_id>/restore")
@admins
def restore(mail_id: int) -> ResponseReturnValue:
    """Put a discarded mail back among those that wait."""
    mail = service.letter(db.session, mail_id)
    service.restore(db.session, mail, user_now(), request_instant())
    db.session.commit()
    flash("The mail waits again.", "success")
    return redirect(url_for("mail.unmatched"))
