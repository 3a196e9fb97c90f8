"""What a field of a contact form is taken for, and what goes into it, in eleven languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.base import Message
from probes.channels.contact_form.choices import best_option
from probes.channels.contact_form.fields import Entry, Reader
from probes.channels.contact_form.outcome import (
    Network,
    SendOutcome,
    as_pressed,
    may_be_corrected,
    outcome_of,
)
from probes.channels.contact_form.parts import ContactForm, button_to, contact_form
from probes.channels.contact_form.persona import answers_for, day_for, first_words, in_shape
from probes.channels.contact_form.scan import Button, Field, Option, Snapshot
from probes.forms.mapping import NO_MAPPING, MappedField, Mapping
from probes.forms.words import LANGUAGES, languages_for, words_of

TODAY = date(2026, 11, 21)
TEXT = "Hello,\n\nthe lamp that I bought last week is broken. What will you do?\n\nAnna Berg"


def letter(language: str = "en", token: str = "k7m2p9qx", **changed: str) -> Message:
    return replace(
        Message(
            token=token,
            channel="contact_form",
            persona_name="Anna Berg",
            from_address="anna+k7m2p9qx@shopper.example",
            text=TEXT,
            language=language,
        ),
        **changed,  # type: ignore[arg-type]
    )


def reader(language: str = "en", mapping: Mapping = NO_MAPPING) -> Reader:
    words = [words_of(tag) for tag in languages_for(language)]
    return Reader(words, answers_for(letter(language), words[0], TODAY), mapping)


def field(kind: str = "text", label: str = "", **more: object) -> Field:
    return Field((0, 0), kind, label, **more)  # type: ignore[arg-type]


LABELS = {
    "en": ("Your name", "E-mail address", "Phone number", "Subject", "Your message", "Order number"),
    "de": ("Ihr Name", "E-Mail-Adresse", "Telefonnummer", "Betreff", "Ihre Nachricht", "Bestellnummer"),
    "fr": ("Nom complet", "Adresse e-mail", "Téléphone", "Objet", "Votre message", "Numéro de commande"),
    "es": ("Nombre y apellidos", "Correo electrónico", "Teléfono", "Asunto", "Mensaje", "Número de pedido"),
    "sv": ("Ditt namn", "E-postadress", "Telefonnummer", "Rubrik", "Meddelande", "Ordernummer"),
    "ru": ("Ваше полное имя", "Электронная почта", "Телефон", "Тема сообщения", "Сообщение", "Номер заказа"),
    "he": ("שם מלא", "דואר אלקטרוני", "טלפון", "נושא ההודעה", "תוכן ההודעה", "מספר הזמנה"),
    "ro": (
        "Nume și prenume",
        "Adresa de e-mail",
        "Telefon",
        "Subiect",
        "Mesajul dumneavoastră",
        "Număr comandă",
    ),
    "pl": ("Imię i nazwisko", "Adres e-mail", "Telefon", "Temat", "Treść wiadomości", "Numer zamówienia"),
    "nl": ("Uw naam", "E-mailadres", "Telefoonnummer", "Onderwerp", "Uw bericht", "Bestelnummer"),
    "fi": ("Nimesi", "Sähköpostiosoite", "Puhelinnumero", "Otsikko", "Viesti", "Tilausnumero"),
}
MEANINGS = ("name", "email", "phone", "subject", "message", "order_number")
BOXES = {
    "en": ("I have read the privacy policy", "Send me the newsletter", "Leave this field empty"),
    "de": ("Ich stimme der Datenschutzerklärung zu", "Newsletter abonnieren", "Bitte leer lassen"),
    "fr": ("J’accepte la politique de confidentialité", "Recevoir vos offres", "Laissez ce champ vide"),
    "es": ("He leído y acepto la política de privacidad", "Quiero recibir ofertas", "Dejar en blanco"),
    "sv": ("Jag godkänner integritetspolicyn", "Ja tack till nyhetsbrevet", "Lämna tomt"),
    "ru": ("Я согласен на обработку персональных данных", "Подписаться на рассылку", "Не заполняйте"),
    "he": ("אני מאשר את מדיניות הפרטיות", "אשמח לקבל דיוור", "נא לא למלא"),
    "ro": ("Sunt de acord cu prelucrarea datelor", "Vreau să primesc oferte", "Nu completați"),
    "pl": ("Akceptuję politykę prywatności", "Zapisz mnie na newsletter", "Nie wypełniaj"),
    "nl": ("Ik ga akkoord met de privacyverklaring", "Ik wil de nieuwsbrief", "Niet invullen"),
    "fi": ("Hyväksyn tietosuojaselosteen", "Tilaa uutiskirje", "Jätä tyhjäksi"),
}
BUTTONS = {
    "en": ("Send message", "Next"), "de": ("Absenden", "Weiter"), "fr": ("Envoyer", "Suivant"),
    "es": ("Enviar", "Siguiente"), "sv": ("Skicka", "Nästa"), "ru": ("Отправить", "Далее"),
    "he": ("שליחה", "הבא"), "ro": ("Trimite", "Continuă"), "pl": ("Wyślij", "Dalej"),
    "nl": ("Versturen", "Volgende"), "fi": ("Lähetä", "Seuraava"),
}  # fmt: skip
THANKS = {
    "en": "Thank you for your message. We will get back to you.",
    "de": "Vielen Dank! Ihre Nachricht wurde gesendet.",
    "fr": "Merci, votre message a bien été envoyé.",
    "es": "Su mensaje se ha enviado correctamente.",
    "sv": "Tack! Ditt meddelande har skickats.",
    "ru": "Спасибо, ваше сообщение отправлено.",
    "he": "תודה, ההודעה נשלחה בהצלחה.",
    "ro": "Mesajul a fost trimis cu succes.",
    "pl": "Dziękujemy, wiadomość została wysłana.",
    "nl": "Bedankt voor uw bericht.",
    "fi": "Kiitos, viestisi on lähetetty.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_understood_in_every_language(language: str) -> None:
    reading = reader(language)
    found = [
        reading.meaning_of(field("textarea" if meaning == "message" else "text", f"{label} *"))
        for label, meaning in zip(LABELS[language], MEANINGS, strict=True)
    ]
    assert tuple(found) == MEANINGS


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_understood_also_when_the_persona_speaks_another_language(language: str) -> None:
    found = reader("fi" if language != "fi" else "en").meaning_of(field("text", LABELS[language][1]))
    assert found == "email"


@pytest.mark.parametrize("language", LANGUAGES)
def test_consent_is_given_newsletters_are_declined_and_traps_left_alone(language: str) -> None:
    reading = reader(language)
    consent, newsletter, trap = BOXES[language]
    assert _action(reading, field("checkbox", consent)) == "tick"
    assert _action(reading, field("checkbox", newsletter)) is None
    assert _action(reading, field("checkbox", newsletter, checked=True)) == "untick"
    assert reading.entry_for(field("text", trap, required=True), []) is None


def _action(reading: Reader, box: Field) -> str | None:
    entry = reading.entry_for(box, [])
    return entry.action if entry else None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_that_sends_is_told_from_the_one_that_leads_on(language: str) -> None:
    send, onwards = BUTTONS[language]
    form = ContactForm((0, 0), ())
    snapshot = Snapshot(
        "https://x.example",
        buttons=(Button((0, 0), onwards, form=0, submits=True), Button((0, 1), send, form=0)),
    )
    reading = reader(language)
    found = [button_to(what, snapshot, form, reading.words, NO_MAPPING) for what in ("send", "next")]
    assert [each.name if each else "" for each in found] == [send, onwards]


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_are_understood_in_every_language(language: str) -> None:
    form = ContactForm((0, 0), (field("textarea", "Message", form=0, value=TEXT),))
    pressed = as_pressed(Snapshot("https://x.example/c", form.fields), form, TEXT)
    gone = Snapshot("https://x.example/c", lines=(THANKS[language],))
    assert outcome_of(gone, pressed, Network(True, True, 0, False), reader(language)).sign == "message"


def test_what_stood_on_the_page_before_is_no_sign() -> None:
    lines = ("Thank you for your interest in us.",)
    form = ContactForm((0, 0), (field("textarea", "Message", form=0, value=TEXT),))
    snapshot = Snapshot("https://x.example/c", form.fields, lines=lines)
    pressed = as_pressed(snapshot, form, TEXT)
    assert outcome_of(snapshot, pressed, Network(True, True, 0, False), reader()).sign == "none"


@pytest.mark.parametrize(("before", "sign"), [(("Never send passwords",), "reset"), ((), "none")])
def test_only_a_new_mark_beside_an_empty_form_casts_doubt_on_it(before: tuple[str, ...], sign: str) -> None:
    form = ContactForm((0, 0), (field("textarea", "Message", form=0, value=TEXT),))
    empty = (field("textarea", "Message", form=0),)
    lines = ("Never send", "passwords")
    filled = Snapshot("https://x.example/c", form.fields, lines=lines, objections=before)
    after = Snapshot("https://x.example/c", empty, lines=lines, objections=("Never send passwords",))
    pressed = as_pressed(filled, form, TEXT)
    assert outcome_of(after, pressed, Network(True, True, 0, False), reader()).sign == sign


def test_thanks_beside_an_objection_are_no_sign_while_the_form_keeps_our_words() -> None:
    form = ContactForm((0, 0), (field("textarea", "Message", form=0, value=TEXT),))
    pressed = as_pressed(Snapshot("https://x.example/c", form.fields), form, TEXT)
    said = "Thank you for writing, but your message could not be sent: try again."
    snapshot = Snapshot("https://x.example/c", form.fields, lines=(said,))
    outcome = outcome_of(snapshot, pressed, Network(True, True, 0, False), reader())
    assert (outcome.sign, outcome.words) == ("refused", said)


@pytest.mark.parametrize(
    ("network", "wrong", "again"),
    [
        (Network(left=False, taken=False, refused_with=0, busy=False), ("Phone",), True),
        (Network(left=True, taken=False, refused_with=422, busy=False), ("Phone",), True),
        (Network(left=True, taken=True, refused_with=0, busy=False), ("Phone",), True),
        (Network(left=True, taken=True, refused_with=0, busy=False), (), False),
        (Network(left=True, taken=False, refused_with=0, busy=False), ("Phone",), False),
        (Network(left=True, taken=False, refused_with=500, busy=False), ("Phone",), False),
    ],
)
def test_only_a_refusal_that_names_what_is_wrong_allows_a_second_press(
    network: Network, wrong: tuple[str, ...], again: bool
) -> None:
    assert may_be_corrected(SendOutcome("refused", "Please try again", wrong), network) is again
    assert not may_be_corrected(SendOutcome("none", "", wrong), network)


@given(
    left=st.booleans(), taken=st.booleans(), status=st.sampled_from([0, 403, 422, 500]), busy=st.booleans()
)
def test_a_form_that_keeps_our_words_and_says_nothing_is_never_taken_for_sent(
    left: bool, taken: bool, status: int, busy: bool
) -> None:
    form = ContactForm((0, 0), (field("textarea", "Message", form=0, value=TEXT),))
    snapshot = Snapshot("https://x.example/c", form.fields, lines=("Contact",))
    pressed = as_pressed(snapshot, form, TEXT)
    assert not outcome_of(snapshot, pressed, Network(left, taken, status, busy), reader()).sent


@pytest.mark.parametrize("question", ["What is 3 + 4?", "Wie viel ist 3+4", "Security code", "Я не робот"])
def test_a_question_against_robots_is_not_answered(question: str) -> None:
    reading = reader()
    asked = field("text", question, required=True)
    assert reading.meaning_of(asked) == "captcha"
    assert reading.entry_for(asked, []) is None


def test_a_field_that_nobody_sees_is_left_empty() -> None:
    assert reader().entry_for(field("text", "Your name", required=True, visible=False), []) is None


@pytest.mark.parametrize(
    ("label", "required", "answered"),
    [
        ("Phone", False, False),
        ("Phone", True, True),
        ("Phone *", False, True),
        ("Phone (required)", False, True),
    ],
)
def test_what_a_form_does_not_insist_on_is_left_out(label: str, required: bool, answered: bool) -> None:
    assert (reader().entry_for(field("tel", label, required=required), []) is not None) is answered


def test_a_required_question_without_an_answer_has_no_values() -> None:
    entry = reader().entry_for(field("text", "Favourite animal", required=True), [])
    assert entry is not None
    assert (entry.action, entry.values) == ("type", ())


def test_the_name_of_a_ticket_is_no_name_of_a_person() -> None:
    assert reader().meaning_of(field("text", "Ticket name")) == "subject"


def test_what_is_filled_in_already_needs_nothing() -> None:
    assert reader().entry_for(field("text", "Your name", value="Anna Berg"), []) is None
    entry = reader().entry_for(field("text", "Your name", value="Somebody"), [])
    assert entry == Entry(field("text", "Your name", value="Somebody"), "name", "type", ("Anna Berg",))


def test_an_answer_by_mail_is_asked_for() -> None:
    group = [
        field("radio", label, legend="How should we contact you?", group=0)
        for label in ("By telephone", "By e-mail")
    ]
    entries = [reader().entry_for(each, group) for each in group]
    assert [entry.action if entry else None for entry in entries] == [None, "tick"]


def test_a_mapping_comes_before_the_usual_rules() -> None:
    mapping = Mapping(
        name="odd",
        fields=(
            MappedField(label="case", value="{order_number}"),
            MappedField(label="name", leave=True),
            MappedField(label="kind", value="Lamps"),
        ),
    )
    reading = reader(mapping=mapping)
    case = reading.entry_for(field("text", "Your case"), [])
    assert case is not None
    assert case.values[0].startswith("999")
    assert reading.entry_for(field("text", "Name", required=True), []) is None
    options = (Option("Sofas", "1"), Option("Lamps", "2"))
    kind = reading.entry_for(field("select", "Kind", options=options), [])
    assert kind is not None
    assert kind.values == ("Lamps",)


@pytest.mark.parametrize(
    ("texts", "about", "chosen"),
    [
        (["Praise", "Complaints", "Other"], "My lamp is broken", "Complaints"),
        (
            ["Sales", "Delivery and transport", "Other"],
            "When do you deliver the table?",
            "Delivery and transport",
        ),
        (["Sales", "Careers", "Something else"], "Do you have parking?", "Something else"),
        (["Frau", "Herr", "Keine Angabe"], "Wo ist meine Lampe?", "Keine Angabe"),
        (["Red", "Green"], "Hello", "Green"),
    ],
)
def test_the_option_closest_to_the_message_is_chosen_else_the_most_neutral(
    texts: list[str], about: str, chosen: str
) -> None:
    assert best_option(texts, about, [words_of("en"), words_of("de")]) == chosen


def test_a_choice_among_nothing_is_none() -> None:
    assert best_option([], "Hello", [words_of("en")]) is None


def test_the_contact_form_is_told_from_search_newsletter_and_sign_in() -> None:
    snapshot = Snapshot(
        "https://x.example",
        (
            Field((0, 0), "search", "Search", form=0),
            Field((0, 1), "email", "E-mail for our newsletter", form=1),
            Field((0, 2), "email", "E-mail", form=2),
            Field((0, 3), "password", "Password", form=2),
            Field((0, 4), "text", "Name", form=3),
            Field((0, 5), "textarea", "Message", form=3),
        ),
    )
    found = contact_form(snapshot, reader())
    assert found is not None
    assert found.place == (0, 3)
    assert contact_form(replace(snapshot, fields=snapshot.fields[:4]), reader()) is None


@pytest.mark.parametrize(
    ("label", "button", "line", "is_one"),
    [
        ("E-mail", "OK", "Newsletter", False),
        ("E-mail", "OK", "press Enter ↵", True),
        ("E-mail", "Next", "", True),
        ("Your name", "OK", "", True),
        ("Your name", "Save", "", False),
    ],
)
def test_a_lone_question_is_a_form_where_it_leads_on_and_orders_no_newsletter(
    label: str, button: str, line: str, is_one: bool
) -> None:
    snapshot = Snapshot("https://x.example", (field(label=label),), (Button((0, 0), button),), lines=(line,))
    assert (contact_form(snapshot, reader()) is not None) is is_one


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_made_up_is_the_same_each_time_and_belongs_to_nobody(language: str) -> None:
    words = words_of(language)
    answers = answers_for(letter(language), words, TODAY)
    assert answers == answers_for(letter(language), words, TODAY)
    free = ("+44 7700 900", "+49 30 23125", "+33 6 39 98 0", "+46 70 17406")
    assert answers.for_meaning("phone")[0].startswith(free)
    assert all(answers.for_meaning(meaning)[0] for meaning in ("street", "postcode", "city", "country"))


@pytest.mark.parametrize(
    ("language", "zone", "pattern"),
    [
        ("en", "America/Chicago", r"\(202\) 555-01\d\d"),
        ("en", "America/Toronto", r"613-555-01\d\d"),
        ("en", "Australia/Perth", r"02555\d{5}"),
        ("en", "Europe/Dublin", r"02091\d{5}"),
        ("en", "Europe/London", r"020 7946 0\d\d\d"),
        ("fi", "Europe/Stockholm", r"08-465 004 \d\d"),
        ("es", "Europe/Paris", r"01 99 00 0\d \d\d"),
    ],
)
def test_a_form_that_takes_only_its_own_countrys_numbers_gets_one_that_nobody_has(
    language: str, zone: str, pattern: str
) -> None:
    numbers = answers_for(letter(language, time_zone=zone), words_of(language), TODAY).for_meaning("phone")
    assert [number for number in numbers if re.fullmatch(pattern, number)]
    assert numbers[0].startswith("+44 7700 900")


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Europe/Madrid", "Asia/Jerusalem"])
def test_no_national_number_is_made_up_where_none_is_kept_free(zone: str) -> None:
    answers = answers_for(letter("nl", time_zone=zone), words_of("nl"), TODAY)
    assert all(number.startswith("+44") for number in answers.for_meaning("phone"))


@given(st.text(alphabet="abcdefghjkmnpqrstuvwxyz23456789", min_size=8, max_size=8))
def test_swedish_numbers_stay_in_the_range_that_is_kept_free(token: str) -> None:
    answers = answers_for(letter("sv", token), words_of("sv"), TODAY)
    digits = "".join(filter(str.isdigit, answers.for_meaning("phone")[-1]))
    assert 701740605 <= int(digits) <= 701740699


@pytest.mark.parametrize(
    ("placeholder", "written"),
    [
        ("dd/mm/yyyy", "15/11/2026"), ("MM/DD/YYYY", "11/15/2026"), ("TT.MM.JJJJ", "15.11.2026"),
        ("yyyy-mm-dd", "2026-11-15"), ("дд.мм.гггг", "15.11.2026"), ("e.g. last week", ""),
    ],
)  # fmt: skip
def test_a_day_is_written_as_the_placeholder_asks(placeholder: str, written: str) -> None:
    assert in_shape(date(2026, 11, 15), placeholder) == written


def test_a_day_is_moved_between_the_fields_bounds() -> None:
    day = date(2026, 11, 15)
    assert day_for("date", day, "2026-11-20", "") == "2026-11-20"
    assert day_for("date", day, "", "2026-11-01") == "2026-11-01"
    assert day_for("datetime-local", day, "", "") == "2026-11-15T11:00"
    assert day_for("month", day, "", "") == "2026-11"


def test_a_subject_is_made_of_the_first_sentence_that_says_something() -> None:
    assert first_words(TEXT) == "the lamp that I bought last week is broken."
    assert len(first_words("word " * 100)) <= 70
