"""Mail as lists, gateways, portals and mail systems in many languages hand it over, with a person's beside it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from probes.replies.classify import judge
from tests.fictional_mail import SHOP, mail

ASKED = "Has anybody the lamp in green? I wrote to the shop twice and would rather ask here.\n\nMoa"
LEAVE = {"List_Unsubscribe": "<mailto:leave@lists.example>", "Precedence": "bulk"}
LISTS: Mapping[str, Mapping[str, str]] = {
    "majordomo": {"X_Mailing_List": "lamps@lists.example", "List_Id": "<lamps.lists.example>"},
    "ezmlm": {"Mailing_List": "contact lamps-help@lists.example; run by ezmlm"},
    "Mailman": {"X_BeenThere": "lamps@lists.example", "X_Mailman_Version": "2.1.39"},
    "RFC 2369": {"List_Post": "<mailto:lamps@lists.example>"},
}


@pytest.mark.parametrize("program", LISTS)
def test_a_first_mail_to_a_list_that_people_write_to_is_a_persons(program: str) -> None:
    assert judge(mail(ASKED, Subject="Green?", **LEAVE, **LISTS[program])).verdict == "human"


def test_a_list_that_takes_no_mail_sends_newsletters() -> None:
    closed = {"List_Post": "NO (posting not allowed on this list)", "List_Id": "<news.example>"}
    judged = judge(mail("New lamps are in, in green and in blue.", Subject="New lamps", **LEAVE, **closed))
    assert (judged.verdict, judged.kind) == ("automatic", "newsletter")


FAILED = (
    ("Non remis : Lampe", "Échec de la remise pour ces destinataires ou groupes :"),
    ("Unzustellbar: Lampe", "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:"),
    ("Kunde inte levereras: Lampa", "Leveransen misslyckades för följande mottagare eller grupper:"),
    ("No se puede entregar: Lámpara", "Error de entrega a estos destinatarios o grupos:"),
    ("Onbestelbaar: Lamp", "Bezorging aan de volgende geadresseerden of groepen is mislukt:"),
    ("Niedostarczone: Lampa", "Dostarczanie do następujących adresatów lub grup nie powiodło się:"),
    ("Не доставлено: Лампа", "Сбой доставки следующим получателям или группам:"),
    ("Non recapitabile: Lampada", "Recapito non riuscito per i seguenti destinatari o gruppi:"),
    ("Não é possível entregar: Luminária", "Falha na entrega para estes destinatários ou grupos:"),
    ("Kan ikke leveres: Lampe", "Levering mislykkedes til disse modtagere eller grupper:"),
    ("Kan ikke leveres: Lampe", "Levering til følgende mottakere eller grupper mislyktes:"),
    (
        "Toimittaminen ei onnistunut: Lamppu",
        "Viestin toimittaminen seuraaville vastaanottajille tai ryhmille epäonnistui:",
    ),
    ("Nedoručitelné: Lampa", "Doručení se nezdařilo těmto příjemcům nebo skupinám:"),
    ("Nelivrabil: Lampă", "Livrarea nu a reușit la acești destinatari sau grupuri:"),
    ("לא ניתן להעביר: מנורה", "המסירה לנמענים או לקבוצות אלה נכשלה:"),
    ("配信不能: ランプ", "次の受信者またはグループへの配信に失敗しました:"),
    ("未送达: 台灯", "传递到以下收件人或组失败:"),
    ("Teslim edilemiyor: Lamba", "Şu alıcılara veya gruplara teslim edilemedi:"),
)


@pytest.mark.parametrize(("subject", "text"), FAILED)
def test_exchange_says_in_its_owners_language_that_it_could_not_deliver(subject: str, text: str) -> None:
    told = f"{text}\n\nkim@fjordfield.example"
    assert judge(mail(told, Subject=subject, From="IT <it@fjordfield.example>")).verdict == "bounce"
    answer = f"Your mail came after all; this is what I got: {text}"
    assert judge(mail(answer, Subject=f"Re: {subject}", In_Reply_To="<q@x>")).verdict == "human"


RECEIVED = (
    "お問い合わせありがとうございます。担当者より2営業日以内にご連絡いたします。",
    "尊敬的客户：您的邮件我们已经收到，我们会尽快处理。",
    "고객님의 문의가 정상적으로 접수되었습니다. 담당자가 확인 후 답변드리겠습니다.",
    "لقد استلمنا رسالتك وسيقوم فريقنا بالرد عليك خلال يومي عمل.",
    "เราได้รับข้อความของคุณแล้ว และจะติดต่อกลับภายในสองวันทำการ",
)


@pytest.mark.parametrize("text", RECEIVED)
def test_of_a_script_without_phrases_only_an_answer_is_believed_to_be_a_persons(text: str) -> None:
    assert judge(mail(text, Subject="A lamp")).verdict == "uncertain"
    assert judge(mail(text, Subject="Re: A lamp", In_Reply_To="<q@x>")).verdict == "human"
    assert judge(mail(text, Subject="A lamp", X_Mailer="Apple Mail (2.3826)")).verdict == "human"


@pytest.mark.parametrize(
    "text",
    [
        "saga@fjordfield.example has sent you a protected message.\n\nSign in to read the message.",
        "saga@fjordfield.example möchte Ihnen eine verschlüsselte Nachricht zukommen lassen.",
        "You have received an encrypted email from Fjord & Field. Open the portal to read it.",
    ],
)
def test_what_waits_in_a_portal_is_for_a_person_to_read(text: str) -> None:
    assert judge(mail(text, Subject="Message")).verdict == "uncertain"
    spoken = "The lamp is 89 euros. For your card, I have sent you an encrypted message as well.\n\nSaga"
    assert judge(mail(spoken, Subject="Re: A lamp", In_Reply_To="<q@x>")).verdict == "human"


def test_yahoos_subject_of_automatic_replies_is_known() -> None:
    subject = "Yahoo! Auto Response"
    assert judge(mail("Trekking until June, no mail up here.", Subject=subject)).verdict == "automatic"
    answer = mail("I am back and have the lamp for you.", Subject=f"Re: {subject}", In_Reply_To="<q@x>")
    assert judge(answer).verdict == "human"


@pytest.mark.parametrize(("kind", "verdict"), [("alternative", "human"), ("report", "uncertain")])
def test_a_mail_that_calls_itself_several_parts_and_is_one_text_is_read(kind: str, verdict: str) -> None:
    head = f"From: {SHOP}\nSubject: Re: A lamp\nContent-Type: multipart/{kind}; boundary=b\n\n"
    assert judge(f"{head}The lamp is 89 euros.\n".encode()).verdict == verdict
