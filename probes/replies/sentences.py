"""The sentences of a letter by what they are: stock phrases of automatic mail, furniture, or something of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from probes.replies import phrases
from probes.replies.letter import Letter
from probes.replies.patterns import key, words
from probes.replies.tickets import tickets_in_text

STOCK: Mapping[str, int] = {
    "acknowledgement": 2, "repeated": 2, "notice": 2, "survey": 2, "challenge": 2, "courtesy": 1,
    "out_of_office": 1,
}  # fmt: skip
"""The phrases that automatic mail is made of, and what each different one weighs. People use them as well."""
MOST_STOCK = 5
"""What stock phrases weigh at most, however many there are."""
MOST_COURTESY = 3
"""What courtesies weigh at most around sentences of its own, for people are as courteous as programs."""
ENOUGH_OF_ITS_OWN = 2
"""Sentences of an answer's own beside which courtesies weigh less."""
ALONE = 2
"""What one sentence may weigh that is also what a person writes who has no time to write more; alone it weighs 1."""
NOT_ITS_OWN = frozenset(
    {*STOCK, "automatic", "unanswerable", "neutral", "receipt", "closed_box", "list_notice", "unsubscribe"}
)
GOES_ON = frozenset({"courtesy", "out_of_office"})
"""Thanks and absences, which people put before what they have to say: "I am away tomorrow, so please write today"."""
SHORT = 60
"""Characters of a sentence that may be a signature: "Your customer service team"."""
CLAUSE = re.compile(r"[,;:–—]\s")
FEWEST_WORDS_OF_A_CLAUSE = 3
"""Words that a part of a sentence needs to say something."""
MOST_WORDS_OF_A_REFERENCE = 4
"""Words of a line that is a ticket number and no sentence."""
MOST_WORDS_OF_A_NAME = 3
"""Words of a salutation."""


@dataclass(frozen=True)
class Reading:
    """The sentences of a letter, sorted; `away` where its writer is not there or asks for a proof."""

    stock: list[str]
    weight: int
    own: list[str]
    away: bool
    mild: bool
    """One notice, or only courtesies around what it has to say: what people write as well, with other phrases none."""

    @property
    def mostly_stock(self) -> bool:
        """Whether little but stock phrases was said."""
        own, stock = len(self.own), len(self.stock)
        return own < stock or (own == stock and self.weight > 1)

    @classmethod
    def of(cls, letter: Letter) -> Reading:
        """Sort the sentences of a letter."""
        pairs = [
            (sentence, _without_past(fields))
            for sentence, fields in zip(letter.sentences, letter.found, strict=True)
        ]
        stock = [sentence for sentence, fields in pairs if fields.keys() & STOCK.keys()]
        own = [sentence for sentence, fields in pairs if _is_own(sentence, fields)]
        found: Counter[str] = Counter()
        for _, fields in pairs:
            found.update({field: count for field, count in fields.items() if field in STOCK})
        away = bool(found.keys() & {"out_of_office", "challenge"})
        weight = sum(STOCK[field] * count for field, count in found.items())
        courteous = len(own) >= ENOUGH_OF_ITS_OWN and found.keys() == {"courtesy"}
        if len(stock) == 1 and not own and not away and weight <= ALONE:
            weight = 1
        mild = courteous or (len(stock) == 1 and found.keys() == {"notice"})
        return cls(stock, min(weight, MOST_COURTESY if courteous else MOST_STOCK), own, away, mild)


def _without_past(fields: Mapping[str, int]) -> Mapping[str, int]:
    """Forget an absence that is over: "I was on holiday last week"."""
    if "returned" not in fields:
        return fields
    return {field: count for field, count in fields.items() if field != "out_of_office"}


def _is_own(sentence: str, fields: Mapping[str, int]) -> bool:
    if fields.keys() & NOT_ITS_OWN:
        return fields.keys() <= GOES_ON and _goes_on(sentence)
    if "team" in fields and len(sentence) <= SHORT:
        return False
    return not _says_nothing(sentence)


def _goes_on(sentence: str) -> bool:
    """Tell whether a stock phrase is followed by something else: "Thanks for your letter, I will look at it"."""
    clauses = [words(clause) for clause in CLAUSE.split(sentence)]
    return any(
        len(clause) >= FEWEST_WORDS_OF_A_CLAUSE and not phrases.phrases_in(" ".join(clause))
        for clause in clauses
    )


def _says_nothing(sentence: str) -> bool:
    """Tell whether a sentence is a greeting, a name, a number to refer to, a repeated subject, or no words at all."""
    said = words(sentence)
    label, colon, _ = sentence.partition(":")
    return (
        not any(word.isalpha() for word in said)
        or " ".join(said) in phrases.keys("greetings")
        or (len(said) <= MOST_WORDS_OF_A_REFERENCE and bool(tickets_in_text(sentence)))
        or (sentence.endswith(",") and len(said) <= MOST_WORDS_OF_A_NAME)
        or (bool(colon) and key(label) in phrases.keys("subject"))
    )
