"""What programs write in each language, and what people write with nearly the same words."""

from __future__ import annotations

import pytest

from probes.replies.classify import judge
from tests.fictional_mail import mail

MACHINES: dict[str, dict[str, str]] = {
    "en": {
        "away, then back": "Thanks for your message. I'm on holiday until 12 May. I'll reply when I'm back.",
        "left": "Kim Dahl is no longer with the company. Please contact saga@fjordfield.example.",
        "unread": "This mailbox is no longer monitored. Please don't reply to this message.",
        "closed shop": "Thanks for reaching out! We are currently closed. We will get back to you as soon as we can.",
        "closed ticket": "Hi Anna,\n\nyour ticket 4711 has been marked as solved. We reopen your ticket if you reply.",
        "survey": "How satisfied were you with our service? Please answer our short survey.",
        "held": "Your message to the list awaits moderator approval. It is held until the list moderator has reviewed it.",
        "transcript": "Here is a transcript of your chat with Fjord & Field. How did we do?",
    },
    "de": {
        "away": "Ich bin bis 12. Mai im Urlaub. Danach beantworte ich Ihre Nachricht so schnell wie möglich.",
        "closed shop": "Vielen Dank für Ihre Nachricht. Sie erreichen uns gerade außerhalb unserer Geschäftszeiten.",
        "closed ticket": "Ihr Ticket 4711 wurde geschlossen. Wie zufrieden waren Sie mit unserem Service?",
        "survey": "Wie zufrieden sind Sie? Bitte nehmen Sie an unserer kurzen Umfrage teil.",
    },
    "fr": {
        "closed ticket": "Votre demande 4711 a été clôturée. Votre avis nous intéresse.",
        "away": "Je suis en congé jusqu'au 12 mai. En mon absence, veuillez contacter Kim.",
    },
    "es": {
        "closed ticket": "Su solicitud 4711 ha sido resuelta. Valore nuestro servicio en esta encuesta de satisfacción.",
        "away": "Estoy de vacaciones hasta el 12 de mayo. Responderé a mi regreso.",
    },
    "sv": {
        "closed ticket": "Ditt ärende 4711 har nu avslutats. Hur nöjd är du?",
        "away": "Jag är ledig till den 12 maj. Jag svarar när jag är tillbaka.",
    },
    "nl": {
        "receipt": "Bedankt voor je bericht. We hebben je vraag goed ontvangen en komen er zo snel mogelijk op terug.",
        "away": "Ik ben op vakantie tot 12 mei. Mijn e-mail wordt niet gelezen.",
        "left": "Kim werkt niet meer bij Fjord & Field. Neem contact op met saga@fjordfield.example.",
        "unread": "Deze mailbox wordt niet gelezen. Gelieve niet te antwoorden op deze e-mail.",
        "closed ticket": "Je ticket 4711 is gesloten. Hoe tevreden ben je over onze klantenservice?",
        "closed shop": "Bedankt voor je bericht. Je bereikt ons buiten kantooruren.",
    },
    "pl": {
        "receipt": "Dziękujemy za kontakt. Twoje zgłoszenie zostało przyjęte, a nasz konsultant wkrótce odpowie.",
        "away": "Przebywam na urlopie do 12 maja. Wrócę 13 maja.",
        "unread": "Ta wiadomość została wysłana automatycznie. Prosimy nie odpowiadać na tę wiadomość.",
        "closed ticket": "Twoje zgłoszenie 4711 zostało zamknięte. Jak oceniasz naszą obsługę?",
        "left": "Kim Dahl już nie pracuje w Fjord & Field. W pilnych sprawach prosimy o kontakt z Sagą.",
        "held": "Wiadomość na listę oczekuje na zatwierdzenie. Została wstrzymana do decyzji moderatora.",
    },
    "ru": {
        "receipt": "По вашему обращению зарегистрирована заявка № 4711. Специалист ответит вам в ближайшее время.",
        "away": "Коллеги, с 1 по 12 мая нахожусь в отпуске.",
        "away, formally": "Уважаемые коллеги! Я нахожусь в командировке до 12 мая. Отвечу после возвращения.",
        "unread": "Это автоматическая рассылка. Пожалуйста, не надо отвечать на это письмо.",
        "closed ticket": "Ваше обращение 4711 закрыто. Оцените качество нашей работы.",
        "after hours": "Сейчас нерабочее время. Мы ответим вам завтра с 9:00.",
        "left": "Ким больше не работает в нашей компании. По срочным вопросам пишите Саге.",
    },
    "ro": {
        "receipt": "Îți mulțumim că ne-ai contactat! Am înregistrat cu succes solicitarea ta.",
        "receipt without accents": "Am primit solicitarea ta, te vom contacta in cel mai scurt timp posibil!",
        "away": "Sunt în concediu până pe 12 mai. Revin pe 13 mai.",
        "unread": "Acesta este un răspuns automat. Vă rugăm să nu răspundeți la acest e-mail.",
        "closed ticket": "Solicitarea dumneavoastră 4711 a fost închisă. Cât de mulțumit sunteți de serviciile noastre?",
        "left": "Kim nu mai lucrează la Fjord & Field. Pentru urgențe, vă rugăm să contactați colega mea.",
        "an abbreviation": "Mulțumim pentru mesaj! Mesajul dvs. a fost recepționat și va fi procesat în ordinea primirii.",
        "closed shop": "Vă mulțumim pentru mesaj. Ne-ați scris în afara programului de lucru.",
    },
    "fi": {
        "receipt": "Kiitos yhteydenotostasi! Olemme vastaanottaneet viestisi ja autamme sinua mahdollisimman pian.",
        "receipt, formally": "Kiitämme yhteydenotostanne. Otamme teihin yhteyttä kahden arkipäivän kuluessa.",
        "away": "Olen lomalla 14.–28.7. En lue sähköpostia tänä aikana.",
        "away, short": "Olen poissa toimistolta 12.5. asti.",
        "unread": "Tämä on automaattinen viesti. Ethän vastaa tähän viestiin.",
        "closed ticket": "Tukipyyntösi 4711 on suljettu. Miten onnistuimme?",
        "left": "Kim ei ole enää palveluksessamme. Kiireellisissä asioissa ota yhteyttä Sagaan.",
        "closed shop": "Kiitos viestistäsi. Asiakaspalvelumme on tällä hetkellä suljettu.",
    },
    "he": {
        "receipt": "פנייתך התקבלה בהצלחה. נציג יחזור אליך תוך 48 שעות.",
        "receipt to several": "קיבלנו את פנייתכם. נחזור אליכם בהקדם האפשרי.",
        "away": "אני בחופשה עד 12 במאי ואחזור אליך לאחר מכן. תודה על הסבלנות.",
        "unread": "הודעה זו נשלחה באופן אוטומטי. נא לא להשיב למייל זה.",
        "closed ticket": "פנייתך מספר 4711 טופלה. נשמח אם תדרגו את השירות.",
        "left": "קים כבר לא עובד בחברה. במקרים דחופים אפשר לפנות לסאגה.",
    },
    "other": {
        "Italian": "Abbiamo ricevuto la sua richiesta. Le risponderemo il prima possibile.",
        "Portuguese": "Recebemos a sua mensagem. Esta é uma mensagem automática.",
        "Danish": "Vi har modtaget din henvendelse. Dette er et automatisk svar.",
        "Norwegian": "Vi har mottatt din henvendelse. Dette er et automatisk svar.",
    },
}  # fmt: skip
"""By language, what programs write."""
PEOPLE: dict[str, dict[str, str]] = {
    "en": {
        "back again": "I was on holiday until yesterday, sorry for the late reply. The lamp costs 89 euros.",
        "away on one day": "We're all out on Thursday, but Friday at ten would work. Does that suit you?",
        "left in person": "I left the shop in August. Saga Lind does lamps now, but I don't have her number.",
        "redirects": "I'm not the right person for that. Please contact Saga Lind, she is responsible for lamps.",
        "closed it": "I have closed your ticket because the lamp came yesterday. Write to me if it flickers again.",
        "courteous": "Thank you for reaching out. I am sorry that the lamp is late. I have looked and it left on Monday. We will"
        " contact the carrier and answer within 24 hours. Thank you for your patience.\n\nKind regards\nSaga Lind",
        "booked": "I have checked your order. It is with the carrier, and I will send you the link.",
        "closed it, signed": "Your ticket was closed because the lamp came yesterday. Does it flicker?\n\nBest\nSaga",
        "away soon": "I'm out of office from Monday, so please send me the drawing today. I need it. Saga does the rest.",
        "thanks and thinks": "Thanks for your message, I will have a look in the stock room.",
        "asks": "Thank you for contacting us. Could you send me a picture of the lamp?",
        "answers when": "We are closed on Sundays. On Saturday we open at ten.",
        "was received": "The lamp that we received this morning has a scratch. Shall I send it all the same?",
    },
    "de": {
        "back again": "Ich war letzte Woche im Urlaub. Die Lampe kostet 89 Euro und ist da.",
        "somebody else is away": "Herr Dahl ist im Urlaub. Ich habe für ihn nachgesehen: Die Lampe ist morgen da.",
        "thanks and thinks": "Danke für Ihre Nachricht, ich sehe heute Nachmittag im Lager nach.",
    },
    "fr": {
        "back again": "J'étais en vacances la semaine dernière. La lampe coûte 89 euros.",
        "thanks and thinks": "Merci pour votre message, je vais regarder dans la réserve.",
    },
    "es": {"back again": "Estuve de vacaciones la semana pasada. La lámpara cuesta 89 euros y la tenemos."},
    "sv": {"back again": "Jag var på semester förra veckan. Lampan kostar 900 kronor och finns i grönt."},
    "nl": {
        "back again": "Ik was vorige week op vakantie. De lamp kost 89 euro en is er nog.",
        "free": "Ik ben vrij op donderdag. Zullen we dan bellen over de lamp?",
        "in love": "Ik ben weg van deze lamp. Ze kost 89 euro.",
        "no fault": "Dat is buiten onze schuld. De lamp komt maandag.",
    },
    "pl": {
        "back again": "W zeszłym tygodniu byłam na urlopie. Lampa kosztuje 380 złotych.",
        "promises": "Wrócę do Pani z odpowiedzią jutro. Muszę zapytać w magazynie.",
        "heard": "Otrzymaliśmy wiadomość od producenta. Lampa będzie w piątek.",
    },
    "ru": {
        "back again": "Я был в отпуске на прошлой неделе. Лампа стоит 8900 рублей.",
        "thanks for waiting": "Спасибо за терпение, лампа готова к выдаче.",
        "was ill": "Болела в начале недели, извините за задержку. Лампа стоит 8900 рублей.",
        "offers": "Наша мастерская готова починить лампу. Прикрепляю смету.",
    },
    "ro": {
        "back again": "Săptămâna trecută am fost în concediu. Lampa costă 450 de lei.",
        "opened": "Am deschis un magazin nou în centru. Lampa se găsește acolo.",
        "in it": "Lampa e în depozit. Sunt în magazin până la șase.",
    },
    "fi": {
        "back again": "Olin viime viikolla lomalla. Lamppu maksaa 89 euroa.",
        "for a colleague": "Kollegani on lomalla, mutta katsoin asian puolestasi: lamppu lähtee huomenna.",
        "agrees": "Kiitos viestistä. Toimituspäivä sopii, varaan ajan kalenteriin.",
        "away on one day": "Olen maanantaina paikalla kello kymmenestä. Lamppu on varattu sinulle.",
    },
    "he": {
        "back again": "הייתי בחופשה בשבוע שעבר. המנורה עולה 89 אירו.",
        "thanks for waiting": "תודה על הסבלנות, המנורה מוכנה לאיסוף.",
        "was ill": "הייתי חולה בתחילת השבוע, סליחה על העיכוב. המנורה עולה 89 אירו.",
        "not available": "הדגם הזה לא זמין. יש לנו אותו בירוק.",
        "works": "זה עובד בחנות שלנו. אפשר לבוא לנסות.",
        "about it": "אני אחשוב על זה. המנורה תהיה כאן מחר.",
    },
    "other": {
        "Italian": "La lampada esiste anche in verde e costa 89 euro. Gliene metto da parte una?",
        "Portuguese": "O candeeiro existe em verde e custa 89 euros. Quer que reserve um?",
        "Danish": "Lampen findes også i grøn og koster 650 kr. Skal jeg lægge en til side?",
        "Turkish": "Lambanın yeşili de var, fiyatı 89 avro. Ayırayım mı?",
        "Japanese": "緑のランプは在庫がございます。価格は89ユーロです。",
        "Chinese": "绿色的灯有货，价格是89欧元。需要我给您留一盏吗？",
        "Arabic": "المصباح متوفر باللون الأخضر وسعره 89 يورو.",
    },
}  # fmt: skip
"""By language, what people write with words that programs use, too."""


def cases(texts: dict[str, dict[str, str]]) -> list[object]:
    return [
        pytest.param(text, id=f"{language}: {case}")
        for language, said in texts.items()
        for case, text in said.items()
    ]


@pytest.mark.parametrize("text", cases(MACHINES))
def test_what_a_program_wrote_is_automatic_though_no_header_says_so(text: str) -> None:
    judged = judge(mail(text, From="Fjord & Field <service@fjordfield.example>", Subject="Re: Lamp"))
    assert judged.verdict == "automatic", judged


@pytest.mark.parametrize("text", cases(PEOPLE))
def test_what_a_person_wrote_is_human_though_programs_use_its_words(text: str) -> None:
    judged = judge(mail(text, Subject="Re: Lamp"))
    assert judged.verdict == "human", judged


@pytest.mark.parametrize("subject", [
    "Risposta automatica: Una lampada", "Resposta automática: Um candeeiro", "Automatisk svar: En lampe",
    "Automatická odpověď: Lampa", "Otomatik yanıt: Lamba", "Αυτόματη απάντηση: Λάμπα", "自动答复: 灯", "自動応答: ランプ",
    "자동 회신: 램프", "رد تلقائي: مصباح", "[Auto-Reply] A lamp", "[AUTO GENERATED] A lamp",
])  # fmt: skip
def test_a_subject_says_in_any_language_that_the_reply_is_automatic(subject: str) -> None:
    assert judge(mail("89 €", Subject=subject)).verdict == "automatic"
    assert judge(mail("89 €", Subject=f"Re: {subject}")).verdict == "human"


@pytest.mark.parametrize("text", ["現在休暇中です。", "أنا خارج المكتب حالياً.", "Sunt plecat."])
def test_a_header_says_in_any_language_that_the_reply_is_automatic(text: str) -> None:
    assert judge(mail(text, Auto_Submitted="auto-replied")).verdict == "automatic"


@pytest.mark.parametrize(("announced", "label"), [
    ("Il giorno 20 nov 2026 alle 10:02 Anna Berg ha scritto:", "Da: Anna\nInviato: venerdì\nA: Saga\nOggetto: Lampada"),
    ("Em 20 de nov. de 2026 10:02, Anna Berg escreveu:", "De: Anna\nEnviado: sexta\nPara: Saga\nAssunto: Candeeiro"),
    ("Den 20.11.2026 kl. 10.02 skrev Anna Berg:", "Fra: Anna\nSendt: fredag\nTil: Saga\nEmne: Lampe"),
])  # fmt: skip
def test_a_quote_is_recognised_in_languages_without_phrases_of_their_own(announced: str, label: str) -> None:
    quoted = "This is an automatic reply. Please do not reply to this message."
    for head in (announced, label):
        assert judge(mail(f"89 €\n\n{head}\n\n{quoted}", Subject="Re: Lamp")).verdict == "human"


@pytest.mark.parametrize("text", [
    "Viestiäsi ei voitu toimittaa. Vastaanottajan osoitetta ei löydy.", "ההודעה לא נמסרה לנמען. תיבת הדואר של הנמען מלאה.",
    "Mesajul dumneavoastră nu a putut fi livrat. Adresa de email este incorectă.",
    "Wiadomość nie mogła zostać dostarczona. Nieznany odbiorca.", "Aflevering is mislukt: adres niet gevonden.",
    "Доставка письма не удалась. Почтовый ящик получателя переполнен.",
])  # fmt: skip
def test_a_failed_delivery_is_told_in_the_company_s_language(text: str) -> None:
    system = {"From": "Postmaster <postmaster@fjordfield.example>", "Subject": "Mail"}
    assert judge(mail(text, **system)).verdict == "bounce"
    assert judge(mail(f"{text}\n\nIs your address right?", Subject="Re: A lamp")).verdict == "human"


@pytest.mark.parametrize("text", [
    "Viestin toimitus on viivästynyt. Toimitusta yritetään edelleen.", "ההודעה טרם נמסרה. המסירה מתעכבת.",
    "Mesajul dumneavoastră nu a fost încă livrat.", "Wiadomość jeszcze nie została dostarczona.",
    "Het bericht is nog niet afgeleverd.", "Письмо ещё не доставлено. Попытки доставки будут продолжены.",
])  # fmt: skip
def test_a_late_delivery_is_told_in_the_company_s_language(text: str) -> None:
    judged = judge(mail(text, From="Postmaster <postmaster@fjordfield.example>", Subject="Mail"))
    assert (judged.verdict, judged.kind) == ("automatic", "delay"), judged
