"""The words by which a chat that nobody has described is found, in every language that it is looked for in."""

from __future__ import annotations

import re

import pytest

from probes.channels.chat.generic_selectors import WORDS
from probes.widgets.files import load_widget
from probes.widgets.schema import Control

GENERIC = load_widget("generic")
SAID = {
    # launcher, home screen, form before the chat, nobody there, field, button that sends
    "en": ("Chat with us", "Send us a message", "Start chat", "We are currently offline", "Type your message…", "Send"),
    "sv": ("Chatta med oss", "Skicka oss ett meddelande", "Starta chatten", "Vi är offline", "Skriv här", "Skicka"),
    "de": ("Brauchen Sie Hilfe?", "Unterhaltung starten", "Chat starten", "Wir sind gerade nicht da", "Ihre Nachricht", "Senden"),
    "fr": ("Besoin d’aide ?", "Envoyez-nous un message", "Démarrer le chat", "Nous sommes absents", "Écrivez ici", "Envoyer"),
    "fi": ("Asiakaspalvelu", "Lähetä meille viesti", "Aloita keskustelu", "Emme ole nyt paikalla", "Kirjoita viesti", "Lähetä"),
    "es": ("¿Necesita ayuda?", "Envíenos un mensaje", "Iniciar chat", "No estamos disponibles", "Escriba aquí", "Enviar"),
    "it": ("Assistenza", "Inviaci un messaggio", "Avvia chat", "Lasciaci un messaggio", "Scrivi un messaggio", "Invia"),
    "nl": ("Klantenservice", "Stuur ons een bericht", "Verder", "We zijn nu niet bereikbaar", "Typ je bericht", "Verstuur"),
    "da": ("Har du brug for hjælp?", "Start en samtale", "Fortsæt", "Vi er desværre ikke her", "Skriv en besked", "Send besked"),
    "nb": ("Trenger du hjelp?", "Send oss en melding", "Fortsett", "Legg igjen en beskjed", "Skriv en melding", "Send melding"),
    "pl": ("Pomoc", "Napisz do nas", "Rozpocznij czat", "Zostaw nam wiadomość", "Twoja wiadomość", "Wyślij"),
    "ro": ("Ajutor", "Trimite-ne un mesaj", "Continuă", "Nu suntem disponibili", "Scrie un mesaj", "Trimite"),
    "ru": ("Онлайн-консультант", "Напишите нам", "Начать чат", "Мы сейчас не в сети", "Ваше сообщение", "Отправить"),
    "he": ("תמיכה", "שלחו לנו הודעה", "התחל שיחה", "השאירו לנו הודעה", "כתבו כאן", "שלח"),
}  # fmt: skip


def calls(control: Control | None, said: str) -> bool:
    assert control is not None
    return re.fullmatch(control.pattern, said, re.IGNORECASE) is not None


@pytest.mark.parametrize("language", SAID)
def test_every_part_of_a_chat_is_known_by_its_words(language: str) -> None:
    launcher, home, begin, away, field, send = SAID[language]
    assert GENERIC.home is not None
    assert GENERIC.prechat is not None
    assert GENERIC.offline is not None
    assert re.search("|".join(WORDS), launcher, re.IGNORECASE)
    assert calls(GENERIC.home.begin, home)
    assert calls(GENERIC.prechat.submit, begin)
    assert re.search(GENERIC.offline.sign.removeprefix("text=/").removesuffix("/i"), away, re.IGNORECASE)
    assert calls(GENERIC.composer.field, field)
    assert calls(GENERIC.composer.send, send)
    assert calls(GENERIC.offline.submit, send)


@pytest.mark.parametrize("language", SAID)
def test_what_sends_is_never_taken_for_what_begins(language: str) -> None:
    send = SAID[language][-1]
    assert GENERIC.home is not None
    assert GENERIC.prechat is not None
    assert not calls(GENERIC.home.begin, send)
    assert not calls(GENERIC.prechat.submit, send)


@pytest.mark.parametrize("said", ["Send a message…", "Send message...", "Send your message"])
def test_the_button_that_sends_may_say_what_it_sends(said: str) -> None:
    assert GENERIC.composer.send is not None
    assert calls(GENERIC.composer.send, said)
    assert not calls(GENERIC.composer.send, "Send us a message")


@pytest.mark.parametrize(
    "said", ["Type your e-mail", "Skriv din e-post", "Escriba su correo", "Ваша почта для сообщений"]
)
def test_a_field_for_an_address_is_not_the_one_to_write_in(said: str) -> None:
    assert not calls(GENERIC.composer.field, said)
