"""Finds the numbers under which help desks file a letter: `[FF-1234]`, `Ticket #1234`, `Case 00012345`."""

from __future__ import annotations

import re
from collections.abc import Iterator

FEWEST_DIGITS = 2
"""Digits of a ticket number."""
LONGEST_TEXT = 20_000
"""Characters of a mail in which numbers are looked for."""
MOST = 20
"""Ticket numbers of one mail."""

_NUMBER = r"[A-Za-z0-9](?:[A-Za-z0-9-]{1,38}[A-Za-z0-9])?"
# What help desks call it, in the languages whose letters we read; compounds such as "Ticketnummer" follow from them.
_NAMES = (
    "ticket|case|request|inquiry|enquiry|incident|reference|ref|issue|"
    "vorgang|vorgangs|anfrage|fall|bearbeitung|bearbeitungs|referenz|aktenzeichen|"
    "ärende|dossier|demande|requête|référence|caso|solicitud|incidencia|referencia|consulta|"
    "zgłoszenie|zgłoszenia|sprawa|sprawy|zaak|melding|aanvraag|referentie|tichet|solicitare|cerere|referință|"
    "sak|sag|tapaus|viite|tukipyyntö|обращение|обращения|заявка|заявки|запрос|запроса|тикет|פנייה|פניה|קריאה|פנייתך"
)
_SUFFIXES = r"-?(?:nummer|numer|number|numret|numero|nr|id|no)?"
_BETWEEN = r"(?:[\s:.#=()]{1,3}(?:no|nr|number|num|nummer|numero|número|numéro|numer|номер|מספר|id|is|ist|är|est|es|n°|№)?){1,3}"

NAMED = re.compile(
    rf"(?<![\w-])(?:{_NAMES}){_SUFFIXES}{_BETWEEN}[\s:.#=]{{0,3}}({_NUMBER})(?![\w-])", re.IGNORECASE
)
BRACKETED = re.compile(rf"\[(?:[^\[\]\n]{{0,60}}?[\s#:])?#{{0,2}}({_NUMBER})#{{0,2}}\]")
HASH = re.compile(r"(?<![\w&#])#(\d{3,20})(?![\w-])")
PROJECT = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]{1,9}-\d{3,10})(?![\w-])")
THREAD = re.compile(r"(?<!\w)(ref:!?[A-Za-z0-9._]{8,80}:ref|thread::[A-Za-z0-9_-]{8,80}::)")
_DATE = re.compile(r"(?:19|20)\d\d(?:-?\d\d-?\d\d)?|\d{1,2}-\d{1,2}-(?:19|20)?\d\d")


def tickets_in_subject(subject: str) -> list[str]:
    """List the numbers in a subject, each once, in capitals and without marks around them."""
    return _each_once(subject, (THREAD, BRACKETED, NAMED, PROJECT, HASH))


def tickets_in_text(text: str) -> list[str]:
    """List the numbers in a text; a bare `#1234` is none there, for it may be an article or an order."""
    return _each_once(text[:LONGEST_TEXT], (THREAD, BRACKETED, NAMED))


def _each_once(text: str, patterns: tuple[re.Pattern[str], ...]) -> list[str]:
    return list(dict.fromkeys(_found(text, patterns)))[:MOST]


def _found(text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    for pattern in patterns:
        for number in pattern.findall(text):
            if pattern is THREAD or _may_be_a_number(number):
                yield number.upper()


def _may_be_a_number(found: str) -> bool:
    """Tell a number from a word and from a date; a year alone is a date."""
    digits = sum(letter.isdigit() for letter in found)
    return len(found) >= 3 and digits >= FEWEST_DIGITS and _DATE.fullmatch(found) is None
