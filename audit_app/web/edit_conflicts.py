"""Set-up forms that know what they were opened with, so that nobody overwrites unseen what somebody else has changed.

The form carries a mark of each field as it was shown. When one is another in the database by the time that the form is
sent, nothing is saved: the field says so, what was typed stays, and sending it once more saves it on purpose.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.widgets import HiddenInput, PasswordInput

ONCE_MORE = (
    "Nothing is saved yet, for somebody else was here since you opened the page. "
    "Save again to put what stands below in the place of theirs."
)


class OpenedForm(FlaskForm):
    """A form about something that is there already; its page shows `opened`, that for a new thing leaves it out."""

    opened = HiddenField()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._then = _marks_in(self.opened.data or "")
        self.opened.data = " ".join(
            f"{field.short_name}:{_mark(field.object_data)}" for field in self._shown()
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all can be used, and nobody has changed meanwhile what would be changed."""
        fine: bool = super().validate(extra_validators)
        changed = [field for field in self._shown() if self._was_changed(field)]
        for field in changed:
            field.errors = [*field.errors, _words(field)]
        if changed:
            self.form_errors.append(ONCE_MORE)
        return fine and not changed

    def _shown(self) -> list[Field]:
        # A secret is never shown, and no mark of it either.
        return [field for field in self if not isinstance(field.widget, HiddenInput | PasswordInput)]

    def _was_changed(self, field: Field) -> bool:
        stored = _mark(field.object_data)
        return self._then.get(field.short_name, stored) != stored != _mark(field.data)


def _marks_in(text: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in text.split() if ":" in part)


def _mark(value: object) -> str:
    # A browser changes the ends of lines, and gives ticked boxes in the page's order.
    parts = sorted(map(str, value)) if isinstance(value, list | tuple | set) else str(value or "").split()
    return sha256("\0".join(parts).encode()).hexdigest()[:12]


def _words(field: Field) -> str:
    choices = {str(value): label for value, label, *_ in getattr(field, "choices", None) or ()}
    stored = field.object_data
    now = "" if isinstance(stored, list | tuple | bool) else choices.get(str(stored), stored)
    return f"Somebody has changed “{field.label.text}”{f' to “{now}”' if now else ''}."
