"""What an invented customer writes into a form: what the probe says, and what a form insists on besides.

The telephone numbers are from ranges that regulators keep free for fiction; those of the company's own country, without
its code, come last, for a form that takes no others;
the street is that of a railway station, where nobody lives; order numbers begin with 999. See
docs/developers/contact-forms.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from probes.base import Message
from probes.forms.telephones import national_notations, number_of, phones
from probes.forms.words import Words

LONGEST_SUBJECT = 70
"""Characters of a subject that is made of the first words of the message."""
BOUGHT_DAYS_AGO = 6
"""How long ago, where a form asks when something was bought."""
NOTATIONS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y")
"""Of a day, for a form that does not take the one of its language."""
NUMBER_LENGTHS = (9, 10, 8, 12, 7, 11, 6, 5)
"""Of an order number, the usual one first, for a form that knows how long its own are."""
SHAPE = re.compile(r"(?i)([^\W\d_]{2}|[^\W\d_]{4})([./ -])[^\W\d_]{2}\2([^\W\d_]{2}|[^\W\d_]{4})")


@dataclass(frozen=True)
class Answers:
    """What goes into fields of each meaning, the usual notation first; `about` is what the message is about."""

    values: dict[str, tuple[str, ...]]
    about: str
    day: date

    def for_meaning(self, meaning: str) -> tuple[str, ...]:
        """Return what fits, best first; nothing if a field of this meaning cannot be answered by typing."""
        return self.values.get(meaning, ())


def answers_for(message: Message, words: Words, today: date) -> Answers:
    """Make up what a form may ask for; the same probe always answers the same."""
    first, _, last = message.persona_name.strip().partition(" ")
    persona, number = words.persona, number_of(message.token)
    subject = re.sub(r"\s+", " ", message.subject).strip() or first_words(message.text)
    day = today - timedelta(days=BOUGHT_DAYS_AGO)
    return Answers(
        {
            "name": (message.persona_name.strip(),),
            "full_name": (message.persona_name.strip(),),
            "first_name": (first,),
            "last_name": (last or first,),
            "email": (message.from_address,),
            "subject": (subject,),
            "message": (message.text,),
            "phone": phones((*persona.phones, *national_notations(message.time_zone)), number),
            "order_number": tuple(f"999{number:06d}{'0' * 9}"[:digits] for digits in NUMBER_LENGTHS),
            "date": tuple(dict.fromkeys(day.strftime(shape) for shape in (persona.date, *NOTATIONS))),
            "company": (persona.company,),
            "street": (persona.street,),
            "postcode": (persona.postcode,),
            "city": (persona.city,),
            "country": persona.country,
        },
        about=f"{message.subject} {message.text}",
        day=day,
    )


def first_words(text: str) -> str:
    """Make a subject of the text's first sentence that says something, cut at a word."""
    sentences = [part.strip(" ,\n") for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip(" ,\n")]
    said = next((part for part in sentences if len(part) >= 15), text.strip())
    if len(said) <= LONGEST_SUBJECT:
        return said
    return said[:LONGEST_SUBJECT].rsplit(" ", 1)[0].rstrip(" ,.;:")


def in_shape(day: date, placeholder: str) -> str:
    """Write a day as a placeholder such as dd.mm.yyyy, TT.MM.JJJJ or ГГГГ-ММ-ДД asks; empty if it asks nothing."""
    shape = SHAPE.fullmatch(placeholder.strip())
    if shape is None:
        return ""
    parts = {"y": f"{day.year:04d}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}
    pieces = re.split(r"([./ -])", placeholder.strip())
    return "".join(piece if piece in "./ -" else parts[_part(piece)] for piece in pieces)


def _part(piece: str) -> str:
    letter = piece[:1].lower()
    if len(piece) == 4:
        return "y"
    return "m" if letter in ("m", "k", "м") else "d"


def day_for(kind: str, day: date, least: str, most: str) -> str:
    """Write a day, or an hour of it, moved between the field's bounds, as the browser's own date fields want it."""
    shapes = {"month": f"{day:%Y-%m}", "time": "11:00", "datetime-local": f"{day.isoformat()}T11:00"}
    # In these notations what is later is also greater as text.
    written = max(shapes.get(kind, day.isoformat()), least)
    return min(written, most) if most else written
