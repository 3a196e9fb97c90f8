"""What a site's own script was answered, what an address says, and what the parts of a name and a subject are called."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.channels.contact_form.answers import Refusal, refusal_in
from probes.channels.contact_form.fields import Reader
from probes.channels.contact_form.scan import Field
from probes.channels.contact_form.thanks import says_thanks
from probes.forms.words import LANGUAGES, languages_for, words_of
from tests.unit.forms.test_form_fields import reader

WORDS = [words_of(tag) for tag in languages_for("en")]
SUBJECTS = {
    "en": ("Issue Summary", "Short description", "Problem summary"),
    "de": ("Zusammenfassung des Problems", "Kurzbeschreibung", "Titel Ihrer Anfrage"),
    "fr": ("Résumé du problème", "Brève description", "Intitulé"),
    "es": ("Resumen del problema", "Breve descripción", "Título de la consulta"),
    "sv": ("Ärendesammanfattning", "Kort beskrivning", "Sammanfattning av problemet"),
    "ru": ("Краткое описание", "Суть проблемы", "Тема сообщения"),
    "he": ("תקציר הבעיה", "תיאור קצר", "סיכום הפנייה"),
    "ro": ("Rezumatul problemei", "Scurtă descriere", "Titlul solicitării"),
    "pl": ("Podsumowanie problemu", "Krótki opis", "Tytuł zgłoszenia"),
    "nl": ("Samenvatting van het probleem", "Korte omschrijving", "Probleemsamenvatting"),
    "fi": ("Ongelman yhteenveto", "Lyhyt kuvaus", "Tiivistelmä"),
}
PARTS = {
    "en": ("Name", "First", "Last"), "de": ("Name", "Vorname", "Nachname"), "fr": ("Nom", "Prénom", "Nom"),
    "es": ("Nombre", "Nombre", "Apellidos"), "sv": ("Namn", "Förnamn", "Efternamn"), "ru": ("Имя", "Имя", "Фамилия"),
    "he": ("שם", "פרטי", "משפחה"), "ro": ("Nume", "Prenume", "Nume"), "pl": ("Nazwisko", "Imię", "Nazwisko"),
    "nl": ("Naam", "Voornaam", "Achternaam"), "fi": ("Nimi", "Etunimi", "Sukunimi"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_summary_in_one_line_is_a_subject_and_never_the_message(language: str) -> None:
    fields = [Field((0, at), "text", f"{label} *") for at, label in enumerate(SUBJECTS[language])]
    assert [reader(language).meaning_of(each) for each in fields] == ["subject"] * 3


def _parts(reading: Reader, *fields: Field) -> list[str]:
    inside = reading.within(fields)
    return [inside.meaning_of(each) for each in fields]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_label_above_two_fields_is_divided_by_what_stands_below_them(language: str) -> None:
    label, first, last = PARTS[language]
    one, two = (
        Field((0, 0), "text", f"{label} *", hints=(first,)),
        Field((0, 1), "text", f"{last} *", hints=(last,)),
    )
    assert _parts(reader(language), one, two) == ["first_name", "last_name"]
    legend = [Field((0, at), "text", part, legend=label) for at, part in enumerate((first, last))]
    assert _parts(reader(language), *legend) == ["first_name", "last_name"]


@pytest.mark.parametrize(
    ("labels", "parts"),
    [
        (("Name", "Vorname"), ["last_name", "first_name"]),
        (("First name", "Name"), ["first_name", "last_name"]),
        (("Name", "Surname"), ["first_name", "last_name"]),
        (("Name", "Company"), ["name", "company"]),
        (("Full name", "Last name"), ["name", "last_name"]),
        (("Name", "First name", "Last name"), ["name", "first_name", "last_name"]),
    ],
)
def test_where_one_field_takes_a_part_of_the_name_the_bare_name_is_the_other(
    labels: tuple[str, ...], parts: list[str]
) -> None:
    assert _parts(reader(), *(Field((0, at), "text", label) for at, label in enumerate(labels))) == parts


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (
            {
                "status": "validation_failed",
                "message": "One or more fields have an error.",
                "invalid_fields": [{"field": "your-name", "message": "Please fill out this field."}],
            },
            Refusal("One or more fields have an error.; Please fill out this field.", ("your-name",)),
        ),
        ({"status": "mail_sent", "message": "Thank you for your message."}, None),
        ({"status": "spam", "message": "Not now."}, Refusal("Not now.")),
        ({"success": False, "data": {"message": "Nonce is stale"}}, Refusal("Nonce is stale")),
        ({"success": False, "data": "Please try later"}, Refusal("Please try later")),
        ({"success": True, "data": {"errors": []}, "error": ""}, None),
        (
            {"pass": False, "errors": {"12": "Name cannot be blank."}},
            Refusal("Name cannot be blank.", ("12",)),
        ),
        (
            {"errors": {"email": {"required": "This field is required"}}},
            Refusal("This field is required", ("email",)),
        ),
        ({"ok": False, "errors": [{"field": "tel", "message": "<b>Wrong</b>"}]}, Refusal("Wrong", ("tel",))),
        ({"result": "error", "msg": "E-mail is wrong"}, Refusal("E-mail is wrong")),
        ({"inlineMessage": "Thanks", "errors": []}, None),
        ({"id": 7}, None),
        ([1], None),
    ],
)
def test_a_refusal_is_read_from_what_a_script_was_answered(answer: object, refusal: Refusal | None) -> None:
    assert refusal_in(json.dumps(answer)) == refusal


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_answer_breaks_the_reading_of_answers(answer: object) -> None:
    refusal_in(json.dumps(answer))


@pytest.mark.parametrize("body", ["", "<p>Thanks", "[" * 100_000, '{"a":' * 50_000])
def test_what_is_no_answer_in_json_refuses_nothing(body: str) -> None:
    assert refusal_in(body) is None


@pytest.mark.parametrize(
    ("path", "thanks"),
    [
        ("/thank-you", True), ("/de/vielen-dank.html", True), ("/merci?x=1", True), ("/contact?sent=1", True),
        ("/contact?status=success", True), ("/contact#sent", True), ("/dankesseite", True), ("/%D7%AA%D7%95%D7%93%D7%94", True),
        ("/contact?sent=0", False), ("/contact?success=false", False), ("/", False), ("/sentry", False), ("/contact?error=1", False),
        ("/login?next=contact", False), ("/tacks", False),
    ],
)  # fmt: skip
def test_an_address_says_thanks_or_not(path: str, thanks: bool) -> None:
    assert says_thanks(f"https://thanks.example{path}", "https://thanks.example/contact", WORDS) is thanks


def test_what_the_address_said_before_is_no_thanks() -> None:
    assert not says_thanks("https://x.example/merci/b", "https://x.example/merci/a", WORDS)
