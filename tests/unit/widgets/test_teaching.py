"""Writing a chat's description from what a dry run found and what somebody corrected."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from audit_app.services.widgets.check import check_widget_text
from probes.widgets import teaching
from probes.widgets.files import read_widget_text
from probes.widgets.schema import Control, Widget
from probes.widgets.teaching import Choice, FieldChoice

WRITTEN = teaching.begun("generic", "Chat of the shop")


def mark(name: str, css: str = "", **more: Any) -> dict[str, Any]:
    """Something on a screen, in the chat's frame unless the test wants it elsewhere."""
    given: dict[str, Any] = {
        "number": 1,
        "kind": "button",
        "name": name,
        "css": css or f'[aria-label="{name}"]',
        "frame": "iframe.chat",
        "spoken": True,
        "in_chat": True,
    }
    return given | more


def widget_of(written: dict[str, Any]) -> Widget:
    """Read what was written, as a probe does."""
    text = teaching.as_text(written)
    assert check_widget_text(text, "description") == []
    return read_widget_text(text, "the test")


def chosen(**marks: dict[str, Any]) -> dict[str, Choice]:
    return {part.replace("_", "."): Choice("mark", mark=given) for part, given in marks.items()}


def test_the_shortest_description_is_what_it_extends_and_claims_no_more_than_was_done() -> None:
    widget = widget_of(teaching.begun("zendesk", "Zendesk of the shop"))

    assert widget.opening.script == "zE('messenger', 'open')"
    assert widget.verified == "taught on a page, not yet answered by a person"


def test_a_name_stands_for_a_control_where_it_tells_it_from_all_others() -> None:
    send, other = mark("Send"), mark("Help", "#help")
    written = teaching.corrected(WRITTEN, chosen(composer_send=send), marks=[send, other])

    assert widget_of(written).composer.send == Control(names=("Send",))


def test_a_selector_stands_for_a_control_whose_name_others_have_and_silences_what_it_extends() -> None:
    send, twin = mark("Send", "#one"), mark("send", "#two")
    written = teaching.corrected(WRITTEN, chosen(composer_send=send), marks=[send, twin])

    assert widget_of(written).composer.send == Control(css="#one")


def test_the_field_of_the_chat_is_no_longer_looked_for_by_the_words_of_any_chat() -> None:
    field = mark("", "textarea.chat", kind="field", spoken=False)
    assert widget_of(teaching.corrected(WRITTEN, chosen(composer=field))).composer.field == Control(
        css="textarea.chat"
    )


def test_a_part_chosen_from_outside_the_chat_says_in_which_frame_the_chat_is() -> None:
    field = mark("Your question", kind="field", in_chat=False, frame="iframe.other")
    widget = widget_of(teaching.corrected(WRITTEN, chosen(composer=field)))

    assert (widget.frame, widget.root) == ("iframe.other", "")


def test_what_is_chosen_as_frame_wins_over_where_a_part_stands() -> None:
    field = mark("Your question", kind="field", in_chat=False, frame="iframe.other")
    frame = mark("Chat", "iframe.right", kind="frame", frame="", in_chat=False)
    widget = widget_of(teaching.corrected(WRITTEN, chosen(composer=field, frame=frame)))

    assert widget.frame == "iframe.right"


@pytest.mark.parametrize(
    ("part", "reads"),
    [
        ("consent", lambda widget: widget.consent == ()),
        ("launcher", lambda widget: widget.launcher is None),
        ("frame", lambda widget: widget.frame == ""),
        ("home.begin", lambda widget: widget.home is None),
        ("prechat.submit", lambda widget: widget.prechat is None),
        ("composer.send", lambda widget: widget.composer.send is None),
    ],
)
def test_a_part_can_be_said_not_to_be_there(part: str, reads: Any) -> None:
    assert reads(widget_of(teaching.corrected(WRITTEN, {part: Choice("absent")})))


def test_a_launcher_is_found_by_its_selector_in_its_own_frame_or_by_its_name() -> None:
    seen = teaching.corrected(WRITTEN, chosen(launcher=mark("Chat", "#open", frame="iframe.button")))
    said = teaching.corrected(WRITTEN, {"launcher": Choice("name", 'Say "hi"')})

    launcher = widget_of(seen).launcher
    assert launcher
    assert (launcher.host, launcher.frame, launcher.button) == ("#open", "iframe.button", None)
    launcher = widget_of(said).launcher
    assert launcher
    assert launcher.host == r'role=button[name="Say \"hi\"" i]'


def test_the_form_before_the_chat_has_the_fields_that_something_goes_into() -> None:
    fields = [
        FieldChoice(Choice("mark", mark=mark("Your name", kind="field")), "name"),
        FieldChoice(Choice("mark", mark=mark("Search", kind="field")), ""),
        FieldChoice(Choice("mark", mark=mark("I agree", "#terms", kind="tick", spoken=False)), "true"),
    ]
    prechat = widget_of(teaching.corrected(WRITTEN, chosen(prechat_submit=mark("Go")), fields)).prechat

    assert prechat
    assert [(field.field, field.value) for field in prechat.fields] == [
        (Control(names=("Your name",)), "name"),
        (Control(css="#terms"), "true"),
    ]
    assert prechat.submit == Control(names=("Go",))


def test_a_form_into_which_nothing_goes_is_none() -> None:
    fields = [FieldChoice(Choice("mark", mark=mark("Search", kind="field")), "")]
    assert widget_of(teaching.corrected(WRITTEN, {}, fields)).prechat is None


def test_messages_are_told_apart_by_their_selectors() -> None:
    given = {"item": ".line", "roles.visitor": ".me", "roles.person": "", "author": ".who"}
    messages = widget_of(teaching.corrected(WRITTEN, {}, messages=given)).messages

    assert (messages.item, messages.roles.visitor, messages.roles.person) == (".line", ".me", "")
    assert messages.author == ".who"


def test_what_nobody_touched_stays_as_it_was() -> None:
    written = {**WRITTEN, "composer": {"label": "Question"}, "browser": "session"}
    assert teaching.corrected(written, {"composer": Choice("keep"), "launcher": Choice("keep")}) == written


def test_what_was_found_by_the_looks_of_it_is_written_down_by_lasting_signs() -> None:
    result = {
        "adapter": "generic",
        "ready_to_write": True,
        "scenes": [],
        "steps": [
            {"part": "consent", "mark": mark("Only necessary", frame=""), "value": ""},
            {"part": "launcher", "mark": mark("Open chat", "#open", frame=""), "value": ""},
            {"part": "frame", "mark": mark("Chat", "iframe.chat", kind="frame", frame=""), "value": ""},
            {"part": "prechat.fields.1", "mark": mark("E-mail", kind="field"), "value": "email"},
            {"part": "prechat.submit", "mark": mark("Start"), "value": ""},
            {"part": "composer", "mark": None, "value": ""},
        ],
    }
    assert teaching.used_generic_selectors(result)
    widget = widget_of(teaching.proposed(WRITTEN, result))

    assert (widget.consent, widget.frame, widget.root) == (("Only necessary",), "iframe.chat", "")
    assert widget.launcher
    assert widget.launcher.host == "#open"
    assert widget.prechat
    assert [field.value for field in widget.prechat.fields] == ["email"]
    assert widget.home is None  # the way did not lead over one
    assert widget.composer.field.pattern  # nobody saw it, so it is still looked for by its words


@given(name=st.text(min_size=1, max_size=60), css=st.text(min_size=1, max_size=60))
def test_whatever_a_page_calls_its_parts_the_file_that_is_written_can_be_read_again(
    name: str, css: str
) -> None:
    made = teaching.corrected(WRITTEN, chosen(launcher=mark(name, css), composer_send=mark(name, css)))
    assert yaml.safe_load(teaching.as_text(made)) == made
