"""What is new in a mail: without quotes, signatures, and what programs put in, in every language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.classify import judge
from probes.replies.html import html_as_text
from probes.replies.mail import ReadMail
from probes.replies.match import candidate_keys
from probes.replies.quoted import new_text, new_text_of, split
from tests.fictional_mail import SPEECH, mail, parts

NEW = "Yes, we do."
OLD = "Have you a lamp?"

QUOTED = {
    "a wrapped line that says who wrote": f"{NEW}\n\nOn Sat, 21 Nov 2026 at 10:00, Anna Berg <\nanna@x.example> wrote:\n\n> {OLD}",
    "a date and an address": f"{NEW}\n\n2026-11-21 10:00 GMT+01:00 Anna Berg <anna@x.example>:\n{OLD}",
    "Outlook in English": f"{NEW}\n\nFrom: Anna Berg\nSent: Saturday\nTo: Shop\nSubject: Lamp\n\n{OLD}",
    "Outlook below a rule": f"{NEW}\n\n________________________________\nFrom: Anna\nSent: Saturday\nTo: Shop\n\n{OLD}",
    "Outlook in German": f"{NEW}\n\nVon: Anna Berg\nGesendet: Samstag\nAn: Laden\nBetreff: Lampe\n\n{OLD}",
    "Outlook in French": f"{NEW}\n\nDe : Anna Berg\nEnvoyé : samedi\nÀ : Magasin\nObjet : Lampe\n\n{OLD}",
    "Outlook in Spanish": f"{NEW}\n\nDe: Anna Berg\nEnviado el: sábado\nPara: Tienda\nAsunto: Lámpara\n\n{OLD}",
    "Outlook in Swedish": f"{NEW}\n\nFrån: Anna Berg\nSkickat: lördag\nTill: Butik\nÄmne: Lampa\n\n{OLD}",
    "Outlook in Russian": f"{NEW}\n\nОт: Анна\nОтправлено: суббота\nКому: Магазин\nТема: Лампа\n\n{OLD}",
    "Outlook in Hebrew": f"{NEW}\n\nמאת: אנה\nנשלח: שבת\nאל: חנות\nנושא: מנורה\n\n{OLD}",
    "Outlook in Romanian": f"{NEW}\n\nDe la: Anna\nTrimis: sâmbătă\nCătre: Magazin\nSubiect: Lampa\n\n{OLD}",
    "Outlook in Polish": f"{NEW}\n\nOd: Anna\nWysłano: sobota\nDo: Sklep\nTemat: Lampa\n\n{OLD}",
    "Outlook in Dutch": f"{NEW}\n\nVan: Anna\nVerzonden: zaterdag\nAan: Winkel\nOnderwerp: Lamp\n\n{OLD}",
    "Outlook in Finnish": f"{NEW}\n\nLähettäjä: Anna\nLähetetty: lauantai\nVastaanottaja: Kauppa\nAihe: Lamppu\n\n{OLD}",
    "bold headers": f"{NEW}\n\n*From:* Anna Berg\n*Sent:* Saturday\n*To:* Shop\n*Subject:* Lamp\n\n{OLD}",
    "a line of dashes": f"{NEW}\n\n-----Original Message-----\n{OLD}",
    "dashes in German": f"{NEW}\n\n-----Ursprüngliche Nachricht-----\n{OLD}",
    "dashes in French": f"{NEW}\n\n-----Message d'origine-----\n{OLD}",
    "dashes in Spanish": f"{NEW}\n\n----- Mensaje original -----\n{OLD}",
    "dashes in Swedish": f"{NEW}\n\n-----Ursprungligt meddelande-----\n{OLD}",
    "dashes in Russian": f"{NEW}\n\n-------- Исходное сообщение --------\n{OLD}",
    "dashes in Polish": f"{NEW}\n\n-----Wiadomość oryginalna-----\n{OLD}",
    "dashes in Dutch": f"{NEW}\n\n-----Oorspronkelijk bericht-----\n{OLD}",
    "a forwarded mail": f"{NEW}\n\nBegin forwarded message:\n\n{OLD}",
    "a signature": f"{NEW}\n-- \nSaga\nFjord & Field",
    "a phone": f"{NEW}\n\nSent from my iPhone",
    "a phone in German": f"{NEW}\n\nVon meinem iPhone gesendet",
    "a phone in French": f"{NEW}\n\nEnvoyé de mon iPhone",
    "a help desk's line": f"##- Please type your reply above this line -##\n\n{NEW}",
}  # fmt: skip


@pytest.mark.parametrize("style", QUOTED)
def test_what_was_quoted_signed_or_put_in_is_not_new(style: str) -> None:
    assert new_text(QUOTED[style]) == NEW


@pytest.mark.parametrize("language", SPEECH)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_a_quote_is_announced_in_every_language(language: str, mark: str) -> None:
    found = split(f"{NEW}\n\n{SPEECH[language].attribution}\n\n{mark}{OLD}")
    assert (found.new, found.quotes) == (NEW, True)


def test_an_answer_below_the_quoted_mail_is_kept() -> None:
    text = f"On 21 Nov 2026, at 10:00, Anna <anna@x.example> wrote:\n> {OLD}\n\n{NEW}"
    assert new_text(text).endswith(NEW)


@pytest.mark.parametrize(
    "text",
    [
        "From: Monday to Friday we open at ten.\nWe look forward to you.",
        "She wrote: yes, on 21 November.",
        "Please note:\nthe shop is closed on 24.12.2026.",
        "Price: 89 euros\nColour: green\nSize: 40 cm",
        "I wrote to you on 20.11.2026 about this:\nit comes in green.",
    ],
)
def test_words_that_only_look_like_a_quote_are_kept(text: str) -> None:
    assert new_text(text) == text


def test_our_own_words_are_dropped_even_when_nothing_marks_them_as_quoted() -> None:
    own = "Have you the lamp from the window in green?"
    assert new_text(f"Yes!\n{own}", own) == "Yes!"


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{NEW}</p><blockquote type='cite'><p>{OLD}</p></blockquote><style>p{{}}</style>",
        f"<div dir=ltr>{NEW}</div><br><div class='gmail_quote'>On 1 May 2026, Anna wrote:<br><div>{OLD}</div></div>",
        f"<p class=MsoNormal>{NEW}</p><div style='border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Anna<br><b>Sent:</b>"
        f" Monday<br><b>To:</b> Shop<br><b>Subject:</b> Lamp</p></div><p>{OLD}</p>",
        f"<div>{NEW}</div><div class='yahoo_quoted'><div>{OLD}</div></div>",
        f"{NEW}<!-- <p>hidden --><br><div class='gmail_signature'>Saga<br>Fjord</div>",
        f"<div name='messageBodySection'>{NEW}</div><div name='messageReplySection'>{OLD}</div>",
        f"<div name='messageReplySection'>{NEW}</div>",
        f"<HTML><HEAD><TITLE>x</TITLE><STYLE>p{{}}</STYLE></HEAD><BODY>{NEW}</BODY></HTML>",
    ],
)
def test_quotes_and_signatures_in_html_are_not_new(html: str) -> None:
    assert new_text(html_as_text(html)) == NEW


@pytest.mark.parametrize(
    "text",
    [
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{NEW}\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----",
        f"-----BEGIN PGP SIGNED MESSAGE-----\n{NEW}",
        f"> -----BEGIN PGP SIGNED MESSAGE-----\n> Hash: SHA256\n>\n> The lamp?\n{NEW}\n\n",
    ],
)
def test_an_answer_is_read_within_its_pgp_signature_and_below_a_signed_mail(text: str) -> None:
    assert new_text(text) == NEW


def test_html_without_an_end_is_read_as_far_as_it_goes() -> None:
    assert html_as_text("<div><p>Yes &amp; no</p><style>p {") == "Yes & no\np {"
    assert html_as_text("a < b <b>c") == "a < b c"


def test_text_in_an_undeclared_or_wrong_character_set_is_still_read() -> None:
    assert new_text_of("Content-Type: text/plain; charset=nonsense\n\nGrüße".encode()) == "Grüße"
    assert new_text_of(b"Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe") == "Grüße"


def test_text_on_both_sides_of_a_picture_is_read() -> None:
    raw = parts(("text/plain", "Yes."), ("image/png", "x"), ("text/plain", "It is green."))
    assert new_text_of(raw).split() == ["Yes.", "It", "is", "green."]


def test_html_sent_as_plain_text_is_read_as_html() -> None:
    assert new_text_of(mail("<!DOCTYPE html><html><body><p>Yes.</p></body></html>")) == "Yes."


def test_a_header_in_raw_utf8_is_read() -> None:
    assert ReadMail.of("Subject: Frånvarande\n\n".encode()).header("Subject") == "Frånvarande"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("Saga Lind <Saga@x.example>", "saga@x.example"),
        ('"Lind, Saga" <saga@x.example>', "saga@x.example"),
        ("saga@x.example (Saga)", "saga@x.example"),
    ],
)
def test_the_address_is_found_beside_any_name(value: str, address: str) -> None:
    assert ReadMail.of(f"To: {value}\n\n".encode()).addresses("To") == [address]


HEADER = st.sampled_from(
    [b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: text/html; charset=\xff", b"--b", b"--b--"]
    + [b"Content-Type: text/plain; charset*0=utf; charset*1=-8", b"Content-Transfer-Encoding: base64", b""]
    + [b"Content-Type: multipart/report; report-type=delivery-status", b"Subject: =?utf-8?b?!?=", b"From: <>"]
    + [b"Content-Type: message/rfc822", b"Content-Type: message/delivery-status", b"Action: failed", b"<![x"]
    + [b"To: a@b, \xe5", b"From: =?iso-\xff?q?x?= <a@b>", b"Content-Type: text/calendar; method=\xff", b"{"]
    + [b"From: a", b"Sent: b", b"To: c", b"On 1.1.2020 a@b wrote:", b"<blockquote>", b"Received: from ( by"]
)


@given(st.lists(HEADER | st.binary(max_size=60), max_size=12).map(b"\n".join))
def test_any_bytes_at_all_can_be_read_judged_and_matched(raw: bytes) -> None:
    new_text_of(raw, "Have you a lamp?")
    candidate_keys(raw)
    assert judge(raw).reasons
