"""What is new in answers written with the usual mail programs and help desks, in plain text and in HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.html import html_as_text
from probes.replies.quoted import new_text
from probes.replies.signature import what_was_said
from tests.client_mail import PLAIN
from tests.client_mail_html import HTML


@pytest.mark.parametrize("program", PLAIN)
def test_what_was_said_in_plain_text_is_found(program: str) -> None:
    text, said = PLAIN[program]
    assert what_was_said(new_text(text)).split() == said.split()


@pytest.mark.parametrize("program", HTML)
def test_what_was_said_in_html_is_found(program: str) -> None:
    html, said = HTML[program]
    assert what_was_said(new_text(html_as_text(html))).split() == said.split()


@given(st.text(alphabet=st.sampled_from("Thanks,\n -_.:>@+46Yes ")))
def test_of_any_text_something_is_left(text: str) -> None:
    new = new_text(text)
    assert bool(what_was_said(new)) == bool(new)
