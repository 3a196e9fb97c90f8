"""Touchpoints: where probes may go once an administrator has confirmed that the address is the company's own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from probes.widgets.files import AUTO, load_widget, widget_names


def widget_choices(_session: Session) -> list[tuple[str, str]]:
    """What a chat touchpoint may name as its widget: the stored value, and its words for people."""
    known = [(name, load_widget(name).name) for name in widget_names()]
    return [(AUTO, "Find out on the page"), *known]
