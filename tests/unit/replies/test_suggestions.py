"""What the rules suggest for a reply, and on which words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.replies.phrase_files import language_of, phrase_lists
from audit_app.domain.replies.quality import COMPLAINT, RUBRIC, Share, rubric_for
from audit_app.domain.replies.suggestions import Suggestion, suggest

YES, PARTLY, NO, NOT_APPLICABLE = Share.YES, Share.PARTLY, Share.NO, Share.NOT_APPLICABLE


def suggested(
    text: str,
    language: str = "en",
    name: str = "Anna Berg",
    complaint: bool = False,
    question: str = "Do you open on Sundays? And can I pay by card?",
    signature: str = "",
) -> dict[str, Suggestion]:
    found = suggest(
        text,
        language=language,
        persona_name=name,
        complaint=complaint,
        question=question,
        signature=signature,
    )
    return {each.item_key: each for each in found}


def share(item: str, text: str, **given: object) -> Share | None:
    return suggested(text, **given)[item].share  # type: ignore[arg-type]


def words(item: str, text: str, **given: object) -> list[str]:
    return [text[start:end] for start, end in suggested(text, **given)[item].spans]  # type: ignore[arg-type]


# ---------- the whole reply ----------

GOOD = (
    "Dear Ms Berg,\n\nThank you for writing to us. I am sorry that the lamp broke. I will personally see to it and "
    "call you by Friday at 14:00. You can have a new one or a refund, and a gift voucher as well.\n\n"
    "Kind regards,\nKim Olsen\nCustomer service"
)
BAD = (
    "That is not our problem. We never take things back, it is against company policy. I promise it will hold.\n\n"
    "Your Fjord team"
)


def test_a_good_answer_to_a_complaint_is_suggested_yes_with_the_words_that_say_so() -> None:
    found = suggested(GOOD, complaint=True)
    assert list(found) == [item.key for item in COMPLAINT.items]
    asked_for = {"answers_every_question", "correct", "solved_at_first_contact"}
    wrong = {"risky_promise", "negative_language"}
    assert {key for key, each in found.items() if each.share is None} == asked_for
    assert {key for key, each in found.items() if each.share is NO} == wrong
    assert {key for key, each in found.items() if each.share is YES} == set(found) - asked_for - wrong
    assert words("greeting", GOOD) == ["Dear"]
    assert words("signed_by_person", GOOD) == ["Kim Olsen"]
    assert words("compensation", GOOD, complaint=True) == ["new one", "refund", "gift voucher"]


def test_a_bad_one_is_suggested_no_and_its_wrong_words_are_found() -> None:
    found = suggested(BAD, complaint=True)
    for key in (
        "greeting",
        "uses_name",
        "thanks",
        "signed_by_person",
        "apology",
        "ownership",
        "compensation",
    ):
        assert found[key].share is NO, key
    assert words("risky_promise", BAD) == ["I promise"]
    assert words("negative_language", BAD) == ["is not our problem", "We never", "company policy"]


def test_a_question_is_rated_by_its_own_rubric_and_asks_for_no_apology() -> None:
    found = suggested("Hello Anna, we open at ten.")
    assert list(found) == [item.key for item in RUBRIC]
    assert found["apology"].share is NOT_APPLICABLE


def test_what_no_rule_can_judge_is_asked_for_with_the_questions_beside_it() -> None:
    found = suggested("Hello Anna, yes, both.")
    assert found["correct"].share is None
    assert found["answers_every_question"].share is None
    assert "“Do you open on Sundays?” “And can I pay by card?”" in found["answers_every_question"].reason


def test_a_picture_without_words_suggests_nothing() -> None:
    assert {each.share for each in suggested("  \n :-) 10 ").values()} == {None}


# ---------- item by item ----------


def test_a_greeting_opens_the_reply() -> None:
    assert share("greeting", "Good morning, we open at ten.") is YES
    assert share("greeting", "> ref 17\nHi Anna") is YES
    assert share("greeting", "We open at ten. Say hello to the team when you come.") is NO


def test_the_name_counts_where_the_customer_is_addressed_and_not_in_the_signature() -> None:
    assert share("uses_name", "Dear Ms Berg, we open at ten.") is YES
    assert share("uses_name", "We open at ten.\n\nKind regards\nAnna") is NO
    assert share("uses_name", "We open at ten in Annabergstad.") is NO
    assert share("uses_name", "We open at ten.", name="") is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Kiitos Annalle viestistä, me olemme auki."),
        ("pl", "Droga Anno, dziękujemy za list i pytanie."),
    ],
)
def test_a_name_may_take_the_ending_that_its_language_gives_it(language: str, text: str) -> None:
    assert share("uses_name", text, language=language) is YES


def test_a_name_in_another_script_is_for_a_person_to_find() -> None:
    assert share("uses_name", "Здравствуйте, Анна! Мы открыты в воскресенье.", language="ru") is None


@pytest.mark.parametrize(
    "text",
    [
        "I will call you by Friday.",
        "We'll look into it. You will hear from us within 2 hours.",
        "We will refund it on 24.11.2026",
        "I’ll ring at 14:30",
        "I have reserved one for you and am here until six.",
    ],
)
def test_a_next_step_with_a_time_is_owned(text: str) -> None:
    assert share("owns_next_step", text) is YES


def test_a_next_step_without_a_time_is_half_of_it() -> None:
    text = "I will look into it as soon as possible."
    assert share("owns_next_step", text) is PARTLY
    assert words("owns_next_step", text) == ["I will"]


def test_a_time_far_from_any_promise_is_no_time_for_it() -> None:
    assert share("owns_next_step", "I will ask. We sell shoes. We sell hats. We open on Friday.") is PARTLY


def test_opening_hours_alone_are_no_next_step_and_whether_one_was_due_is_asked() -> None:
    assert share("owns_next_step", "We open at 10:00 on Friday.") is None
    assert share("owns_next_step", "We open at 10:00 on Friday.", complaint=True) is NO
    assert share("owns_next_step", "I will not call you on Friday.", complaint=True) is NO


@pytest.mark.parametrize(
    "ending",
    [
        "Kind regards\nKim",
        "Best,\n\nKim Olsen",
        "Regards, Kim",
        "Many thanks\nKim Olsen | Customer service",
        "Sincerely,\nJ. van der Berg, Manager",
        "Best wishes\nCustomer service\nKim Olsen",
        "/Kim",
        "– Kim O'Hara",
        "See you soon! /Kim",
    ],
)
def test_a_person_signs_by_name(ending: str) -> None:
    assert share("signed_by_person", f"We open at ten on Sundays.\n\n{ending}") is YES


@pytest.mark.parametrize(
    "ending",
    [
        "Kind regards\nYour Fjord team",
        "Best regards,\nCustomer Service",
        "Regards",
        "See you soon!",
        "Thanks for your patience.",
    ],
)
def test_a_team_or_nobody_is_no_person(ending: str) -> None:
    assert share("signed_by_person", f"We open at ten on Sundays.\n\n{ending}") is NO


def test_by_order_of_is_no_name_and_the_one_below_it_is() -> None:
    text = "Wir haben am Sonntag auf, und das ist alles.\n\nMit freundlichen Grüßen\nIm Auftrag"
    assert share("signed_by_person", text, language="de") is NO
    assert words("signed_by_person", f"{text}\n\nMüller", language="de") == ["Müller"]


def test_who_gives_the_name_in_a_chat_or_below_the_separator_has_signed_too() -> None:
    assert share("signed_by_person", "Hi, my name is Kim. We open at ten.") is YES
    assert share("signed_by_person", "Hi, I am sorry. We open at ten.") is NO
    assert share("signed_by_person", "We open at ten.", signature="Kim Olsen\nFjord & Field") is YES
    assert share("signed_by_person", "We open at ten.", signature="Fjord & Field AB") is NO


@pytest.mark.parametrize(
    "text",
    [
        "No problem, we can do that.",
        "Please don't hesitate to write.",
        "Don’t hesitate to call.",
        "Never mind the receipt, we find it.",
        "No, returns are free of charge.",
        "There is no need to worry.",
        "See our privacy policy.",
    ],
)
def test_friendly_words_with_a_no_in_them_are_not_negative(text: str) -> None:
    assert share("negative_language", text) is NO


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("No.", "No"),
        ("Hello Anna,\nNo. That cannot be done.", "No"),
        ("We don’t know.", "We don’t know"),
        ("That’s not my job, ask them.", "not my job"),
        ("The company never does that.", "The company never"),
        ("It is company policy.", "company policy"),
        ("That is impossible.", "That is impossible"),
    ],
)
def test_negative_language_is_found(text: str, found: str) -> None:
    assert found in " ".join(words("negative_language", text))
    assert share("negative_language", text) is YES


def test_a_promise_is_risky_unless_it_says_what_cannot_be_promised() -> None:
    for risky in ("I promise you.", "You have my word.", "Delivery is guaranteed.", "We guarantee it."):
        assert share("risky_promise", risky) is YES, risky
    for careful in (
        "I can't promise that.",
        "We cannot guarantee it.",
        "The lamp has a two-year guarantee.",
        "Usually we answer within an hour; if anything unforeseen happens I will tell you at once.",
    ):
        assert share("risky_promise", careful) is NO, careful


def test_a_refused_refund_is_no_compensation() -> None:
    assert share("compensation", "We cannot offer you a refund.", complaint=True) is NO
    assert share("compensation", "There are no refunds.", complaint=True) is NO
    assert share("compensation", "You get a refund.", complaint=True) is YES


def test_the_right_language_is_the_one_in_which_the_customer_wrote() -> None:
    german = "Wir haben am Sonntag nicht geöffnet, aber sie können uns gerne schreiben."
    assert share("clear_language", german, language="de-AT") is YES
    assert share("clear_language", german, language="en") is NO
    assert "Written in German" in suggested(german)["clear_language"].reason
    assert share("clear_language", "OK!") is None


def test_a_reply_in_another_language_is_read_by_that_languages_phrases_too() -> None:
    german = (
        "Guten Tag Frau Berg,\n\nvielen Dank für Ihre Frage. Wir haben am Sonntag nicht auf.\n\nGrüße\nJonas"
    )
    found = suggested(german, language="en")
    assert [found[key].share for key in ("greeting", "thanks", "signed_by_person")] == [YES, YES, YES]


def test_a_language_without_phrases_suggests_nothing_but_what_can_be_told() -> None:
    found = suggested("Kæra Anna, þakka þér fyrir.", language="is")
    assert {each.share for each in found.values()} == {None}
    assert "no phrases for is" in found["greeting"].reason


# ---------- every language ----------

IN_EVERY_LANGUAGE = {
    "en": (GOOD, BAD),
    "de": (
        "Sehr geehrte Frau Berg,\n\nvielen Dank für Ihre Nachricht. Es tut uns sehr leid, dass die Lampe nicht geht. "
        "Ich kümmere mich persönlich darum und rufe Sie bis Freitag um 14 Uhr an. Sie erhalten einen Gutschein.\n\n"
        "Mit freundlichen Grüßen\nJonas Weber",
        "Das ist nicht unser Problem. Wir machen so etwas nie. Ich verspreche Ihnen, dass die Lampe geht und gut ist.",
    ),
    "fr": (
        "Bonjour Madame Berg,\n\nMerci de votre message. Nous sommes désolés pour la lampe. Je m'en occupe "
        "personnellement et je vous rappellerai avant vendredi à 14 h. Nous vous offrons un bon d'achat.\n\n"
        "Cordialement,\nJulie Martin",
        "Ce n’est pas notre problème, et nous ne reprenons jamais. C'est la politique de la maison, je vous promets.",
    ),
    "es": (
        "Estimada Sra. Berg:\n\nMuchas gracias por su mensaje. Lamentamos lo ocurrido con la lámpara. Me encargo "
        "personalmente y le llamaré antes del viernes a las 14. Le ofrecemos un vale de compra.\n\n"
        "Un cordial saludo,\nLucía Pérez",
        "No es nuestro problema y no lo sé. Nunca devolvemos el dinero. Le prometo que la lámpara está bien.",
    ),
    "sv": (
        "Hej Anna!\n\nTack för ditt mejl. Vi beklagar att lampan inte fungerar. Jag tar hand om det personligen och "
        "ringer dig senast fredag kl. 14. Du får ett presentkort av oss.\n\nVänliga hälsningar\nElin Ek",
        "Det är inte vårt problem. Vi tar aldrig tillbaka något, det är företagets policy. Jag lovar att den är bra.",
    ),
    "nl": (
        "Beste mevrouw Berg,\n\nHartelijk dank voor uw bericht. Onze excuses voor de lamp. Ik zorg er persoonlijk voor "
        "en bel u voor vrijdag 14 uur. U krijgt van ons een cadeaubon.\n\nMet vriendelijke groet,\nSanne de Vries",
        "Dat is niet ons probleem. Wij doen dat nooit, dat is ons beleid. Ik beloof u dat de lamp het wel doet.",
    ),
    "fi": (
        "Hei Anna Berg,\n\nKiitos viestistäsi. Pahoittelemme, että lamppu ei toimi. Hoidan asian henkilökohtaisesti ja "
        "soitan teille perjantaina klo 14. Saatte myös lahjakortin.\n\nYstävällisin terveisin\nMikko Laine",
        "Se ei ole meidän ongelmamme. Emme koskaan ota mitään takaisin, se on yrityksen käytäntö. Lupaan että se toimii.",
    ),
    "pl": (
        "Szanowna Pani Berg,\n\ndziękujemy za wiadomość. Przepraszamy za lampę. Zajmę się tym osobiście i zadzwonię do "
        "Pani do piątku do godz. 14. Otrzyma Pani bon podarunkowy.\n\nZ poważaniem\nMarta Nowak",
        "To nie nasza sprawa i nie wiem. Nigdy tego nie robimy, to jest polityka firmy. Obiecuję, że lampa działa.",
    ),
    "ro": (
        "Bună ziua, doamnă Berg,\n\nVă mulțumim pentru mesaj. Ne pare rău pentru lampă. Mă ocup personal de asta și voi "
        "suna până vineri la ora 14. Veți primi un voucher din partea noastră.\n\nCu stimă,\nIoana Pop",
        "Nu este problema noastră și nu știu. Nu facem asta, este politica firmei. Vă promit că lampa este bună.",
    ),
    "ru": (
        "Здравствуйте, Анна!\n\nСпасибо за ваше письмо. Приносим извинения за лампу. Я лично займусь этим и позвоню вам "
        "до пятницы в 14:00. Мы дарим вам подарочный сертификат.\n\nС уважением,\nИрина Смирнова",
        "Это не наша проблема, и мы не знаем. Мы никогда этого не делаем. Обещаю, что лампа будет работать.",
    ),
    "he": (
        "שלום אנה,\n\nתודה על פנייתך. אני מתנצל על המנורה. אני אטפל בזה באופן אישי ואתקשר אליך עד יום שישי בשעה 14:00. "
        "תקבלי גם שובר מתנה שלנו.\n\nבברכה,\nדוד לוי",
        "זה לא הבעיה שלנו. אנחנו אף פעם לא עושים את זה, זו מדיניות החברה. אני מבטיח לך שהמנורה טובה.",
    ),
}


def test_there_are_phrases_for_each_language_and_each_is_tried_here() -> None:
    assert set(IN_EVERY_LANGUAGE) == set(phrase_lists())


@pytest.mark.parametrize("language", sorted(IN_EVERY_LANGUAGE))
def test_a_good_and_a_bad_answer_are_told_apart_in_every_language(language: str) -> None:
    good, bad = IN_EVERY_LANGUAGE[language]
    name = {"ru": "Анна Берг", "he": "אנה ברג"}.get(language, "Anna Berg")
    best = suggested(good, language, name, complaint=True)
    for key in ("owns_next_step", "greeting", "uses_name", "thanks", "signed_by_person", "apology"):
        assert best[key].share is YES, (key, best[key].reason)
    for key in ("clear_language", "ownership", "compensation"):
        assert best[key].share is YES, (key, best[key].reason)
    for key in ("risky_promise", "negative_language"):
        assert best[key].share is NO, (key, best[key].reason)
    worst = suggested(bad, language, name, complaint=True)
    for key in ("risky_promise", "negative_language"):
        assert worst[key].share is YES, (key, worst[key].reason)
    for key in ("greeting", "thanks", "apology", "ownership", "compensation", "signed_by_person"):
        assert worst[key].share is NO, (key, worst[key].reason)
    assert language_of(good) == language_of(bad) == language


# ---------- any text ----------

phrases_of_any_language = st.sampled_from(
    sorted({word for good, bad in IN_EVERY_LANGUAGE.values() for word in (good + " " + bad).split(" ")})
)
any_text = st.text() | st.lists(phrases_of_any_language | st.text(max_size=3), max_size=40).map(" ".join)


@given(
    any_text,
    st.sampled_from(["en", "de", "he", "ru", "is", "", "zh-Hant"]),
    st.text(max_size=12),
    st.booleans(),
    st.text(max_size=30),
)
def test_any_text_is_read_without_error_and_every_place_lies_within_it(
    text: str, language: str, name: str, complaint: bool, other: str
) -> None:
    found = suggest(
        text, language=language, persona_name=name, complaint=complaint, question=other, signature=other
    )
    assert [each.item_key for each in found] == [item.key for item in rubric_for(complaint).items]
    for each in found:
        assert list(each.spans) == sorted(each.spans)
        assert all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in each.spans)
        assert each.reason.strip()
        assert each.share is not None or not each.spans


@pytest.mark.parametrize(
    "piece", ["I will today. ", "no problem never ", "Thanks\nKim\n", "a" * 60 + " ", "\n \t"]
)
def test_a_reply_without_end_is_read_in_time(piece: str) -> None:
    began = time.perf_counter()
    suggested(piece * (200_000 // len(piece)))
    assert time.perf_counter() - began < 3


def test_what_somebody_does_at_once_and_sees_to_in_person_is_a_next_step_that_is_owned() -> None:
    text = (
        "Hello Jonas,\n\nI am sorry. I refund the difference to your card today and will personally see to it that "
        "the label is put right.\n\nOskar"
    )
    assert share("owns_next_step", text, complaint=True) is YES
    assert share("ownership", text, complaint=True) is YES
    assert share("owns_next_step", "Shall I send it today?", complaint=True) is NO


@pytest.mark.parametrize(
    ("language", "item", "text"),
    [
        ("en", "thanks", "Appreciate you reaching out."),
        ("fr", "apology", "Veuillez nous excuser."),
        ("fr", "owns_next_step", "Je vous rappelle demain avant midi."),
        ("ro", "owns_next_step", "Verificăm și revenim cu un răspuns mâine."),
        ("nl", "owns_next_step", "Ik zoek het uit en bel u morgenochtend."),
    ],
)
def test_short_and_present_forms_say_it_as_well(language: str, item: str, text: str) -> None:
    found = suggest(text, language=language, persona_name="Anna Berg", complaint=True, question="")
    assert next(each.share for each in found if each.item_key == item) is YES
