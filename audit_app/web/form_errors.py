"""Showing what the services say is wrong at the fields of a form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_wtf import FlaskForm

from audit_app.domain.errors import AuditError
from audit_app.services.entry.fields import InvalidFields


@contextmanager
def errors_shown(form: FlaskForm) -> Iterator[None]:
    """Show what the services refuse within at the fields of the form, instead of raising it."""
    try:
        yield
    except AuditError as error:
        show_errors(form, error)


def show_errors(form: FlaskForm, error: AuditError) -> None:
    """Show each problem at its field, so that the summary leads there; what is about no field stands above all."""
    problems = error.problems if isinstance(error, InvalidFields) else {"": str(error)}
    for name, words in problems.items():
        if name in form:
            form[name].errors = words.splitlines()
        else:
            form.form_errors.append(words)


def status_of(form: FlaskForm) -> int:
    """The status of a page with the form: 422 when something in it cannot be used."""
    return 422 if form.errors else 200
