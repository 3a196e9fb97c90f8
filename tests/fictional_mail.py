"""Mail of a fictional shop to a fictional customer, as people, help desks and mail systems write it."""

from __future__ import annotations

from dataclasses import dataclass
from email.header import Header

QUESTION = "Have you the lamp from the window in green, and what does it cost?"
CUSTOMER = "Anna Berg <anna@shopper.example>"
SHOP = "Saga Lind <saga@fjordfield.example>"


def mail(text: str, *, html: bool = False, charset: str = "utf-8", **headers: str) -> bytes:
    """A mail with this text; headers are given with `_` for `-`, an empty one is left out."""
    usual = {"From": SHOP, "To": CUSTOMER, "Subject": "A lamp", "Message-ID": "<1@fjordfield.example>"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = f"text/{'html' if html else 'plain'}; charset={charset}"
    all_headers = {**usual, "Content-Type": kind, **named}
    lines = [f"{name}: {_encoded(value)}" for name, value in all_headers.items() if value]
    return "\n".join([*lines, "", ""]).encode("ascii") + text.encode(charset)


def _encoded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8", maxlinelen=10_000).encode()


def parts(*bodies: tuple[str, str], kind: str = "mixed", **headers: str) -> bytes:
    """A mail of several parts, each given by its content type (and further headers) and its text."""
    inner = "\n".join(f"--b\nContent-Type: {content_type}\n\n{text}" for content_type, text in bodies)
    content_type = f"multipart/{kind.split(';')[0]}; boundary=b"
    if ";" in kind:
        content_type += ";" + kind.split(";", 1)[1]
    return mail(f"{inner}\n--b--\n", Content_Type=content_type, **headers)


@dataclass(frozen=True)
class Speech:
    """How the shop's people and programs write in one language."""

    answer: str
    acknowledgement: str
    away: str
    away_subject: str
    bounce_subject: str
    bounce: str
    receipt: str
    attribution: str
    reply: str


SPEECH = {
    "en": Speech(
        "Hello Anna,\n\nthank you for your message. The lamp comes in green as well and costs 89 euros. Shall I put one"
        " aside?\n\nKind regards\nSaga Lind",
        "Dear customer,\n\nThank you for contacting Fjord & Field. We have received your enquiry and one of our team"
        " will get back to you within two working days.\n\nYour Fjord & Field team",
        "Hello,\n\nI am on annual leave until 3 May and have no access to my email. In urgent cases please call my"
        " colleague Kim.\n\nSaga",
        "Automatic reply: A lamp",
        "Undeliverable: A lamp",
        "Your message could not be delivered, because the mailbox does not exist.",
        "Read: A lamp",
        "On Fri, 20 Nov 2026 at 10:02, Anna Berg <anna@shopper.example> wrote:",
        "Re: A lamp",
    ),
    "de": Speech(
        "Guten Tag Frau Berg,\n\nvielen Dank für Ihre Nachricht. Die Lampe gibt es auch in Grün, sie kostet 89 Euro."
        " Soll ich eine zurücklegen?\n\nMit freundlichen Grüßen\nSaga Lind",
        "Sehr geehrte Damen und Herren,\n\nvielen Dank für Ihre Anfrage, die bei uns eingegangen ist. Wir werden sie"
        " schnellstmöglich bearbeiten und bitten um etwas Geduld.\n\nIhr Team von Fjord & Field",
        "Guten Tag,\n\nich bin bis zum 3. Mai nicht im Büro. Ihre Nachricht wird nicht weitergeleitet. In dringenden"
        " Fällen wenden Sie sich bitte an meine Vertretung.\n\nSaga Lind",
        "Automatische Antwort: Eine Lampe",
        "Unzustellbar: Eine Lampe",
        "Ihre Nachricht konnte nicht zugestellt werden. Das Postfach existiert nicht.",
        "Gelesen: Eine Lampe",
        "Am Fr., 20. Nov. 2026 um 10:02 Uhr schrieb Anna Berg <anna@shopper.example>:",
        "AW: Eine Lampe",
    ),
    "fr": Speech(
        "Bonjour Madame Berg,\n\nMerci pour votre message. La lampe existe aussi en vert et coûte 89 euros. Voulez-vous"
        " que je vous en garde une ?\n\nCordialement\nSaga Lind",
        "Bonjour,\n\nNous avons bien reçu votre demande et vous remercions de votre intérêt. Notre équipe vous répondra"
        " dans les plus brefs délais.\n\nLe service client",
        "Bonjour,\n\nJe suis en congé jusqu'au 3 mai. En cas d'urgence, merci de contacter ma collègue Kim."
        "\n\nSaga Lind",
        "Réponse automatique : Une lampe",
        "Non remis : Une lampe",
        "Votre message n'a pas pu être remis : cette adresse est inconnue.",
        "Lu : Une lampe",
        "Le ven. 20 nov. 2026 à 10:02, Anna Berg <anna@shopper.example> a écrit :",
        "RE: Une lampe",
    ),
    "es": Speech(
        "Hola Anna:\n\nGracias por su mensaje. La lámpara también está en verde y cuesta 89 euros. ¿Quiere que le aparte"
        " una?\n\nUn saludo\nSaga Lind",
        "Estimado cliente:\n\nHemos recibido su consulta correctamente. Le responderemos a la mayor brevedad posible."
        "\n\nAtención al cliente",
        "Hola:\n\nEstaré de vacaciones hasta el 3 de mayo. En caso de urgencia pueden llamar a Kim. Responderé a mi"
        " regreso.\n\nSaga",
        "Respuesta automática: Una lámpara",
        "No se puede entregar: Una lámpara",
        "No se pudo entregar el mensaje: el destinatario es desconocido.",
        "Leído: Una lámpara",
        "El vie, 20 nov 2026 a las 10:02, Anna Berg (<anna@shopper.example>) escribió:",
        "RE: Una lámpara",
    ),
    "sv": Speech(
        "Hej Anna,\n\ntack för ditt meddelande. Lampan finns även i grönt och kostar 900 kronor. Ska jag lägga undan en?"
        "\n\nMvh\nSaga Lind",
        "Hej!\n\nTack för att du kontaktar Fjord & Field. Vi har tagit emot ditt ärende och återkommer så snart som"
        " möjligt.\n\nKundtjänst",
        "Hej,\n\njag är på semester till och med den 3 maj. Vid brådskande ärenden ring Kim.\n\nSaga",
        "Autosvar: En lampa",
        "Kan inte leverera: En lampa",
        "Ditt meddelande kunde inte levereras eftersom adressen är okänd.",
        "Läst: En lampa",
        "Den fre 20 nov. 2026 kl 10:02 skrev Anna Berg <anna@shopper.example>:",
        "Sv: En lampa",
    ),
    "nl": Speech(
        "Beste Anna,\n\nBedankt voor je bericht. De lamp is er ook in het groen en kost 89 euro. Zal ik er een"
        " apart leggen?\n\nMet vriendelijke groet,\nSaga Lind",
        "Beste klant,\n\nWij hebben uw aanvraag in goede orde ontvangen. Wij nemen zo snel mogelijk contact met u op."
        "\n\nTeam Fjord & Field",
        "Hallo,\n\nIk ben met vakantie tot 3 mei. Voor dringende zaken kunt u Kim bellen.\n\nSaga",
        "Automatisch antwoord: Een lamp",
        "Onbestelbaar: Een lamp",
        "Uw bericht kon niet worden bezorgd. De ontvanger bestaat niet.",
        "Gelezen: Een lamp",
        "Op vr 20 nov 2026 om 10:02 schreef Anna Berg <anna@shopper.example>:",
        "RE: Een lamp",
    ),
    "ru": Speech(
        "Здравствуйте, Анна!\n\nСпасибо за ваше письмо. Лампа есть и в зелёном цвете, она стоит 8900 рублей. Отложить"
        " для вас одну?\n\nС уважением,\nСага Линд",
        "Здравствуйте!\n\nВаше обращение получено и зарегистрировано. Наши специалисты свяжутся с вами в ближайшее время."
        "\n\nСлужба поддержки",
        "Здравствуйте!\n\nЯ нахожусь в отпуске до 3 мая. По срочным вопросам звоните Киму.\n\nСага",
        "Автоматический ответ: Лампа",
        "Не удается доставить: Лампа",
        "Сообщение не может быть доставлено: адрес получателя не существует.",
        "Прочтено: Лампа",
        "пт, 20 нояб. 2026 г. в 10:02, Anna Berg <anna@shopper.example>:",
        "Re: Лампа",
    ),
    "he": Speech(
        "שלום אנה,\n\nתודה על פנייתך. המנורה קיימת גם בירוק ומחירה 89 אירו. לשמור לך אחת?\n\nבברכה,\nסאגה לינד",
        "שלום רב,\n\nפנייתך התקבלה במערכת. נציג יחזור אליך בהקדם האפשרי.\n\nשירות הלקוחות",
        "שלום,\n\nאני בחופשה עד 3 במאי. במקרים דחופים אפשר לפנות לקים.\n\nסאגה",
        "מענה אוטומטי: מנורה",
        "לא ניתן למסור: מנורה",
        "לא ניתן היה למסור את ההודעה, הכתובת אינה קיימת.",
        "נקרא: מנורה",
        "‫בתאריך יום ו׳, 20 בנוב׳ 2026 ב-10:02 מאת ‪Anna Berg‬‏ <‪anna@shopper.example‬‏>:‬",
        "Re: מנורה",
    ),
    "ro": Speech(
        "Bună ziua Anna,\n\nVă mulțumesc pentru mesaj. Lampa există și în verde și costă 450 de lei. Să vă păstrez una?"
        "\n\nCu stimă,\nSaga Lind",
        "Stimate client,\n\nAm primit solicitarea dumneavoastră. Vă vom răspunde în cel mai scurt timp."
        "\n\nEchipa Fjord & Field",
        "Bună ziua,\n\nSunt în concediu până pe 3 mai. Pentru urgențe îl puteți suna pe Kim.\n\nSaga",
        "Răspuns automat: O lampă",
        "Nelivrabil: O lampă",
        "Mesajul nu a putut fi livrat, adresa nu există.",
        "Citit: O lampă",
        "În vin., 20 nov. 2026 la 10:02, Anna Berg <anna@shopper.example> a scris:",
        "Re: O lampă",
    ),
    "pl": Speech(
        "Dzień dobry,\n\ndziękuję za wiadomość. Lampa jest też w kolorze zielonym i kosztuje 380 złotych. Czy odłożyć"
        " jedną?\n\nPozdrawiam\nSaga Lind",
        "Szanowni Państwo,\n\notrzymaliśmy Państwa zgłoszenie. Odpowiemy na nie jak najszybciej."
        "\n\nZespół Fjord & Field",
        "Dzień dobry,\n\nprzebywam na urlopie do 3 maja. W pilnych sprawach proszę dzwonić do Kima.\n\nSaga",
        "Odpowiedź automatyczna: Lampa",
        "Nie można dostarczyć: Lampa",
        "Wiadomość nie została dostarczona, użytkownik nie istnieje.",
        "Przeczytano: Lampa",
        "pt., 20 lis 2026 o 10:02 Anna Berg <anna@shopper.example> napisał(a):",
        "Odp: Lampa",
    ),
    "fi": Speech(
        "Hei Anna,\n\nkiitos viestistäsi. Lamppu on myös vihreänä ja maksaa 89 euroa. Laitanko yhden sivuun?"
        "\n\nYstävällisin terveisin\nSaga Lind",
        "Hei,\n\nkiitos yhteydenotostasi. Viestisi on vastaanotettu, ja palaamme asiaan mahdollisimman pian."
        "\n\nAsiakaspalvelu",
        "Hei,\n\nolen lomalla 3. toukokuuta asti. Kiireellisissä asioissa soita Kimille.\n\nSaga",
        "Automaattinen vastaus: Lamppu",
        "Ei voi toimittaa: Lamppu",
        "Viestiä ei voitu toimittaa.",
        "Luettu: Lamppu",
        "pe 20. marrask. 2026 klo 10.02 Anna Berg (anna@shopper.example) kirjoitti:",
        "VS: Lamppu",
    ),
}
"""English, German, French, Spanish, Swedish, Dutch, Russian, Hebrew, Romanian, Polish and Finnish."""

ANSWER = SPEECH["en"].answer
ACKNOWLEDGEMENT = SPEECH["en"].acknowledgement


def _in_all_languages() -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    human: dict[str, bytes] = {}
    automatic: dict[str, bytes] = {}
    bounced: dict[str, bytes] = {}
    for code, said in SPEECH.items():
        quoted = "\n".join(f"> {line}" for line in said.acknowledgement.splitlines())
        human[f"an answer that thanks first ({code})"] = mail(said.answer, Subject=said.reply)
        human[f"an answer above the quoted acknowledgement ({code})"] = mail(
            f"{said.answer}\n\n{said.attribution}\n{quoted}",
            Subject=said.reply,
            In_Reply_To="<ack@x.example>",
        )
        human[f"an answer to an automatic reply ({code})"] = mail(
            said.answer, Subject=f"{said.reply.split(':')[0]}: {said.away_subject}"
        )
        human[f"an answer in HTML alone ({code})"] = mail(
            f"<div>{said.answer.replace(chr(10), '<br>')}</div><div class='gmail_quote'>{said.attribution}"
            f"<blockquote>{said.acknowledgement}</blockquote></div>",
            html=True,
            Subject=said.reply,
        )
        automatic[f"acknowledgement: an unmarked one ({code})"] = mail(said.acknowledgement)
        automatic[f"acknowledgement: marked by its sender ({code})"] = mail(
            said.acknowledgement,
            Subject=said.reply,
            From="noreply@fjordfield.example",
            In_Reply_To="<q@x.example>",
        )
        automatic[f"out_of_office: an unmarked one ({code})"] = mail(said.away, Subject=said.reply)
        automatic[f"out_of_office: by its subject ({code})"] = mail(said.away, Subject=said.away_subject)
        automatic[f"receipt: by its subject ({code})"] = mail("20.11.2026 10:05", Subject=said.receipt)
        bounced[f"a failure by its subject ({code})"] = mail(said.bounce, Subject=said.bounce_subject)
        bounced[f"a failure told by the postmaster ({code})"] = mail(
            said.bounce, From="Postmaster <postmaster@fjordfield.example>", Subject="Mail"
        )
    return human, automatic, bounced


HUMAN, AUTOMATIC, BOUNCED = _in_all_languages()

# --- help desks: their acknowledgement, and a person's answer sent by the same program --------------------------

GENERATED = {"Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"}
DESKS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "FreeScout": (
        {"Message_ID": "<FS_autoreply-12-ab@x.example>"},
        {"Message_ID": "<FS_reply-12-ab@x.example>"},
    ),
    "RT": (
        {"RT_Ticket": "x #12", "Subject": "[x #12] AutoReply: A lamp", "Precedence": "bulk"},
        {
            "RT_Ticket": "x #12",
            "Subject": "[x #12] A lamp",
            "Precedence": "bulk",
            "From": "Saga via RT <rt@x.example>",
        },
    ),
    "osTicket": ({"X_Mailer": "osTicket Mailer", "X_Autoreply": "yes"}, {"X_Mailer": "osTicket Mailer"}),
    "OTRS": (
        {"X_Mailer": "OTRS Mail Service", "X_OTRS_Loop": "yes", "Precedence": "bulk"},
        {"X_Mailer": "OTRS Mail Service"},
    ),
    "Zammad": (
        {"X_Mailer": "Zammad Mail Service", "Auto_Submitted": "auto-generated", "Precedence": "bulk"},
        {"X_Mailer": "Zammad Mail Service"},
    ),
    "Salesforce": (
        {"X_SFDC_LK": "00D1", "X_SFDC_EmailCategory": "workflowActionAlert"},
        {"X_SFDC_LK": "00D1", "X_SFDC_EmailCategory": "quickActionEmail"},
    ),
    **{
        name: (marks | GENERATED, marks | GENERATED)
        for name, marks in {
            "Freshdesk": {"Message_ID": "<12.ab@fjordfield.freshdesk.com>"},
            "Help Scout": {"Message_ID": "<reply-12-ab@helpscout.net>"},
            "HubSpot": {"Message_ID": "<12@bf02x.hubspotemail.net>"},
            "Jira": {"X_JIRA_FingerPrint": "ab", "Precedence": "bulk"},
            "GLPI": {"Message_ID": "<GLPI-12-ab@fjordfield.example>"},
            "Redmine": {"X_Redmine_Host": "tickets.fjordfield.example", "Precedence": "bulk"},
            "Front": {"Message_ID": "<12@frontapp.com>"},
            "Intercom": {"Message_ID": "<12@intercom-mail.example.com>"},
            "Kayako": {"X_Mailer": "Kayako Fusion"},
            "Gorgias": {"Message_ID": "<12@email.gorgias.com>"},
            "ServiceNow": {"X_ServiceNow_Generated": "true", "Precedence": "bulk"},
            "Zoho Desk": {"Message_ID": "<12@zohodesk.com>"},
        }.items()
    },
}
BY_DESK_HUMAN = {name: mail(ANSWER, **human) for name, (_, human) in DESKS.items()}
BY_DESK_AUTOMATIC = {name: mail(ACKNOWLEDGEMENT, **automatic) for name, (automatic, _) in DESKS.items()}

ZENDESK = GENERATED | {"X_Mailer": "Zendesk Mailer", "Message_ID": "<12_sprut@zendesk.com>"}
_FRAME = "<p>##- Please type your reply above this line -##</p><p>Your request (12) has been {}.</p>"
BY_DESK_HUMAN["Zendesk"] = mail(
    _FRAME.format("updated. To add additional comments, reply to this email")
    + f'<div class="zd-comment" dir="auto"><p>{ANSWER}</p></div>',
    html=True,
    **ZENDESK,
)
BY_DESK_AUTOMATIC["Zendesk"] = mail(
    _FRAME.format("received and is being reviewed by our support staff")
    + f'<div class="zd-comment" dir="auto"><p>{QUESTION}</p></div>',
    html=True,
    **ZENDESK,
)

# --- hard cases ---------------------------------------------------------------------------------------------------

DISCLAIMER = (
    "\n\nKind regards\nSaga Lind\n\nThis is an automated disclaimer: the content of this e-mail is confidential. Please"
    " do not reply to this address for press enquiries."
)
HUMAN |= {
    "a curt answer": mail("No."),
    "a curt answer with a day": mail("Yes, Monday is fine"),
    "an answer between the quoted lines": mail(
        f"On Fri, 20 Nov 2026 at 10:02, Anna wrote:\n> {QUESTION}\n\nYes, 89 euros.\n\n> Thanks\nWelcome!", Subject="Re: Lamp"
    ),
    "somebody away tomorrow who answers today": mail(
        "Hi Anna,\n\nI am out of office tomorrow, so here is your answer. The lamp is 89 euros. It comes in green.\n\nSaga",
        Subject="Re: A lamp",
    ),
    "Outlook asking for no out-of-office notes": mail(ANSWER, X_Auto_Response_Suppress="DR, OOF, AutoReply"),
    "an explicit word that nothing is automatic": mail(ANSWER, Auto_Submitted="no"),
    "a value with a comment": mail(ANSWER, Auto_Submitted="no (written by hand)"),
    "a disclaimer that speaks of itself": mail(f"Hello Anna,\n\nthe lamp is 89 euros. We have it in green.{DISCLAIMER}"),
    "a mailing list": mail(ANSWER, List_Id="<lamps.x.example>", List_Post="<mailto:lamps@x.example>", Precedence="list"),
    "a list that adds how to leave it": mail(
        ANSWER, List_Id="<l.x>", List_Post="<mailto:l@x>", List_Unsubscribe="<mailto:l-off@x>", Precedence="bulk"
    ),
    "a list of the older kind": mail(ANSWER, List_Id="<l.x>", List_Unsubscribe="<mailto:l-off@x>", Precedence="list"),
    "a subject that only looks like a receipt": mail(f"{ANSWER}\n\n{ANSWER}\n\n{ANSWER}", Subject="Read: our new catalogue"),
    "a ticket program that nobody knows, from no-reply": mail(
        f"{ANSWER}\n\nOn 20 Nov 2026 10:02, Anna Berg wrote:\n> {QUESTION}", From="Saga <no-reply@x.example>",
        Subject="Re: A lamp", In_Reply_To="<q@shopper.example>",
    ),
    "a forwarded bounce with a word to it": mail(
        "Hi Anna, this came back when I answered you. Is your address right?\n\n---------- Forwarded message ---------\n"
        "From: Mail Delivery Subsystem <mailer-daemon@x.example>\nDate: Fri, 20 Nov 2026\nSubject: Delivery Status"
        " Notification (Failure)\nTo: saga@x.example\n\n550 5.1.1 The email account does not exist.",
        Subject="Fwd: Delivery Status Notification (Failure)",
    ),
    "a bounce attached by a person": parts(
        ("text/plain", "Hi Anna, see attached: my first answer came back. The lamp is 89 euros."),
        ("message/rfc822", "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n550 5.1.1 no such user"),
    ),
    "a bounce quoted": mail("We got this from your address:\n> 550 5.1.1 user unknown\nIs it still yours?", Subject="Re: Lamp"),
    "a signed mail": parts(
        ("text/plain; charset=utf-8", ANSWER), ("application/pkcs7-signature", "MIIB"),
        kind="signed; protocol=application/pkcs7-signature",
    ),
    "an encrypted mail": parts(
        ("application/pgp-encrypted", "Version: 1"), ("application/octet-stream", "-----BEGIN PGP MESSAGE-----"),
        kind="encrypted",
    ),
    "a text and an attached offer": parts(("text/plain", "Please find our offer attached."), ("application/pdf", "JVBE")),
    "an offer alone": parts(("application/pdf", "JVBE")),
    "an older character set": mail(SPEECH["ru"].answer, charset="koi8-r", Subject="Re: lampa"),
    "another older character set": mail(SPEECH["de"].answer, charset="iso-8859-1", Subject="AW: Lampe"),
    "base64 text": mail("WWVzLCB3ZSBoYXZlIGl0IGluIGdyZWVuIGZvciA4OSBldXJvcy4=", Content_Transfer_Encoding="base64"),
    "Outlook's quoted headers": mail(
        f"Yes, 89 euros.\n\n________________________________\nFrom: Anna Berg\nSent: Friday, 20 November 2026 10:02\n"
        f"To: Saga Lind\nSubject: A lamp\n\nThis is an automated message. {QUESTION}", Subject="RE: A lamp",
    ),
    "our own words below the answer, unmarked": mail(f"Yes, 89 euros.\n{QUESTION}"),
    "a phone's answer": mail("It is 89 euros.\n\nSent from my iPhone", X_Mailer="iPhone Mail (23A341)", Subject="Re: Lamp"),
    "a promise by a person in a mail program": mail(
        "Hi Anna,\n\nthank you for your message. I will ask the workshop and get back to you as soon as possible.\n\nSaga",
        Subject="Re: A lamp", In_Reply_To="<q@shopper.example>", User_Agent="Mozilla Thunderbird",
    ),
    "an answer in HTML with an Outlook quote": mail(
        f"<p>Yes, 89 euros. It comes in green.</p><div id='divRplyFwdMsg'><b>From:</b> Anna<br><b>Sent:</b> Friday<br>"
        f"<b>To:</b> Saga<br><b>Subject:</b> A lamp</div><p>We have received your message. {QUESTION}</p>", html=True,
        Subject="RE: A lamp",
    ),
    "a subject tagged by a gateway": mail(ANSWER, Subject="[EXTERNAL] Re: Automatic reply: A lamp"),
    "a question back about urgency": mail("Is it urgent? I could send it today if you need it before Monday."),
    "an answer that names dates with dots": mail("We open on 5.1.27 again, at 5.30.", Return_Path="<saga@x.example>"),
}  # fmt: skip

AUTOMATIC |= {
    "acknowledgement: marked as a reply": mail(ANSWER, Auto_Submitted="auto-replied"),
    "acknowledgement: marked with a parameter": mail("Soon.", Auto_Submitted='auto-replied; owner-email="saga@x.example"'),
    "acknowledgement: marked with a comment": mail("Soon.", Auto_Submitted="(vacation) auto-replied (rejected)"),
    "out_of_office: a vacation note by Sieve": mail(
        "I am away until Monday.", Auto_Submitted="auto-replied (vacation)", Precedence="bulk", Return_Path="<>"
    ),
    "out_of_office: Gmail's": mail("I'm on holiday.", Precedence="bulk", X_Autoreply="yes", Auto_Submitted="auto-replied"),
    "out_of_office: Apple's": mail("Sunbathing.", X_Apple_Action="VACATION"),
    "out_of_office: by Lotus Notes": mail("I will return on Monday.", Subject="AUTO: Saga Lind is out of the office"),
    "out_of_office: Exchange's without headers": mail("Back on Monday.", Subject="Out of Office: A lamp"),
    "out_of_office: tagged by a gateway": mail("I am away from my desk.", Subject="[EXT] Automatic reply: A lamp"),
    "out_of_office: a missing return address": mail("I am on holiday until Monday.", Return_Path="<>"),
    "acknowledgement: Precedence": mail("Soon.", Precedence="auto_reply"),
    "acknowledgement: an older header": mail("Soon.", X_Autorespond="A lamp"),
    "acknowledgement: a header of a host": mail("Soon.", X_Mail_Autoreply="yes"),
    "acknowledgement: a rule of Exchange": mail("Soon.", X_MS_Exchange_Generated_Message_Source="Mailbox Rules Agent"),
    "acknowledgement: a form's note, which quotes the form": mail(
        f"{ACKNOWLEDGEMENT}\n\nYour message:\n{QUESTION}", X_Mailer="PHPMailer 6.9"
    ),
    "acknowledgement: with a number": mail(
        "Your request has been received. Your ticket number is 4711. Please quote this number in all correspondence.",
        Subject="[#4711] Request received: A lamp",
    ),
    "acknowledgement: with opening hours and a link": mail(
        "Thank you for your message. We will reply within 24 hours. Our opening hours are 9 to 5. In the meantime, please"
        " visit our FAQ.", From="Fjord & Field <service@fjordfield.example>",
    ),
    "automatic: one that says so": mail("Your order was sent. This is an automated message, please do not reply."),
    "automatic: a note of a shop": mail(
        "Your order 12 is on its way.\n\n-- \nThis is an automatically generated email, please do not reply to it.",
        From="no-reply@fjordfield.example", Auto_Submitted="auto-generated",
    ),
    "challenge: prove that you are a person": mail(
        "Please confirm that you are a human by clicking this link, so that your message can be delivered.",
        Subject="Please confirm your message", Auto_Submitted="auto-replied",
    ),
    "receipt: in its own form": parts(
        ("text/plain", "Displayed."), ("message/disposition-notification", "Disposition: manual-action; displayed"),
        kind="report; report-type=disposition-notification",
    ),
    "receipt: deleted unread": mail("Deleted.", Subject="Not read: A lamp"),
    "delay: in its own form": parts(
        ("text/plain", "Still trying."), ("message/delivery-status", "Reporting-MTA: dns; x\n\nAction: delayed\nStatus: 4.4.1"),
        kind="report; report-type=delivery-status", From="MAILER-DAEMON@x.example",
    ),
    "delay: in free words": mail(
        "Your message has not yet been delivered. We will keep trying.", From="Mail Delivery System <mailer-daemon@x.example>",
        Subject="Warning: message 1abc delayed 24 hours",
    ),
    "delivery_report: it arrived": parts(
        ("text/plain", "Delivered."), ("message/delivery-status", "Reporting-MTA: dns; x\n\nAction: delivered\nStatus: 2.0.0"),
        kind="report; report-type=delivery-status",
    ),
    "newsletter: one that can be left": mail(
        "New lamps are here. Come and see them. We look forward to you.", List_Unsubscribe="<https://x.example/off>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click", Precedence="bulk",
    ),
    "calendar: accepted": parts(("text/calendar; method=REPLY", "BEGIN:VCALENDAR\nEND:VCALENDAR"), Subject="Accepted: Visit"),
    "automatic: a complaint report": parts(
        ("text/plain", "A complaint."), ("message/feedback-report", "Feedback-Type: abuse"),
        kind="report; report-type=feedback-report",
    ),
}  # fmt: skip

BOUNCED |= {
    "in its own form": parts(
        ("text/plain", "Sorry."), ("message/delivery-status", "Reporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1"),
        kind="report; report-type=delivery-status", From="MAILER-DAEMON@x.example",
    ),
    "qmail's": mail(
        "Hi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver your message to the"
        " following addresses.\n\n<saga@x.example>:\nSorry, no mailbox here by that name. (#5.1.1)",
        From="MAILER-DAEMON@x.example", Subject="failure notice", Return_Path="<>",
    ),
    "Postfix's": mail(
        "This is the mail system at host mx.x.example.\n\nI'm sorry to have to inform you that your message could not\nbe"
        " delivered to one or more recipients.\n\n<saga@x.example>: host mx said: 550 5.1.1 User unknown",
        From="MAILER-DAEMON@mx.x.example (Mail Delivery System)", Subject="Undelivered Mail Returned to Sender",
    ),
    "Exim's": mail(
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be"
        " delivered to one or more of its\nrecipients. This is a permanent error.\n\n  saga@x.example",
        From="Mail Delivery System <Mailer-Daemon@x.example>", X_Failed_Recipients="saga@x.example",
        Subject="Mail delivery failed: returning message to sender",
    ),
    "sendmail's": mail(
        "   ----- The following addresses had permanent fatal errors -----\n<saga@x.example>\n\n   ----- Transcript of"
        " session follows -----\n550 5.1.1 <saga@x.example>... User unknown",
        From="Mail Delivery Subsystem <MAILER-DAEMON@x.example>", Subject="Returned mail: see transcript for details",
    ),
    "Exchange's": mail(
        "Your message to saga@x.example couldn't be delivered.\nRemote Server returned '550 5.1.10 RecipientNotFound'",
        From="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>", Subject="Undeliverable: A lamp",
    ),
    "one that returns the mail": parts(
        ("text/plain", "It did not work out."), ("message/rfc822", "Subject: A lamp\n\nHave you a lamp?"),
        From="MAILER-DAEMON@x.example",
    ),
    "an answer to it by mistake of a program": mail(
        "Sorry, your message could not be delivered.", From="Mail Delivery System <MAILER-DAEMON@x.example>",
        Subject="Re: A lamp",
    ),
    "Amazon's note": mail('{"notificationType":"Bounce","bounce":{"bounceType":"Permanent"}}', From="no-reply@sns.amazonaws.com"),
}  # fmt: skip

UNTELLABLE = {
    "an empty mail": mail(""),
    "one sentence that anybody could have written": mail("We have received your message."),
}
