"""Answers as mail programs and help desks write them around the mail that they answer, with what is new in each.

The formats were copied from what the programs write; the shop, its customer and all they say are invented.
"""

from __future__ import annotations

NEW = {
    "en": "Yes, the lamp comes in green.\n\nIt costs 89 euros.",
    "de": "Ja, die Lampe gibt es in Grün.\n\nSie kostet 89 Euro.",
    "fr": "Oui, la lampe existe en vert.\n\nElle coûte 89 euros.",
    "es": "Sí, la lámpara está en verde.\n\nCuesta 89 euros.",
    "sv": "Ja, lampan finns i grönt.\n\nDen kostar 900 kronor.",
    "ru": "Да, лампа есть в зелёном цвете.\n\nОна стоит 8900 рублей.",
    "he": "כן, המנורה קיימת בירוק.\n\nהיא עולה 300 שקלים.",
    "ro": "Da, lampa există și în verde.\n\nCostă 400 de lei.",
    "pl": "Tak, lampa jest też zielona.\n\nKosztuje 400 złotych.",
    "nl": "Ja, de lamp is er in het groen.\n\nZe kost 89 euro.",
    "fi": "Kyllä, lamppu on saatavana vihreänä.\n\nSe maksaa 89 euroa.",
}
OLD = (
    "Hello,\n\nhave you the lamp from the window in green?\nAnd what does it cost?\n\nKind regards\nAnna Berg"
)
WHO = "Anna Berg <anna@shopper.example>"

GMAIL = {
    "en": f"On Fri, Nov 20, 2026 at 10:02 AM {WHO} wrote:",
    "de": f"Am Fr., 20. Nov. 2026 um 10:02 Uhr schrieb {WHO}:",
    "fr": f"Le ven. 20 nov. 2026 à 10:02, {WHO} a écrit :",
    "es": "El vie, 20 nov 2026 a las 10:02, Anna Berg (<anna@shopper.example>) escribió:",
    "sv": f"Den fre 20 nov. 2026 kl 10:02 skrev {WHO}:",
    "ru": f"пт, 20 нояб. 2026 г. в 10:02, {WHO}:",
    "he": "\u202bבתאריך יום ו׳, 20 בנוב׳ 2026 ב-10:02 מאת \u202aAnna Berg\u202c\u200f <\u202aanna@shopper.example\u202c\u200f>:\u202c",
    "ro": f"vin., 20 nov. 2026 la 10:02, {WHO} a scris:",
    "pl": f"pt., 20 lis 2026 o 10:02 {WHO} napisał(a):",
    "nl": f"Op vr 20 nov 2026 om 10:02 schreef {WHO}:",
    "fi": "pe 20. marrask. 2026 klo 10.02 Anna Berg (anna@shopper.example) kirjoitti:",
}
APPLE = {
    "en": f"On 20 Nov 2026, at 10:02, {WHO} wrote:",
    "de": f"Am 20.11.2026 um 10:02 schrieb {WHO}:",
    "fr": f"Le 20 nov. 2026 à 10:02, {WHO} a écrit :",
    "es": f"El 20 nov 2026, a las 10:02, {WHO} escribió:",
    "sv": f"20 nov. 2026 kl. 10:02 skrev {WHO}:",
    "ru": f"20 нояб. 2026 г., в 10:02, {WHO} написал(а):",
    "he": f"ב-20 בנוב׳ 2026, בשעה 10:02, \u200f{WHO} כתב/ה:",
    "ro": f"Pe 20 nov. 2026, la 10:02, {WHO} a scris:",
    "pl": f"Wiadomość napisana przez {WHO} w dniu 20 lis 2026, o godz. 10:02:",
    "nl": f"Op 20 nov 2026, om 10:02 heeft {WHO} het volgende geschreven:",
    "fi": f"{WHO} kirjoitti 20.11.2026 kello 10.02:",
}
THUNDERBIRD = {
    "en": "On 20/11/2026 10:02, Anna Berg wrote:",
    "de": "Am 20.11.26 um 10:02 schrieb Anna Berg:",
    "fr": "Le 20/11/2026 à 10:02, Anna Berg a écrit\xa0:",
    "es": "El 20/11/26 a las 10:02, Anna Berg escribió:",
    "sv": "Den 2026-11-20 kl. 10:02, skrev Anna Berg:",
    "ru": "20.11.2026 10:02, Anna Berg пишет:",
    "he": "ב-20/11/2026 בשעה 10:02, Anna Berg כתב:",
    "ro": "Pe 20.11.2026 10:02, Anna Berg a scris:",
    "pl": "W dniu 20.11.2026 o 10:02, Anna Berg pisze:",
    "nl": "Op 20-11-2026 om 10:02 schreef Anna Berg:",
    "fi": "Anna Berg kirjoitti 20.11.2026 klo 10.02:",
}
YAHOO = {
    "en": f"    On Friday, November 20, 2026 at 10:02:11 AM GMT+1, {WHO} wrote:  ",
    "de": f"    Am Freitag, 20. November 2026 um 10:02:11 MEZ hat {WHO} Folgendes geschrieben:  ",
    "fr": f"    Le vendredi 20 novembre 2026 à 10:02:11 UTC+1, {WHO} a écrit :  ",
    "es": f"    En viernes, 20 de noviembre de 2026, 10:02:11 CET, {WHO} escribió:  ",
    "sv": f"    Den fredag 20 november 2026 10:02:11 CET, {WHO} skrev:  ",
    "pl": f"    W dniu piątek, 20 listopada 2026 10:02:11 CET {WHO} napisał(a):  ",
    "nl": f"    Op vrijdag 20 november 2026 om 10:02:11 CET schreef {WHO}:  ",
    "ro": f"    vineri, 20 noiembrie 2026 la 10:02:11 EET, {WHO} a scris:  ",
    "fi": f"    perjantai 20. marraskuuta 2026 klo 10.02.11 EET {WHO} kirjoitti:  ",
}
OUTLOOK = {
    "en": f"From: {WHO}\nSent: Friday, November 20, 2026 10:02 AM\nTo: Fjord & Field <shop@fjordfield.example>\nSubject: A lamp",
    "de": f"Von: {WHO}\nGesendet: Freitag, 20. November 2026 10:02\nAn: Fjord & Field <shop@fjordfield.example>\nBetreff: A lamp",
    "fr": f"De : {WHO}\nEnvoyé : vendredi 20 novembre 2026 10:02\nÀ : Fjord & Field <shop@fjordfield.example>\nObjet : A lamp",
    "es": f"De: {WHO}\nEnviado: viernes, 20 de noviembre de 2026 10:02\nPara: Fjord & Field <shop@fjordfield.example>\nAsunto: A lamp",
    "sv": f"Från: {WHO}\nSkickat: den 20 november 2026 10:02\nTill: Fjord & Field <shop@fjordfield.example>\nÄmne: A lamp",
    "ru": f"От: {WHO}\nОтправлено: 20 ноября 2026 г. 10:02\nКому: Fjord & Field <shop@fjordfield.example>\nТема: A lamp",
    "he": f"\u200fמאת: {WHO} \n\u200fנשלח: יום שישי 20 נובמבר 2026 10:02\n\u200fאל: shop@fjordfield.example\n\u200fנושא: A lamp",
    "ro": f"De la: {WHO}\nTrimis: vineri, 20 noiembrie 2026 10:02\nCătre: Fjord & Field <shop@fjordfield.example>\nSubiect: A lamp",
    "pl": f"Od: {WHO}\nWysłano: piątek, 20 listopada 2026 10:02\nDo: Fjord & Field <shop@fjordfield.example>\nTemat: A lamp",
    "nl": f"Van: {WHO}\nVerzonden: vrijdag 20 november 2026 10:02\nAan: Fjord & Field <shop@fjordfield.example>\nOnderwerp: A lamp",
    "fi": f"Lähettäjä: {WHO}\nLähetetty: perjantai 20. marraskuuta 2026 10.02\nVastaanottaja: Fjord & Field <shop@fjordfield.example>\nAihe: A lamp",
}
PHONE = {
    "en": "Sent from my iPhone",
    "de": "Von meinem iPhone gesendet",
    "fr": "Envoyé de mon iPhone",
    "es": "Enviado desde mi iPhone",
    "sv": "Skickat från min iPhone",
    "ru": "Отправлено с iPhone",
    "he": "נשלח מה-iPhone שלי",
    "ro": "Trimis de pe iPhone-ul meu",
    "pl": "Wysłane z iPhone'a",
    "nl": "Verstuurd vanaf mijn iPhone",
    "fi": "Lähetetty iPhonesta",
}
OUTLOOK_MOBILE = {
    "en": "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "de": "Outlook für iOS<https://aka.ms/o0ukef> beziehen",
    "fr": "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>",
    "es": "Obtener Outlook para iOS<https://aka.ms/o0ukef>",
    "sv": "Skaffa Outlook för iOS<https://aka.ms/o0ukef>",
    "ru": "Получить Outlook для iOS<https://aka.ms/o0ukef>",
    "he": "להורדת Outlook עבור iOS<https://aka.ms/o0ukef>",
    "ro": "Obțineți Outlook pentru iOS<https://aka.ms/o0ukef>",
    "pl": "Pobierz program Outlook dla systemu iOS<https://aka.ms/o0ukef>",
    "nl": "Outlook voor iOS<https://aka.ms/o0ukef> downloaden",
    "fi": "Hanki Outlook for iOS<https://aka.ms/o0ukef>",
}


def quoted(text: str = OLD, mark: str = "> ") -> str:
    """The text as programs quote it in plain text."""
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


def wrapped(line: str, width: int = 40) -> str:
    """The line broken where programs break it, at a blank near the width, or behind the bracket of the address."""
    place = line.rfind(" ", 0, max(width, line.find("<")))
    return f"{line[:place]}\n{line[place + 1 :]}"


def _plain() -> dict[str, tuple[str, str]]:
    """By name, a text and what is new in it."""
    cases: dict[str, tuple[str, str]] = {}
    for language, new in NEW.items():
        cases |= {
            f"Gmail, top ({language})": (f"{new}\n\n{GMAIL[language]}\n\n{quoted()}\n", new),
            f"Gmail, wrapped ({language})": (f"{new}\n\n{wrapped(GMAIL[language])}\n\n{quoted()}\n", new),
            f"Gmail, below ({language})": (f"{GMAIL[language]}\n\n{quoted()}\n\n{new}\n", new),
            f"Apple Mail ({language})": (f"{new}\n\n{PHONE[language]}\n\n{APPLE[language]}\n\n{quoted()}\n", new),
            f"Thunderbird, between ({language})": (
                f"{THUNDERBIRD[language]}\n{quoted('Hello, in green?')}\n{new.split(chr(10))[0]}\n\n"
                f"{quoted('And what does it cost?')}\n{new.split(chr(10))[2]}\n",
                new,
            ),
            f"Outlook ({language})": (f"{new}\n\n{OUTLOOK[language]}\n\n{OLD}\n", new),
            f"Outlook, web ({language})": (
                f"{new}\n________________________________\n{OUTLOOK[language]}\n\n{OLD}\n", new,
            ),
            f"Outlook, mobile ({language})": (
                f"{new}\n\n{OUTLOOK_MOBILE[language]}\n________________________________\n{OUTLOOK[language]}\n\n{OLD}\n",
                new,
            ),
        }  # fmt: skip
    for language, line in YAHOO.items():
        new = NEW[language]
        cases[f"Yahoo ({language})"] = (f"{new}\n\n{line}\n \n {OLD}\n  ", new)
    return cases


def _odd() -> dict[str, tuple[str, str]]:
    new = NEW["en"]
    rule = "-" * 46
    return {
        "Proton Mail": (
            f"{new}\n\nSent with [Proton Mail](https://proton.me/) secure email.\n\nOn Friday, November 20th, 2026 at"
            f" 10:02 AM, {WHO} wrote:\n\n{quoted()}\n",
            new,
        ),
        "Proton Mail, older": (
            f"{new}\n\nSent with Proton Mail secure email.\n\n------- Original Message -------\nOn Friday, November 20th,"
            f" 2026 at 10:02 AM, {WHO} wrote:\n\n\n{quoted()}\n",
            new,
        ),
        "Samsung": (
            f"{new}\n\n\nSent from my Samsung Galaxy smartphone.\n\n-------- Original message --------\nFrom: {WHO}\n"
            f"Date: 20/11/2026 10:02 (GMT+01:00)\nTo: shop@fjordfield.example\nSubject: A lamp\n\n{OLD}\n",
            new,
        ),
        "Windows Mail": (
            f"{new}\n\nSent from Mail for Windows\n\nFrom: Anna Berg\nSent: Friday, 20 November 2026 10:02\n"
            f"To: Fjord & Field\nSubject: A lamp\n\n{OLD}\n",
            new,
        ),
        "K-9 Mail": (
            f"{new}\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\n"
            f"On 20 November 2026 10:02:11 CET, {WHO} wrote:\n{quoted()}\n",
            new,
        ),
        "K-9 Mail, below": (
            f"On 20 November 2026 10:02:11 CET, {WHO} wrote:\n{quoted()}\n\n{new}\n-- \nSent from my Android device"
            " with K-9 Mail. Please excuse my brevity.\n",
            new,
        ),
        "GMX": (
            f"{NEW['de']}\n \n\nGesendet: Freitag, 20. November 2026 um 10:02 Uhr\nVon: \"Anna Berg\" <anna@shopper.example>\n"
            f"An: shop@fjordfield.example\nBetreff: A lamp\n\n{OLD}\n",
            NEW["de"],
        ),
        "GMX app": (
            f"{NEW['de']}\n-- \nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\n"
            f"Am 20.11.26, 10:02 schrieb {WHO}:\n{quoted()}\n",
            NEW["de"],
        ),
        "web.de": (
            f"{NEW['de']}\n\nGesendet mit der WEB.DE Mail App\nAm 20.11.26, 10:02 schrieb Anna Berg"
            f" <anna@shopper.example>:\n\n{quoted()}\n",
            NEW["de"],
        ),
        "Lotus Notes": (
            f"{new}\n\n\n\nFrom:\tAnna Berg <anna@shopper.example>\nTo:\tshop@fjordfield.example\n"
            f"Date:\t20.11.2026 10:02\nSubject:\tA lamp\n\n\n\n{OLD}\n",
            new,
        ),
        "Lotus Notes, a line": (
            f"{new}\n\n-----Anna Berg <anna@shopper.example> wrote: -----\nTo: shop@fjordfield.example\nFrom: Anna Berg"
            f" <anna@shopper.example>\nDate: 11/20/2026 10:02AM\nSubject: A lamp\n\n{OLD}\n",
            new,
        ),
        "Lotus Notes, the date behind": (
            f"{new}\n\nAnna Berg <anna@shopper.example> wrote on 20/11/2026 10:02:11:\n\n{quoted()}\n", new,
        ),
        "Notes, what was asked in a line": (
            f'{new}\n\n\n\nAnna Berg ---20/11/2026 10:02:11---Hello, have you the lamp\n\nFrom:\t"Anna Berg"'
            f" <anna@shopper.example>\nTo:\tshop@fjordfield.example\nDate:\t20/11/2026 10:02\nSubject:\tA lamp\n\n{OLD}",
            new,
        ),
        "comments without a colon, in a frame": (
            f"##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein. -##\n\n{rule}\n\nSaga Lind, 20. Nov. 2026,"
            f" 10:12 MEZ\n\n{new}\n\n{rule}\n\nAnna Berg, 20. Nov. 2026, 10:02 MEZ\n\n{OLD}\n", new,
        ),
        "Zoho": (
            f'{new}\n\n---- On Fri, 20 Nov 2026 10:02:11 +0100 "Anna Berg" <anna@shopper.example> wrote ----\n\n{OLD}\n',
            new,
        ),
        "GroupWise": (f"{new}\n\n>>> Anna Berg <anna@shopper.example> 20/11/2026 10:02 >>>\n{OLD}\n", new),
        "ServiceNow's reference": (f"{new}\n\nRef:MSG0812345_abcDEF\n", new),
        "osTicket's last sentence": (
            f"{new}\n\nWe hope this response has sufficiently answered your questions. If not, please do not send"
            " another email.\n", new,
        ),
        "signed by PGP in the text": (
            f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{new}\n-----BEGIN PGP SIGNATURE-----\n\n"
            "iQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n", new,
        ),
        "comments of a help desk": (
            f"{new}\n\n{rule}\n\nAnna Berg, 20 Nov 2026, 10:02 CET:\n\n"
            f"{OLD}\n\n",
            new,
        ),
        "Zendesk, with its frame": (
            "##- Please type your reply above this line -##\n\nYour request (17) has been updated. To add additional"
            f" comments, reply to this email.\n\n{rule}\n\nSaga Lind, 20 Nov 2026, 13:00 CET:\n\n{new}\n\n{rule}\n\n"
            f"Anna Berg, 20 Nov 2026, 10:02 CET:\n\n{OLD}\n\n--------------------------------\nThis email is a service"
            " from Fjord & Field. Delivered by Zendesk",
            new,
        ),
        "Freshdesk": (
            f"Hi Anna,\n\n{new}\n\nOn Fri, 20 Nov at 10:02 AM , Anna Berg <anna@shopper.example> wrote:\n\n{OLD}\n",
            f"Hi Anna,\n\n{new}",
        ),
        "Jira": (
            "—-—-—-—\nReply above this line.\n\nSaga Lind commented:\n\n"
            f"{new}\n\nView request: https://desk.example/servicedesk/customer/portal/1/LAMP-17\n\nTurn off this"
            " request's notifications: https://desk.example/u\n\nThis is shared with Anna Berg.\n\nPowered by Jira"
            " Service Management",
            new,
        ),
        "Help Scout": (
            f"--- Reply above this line ---\n\n{new}\n\n--\nSaga\nFjord & Field\n\nOn Fri, Nov 20, 2026 at 10:02am, Anna"
            f" Berg <anna@shopper.example> wrote:\n{OLD}\n",
            new,
        ),
        "FreeScout": (
            f"-- Please reply above this line --\n\n{new}\n\n\n------------------------------------------------\n"
            f"On Fri, Nov 20 2026 at 10:02 AM, Anna Berg <anna@shopper.example> wrote:\n\n{OLD}\n",
            new,
        ),
        "OTRS": (
            f"{new}\n\n20/11/2026 10:02 - Anna Berg wrote:\n{quoted()}\n",
            new,
        ),
        "RT": (f"On Fri Nov 20 10:02:11 2026, anna@shopper.example wrote:\n{quoted()}\n\n{new}\n", new),
        "Mutt": (f"* Anna Berg <anna@shopper.example> [2026-11-20 10:02]:\n{quoted()}\n\n{new}\n\n-- \nSaga\n", new),
        "Mutt, in brackets": (f"On Fri, Nov 20, 2026 at 10:02:11AM +0100, Anna Berg wrote:\n{quoted()}\n\n{new}\n", new),
        "Gnus": (f"Anna Berg <anna@shopper.example> writes:\n\n{quoted()}\n\n{new}\n", new),
        "initials at each line": (f"{new}\n\nAnna Berg wrote on 20 Nov 2026:\n{quoted(mark='AB> ')}\n", new),
        "indented marks": (f"{new}\n\nOn 20 Nov 2026, Anna Berg wrote:\n{quoted(mark=' > ')}\n", new),
        "marks in marks": (
            f"{new}\n\nOn 20 Nov 2026, Kim <kim@x.example> wrote:\n{quoted(quoted())}\n> On 19 Nov 2026, Anna Berg wrote:\n",
            new,
        ),
        "a forwarded mail, said something": (
            f"{new}\n\n---------- Forwarded message ---------\nFrom: {WHO}\nDate: Fri, Nov 20, 2026 at 10:02 AM\n"
            f"Subject: A lamp\nTo: <shop@fjordfield.example>\n\n\n{OLD}\n",
            new,
        ),
        "Apple Mail, forwarded": (
            f"{new}\n\n> Begin forwarded message:\n> \n> From: {WHO}\n> Subject: A lamp\n> Date: 20 November 2026\n> \n{quoted()}\n",
            new,
        ),
        "a signature and a quote": (
            f"{new}\n\n-- \nSaga Lind\nFjord & Field\n+46 90 123 45 67\n\nOn 20/11/2026 10:02, Anna Berg wrote:\n{quoted()}\n",
            new,
        ),
        "a closing and how to reach": (
            f"Hello Anna,\n\n{new}\n\nBest regards,\n\nSaga Lind\nFjord & Field\nShop assistant\n\nStorgatan 1, 903 25 Umeå\n"
            f"Tel. +46 90 123 45 67\nwww.fjordfield.example\n\nOn 20/11/2026 10:02, Anna Berg wrote:\n{quoted()}\n",
            f"Hello Anna,\n\n{new}",
        ),
        "a card below a rule": (
            f"{new}\n\n____________________\nSaga Lind\nStorgatan 1, 903 25 Umeå\ntel. +46 90 123 45 67\n\nOpen from ten to six.\n",
            new,
        ),
        "a rule between what is said": (f"{new}\n\n__________\nThe blue one is sold.", f"{new}\n\n__________\nThe blue one is sold."),
        "thanks before a list": ("Hi Anna,\n\nThanks!\n\nGreen: 89 euros\nBlue: sold", "Hi Anna,\n\nThanks!\n\nGreen: 89 euros\nBlue: sold"),
        "a closing and a disclaimer": (
            f"{new}\n\nKind regards\nSaga\n\nThis email and any attachments are confidential and intended only for the"
            " person to whom they are addressed.\n\nPlease consider the environment before printing this email.\n",
            new,
        ),
        "a closing and a postscript": (
            f"{new}\n\nKind regards\nSaga\n\nP.S. On Saturdays we close at two.\n",
            f"{new}\n\nP.S. On Saturdays we close at two.",
        ),
        "thanks that close nothing": (
            f"Many thanks,\nwe had wondered about that ourselves for quite a while.\n\n{new}",
            f"Many thanks,\nwe had wondered about that ourselves for quite a while.\n\n{new}",
        ),
        "a closing in German": (
            f"{NEW['de']}\n\nMit freundlichen Grüßen\ni. A. Saga Lind\n\nFjord & Field GmbH\nHauptstraße 1\nTelefon: 030/123456\n",
            NEW["de"],
        ),
        "nothing but thanks": ("Thank you!\n\nSaga", "Thank you!\n\nSaga"),
        "colons and dates of its own": (
            "We have these from 20 November 2026:\n\nFrom: 89 euros\nTo: 120 euros\n\nSaga wrote: the green one.",
            "We have these from 20 November 2026:\n\nFrom: 89 euros\nTo: 120 euros\n\nSaga wrote: the green one.",
        ),
    }  # fmt: skip


PLAIN = _plain() | _odd()
