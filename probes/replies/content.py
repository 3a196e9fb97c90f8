"""What the text of a mail says, weighed with headers that hint at a machine or a person without proving it."""

from __future__ import annotations

from dataclasses import dataclass

from probes.replies import phrases
from probes.replies.headers import hints_of_a_machine, hints_of_a_person
from probes.replies.letter import Letter
from probes.replies.verdict import Judgement, Kind

CERTAIN = 2
"""By how much one side has to weigh more than the other."""
STOCK = ("acknowledgement", "out_of_office", "challenge")
SHOWN = 120


@dataclass(frozen=True, slots=True)
class Side:
    """What speaks for a machine, or for a person."""

    weight: int
    reasons: tuple[str, ...]


def content(letter: Letter, platform: str = "") -> Judgement:
    """Judge by the text; of a help desk that marks all its mail alike, the headers are left out."""
    machine = _machine(letter, [] if platform else hints_of_a_machine(letter))
    person = _person(letter)
    if not machine.weight:
        return _plain(letter, platform)
    kind = _kind(letter)
    reasons = (*machine.reasons, *person.reasons)
    if machine.weight - person.weight >= CERTAIN:
        return Judgement("automatic", kind, platform, reasons)
    if machine.weight < person.weight:
        return Judgement("human", "answer", platform, (*person.reasons, *machine.reasons))
    return Judgement("uncertain", kind, platform, reasons)


def _machine(letter: Letter, hints: list[tuple[int, str]]) -> Side:
    found = list(hints)
    stock, own = _stock(letter), _own(letter)
    found += [
        (2 if place == 1 else 1, f"A phrase of automatic mail: “{said[:SHOWN]}”")
        for place, said in enumerate(stock[:4])
    ]
    found += [(4, f"It says of itself: “{said[:SHOWN]}”") for said in letter.saying("automatic")[:1]]
    if "automatic" in phrases.told(letter.below):
        found.append((2, "A note below says that it is automatic"))
    if "acknowledgement" in letter.subject_tells or "out_of_office" in letter.subject_tells:
        found.append((2, f"The subject is one of automatic mail: “{letter.mail.subject[:SHOWN]}”"))
    if letter.saying("out_of_office") or letter.saying("challenge"):
        found.append(
            (1, "It speaks of nobody's being there, or asks for a proof that the sender is a person")
        )
    if stock and not own and (len(stock) > 1 or letter.saying("out_of_office")):
        found.append((1, "It says nothing else"))
    return Side(sum(weight for weight, _ in found), tuple(reason for _, reason in found))


def _person(letter: Letter) -> Side:
    hints = hints_of_a_person(letter)
    own = len(_own(letter))
    if own:
        said = _own(letter)[0][:SHOWN]
        hints.append((min(own, 2), f"It has something of its own to say: “{said}”"))
    elif _stock(letter):
        # Programs quote what they confirm and set In-Reply-To, too: that weighs little where nothing else was said.
        hints = [(weight if weight > 2 else 0, reason) for weight, reason in hints]
    return Side(sum(weight for weight, _ in hints), tuple(reason for weight, reason in hints if weight))


def _stock(letter: Letter) -> list[str]:
    pairs = zip(letter.sentences, letter.tells, strict=True)
    return [sentence for sentence, tells in pairs if tells.intersection(STOCK)]


def _own(letter: Letter) -> list[str]:
    pairs = zip(letter.sentences, letter.tells, strict=True)
    return [sentence for sentence, tells in pairs if not tells.intersection((*STOCK, "automatic", "neutral"))]


def _kind(letter: Letter) -> Kind:
    told = letter.subject_tells.union(*letter.tells)
    if "challenge" in told:
        return "challenge"
    if "out_of_office" in told:
        return "out_of_office"
    return "acknowledgement" if "acknowledgement" in told else "automatic"


def _plain(letter: Letter, platform: str) -> Judgement:
    if letter.sentences:
        return Judgement(
            "human", "answer", platform, ("A text of its own, and nothing that marks automatic mail",)
        )
    if letter.mail.attachments or letter.mail.text.strip():
        reason = "Little text of its own, but nothing that marks automatic mail"
        return Judgement("human", "answer", platform, (reason,))
    return Judgement("uncertain", "answer", platform, ("The mail is empty",))
