"""The cases that are hard to tell: the shortest answers, and what programs write when no header betrays them."""

from __future__ import annotations

import pytest

from probes.replies.classify import judge
from tests.fictional_mail import ACKNOWLEDGEMENT, ANSWER, QUESTION, mail, parts

WROTE = "On Fri, 20 Nov 2026 at 10:02, Anna Berg <anna@shopper.example> wrote:\n"
OWN = "I am out of office until Monday, please do not reply to this email. This is an automatic message."


def quoted(text: str) -> str:
    return WROTE + "\n".join(f"> {line}" for line in text.splitlines())


PEOPLE = {
    "a short answer": mail("Yes, 10:00 works.", Subject="Re: A lamp"),
    "an answer of one word": mail("Thursday", Subject="Re: A lamp", In_Reply_To="<q@x>"),
    "a thumb": mail("👍", Subject="Re: A lamp"),
    "nothing but thanks": mail("Thank you!", Subject="Re: A lamp"),
    "agreed, with thanks": mail("Ok, thanks.", Subject="Re: A lamp"),
    "a promise in two words": mail("Will do.", Subject="Re: A lamp"),
    "an answer above a quoted automatic reply": mail(
        f"It is 89 euros.\n\n{quoted(ACKNOWLEDGEMENT)}", Subject="Re: Automatic reply: A lamp"
    ),
    "the same in Outlook": mail(
        f"It is 89 euros.\n\n-----Original Message-----\nFrom: Fjord\nSent: Friday\nTo: Anna\nSubject: Automatic reply\n\n{ACKNOWLEDGEMENT}",
        Subject="RE: Automatic reply: A lamp",
    ),
    "our own words, which programs use, quoted back": mail(
        f"It is 89 euros.\n\n{quoted(OWN)}", Subject="Re: A lamp"
    ),
    "a failure forwarded with a question": mail(
        "Anna, my answer came back. Is your address right?\n\n---------- Forwarded message ---------\nFrom: Mail Delivery Subsystem <mailer-daemon@x.example>\nDate: Fri, 20 Nov 2026\nSubject: Undeliverable: lamp\nTo: saga@x.example\n\n550 5.1.1 no such user",
        Subject="FW: Undeliverable: A lamp",
    ),
    "a picture and no word": parts(("image/jpeg; name=lamp.jpg", "/9j/4AAQ"), Subject="Re: A lamp"),
    "an offer and no word": parts(("text/plain", ""), ("application/pdf", "JVBE"), Subject="Re: A lamp"),
    "a company's disclaimer below": mail(
        "The lamp is 89 euros.\n\nSaga Lind\nFjord & Field\n\n________________________________\nThis email and any attachments are confidential and intended for the intended recipient only. If you are not the intended recipient, please do not reply, and delete this message. This message was scanned for viruses.",
        Subject="Re: A lamp",
    ),
    "an answer from a ticket program": mail(
        "##- Please type your reply above this line -##\n\nSaga Lind, Nov 20, 10:05\n\nHello Anna,\n\nthe lamp comes in green and costs 89 euros. Shall I put one aside?\n\nSaga Lind\nFjord & Field\n\nThis email is a service from Fjord & Field. Ticket #4711",
        Subject="[Fjord & Field] Re: A lamp",
        From="Saga Lind (Fjord & Field) <support@fjordfield.example>",
        Auto_Submitted="auto-generated",
    ),
    "an answer out of a drawer, signed": mail(
        "Hello Anna,\n\nthank you for contacting Fjord & Field. Our lamps come in red, green and blue. They cost 89 euros each. You can order them in the shop or by phone. If you have further questions, please contact us.\n\nKind regards\nSaga Lind\nCustomer service",
        Subject="Re: A lamp",
    ),
    "a letter from an address that takes none": mail(
        f"Hello Anna,\n\nthe lamp comes in green and costs 89 euros. Shall I put one aside?\n\nKind regards\nSaga Lind\n\n{quoted(QUESTION)}",
        From="Saga Lind <no-reply@fjordfield.example>",
        Subject="Re: A lamp",
        In_Reply_To="<q@x>",
    ),
    "a signed letter": parts(
        ("text/plain", ANSWER),
        ("application/pkcs7-signature; name=smime.p7s", "MIIB"),
        kind="signed; protocol=application/pkcs7-signature",
        Subject="Re: A lamp",
    ),
    "an encrypted letter": mail(
        "MIIBsgYJ",
        Content_Type="application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
        Content_Transfer_Encoding="base64",
        Subject="Re: A lamp",
    ),
    "an encrypted letter in the text": mail(
        "-----BEGIN PGP MESSAGE-----\n\nhQEMA1234abcd\n=abcd\n-----END PGP MESSAGE-----", Subject="Re: A lamp"
    ),
    "a letter signed in the text": mail(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe lamp is 89 euros.\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----",
        Subject="Re: A lamp",
    ),
    "an answer with a question about it below": mail(
        "Hello Anna,\n\nthe lamp is 89 euros and comes in green. I have put one aside for you.\n\nKind regards\nSaga Lind\n\nHow would you rate my reply? Great - Okay - Not good",
        Subject="Re: A lamp",
    ),
    "opening hours in an answer": mail(
        "Hi Anna, yes, we have it. Our opening hours are Monday to Friday 9 to 6, so just drop by.",
        Subject="Re: A lamp",
    ),
    "one who answers for a colleague on holiday": mail(
        "Hi Anna,\n\nSaga is on holiday until Monday, so I am answering for her. The lamp costs 89 euros.\n\nKim",
        Subject="Re: A lamp",
    ),
    "an invitation with words": parts(
        ("text/plain", "Shall we meet on Monday at ten to look at the lamp?"),
        ("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\nEND:VCALENDAR"),
        Subject="Visit",
    ),
}
MACHINES = {
    "calendar: accepted": parts(
        ("text/plain", ""),
        ("text/calendar; method=REPLY", "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR"),
        Subject="Accepted: Visit",
    ),
    "calendar: declined": parts(
        ("text/calendar; method=REPLY", "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR"),
        Subject="Declined: Visit",
    ),
    "receipt: read": mail(
        "Your message\n\nTo: Saga\nSubject: A lamp\nSent: Friday\n\nwas read on Friday, 20 November 2026 10:05.",
        Subject="Read: A lamp",
    ),
    "out_of_office: in two languages": mail(
        "Guten Tag,\nich bin bis 3. Mai nicht im Büro.\n\nHello,\nI am out of office until 3 May. In urgent cases please contact Kim.\n\nSaga Lind",
        Subject="Re: A lamp",
    ),
    "out_of_office: signed, as an answer": mail(
        "I'm on annual leave until 3 May and will answer when I'm back.\n\nSaga Lind",
        Subject="Re: A lamp",
        In_Reply_To="<q@x>",
    ),
    "acknowledgement: without any header": mail(
        "Hello Anna,\n\nwe have received your enquiry and will get back to you within two working days.\n\nKind regards\nFjord & Field"
    ),
    "acknowledgement: as an answer, with a number": mail(
        "Hello Anna,\n\nThank you for your email. Your ticket number is 4711. Please keep this number in the subject.\n\nFjord & Field",
        Subject="Re: A lamp [#4711]",
    ),
    "closed_box: a mailbox that nobody reads": mail(
        "This mailbox is no longer monitored. Please use the contact form on our website.",
        Subject="Re: A lamp",
    ),
    "out_of_office: a colleague who left": mail(
        "Saga Lind has left the company. Please direct your enquiries to kim@fjordfield.example.",
        Subject="Re: A lamp",
    ),
    "survey: after the answer": mail(
        "Hi Anna,\n\nhow would you rate the support you received?\n\nGood, I'm satisfied\nBad, I'm unsatisfied",
        Subject="Re: A lamp",
    ),
    "automatic: a request solved": mail(
        "Your request (4711) has been solved. To reopen this request, reply to this email.",
        Subject="[Request solved] A lamp",
    ),
    "automatic: what was said in the chat": mail(
        "Thank you for chatting with us. Here is a copy of your chat transcript.\n\n(10:02) Anna: Have you the lamp?\n(10:03) Saga: Yes, 89 euros.",
        Subject="Your chat transcript",
        From="Fjord & Field <noreply@fjordfield.example>",
    ),
    "automatic: held by a filter": mail(
        "Your message was placed in quarantine and will be released once an administrator has checked it.",
        From="Mail Security <quarantine@fjordfield.example>",
        Subject="Message quarantined",
    ),
    "acknowledgement: held for a moderator": mail(
        "Your mail to 'lamps' with the subject\n\n    A lamp\n\nIs being held until the list moderator can review it for approval.",
        Subject="Your message to lamps awaits moderator approval",
        From="lamps-bounces@lists.example",
        Precedence="bulk",
        X_List_Administrivia="yes",
        Auto_Submitted="auto-replied",
    ),
    "newsletter: lamps": mail(
        "New lamps are in! Save 20 % this week only. Shop now.\n\nUnsubscribe",
        From="Fjord & Field <news@fjordfield.example>",
        List_Unsubscribe="<https://x/off>",
        Precedence="bulk",
        Subject="New lamps",
    ),
    "automatic: an order confirmed": mail(
        "Thank you for your order 4711. We will send you an email as soon as it ships. This is an automatically generated message.",
        From="Fjord & Field <no-reply@fjordfield.example>",
        Subject="Order confirmation 4711",
    ),
    "delay: a delivery that is late": mail(
        "This is an automatically generated Delivery Status Notification. THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE. Delivery to the following recipient has been delayed.",
        From="Mail Delivery Subsystem <mailer-daemon@x.example>",
        Subject="Delivery Status Notification (Delay)",
    ),
    "challenge: with a link": mail(
        "Your message is being held until you confirm that you are a person. Please click the link below to deliver your message.",
        Subject="Re: A lamp",
    ),
    "acknowledgement: a bot that introduces itself": mail(
        "Hi Anna, I'm the virtual assistant of Fjord & Field. A colleague will contact you soon.",
        Subject="Re: A lamp",
    ),
    "out_of_office: after hours": mail(
        "Thank you for your message. You have reached us outside our business hours. We will answer on the next working day.",
        Subject="Re: A lamp",
    ),
}


@pytest.mark.parametrize("case", PEOPLE)
def test_a_person_is_recognised_in_a_hard_case(case: str) -> None:
    judged = judge(PEOPLE[case], QUESTION)
    assert judged.verdict == "human", judged


@pytest.mark.parametrize("case", MACHINES)
def test_a_program_is_recognised_in_a_hard_case(case: str) -> None:
    judged = judge(MACHINES[case], QUESTION)
    assert (judged.verdict, judged.kind) == ("automatic", case.partition(":")[0]), judged


def test_a_person_may_speak_of_the_bot() -> None:
    text = "Sorry, our virtual assistant got that wrong. The lamp is 89 euros."
    assert judge(mail(text, Subject="Re: A lamp")).verdict == "human"
