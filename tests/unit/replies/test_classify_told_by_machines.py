"""What programs have begun to say of themselves, in ten languages, each beside a person who says nearly the same."""

from __future__ import annotations

import pytest

from probes.replies.classify import judge
from tests.fictional_mail import SPEECH, mail

WRITTEN_BY_A_PROGRAM = {
    "en": (
        "Green comes at 89 euros.\n\nThis answer was written by our AI assistant.",
        "No bot wrote this answer, I did.",
    ),
    "de": (
        "Grün kostet 89 Euro.\n\nDiese Antwort wurde von unserer KI erstellt.",
        "Diese Antwort hat keine KI geschrieben.",
    ),
    "fr": (
        "Le vert coûte 89 euros.\n\nCette réponse a été générée par une IA.",
        "Ce n'est pas une IA qui vous répond.",
    ),
    "es": (
        "La verde cuesta 89 euros.\n\nEsta respuesta ha sido generada por una IA.",
        "Aquí no contesta ninguna IA.",
    ),
    "sv": ("Grön kostar 89 euro.\n\nDetta svar har skapats av AI.", "Här svarar ingen AI."),
    "nl": ("Groen kost 89 euro.\n\nDit antwoord is gegenereerd door AI.", "Hier antwoordt geen AI."),
    "pl": (
        "Zielona kosztuje 89 euro.\n\nTa odpowiedź została wygenerowana przez AI.",
        "Tu nie odpowiada żadne AI.",
    ),
    "ro": ("Cea verde costă 89 de euro.\n\nAcest răspuns a fost generat de AI.", "Aici nu răspunde un AI."),
    "ru": (
        "Зелёная стоит 89 евро.\n\nЭтот ответ создан искусственным интеллектом.",
        "Вам отвечает не робот.",
    ),
    "he": ("הירוקה עולה 89 אירו.\n\nתשובה זו נוצרה על ידי בינה מלאכותית.", "כאן לא עונה בוט."),
}
COPIES = {
    "en": "This is a copy of your message:",
    "de": "Dies ist eine Kopie Ihrer Nachricht:",
    "fr": "Voici une copie de votre message :",
    "es": "Esta es una copia de su mensaje:",
    "sv": "Detta är en kopia av ditt meddelande:",
    "nl": "Dit is een kopie van uw bericht:",
    "pl": "To jest kopia Twojej wiadomości:",
    "ro": "Aceasta este o copie a mesajului dumneavoastră:",
    "ru": "Это копия вашего сообщения:",
    "he": "להלן העתק של הודעתך:",
}
WITHOUT_AN_ANSWER = {
    "en": "We haven't heard back from you, so we've closed this ticket.",
    "de": "Wir haben nichts von Ihnen gehört und schließen daher das Ticket. Ihr Feedback ist uns wichtig.",
    "fr": "Sans réponse de votre part, ce ticket sera automatiquement fermé. Donnez-nous votre avis.",
    "es": "Al no recibir respuesta, hemos cerrado su caso. Su opinión nos ayuda a mejorar.",
    "sv": "Vi har inte hört från dig. Därför stänger vi ärendet. Din åsikt hjälper oss.",
    "nl": "We hebben niets meer van u gehoord. Daarom sluiten we dit ticket. Uw mening helpt ons.",
    "pl": "Wobec braku odpowiedzi zgłoszenie zostało zamknięte. Twoja opinia pomaga nam.",
    "ro": "Nu am primit un răspuns, așa că am închis tichetul. Părerea dumneavoastră ne ajută.",
    "ru": "Мы не получили ответа. Заявка закрыта. Ваше мнение помогает нам.",
    "he": "לא קיבלנו תשובה. הפנייה נסגרה. דעתך חשובה לנו.",
}


@pytest.mark.parametrize("language", WRITTEN_BY_A_PROGRAM)
def test_an_answer_that_says_a_program_wrote_it_is_automatic_and_a_denial_is_not(language: str) -> None:
    told, denied = WRITTEN_BY_A_PROGRAM[language]
    assert judge(mail(told, Subject="Re: A lamp")).verdict == "automatic"
    assert judge(mail(f"{SPEECH[language].answer}\n\n{denied}", Subject="Re: A lamp")).verdict == "human"


@pytest.mark.parametrize("language", COPIES)
def test_a_copy_of_our_own_letter_is_no_answer_and_one_below_an_answer_takes_nothing_from_it(
    language: str,
) -> None:
    ours = (
        "Have you the lamp from the window in green? I could fetch it on Friday.\n\nKind regards\nAnna Berg"
    )
    copied = f"{COPIES[language]}\n\n{ours}"
    told = judge(mail(f"{SPEECH[language].acknowledgement}\n\n{copied}", Subject="Re: A lamp"))
    assert told.verdict == "automatic", told
    below = judge(mail(f"{SPEECH[language].answer}\n\n{copied}", Subject="Re: A lamp"))
    assert below.verdict == "human", below


@pytest.mark.parametrize("language", WITHOUT_AN_ANSWER)
def test_a_ticket_that_was_closed_for_want_of_an_answer_is_a_programs_notice(language: str) -> None:
    judged = judge(mail(WITHOUT_AN_ANSWER[language], Subject="Ticket 4711"))
    assert judged.verdict == "automatic", judged


def test_the_lines_of_a_chat_are_its_transcript_and_times_in_an_answer_are_none() -> None:
    chat = "Thank you for contacting us.\n\n(10:02:11) Anna: Have you the lamp?\n(10:03:20) Saga: Yes, 89 euros.\n(10:04:01) *** Anna left"
    assert judge(mail(chat, Subject="Fjord & Field")).verdict == "automatic"
    hours = "Thank you for your message.\n\n10:00 the shop opens: come in then.\nThe lamp costs 89 euros.\nShall I put one aside?\n\nSaga"
    assert judge(mail(hours, Subject="Re: A lamp")).verdict == "human"


def test_a_frame_of_zendesk_is_known_in_a_language_of_which_no_words_are() -> None:
    framed = "##- Kirjoita vastauksesi tämän rivin yläpuolelle, kiitos -##\n\nThank you for contacting us. We have received your request."
    assert judge(mail(framed, Subject="A lamp")).verdict == "automatic"


def test_one_confirmation_before_a_signed_answer_does_not_make_it_a_programs() -> None:
    text = "Bonjour Madame,\n\nNous avons bien reçu votre courriel. La lampe verte est en vitrine.\n\nBien à vous,\nSylvie Arnaud"
    assert judge(mail(text, Subject="Re: Lampe")).verdict != "automatic"


def test_a_filter_that_blocked_a_mail_does_not_go_on_trying() -> None:
    text = "Your message was blocked by our spam firewall. It has NOT BEEN DELIVERED."
    judged = judge(
        mail(text, From="Filter <postmaster@fjordfield.example>", Subject="Blocked", Return_Path="<>")
    )
    assert judged.verdict == "bounce", judged


def test_a_letter_in_the_words_of_programs_alone_is_not_taken_for_a_persons_and_one_about_the_lamp_is() -> (
    None
):
    stock = "Everything you sent through this request reached the support department; agents respond to enquiries daily."
    assert judge(mail(stock, Subject="Re: A lamp")).verdict != "human"
    assert (
        judge(mail("The green lamp stands upstairs beside the yellow carpet.", Subject="Re: A lamp")).verdict
        == "human"
    )
    quoted = f"{stock}\n\nOn Fri, 20 Nov 2026 at 10:02, Anna Berg <anna@shopper.example> wrote:\n> The lamp?"
    assert judge(mail(quoted, Subject="Re: A lamp")).verdict == "uncertain"


def test_a_transcript_is_known_by_its_lines_alone() -> None:
    assert (
        judge(
            mail("20.11.2026, 10:02 - Anna: The lamp?\n20.11.2026, 10:03 - Saga: 89 euros", Subject="Saga")
        ).verdict
        != "human"
    )


def test_a_subject_that_calls_it_a_delay_is_believed_though_the_text_speaks_of_what_may_still_fail_for_good() -> (
    None
):
    text = "There was a temporary problem delivering your message. It will retry for 46 more hours. You hear if it fails permanently."
    daemon = {"From": "Mail Delivery Subsystem <mailer-daemon@mail.example>", "Return_Path": "<>"}
    judged = judge(mail(text, Subject="Delivery Status Notification (Delay)", **daemon))
    assert (judged.verdict, judged.kind) == ("automatic", "delay"), judged
    assert judge(mail(text, Subject="Delivery Status Notification (Failure)", **daemon)).verdict == "bounce"


def test_a_postmasters_mail_that_calls_itself_undeliverable_is_a_bounce_whatever_reason_it_gives() -> None:
    text = "Die Empfängerorganisation nimmt keine Nachrichten von außen an."
    subject = "Nicht zustellbar: Eine Lampe"
    assert (
        judge(mail(text, From="postmaster@x.example", Subject=subject, Return_Path="<>")).verdict == "bounce"
    )
    assert judge(mail(text, From="Saga Lind <saga@x.example>", Subject=f"AW: {subject}")).verdict == "human"
