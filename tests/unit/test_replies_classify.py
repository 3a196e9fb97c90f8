from __future__ import annotations

import pytest

from probes.replies.classify import judge
from probes.replies.phrases import languages

QUESTION = "Have you the lamp from the window in green, and what does it cost?"
ANSWER = "Yes, we have three of them. I have put one aside in your name until Saturday."


def mail(text: str = ANSWER, html: bool = False, **headers: str) -> bytes:
    usual = {
        "From": "Saga <umea@fjordfield.example>",
        "Subject": "Re: A lamp",
        "Message-ID": "<1@fjordfield.example>",
    }
    kind = "text/html" if html else "text/plain"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [
        f"{name}: {value}"
        for name, value in (usual | named | {"Content-Type": f"{kind}; charset=utf-8"}).items()
    ]
    return "\n".join([*lines, "", text]).encode()


HUMAN = {
    "a plain answer": mail(),
    "an answer that thanks first": mail(f"Hello Anna,\n\nthank you for your message. {ANSWER}\n\nKind regards\nSaga"),
    "a curt answer": mail("No."),
    "Outlook asking for no out-of-office notes": mail(X_Auto_Response_Suppress="All"),
    "an answer by Zendesk, stamped as automatic": mail(
        f'<div class="zd-comment" dir="auto"><p>{ANSWER}</p></div>',
        html=True,
        Auto_Submitted="auto-generated",
        X_Auto_Response_Suppress="All",
        X_Mailer="Zendesk Mailer",
    ),
    "an answer by FreeScout": mail(Message_ID="<FS_reply-12-ab@x.example>", X_FreeScout_Mail_Type="customer.message"),
    "an answer by RT, sent in bulk": mail(From="Saga via RT <rt@x.example>", RT_Ticket="x #12", Precedence="bulk"),
    "an answer by osTicket": mail(X_Mailer="osTicket Mailer"),
    "an answer that quotes a bounce": mail("We got this from your address:\n> 550 user unknown\nIs it still yours?"),
    "an answer in Swedish": mail("Hej Anna,\n\ntack för ditt meddelande. Vi har tre kvar, de kostar 900 kronor.\n\nMvh\nSaga"),
    "an answer that repeats our question": mail(f"{ANSWER}\n\n> {QUESTION}"),
}  # fmt: skip
AUTOMATIC = {
    "marked as automatic": mail("We will answer soon.", Auto_Submitted="auto-replied"),
    "an out-of-office subject": mail("Back on Monday.", Subject="Automatic reply: A lamp"),
    "an out-of-office subject in German": mail("Bin im Urlaub.", Subject="Automatische Antwort: Lampe"),
    "an out-of-office subject in Swedish": mail("Åter måndag.", Subject="Autosvar: Lampa"),
    "a vacation note without return address": mail("I am away.", Return_Path="<>", Precedence="bulk"),
    "FreeScout's acknowledgement, without any header": mail(Message_ID="<FS_autoreply-12-ab@x.example>"),
    "RT's acknowledgement": mail(Subject="[x #12] AutoReply: A lamp", RT_Ticket="x #12"),
    "Zendesk's acknowledgement": mail(
        f'<p>Your request (12) has been received.</p><div class="zd-comment">{QUESTION}</div>',
        html=True, Auto_Submitted="auto-generated", X_Mailer="Zendesk Mailer",
    ),
    "osTicket's acknowledgement": mail(X_Mailer="osTicket Mailer", Auto_Submitted="auto-generated"),
    "one that says so itself": mail("This is an automated message, please do not reply to this e-mail."),
    "stock phrases alone": mail("We have received your message. We will get back to you within 2 working days."),
    "a read receipt": mail(
        "--b\nContent-Type: message/disposition-notification\n\nDisposition: displayed\n--b--",
        Content_type='multipart/report; report-type="disposition-notification"; boundary=b',
    ).replace(b"Content-Type: text/plain; charset=utf-8\n", b"", 1),
}  # fmt: skip
REPORT = (
    b"From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n"
    b"Final-Recipient: rfc822; umea@fjordfield.example\nAction: %s\nStatus: 5.1.1\n--b--\n"
)


@pytest.mark.parametrize("case", HUMAN)
def test_a_persons_answer_is_judged_human(case: str) -> None:
    assert judge(HUMAN[case], QUESTION).verdict == "human", judge(HUMAN[case], QUESTION)


@pytest.mark.parametrize("case", AUTOMATIC)
def test_a_machines_answer_is_judged_automatic(case: str) -> None:
    assert judge(AUTOMATIC[case], QUESTION).verdict == "automatic", judge(AUTOMATIC[case], QUESTION)


def test_a_failed_delivery_is_a_bounce_and_a_late_one_is_not() -> None:
    assert judge(REPORT % b"failed").verdict == "bounce"
    assert (judge(REPORT % b"delayed").verdict, judge(REPORT % b"delayed").kind) == ("automatic", "delay")


def test_a_bounce_in_free_words_is_believed_from_a_mail_system() -> None:
    raw = mail(
        "Sorry, your message could not be delivered.", From="Mail Delivery System <MAILER-DAEMON@x.example>"
    )
    assert judge(raw).verdict == "bounce"


def test_a_missing_return_address_alone_does_not_make_a_bounce() -> None:
    assert judge(mail("I am on holiday until Monday.", Return_Path="<>")).verdict != "bounce"


def test_an_acknowledgement_in_our_own_quoted_words_proves_nothing() -> None:
    own = "I have received your message that this is an automated message, please explain."
    assert judge(mail(f"{ANSWER}\n{own}"), own).verdict == "human"


@pytest.mark.parametrize("text", ["", "We have received your message."])
def test_what_nothing_can_tell_is_uncertain(text: str) -> None:
    assert judge(mail(text)).verdict == "uncertain"


def test_every_verdict_gives_its_reasons() -> None:
    assert all(judge(raw, QUESTION).reasons for raw in (*HUMAN.values(), *AUTOMATIC.values()))


@pytest.mark.parametrize("language", ["de", "en", "fi", "fr", "sv"])
def test_a_language_has_phrases_for_acknowledgements_and_absences(language: str) -> None:
    assert languages()[language].acknowledgement
    assert languages()[language].out_of_office
