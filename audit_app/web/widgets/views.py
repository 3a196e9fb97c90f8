"""Chat widgets: those that are known, teaching new ones step by step, and the touchpoints that use them."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from audit_app.domain.errors import AuditError, InvalidInput
from audit_app.extensions import db
from audit_app.models import RoleName, WidgetTrial
from audit_app.services.company import organisation_zone
from audit_app.services.entry.fields import InvalidFields, page_address
from audit_app.services.locations.touchpoints import person_in_words
from audit_app.services.widgets import adapters as service
from audit_app.services.widgets import dry_runs as trials
from audit_app.services.widgets import findings
from audit_app.services.widgets.check import check_widget_text
from audit_app.services.widgets.corrections import corrected_text
from audit_app.web.access import roles, user_now
from audit_app.web.button_form import ButtonForm
from audit_app.web.form_errors import errors_shown, show_errors, status_of
from audit_app.web.presentation import request_instant
from audit_app.web.widgets import forms, words

RECENT = 10

blueprint = Blueprint("widgets", __name__, url_prefix="/admin")


@blueprint.get("/widgets")
@roles(RoleName.ADMIN)
def index() -> str:
    """List the chats that were taught, the last tries, and the widgets that come with the program."""
    return render_template(
        "widgets/index.html",
        taught=[
            (adapter, service.title_of(adapter.current.text)) for adapter in service.adapters(db.session)
        ],
        shipped=service.shipped(),
        uses=service.use_counts(db.session),
        recent=trials.newest_trials(db.session, RECENT),
        zone=organisation_zone(db.session),
    )


@blueprint.route("/widgets/teach", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def teach_widget() -> ResponseReturnValue:
    """Ask for the first dry run on a page."""
    form = forms.PageForm(address=request.args.get("page", ""))
    if form.validate_on_submit():
        with errors_shown(form):
            page = _page(form.address.data)
            trial = _ask(page, widget=form.widget.data)
            return redirect(url_for("widgets.widget_try", trial_id=trial.id))
    return render_template("widgets/teach.html", form=form), status_of(form)


def _page(entered: str | None) -> str:
    try:
        return page_address(entered or "")
    except InvalidInput as error:
        raise InvalidFields({"address": str(error)}) from None


def _ask(page: str, **named: object) -> WidgetTrial:
    by = person_in_words(user_now())
    trial = trials.queue_dry_run(db.session, page, by=by, now=request_instant(), **named)  # type: ignore[arg-type]
    db.session.commit()
    return trial


# --- one try --------------------------------------------------------------------------------------------------


@blueprint.route("/widgets/tries/<int:trial_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def widget_try(trial_id: int) -> ResponseReturnValue:
    """Show how far a try is, or what it found; corrections make the next one."""
    trial = trials.trial_by_id(db.session, trial_id)
    if not trial.result:
        return _shown("widgets/waiting.html", trial, waits=words.waiting(trial, request_instant()))
    form = forms.correction_form(trial)
    if form.validate_on_submit():
        try:
            text = corrected_text(trial, form.entered(trial))
            again = _ask(trial.page, text=text, adapter_name=trial.adapter_name, earlier=trial)
        except InvalidFields as error:
            show_errors(form, form.at_fields(error))
        except AuditError as error:
            show_errors(form, error)
        else:
            return redirect(url_for("widgets.widget_try", trial_id=again.id))
    messages_open = any(name.startswith("messages_") for name in form.errors)
    return _shown("widgets/try.html", trial, form=form, messages_open=messages_open), status_of(form)


def _shown(template: str, trial: WidgetTrial, **more: object) -> str:
    return render_template(
        template,
        trial=trial,
        number=trials.tries_before(db.session, trial) + 1,
        host=urlsplit(trial.page).hostname,
        screens=findings.screens(trial),
        storable=findings.may_be_stored(trial),
        by_looks=findings.used_generic_selectors(trial),
        knows_messages=findings.knows_messages(trial),
        zone=organisation_zone(db.session),
        words=words,
        names=forms,
        **more,
    )


@blueprint.get("/widgets/tries/<int:trial_id>/state")
@roles(RoleName.ADMIN)
def widget_try_state(trial_id: int) -> ResponseReturnValue:
    """How far a try is, for the page that shows it."""
    trial = trials.trial_by_id(db.session, trial_id)
    return jsonify(is_running=trial.is_running, words=words.waiting(trial, request_instant()))


@blueprint.post("/widgets/tries/<int:trial_id>/again")
@roles(RoleName.ADMIN)
def repeat_widget_try(trial_id: int) -> ResponseReturnValue:
    """Make the same try again, after one that failed through us."""
    trial = trials.trial_by_id(db.session, trial_id)
    again = _ask(
        trial.page, widget=trial.widget, text=trial.text, adapter_name=trial.adapter_name, earlier=trial
    )
    return redirect(url_for("widgets.widget_try", trial_id=again.id))


@blueprint.route("/widgets/tries/<int:trial_id>/file", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def widget_try_file(trial_id: int) -> ResponseReturnValue:
    """Change the description of a try as a file, and try what was written."""
    trial = trials.trial_by_id(db.session, trial_id)
    form = forms.FileForm(text=findings.text_of(trial))
    problems = []
    if form.validate_on_submit():
        text = (form.text.data or "").replace("\r\n", "\n")
        problems = check_widget_text(text, "description")
        if not problems:
            again = _ask(trial.page, text=text, adapter_name=trial.adapter_name, earlier=trial)
            return redirect(url_for("widgets.widget_try", trial_id=again.id))
        form.text.errors = [
            f"{_place(each.line)}{each.path} {each.message}. {each.hint}" for each in problems
        ]
    return _shown("widgets/file.html", trial, form=form), status_of(form)


def _place(line: int | None) -> str:
    return "" if line is None else f"Line {line}: "


@blueprint.route("/widgets/tries/<int:trial_id>/store", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def store_widget(trial_id: int) -> ResponseReturnValue:
    """Store what was tried, as a new adapter or as the next version of the one that is being changed."""
    trial = trials.trial_by_id(db.session, trial_id)
    if not findings.may_be_stored(trial):
        raise InvalidInput("Only what was tried and led into the chat can be stored. Try it again first.")
    form = forms.StoreForm(name=trial.adapter_name or service.suggested_name(db.session, trial.page))
    if form.validate_on_submit():
        try:
            name = _stored(trial, form.name.data or "")
        except AuditError as error:
            show_errors(form, InvalidFields({"name": str(error)}))
        else:
            return redirect(url_for("widgets.widget", name=name))
    return _shown("widgets/store.html", trial, form=form, text=findings.text_of(trial)), status_of(form)


def _stored(trial: WidgetTrial, name: str) -> str:
    what = (findings.text_of(trial), trial.page, person_in_words(user_now()), request_instant())
    if trial.adapter_name:
        adapter = service.adapter_by_name(db.session, trial.adapter_name)
        version = service.store_again(db.session, adapter, *what)
        said = f"Version {version.number} of “{adapter.name}” is stored. Probes use it from now on."
    else:
        adapter = service.store(db.session, name, *what)
        said = f"“{adapter.name}” is stored. Say below which touchpoints use it."
    db.session.commit()
    flash(said, "success")
    return adapter.name


# --- one adapter ----------------------------------------------------------------------------------------------


@blueprint.route("/widgets/adapters/<name>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def widget(name: str) -> ResponseReturnValue:
    """Show an adapter, its versions and its use; give it to touchpoints."""
    adapter = service.adapter_by_name(db.session, name)
    others = service.could_use(db.session, adapter)
    # One that names a chat already was given it on purpose.
    likely = [each.id for each, same_host in others if same_host and each.widget in service.FOUND_OUT]
    form = forms.UseForm(touchpoints=likely)
    form.touchpoints.choices = [
        SelectChoice(each.id, f"{each.location.name}: {each.address}") for each, _ in others
    ]
    if form.validate_on_submit():
        chosen = service.use_for(db.session, adapter, form.touchpoints.data or [])
        db.session.commit()
        flash(
            f"{len(chosen)} {'touchpoint uses' if len(chosen) == 1 else 'touchpoints use'} it from now on.",
            "success",
        )
        return redirect(url_for("widgets.widget", name=adapter.name))
    return render_template(
        "widgets/adapter.html",
        adapter=adapter,
        title=service.title_of(adapter.current.text),
        verified=service.verified_of(adapter.current.text),
        users=service.touchpoints_using(db.session, adapter.name),
        others=others,
        form=form,
        again=forms.AgainForm(formdata=None, address=adapter.current.page),
        zone=organisation_zone(db.session),
    ), status_of(form)


@blueprint.get("/widgets/adapters/<name>.yaml")
@roles(RoleName.ADMIN)
def widget_file(name: str) -> Response:
    """An adapter as a file: the newest version, or the one that is asked for."""
    adapter = service.adapter_by_name(db.session, name)
    wanted = request.args.get("version", adapter.current.number, type=int)
    version = next((each for each in adapter.versions if each.number == wanted), adapter.current)
    return Response(
        version.text,
        mimetype="application/yaml",
        headers={"Content-Disposition": f"attachment; filename={adapter.name}.yaml"},
    )


@blueprint.post("/widgets/adapters/<name>/again")
@roles(RoleName.ADMIN)
def change_widget(name: str) -> ResponseReturnValue:
    """Try a stored adapter on a page, so that it can be changed there."""
    adapter = service.adapter_by_name(db.session, name)
    form = forms.AgainForm()
    try:
        page = _page(form.address.data)
        trial = _ask(page, text=adapter.current.text, adapter_name=adapter.name)
    except AuditError as error:
        db.session.rollback()
        flash(str(error), "error")
        return redirect(url_for("widgets.widget", name=name))
    return redirect(url_for("widgets.widget_try", trial_id=trial.id))


@blueprint.route("/widgets/adapters/<name>/delete", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def delete_widget(name: str) -> ResponseReturnValue:
    """Say what is lost, and delete an adapter that no touchpoint uses."""
    adapter = service.adapter_by_name(db.session, name)
    form = ButtonForm()
    if form.validate_on_submit():
        service.delete(db.session, adapter)
        db.session.commit()
        flash(f"“{name}” is deleted.", "success")
        return redirect(url_for("widgets.index"))
    users = service.touchpoints_using(db.session, name)
    return render_template("widgets/delete.html", form=form, adapter=adapter, users=users)
