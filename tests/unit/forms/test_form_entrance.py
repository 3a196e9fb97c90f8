"""What leads to a contact form, and what is attached where a form insists on a file."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from probes.channels.contact_form.attachment import blank_page
from probes.channels.contact_form.entrance import way_in
from probes.channels.contact_form.scan import Button, Field, Link, Snapshot
from probes.forms.words import LANGUAGES, languages_for, words_of

PAGE = "https://firm.example/contact"
WORDS = [words_of(tag) for tag in languages_for("en")]
DOORS = {
    "en": "Send us a message", "de": "Zum Kontaktformular", "fr": "Formulaire de contact", "es": "Envíanos un mensaje",
    "sv": "Skriv till oss", "ru": "Написать нам", "he": "כתבו לנו", "ro": "Trimite-ne un mesaj", "pl": "Napisz do nas",
    "nl": "Stuur een bericht", "fi": "Lähetä viesti",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_the_form_is_known_in_every_language(language: str) -> None:
    links = (Link((0, 0), "Lamps", f"{PAGE}/lamps"), Link((0, 1), DOORS[language], f"{PAGE}/form"))
    assert way_in(Snapshot(PAGE, links=links), WORDS) == links[1]


def test_what_names_a_form_comes_before_contact_in_general_and_each_way_is_taken_once() -> None:
    contact, form = Link((0, 0), "Customer service", f"{PAGE}/2"), Button((0, 1), "Write to us")
    snapshot = Snapshot(PAGE, buttons=(form,), links=(contact,))
    assert way_in(snapshot, WORDS) == form
    assert way_in(snapshot, WORDS, {form.name}) == contact
    assert way_in(snapshot, WORDS, {form.name, contact.name}) is None


@pytest.mark.parametrize(
    "link",
    [
        Link((0, 0), "Contact", PAGE),
        Link((0, 0), "Write to us", "mailto:a@firm.example"),
        Link((0, 0), "Call us"),
    ],
)
def test_a_link_to_the_page_itself_or_to_a_mail_program_leads_nowhere(link: Link) -> None:
    assert way_in(Snapshot(PAGE, links=(link,)), WORDS) is None


@pytest.mark.parametrize("form", [0, -1])
def test_a_button_beside_fields_is_never_pressed_to_find_a_form(form: int) -> None:
    field, button = Field((0, 0), "text", "Colour", form=form), Button((0, 0), "Send message", form=form)
    assert way_in(Snapshot(PAGE, fields=(field,), buttons=(button,)), WORDS) is None


@pytest.mark.parametrize(
    ("accepts", "kind"),
    [
        ("", "PNG"),
        ("image/*", "PNG"),
        (".JPG, .png", "JPEG"),
        (".doc,application/pdf", None),
        (".webp", "WEBP"),
    ],
)
def test_a_blank_page_is_of_a_kind_that_the_form_takes(accepts: str, kind: str | None) -> None:
    page = blank_page(accepts)
    assert page is not None
    if kind is None:
        assert page.content.startswith(b"%PDF")
    else:
        picture = Image.open(BytesIO(page.content))
        assert picture.format == kind
        assert picture.convert("L").getextrema() == (255, 255), "it says nothing"


def test_a_kind_that_cannot_be_made_is_none() -> None:
    assert blank_page(".docx,video/*") is None
