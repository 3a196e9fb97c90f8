"""What is said in Finnish, Hebrew, Romanian, Polish, Dutch and Russian, formally and among friends, and what only sounds like it."""

from __future__ import annotations

import pytest

from audit_app.domain.replies.quality import Share
from audit_app.domain.replies.suggestions import suggest

SAID: dict[str, dict[str, list[str]]] = {
    "fi": {
        "greeting": [
            "Moikka Anna,\nasia hoidetaan.",
            "Tervehdys Anna,\nok.",
        ],
        "thanks": [
            "Kiitoksia viestistä!",
            "Kiitos, että otit yhteyttä.",
            "Suurkiitos palautteesta.",
        ],
        "apology": [
            "Olen todella pahoillani tilanteesta.",
            "Pyydämme anteeksi aiheutunutta haittaa.",
            "Pahoitteluni viivästyksestä.",
            "Harmittelemme tapahtunutta.",
        ],
        "owns_next_step": [
            "Soitan sinulle huomenna.",
            "Palaan asiaan viimeistään perjantaina.",
            "Selvitän asian ja ilmoitan sinulle ensi viikon alussa.",
            "Vastaan sinulle huomisaamuna klo 9.",
            "Olen sinuun yhteydessä vuorokauden kuluessa.",
            "Toimitamme uuden lampun kahden arkipäivän sisällä.",
        ],
        "ownership": [
            "Otan tämän hoitaakseni.",
            "Hoidan asian henkilökohtaisesti.",
            "Minä vastaan asiastasi loppuun asti.",
            "Voit soittaa suoraan minulle.",
        ],
        "risky_promise": [
            "Lupaan, että tämä ei toistu.",
            "Voin taata sen sataprosenttisesti.",
            "Kunniasanalla.",
        ],
        "negative_language": [
            "En tiedä.",
            "Se ei kuulu minulle.",
            "Emme voi asialle mitään.",
            "Valitettavasti se ei onnistu.",
            "Meillä ei koskaan tehdä niin.",
            "Se on yhtiön linjaus.",
        ],
        "compensation": [
            "Saat 10 %:n alennuksen.",
            "Hyvitämme toimituskulut.",
            "Lähetämme sinulle lahjakortin.",
            "Palautamme rahat tilillesi.",
            "Saat veloituksetta uuden lampun.",
        ],
        "signed_by_person": [
            "Asia on hoidossa.\n\nTerveisin\nMikko Mallikas",
            "Asia on hoidossa.\n\nYt. Mikko",
            "Asia on hoidossa.\n\nYstävällisin terveisin,\n\nMikko Mallikas\nAsiakaspalvelu",
        ],
    },
    "he": {
        "greeting": [
            "היי אנה, מה שלומך?",
            "אנה היקרה,\nתודה",
            "צהריים טובים אנה,\nok",
        ],
        "thanks": [
            "תודה שפנית אלינו.",
            "אנו מודים לך על הסבלנות.",
            "המון תודה על המשוב.",
        ],
        "apology": [
            "אני מתנצלת על אי הנוחות.",
            "אנו מצטערים מאוד על התקלה.",
            "עמך הסליחה.",
            "קבלי את התנצלותנו.",
        ],
        "owns_next_step": [
            "אתקשר אליך מחר בבוקר.",
            "אבדוק ואחזור אליך עד יום חמישי.",
            "נציג ייצור איתך קשר בתוך שני ימי עסקים.",
            "אני אברר עם המחסן ואעדכן אותך היום.",
            "נשלח אליך מנורה חדשה תוך 3 ימי עסקים.",
        ],
        "ownership": [
            "אני לוקחת את הטיפול בפנייתך על עצמי.",
            "אטפל בזה אישית.",
            "אפשר לפנות אליי ישירות.",
        ],
        "risky_promise": [
            "אני מבטיחה שזה לא יקרה שוב.",
            "מבטיחים!",
            "מילה שלי.",
        ],
        "negative_language": [
            "אני לא יודע.",
            "זה לא התפקיד שלי.",
            "אין מה לעשות.",
            "זו המדיניות שלנו.",
            "זה לא באחריות שלנו.",
            "אי אפשר.",
        ],
        "compensation": [
            "נזכה אותך במלוא הסכום.",
            "נשמח להציע לך שובר מתנה.",
            "תקבלי 10% הנחה.",
            "נחליף לך את המנורה ללא עלות.",
        ],
        "signed_by_person": [
            "הטיפול החל.\n\nבברכה,\nרוני לוי",
            "הטיפול החל.\n\nתודה, רוני\nשירות לקוחות",
        ],
    },
    "ro": {
        "greeting": [
            "Bună, Anna!\nok",
            "Stimată doamnă Berg,\nok",
            "Bună dimineața,\nok",
        ],
        "thanks": [
            "Vă mulțumim că ne-ați scris.",
            "Îți mulțumesc pentru răbdare.",
        ],
        "apology": [
            "Ne cerem scuze pentru neplăceri.",
            "Îmi pare rău pentru situație.",
            "Vă rog să ne scuzați.",
            "Regretăm cele întâmplate.",
        ],
        "owns_next_step": [
            "Vă sun mâine la ora 10.",
            "Revin cu un răspuns până vineri.",
            "Voi verifica și te anunț azi.",
            "O să vă contactez în cel mult 24 de ore.",
            "Vă trimitem lampa nouă în două zile lucrătoare.",
        ],
        "ownership": [
            "Mă ocup personal de cazul dumneavoastră.",
            "Îmi asum responsabilitatea.",
            "Mă puteți contacta direct.",
        ],
        "risky_promise": [
            "Vă promit că nu se va mai repeta.",
            "Îți garantez.",
            "Aveți cuvântul meu.",
        ],
        "negative_language": [
            "Nu știu.",
            "Nu este problema noastră.",
            "Nu avem ce face.",
            "Aceasta este politica firmei.",
            "Nu se poate.",
            "Nu ține de mine.",
        ],
        "compensation": [
            "Vă oferim un voucher de 50 de lei.",
            "Beneficiați de o reducere de 10%.",
            "Vă returnăm banii.",
            "Înlocuim produsul gratuit.",
        ],
        "signed_by_person": [
            "Se rezolvă.\n\nCu stimă,\nSaga Lind",
            "Se rezolvă.\n\nO zi bună!\nSaga",
        ],
    },
    "pl": {
        "greeting": [
            "Szanowna Pani Anno,\nok",
            "Dzień dobry Pani Anno,\nok",
            "Hej Aniu,\nok",
        ],
        "thanks": [
            "Dziękuję za cierpliwość.",
            "Dziękujemy, że Pani napisała.",
            "Dzięki za wiadomość!",
        ],
        "apology": [
            "Bardzo mi przykro z powodu tej sytuacji.",
            "Proszę przyjąć nasze przeprosiny.",
            "Najmocniej Panią przepraszam.",
        ],
        "owns_next_step": [
            "Zadzwonię do Pani jutro o 10.",
            "Odezwę się do piątku.",
            "Oddzwonię dziś po południu.",
            "Wyślemy nową lampę w ciągu dwóch dni roboczych.",
            "Dam Pani znać w poniedziałek.",
        ],
        "ownership": [
            "Zajmę się tym osobiście.",
            "Biorę tę sprawę na siebie.",
            "Może Pani dzwonić bezpośrednio do mnie.",
        ],
        "risky_promise": [
            "Obiecuję, że to się nie powtórzy.",
            "Gwarantuję Pani.",
            "Daję słowo.",
        ],
        "negative_language": [
            "Nie wiem.",
            "To nie nasza wina.",
            "Nic nie możemy zrobić.",
            "Taka jest polityka firmy.",
            "To niemożliwe.",
            "To nie należy do moich obowiązków.",
        ],
        "compensation": [
            "W ramach rekompensaty oferujemy rabat 10%.",
            "Zwrócimy Pani pieniądze.",
            "Wymienimy lampę na nową bezpłatnie.",
            "Przesyłam kod rabatowy.",
        ],
        "signed_by_person": [
            "Sprawa w toku.\n\nPozdrawiam serdecznie\nSaga Lind",
            "Sprawa w toku.\n\nZ poważaniem\nSaga Lind\nBiuro Obsługi Klienta",
        ],
    },
    "nl": {
        "greeting": [
            "Goedemiddag mevrouw Berg,\nok",
            "Hey Anna,\nok",
        ],
        "thanks": [
            "Fijn dat u contact met ons opneemt.",
            "Dank voor uw geduld.",
            "Dankjewel voor je berichtje.",
        ],
        "apology": [
            "Wat vervelend dat de lamp stuk is.",
            "Het spijt ons dat dit is gebeurd.",
            "Mijn oprechte excuses.",
            "Onze welgemeende verontschuldigingen.",
        ],
        "owns_next_step": [
            "Ik bel u morgen om 10 uur.",
            "Ik kom hier uiterlijk vrijdag op terug.",
            "U hoort vandaag nog van mij.",
            "We sturen binnen twee werkdagen een nieuwe lamp.",
            "Ik ga dit uitzoeken en laat het je morgen weten.",
        ],
        "ownership": [
            "Ik neem dit persoonlijk op me.",
            "Ik pak dit voor u op.",
            "U kunt mij rechtstreeks bellen.",
        ],
        "risky_promise": [
            "Ik beloof u dat dit niet meer gebeurt.",
            "Dat garanderen wij.",
            "Op mijn erewoord.",
        ],
        "negative_language": [
            "Dat weet ik niet.",
            "Dat is niet mijn afdeling.",
            "Daar kunnen wij niets aan doen.",
            "Dat is ons beleid.",
            "Dat kan niet.",
            "Daar gaan wij niet over.",
        ],
        "compensation": [
            "U krijgt een cadeaubon van 10 euro.",
            "Wij betalen het bedrag terug.",
            "We vervangen de lamp kosteloos.",
            "Je krijgt 10% korting.",
        ],
        "signed_by_person": [
            "Het is geregeld.\n\nMet vriendelijke groet,\n\nSaga Lind",
            "Het is geregeld.\n\nGroetjes, Saga",
        ],
    },
    "ru": {
        "greeting": [
            "Доброго дня, Анна!\nok",
            "Уважаемая Анна,\nok",
            "Анна, добрый вечер!\nok",
        ],
        "thanks": [
            "Благодарим вас за обращение.",
            "Спасибо, что написали нам.",
            "Спасибо за терпение.",
        ],
        "apology": [
            "Приносим свои извинения за неудобства.",
            "Мне очень жаль, что так вышло.",
            "Простите, пожалуйста.",
            "Просим прощения.",
        ],
        "owns_next_step": [
            "Я перезвоню вам завтра в 10:00.",
            "Вернусь с ответом до пятницы.",
            "Дам вам знать сегодня.",
            "Мы отправим новую лампу в течение двух рабочих дней.",
            "Напишу вам в понедельник.",
        ],
        "ownership": [
            "Я лично займусь вашим вопросом.",
            "Беру ваш вопрос под личный контроль.",
            "Пишите напрямую мне.",
        ],
        "risky_promise": [
            "Обещаю, что такого больше не повторится.",
            "Гарантируем.",
            "Даю слово.",
        ],
        "negative_language": [
            "Я не знаю.",
            "Это не наша проблема.",
            "Мы ничего не можем сделать.",
            "Такова политика компании.",
            "Это невозможно.",
            "Это не в моей компетенции.",
        ],
        "compensation": [
            "Мы вернём вам деньги.",
            "Дарим вам промокод на скидку 10%.",
            "Заменим лампу бесплатно.",
        ],
        "signed_by_person": [
            "Вопрос решается.\n\nС уважением,\nСага Линд",
            "Вопрос решается.\n\nС наилучшими пожеланиями,\nСага Линд\nСлужба поддержки",
        ],
    },
}
"""By language and item, what says it."""
SOUNDS_LIKE: dict[str, dict[str, list[str]]] = {
    "fi": {
        "negative_language": ["Se onnistuu hyvin.", "Ei hätää, tämä järjestyy."],
        "risky_promise": ["En voi luvata tarkkaa päivää.", "Emme voi taata toimitusta perjantaiksi."],
        "compensation": ["Valitettavasti emme voi antaa alennusta."],
        "apology": ["Lamppu on myös vihreänä."],
    },
    "he": {
        "negative_language": ["אין בעיה, נסדר את זה.", "אל תדאגי, זה בטיפול."],
        "risky_promise": ["אני לא יכולה להבטיח תאריך."],
        "compensation": ["לצערנו אין החזר כספי."],
        "ownership": ["המנורה קיימת גם בירוק."],
    },
    "ro": {
        "negative_language": ["Nu e nicio problemă, rezolvăm.", "Nu ezitați să ne scrieți."],
        "risky_promise": ["Nu vă pot promite o dată exactă."],
        "compensation": ["Din păcate nu acordăm rambursări."],
        "thanks": ["Lampa există și în verde."],
    },
    "pl": {
        "negative_language": ["Nie ma problemu, zajmę się tym.", "Proszę się nie martwić."],
        "risky_promise": ["Nie mogę obiecać dokładnej daty."],
        "compensation": ["Niestety nie przewidujemy zwrotu."],
        "apology": ["Lampa jest też w kolorze zielonym."],
    },
    "nl": {
        "negative_language": ["Geen probleem, dat regelen we.", "Maakt u zich geen zorgen."],
        "risky_promise": [
            "Ik kan u geen datum beloven, maar ik bel morgen.",
            "Wij kunnen niet garanderen dat het lukt.",
            "Ik beloof niets.",
        ],
        "compensation": ["Helaas is er geen korting."],
        "apology": ["De lamp is er ook in het groen."],
    },
    "ru": {
        "negative_language": ["Нет проблем, всё решим.", "Не беспокойтесь."],
        "risky_promise": ["Не могу обещать точную дату."],
        "compensation": ["К сожалению, скидок нет."],
        "thanks": ["Лампа есть и в зелёном цвете."],
    },
}
"""By language and item, what has nearly the same words and does not say it."""


def cases(texts: dict[str, dict[str, list[str]]]) -> list[tuple[str, str, str]]:
    return [
        (language, item, text)
        for language, items in texts.items()
        for item, said in items.items()
        for text in said
    ]


def share(language: str, item: str, text: str) -> Share | None:
    found = suggest(text, language=language, persona_name="Anna Berg", complaint=True, question="")
    return next(each.share for each in found if each.item_key == item)


@pytest.mark.parametrize(("language", "item", "text"), cases(SAID))
def test_what_a_reply_says_is_found_however_it_is_put(language: str, item: str, text: str) -> None:
    assert share(language, item, text) is Share.YES


@pytest.mark.parametrize(("language", "item", "text"), cases(SOUNDS_LIKE))
def test_what_only_sounds_like_it_is_not_taken_for_it(language: str, item: str, text: str) -> None:
    assert share(language, item, text) is Share.NO
