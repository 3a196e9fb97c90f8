"""Letters that speak of themselves, in words that stand in no list of phrases, and people's letters beside them."""

from __future__ import annotations

import pytest

from probes.replies.classify import judge
from probes.replies.letter import Letter
from probes.replies.mail import ReadMail
from probes.replies.person_name import signed_by_a_person
from probes.replies.phrases import languages
from tests.fictional_mail import mail

OF_ITSELF = {
    "en": "Your note has found its way into the queue. Somebody of our crew reads it today and writes within two working days.",
    "de": "Ihre Zeilen liegen nun im Postfach unserer Abteilung. Jemand aus dem Innendienst liest sie und ruft binnen zweier Tage an.",
    "fr": "Votre courriel est arrivé dans la file du service clientèle. Un conseiller le lit et répond sous deux jours ouvrés.",
    "es": "Su correo ya está en la cola de nuestro departamento. Un asesor lo leerá y contestará en dos días laborables.",
    "sv": "Ditt mejl ligger nu i kön hos vår kundtjänst. En handläggare läser det och svarar inom två vardagar.",
    "nl": "Uw mail staat nu in de wachtrij van onze klantenservice. Een medewerker leest hem en reageert binnen twee werkdagen.",
    "pl": "Państwa list trafił do kolejki naszego działu. Konsultant przeczyta go i odpowie w ciągu dwóch dni roboczych.",
    "ro": "Mesajul a ajuns în coada departamentului nostru. Un operator îl citește și răspunde în două zile lucrătoare.",
    "ru": "Ваше письмо попало в очередь нашего отдела. Сотрудник прочитает его и ответит в течение двух рабочих дней.",
    "he": "הודעתך הגיעה לתור של מחלקת השירות. נציג יעבור עליה ותקבלו מענה תוך שני ימי עסקים.",
}
OF_THE_THING = {
    "en": "Thank you for your message. The green lamp is in the window and costs 40 euros; we can post it tomorrow.",
    "de": "Danke für Ihre Nachricht. Die grüne Lampe steht im Fenster und kostet 40 Euro, wir schicken sie morgen.",
    "fr": "Merci pour votre message. La lampe verte est en vitrine et coûte 40 euros, nous l'envoyons demain.",
    "es": "Gracias por su mensaje. La lámpara verde está en el escaparate y cuesta 40 euros, la mandamos mañana.",
    "sv": "Tack för ditt meddelande. Den gröna lampan står i fönstret och kostar 400 kronor, vi skickar den imorgon.",
    "nl": "Bedankt voor uw bericht. De groene lamp staat in de etalage en kost 40 euro, we sturen hem morgen op.",
    "pl": "Dziękujemy za wiadomość. Zielona lampa stoi na wystawie i kosztuje 40 euro, wyślemy ją jutro.",
    "ro": "Vă mulțumim pentru mesaj. Lampa verde este în vitrină și costă 40 de euro, o trimitem mâine.",
    "ru": "Спасибо за письмо. Зелёная лампа стоит на витрине, цена 40 евро, завтра можем отправить.",
    "he": "תודה על ההודעה. המנורה הירוקה בחלון ועולה 40 יורו, אפשר לשלוח אותה מחר.",
}
ANSWERS = {"Subject": "Re: A lamp", "In-Reply-To": "<0@shopper.example>"}


@pytest.mark.parametrize("language", OF_ITSELF)
def test_a_letter_about_nothing_but_itself_and_its_answer_is_not_taken_for_a_persons(language: str) -> None:
    assert judge(mail(OF_ITSELF[language], **ANSWERS)).verdict != "human"


@pytest.mark.parametrize("language", OF_THE_THING)
def test_a_letter_about_the_thing_is_a_persons_however_it_thanks(language: str) -> None:
    assert judge(mail(OF_THE_THING[language], **ANSWERS)).verdict == "human"


@pytest.mark.parametrize(
    "text",
    [
        "Your mail reached me this morning. I look into it today and write again tomorrow.",
        "Ihre Nachricht liegt bei mir. Ich lese sie heute und melde mich morgen.",
        "Ваше письмо у меня. Отвечу завтра, сегодня я в отделе одна.",
    ],
)
def test_whoever_says_i_is_not_judged_by_the_words_of_programs(text: str) -> None:
    assert "nobody says" not in " ".join(judge(mail(text, **ANSWERS)).reasons)


def test_a_person_who_promises_in_one_sentence_is_not_taken_for_a_program() -> None:
    text = "We have read your message and our specialist in the workshop will call tomorrow."
    assert judge(mail(text, **ANSWERS)).verdict != "automatic"


def test_somebody_who_signs_and_has_something_to_say_is_not_taken_for_a_program() -> None:
    thing = "We have received the lamp this morning, so you can pick it up any time. We close at 7."
    text = f"Hi Anna,\n\nThanks for your message! {thing}\n\nBest,\nKim"
    assert judge(mail(text, Subject="Re: A lamp")).verdict == "human"


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for your message. The workshop will call and answer you tomorrow.",
        "We have got your request and checked with the warehouse. It will be delivered within two days.",
        "We read your letter at the meeting today. The whole team agrees: you are right, it will be replaced.",
        "Merci pour votre message. Le magasin vous rappelle demain matin au sujet de la lampe.\n\nLe service client",
        "Tack för ditt mejl. Vi har fått in lampan idag och lägger undan den till imorgon.\n\nKundtjänst",
        "Ihr Schreiben liegt dem Filialleiter vor. Er ruft Sie morgen an.\n\nSekretariat",
        "Bedankt voor je bericht. De winkel in Utrecht heeft de lamp morgen binnen.\n\nKlantenservice",
        "תודה על ההודעה. המחלקה תחזור אליך היום לגבי המנורה.\n\nשירות לקוחות",
    ],
)
def test_the_words_of_programs_alone_never_make_a_program_of_a_shop_that_signs_by_no_name(text: str) -> None:
    assert judge(mail(text, Subject="Re: A lamp")).verdict != "automatic"


def test_a_letter_that_names_a_price_is_not_judged_by_the_words_of_programs() -> None:
    text = "Your request is with our service department. It takes two days and costs € 40, reply today if it is urgent."
    assert "nobody says" not in " ".join(judge(mail(text, **ANSWERS)).reasons)


@pytest.mark.parametrize(
    ("sender", "below", "signed"),
    [
        ("Lena Vogt <lena.vogt@fjordfield.example>", "Lena Vogt", True),
        ("Muebles <soporte@fjordfield.example>", "Departamento Central", False),
        ("Kim from Fjordfield <support@fjordfield.example>", "Kim", True),
    ],
)
def test_a_department_does_not_sign_as_a_person(sender: str, below: str, signed: bool) -> None:
    letter = Letter(ReadMail.of(mail(f"The lamp is green.\n\nMany of them are.\n\n{below}", From=sender)))
    assert signed_by_a_person(letter) is signed


def test_a_form_shown_again_with_our_address_is_not_taken_for_a_persons() -> None:
    shown = "Name: Anna Berg\nE-mail: anna@shopper.example\nMessage: Have you the lamp in green?"
    text = f"Hello Anna,\n\nthat went well! Your message is on its way to our team, who read it today.\n\n{shown}"
    assert judge(mail(text, Subject="Contact")).verdict != "human"


def test_every_language_knows_the_parts_that_words_play() -> None:
    parts = {"letter", "arrives", "answers", "when", "us", "me", "fill"}
    assert {name for name, language in languages().items() if language.roles.keys() != parts} == {"other"}
