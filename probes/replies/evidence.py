"""The table of evidence: what hints at a machine or at a person in a mail that nothing marks for certain.

Each entry has a weight, the source by which it is believed, and the cases that need it. `content.py` adds the weights
up and knows no entry; what no corpus needs is shown by `python benchmarks/evidence.py` and can go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from probes.replies import phrases
from probes.replies.bounces import has_null_return_path
from probes.replies.headers import (
    NO_REPLY,
    PROGRAM,
    ROBOT,
    answers_a_mail,
    auto_submitted,
    is_bulk,
    is_discussed,
    is_generated,
)
from probes.replies.letter import Letter
from probes.replies.patterns import WORD
from probes.replies.person_name import signed_by_a_person, signed_by_the_box
from probes.replies.sentences import ENOUGH_OF_ITS_OWN, SHORT, STOCK, Reading
from probes.replies.vocabulary import share_of_stock_words

SHOWN = 120
"""Characters of a sentence that are shown in a reason."""
MOST_STOCK_WORDS = 0.7
"""The part of a person's letter that may be made of the words of automatic mail, where nothing else shows a person."""
NOBODYS = "It speaks in the words of automatic mail alone, and nothing shows that a person wrote it"
STRONG = 3
"""The weight from which on a hint at a person counts also in a letter of little but stock phrases."""
CHAT_LINE = re.compile(
    r"^[(\[]?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+)?\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?\W{1,4}"
    r"(?:[^:\n]{1,40}:|\*{3})\s",
    re.IGNORECASE | re.MULTILINE,
)
"""A line of a chat as transcripts show it: "(09:01:12) Kim: Hello", "[09:02] *** Kim has left"."""
FEWEST_CHAT_LINES = 2
"""Lines with a name or a time before them that make a copy of a chat."""
FIRST = 2
"""Sentences at the beginning in which a letter says what it is."""
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)

Side: TypeAlias = Literal["machine", "person"]
Source: TypeAlias = Literal["standard", "platform", "seen mail"]
Finds: TypeAlias = Callable[[Letter, Reading], str]
"""Returns the reason, in words, or nothing."""
Hint = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One entry of the table."""

    name: str
    side: Side
    weight: int
    source: Source
    cases: str
    """Tests, or letters in them, that need it."""
    finds: Finds
    in_headers: bool = False
    """Whether it is found in headers, which a help desk that marks all its mail alike sets without meaning."""


# --- what programs write into headers --------------------------------------------------------------------------


def _says(holds: Callable[[Letter], bool], reason: str) -> Finds:
    return lambda letter, reading: reason if holds(letter) else ""


def _says_who(holds: Callable[[str], bool], reason: str) -> Finds:
    return lambda letter, reading: (
        f"{reason}: {letter.mail.sender[1]}" if holds(letter.mail.sender[1]) else ""
    )


def _by_a_web_program(letter: Letter) -> bool:
    return "php" in letter.mail.header("X-Mailer").casefold() or letter.mail.has("X-PHP-Script")


def _can_be_unsubscribed(letter: Letter) -> bool:
    mail = letter.mail
    return mail.has("List-Unsubscribe") and not is_discussed(mail) and not is_generated(mail)


def _mail_program(letter: Letter, reading: Reading) -> str:
    program = letter.mail.header("X-Mailer") or letter.mail.header("User-Agent")
    return f"It was written in a mail program: {program[:60]}" if PROGRAM.search(program) else ""


# --- what letters say ------------------------------------------------------------------------------------------


def _sentence(field: str, reason: str, within: slice = slice(None)) -> Finds:
    def finds(letter: Letter, reading: Reading) -> str:
        for sentence, found in zip(letter.sentences[within], letter.found[within], strict=True):
            if field in found:
                return f"{reason}: “{sentence[:SHOWN]}”"
        return ""

    return finds


def _below(field: str, reason: str) -> Finds:
    return lambda letter, reading: reason if field in letter.found_below else ""


def _stock(weight: int) -> Finds:
    """Phrases of automatic mail that weigh so much together."""

    def finds(letter: Letter, reading: Reading) -> str:
        if not reading.stock or reading.weight != weight:
            return ""
        said = "”, “".join(sentence[:SHOWN] for sentence in reading.stock[:3])
        return f"Phrases of automatic mail: “{said}”"

    return finds


def _says_that_it_is_automatic(last: bool) -> Finds:
    """A note at the end of a letter with something of its own to say weighs a little less."""

    def finds(letter: Letter, reading: Reading) -> str:
        said = letter.saying("automatic")
        if not said or last != (len(reading.own) >= ENOUGH_OF_ITS_OWN and said[0] in letter.sentences[-2:]):
            return ""
        return f"It says of itself: “{said[0][:SHOWN]}”"

    return finds


def _names_itself(letter: Letter, reading: Reading) -> str:
    """A word such as "autoresponder" at the beginning; a person who speaks of one does so in passing."""
    return _sentence("automatic", "It begins with what it is", slice(FIRST))(letter, reading)


def _is_away_until(letter: Letter, reading: Reading) -> str:
    """An absence is the first that is said, with its end or with who helps meanwhile, and nothing goes on behind it."""
    if not letter.sentences or "out_of_office" not in letter.found[0] or not reading.away:
        return ""
    if letter.sentences[0] in reading.own or letter.shares_a_word_behind(letter.sentences[0]):
        return ""
    return "It begins with an absence and says nothing of what was asked"


def _subject_is_stock(letter: Letter, reading: Reading) -> str:
    stock = letter.found_in_subject & STOCK.keys()
    return f"The subject is one of automatic mail: “{letter.mail.subject[:SHOWN]}”" if stock else ""


def _can_be_left(letter: Letter, reading: Reading) -> str:
    """A line by which one leaves a list or a club, with its address."""
    for line in letter.mail.text[:20_000].split("\n"):
        if (
            LINK.search(line[:300])
            and not line.startswith(">")
            and "unsubscribe" in phrases.phrases_in(line[:300])
        ):
            return f"It can be unsubscribed from: “{line[:SHOWN]}”"
    return ""


def is_a_transcript(letter: Letter) -> bool:
    """Tell whether a letter shows a chat, line by line."""
    said = len(CHAT_LINE.findall(letter.new))
    return said >= FEWEST_CHAT_LINES and 2 * said >= sum(map(bool, letter.new.split("\n")))


def _signed_by_a_team(letter: Letter, reading: Reading) -> str:
    last = letter.sentences[-1] if letter.sentences else ""
    short = last if len(last) <= SHORT else ""
    team = reading.stock and "team" in phrases.phrases_in(f"{short}\n{letter.below[:SHOWN]}")
    return "It is signed by a team, not by a person" if team else ""


def _signed_by_the_box(letter: Letter, reading: Reading) -> str:
    named = reading.stock and not reading.mild and signed_by_the_box(letter)
    return "It is signed by the company or the box that we wrote to, not by a person" if named else ""


def _only_stock(letter: Letter, reading: Reading) -> str:
    alone = not reading.own and (len(reading.stock) > 1 or reading.weight > 2 or reading.away)
    return "It says nothing else" if alone else ""


def is_nobodys(letter: Letter) -> bool:
    """Tell whether a letter is made of the words of programs and bears no sign of a person beside them."""
    if letter.split.quotes or share_of_stock_words("\n".join(letter.sentences)) < MOST_STOCK_WORDS:
        return False
    return not signed_by_a_person(letter) and not any(
        weight >= 2 for weight, _ in hints_in_headers(letter, "person")
    )


# --- what people write -----------------------------------------------------------------------------------------


def _signed(mostly_stock: bool) -> Finds:
    def finds(letter: Letter, reading: Reading) -> str:
        if reading.away or mostly_stock != (reading.mostly_stock and not reading.mild):
            return ""
        if mostly_stock and len(reading.own) != len(reading.stock):
            return ""
        return "It is signed by a person" if signed_by_a_person(letter) else ""

    return finds


def _has_its_own(weight: int) -> Finds:
    """Sentences of its own: a few beside stock phrases, as many, or many more."""

    def finds(letter: Letter, reading: Reading) -> str:
        own, stock = len(reading.own), len(reading.stock)
        if not own:
            return ""
        found = 1 if reading.mostly_stock or own + stock == 1 else 2 if own < 2 * stock + 2 else 3
        return f"It has something of its own to say: “{reading.own[0][:SHOWN]}”" if found == weight else ""

    return finds


def _says_little(letter: Letter, reading: Reading) -> str:
    little = not reading.own and not letter.sentences and WORD.search(letter.new)
    return f"It says something, if little: “{letter.new[:SHOWN]}”" if little else ""


TABLE: tuple[Evidence, ...] = (
    Evidence("no return address", "machine", 3, "standard", "RFC 3834, 5; classify_hard_cases",
             _says(lambda letter: has_null_return_path(letter.mail), "It has no return address, as only automatic mail has"), True),
    Evidence("auto-submitted", "machine", 3, "standard", "RFC 3834, 5; classify_stamped",
             _says(lambda letter: is_generated(letter.mail), "The header Auto-Submitted says that a program made it"), True),
    Evidence("no-reply sender", "machine", 3, "seen mail", "classify_told_by_machines",
             _says_who(lambda sender: bool(NO_REPLY.search(sender)), "Nobody can answer its sender"), True),
    Evidence("program's name", "machine", 2, "seen mail", "classify_told_by_machines",
             _says_who(lambda sender: bool(ROBOT.match(sender.partition("@")[0])), "The sender is called like a program"), True),
    Evidence("bulk", "machine", 1, "seen mail", "classify_stamped",
             _says(lambda letter: is_bulk(letter.mail) and not is_generated(letter.mail), "It is sent in bulk"), True),
    Evidence("List-Unsubscribe", "machine", 1, "standard", "RFC 2369; classify_stamped",
             _says(_can_be_unsubscribed, "It can be unsubscribed from"), True),
    Evidence("web program", "machine", 1, "seen mail", "classify_told_by_machines",
             _says(_by_a_web_program, "A web program sent it"), True),
    Evidence("returned headers", "machine", 4, "standard", "RFC 3462; classify_hard_cases",
             _says(lambda letter: "text/rfc822-headers" in letter.mail.types, "It returns the headers of a mail"), True),
    Evidence("Exchange rule", "machine", 2, "platform", "classify_told_by_machines",
             _says(lambda letter: letter.mail.has("X-MS-Exchange-Inbox-Rules-Loop"), "An Exchange rule passed it on"), True),
    Evidence("list program", "machine", 4, "platform", "Mailman's X-List-Administrivia",
             _says(lambda letter: letter.mail.has("X-List-Administrivia"), "The program of a mailing list wrote it"), True),
    *(Evidence(f"stock phrases of {weight}", "machine", weight, "seen mail", "classify, phrases_of_languages", _stock(weight))
      for weight in range(1, 6)),
    Evidence("says it is automatic", "machine", 6, "seen mail", "classify_told_by_machines", _says_that_it_is_automatic(False)),
    Evidence("notes it is automatic", "machine", 5, "seen mail", "classify_told_by_machines", _says_that_it_is_automatic(True)),
    Evidence("names itself", "machine", 2, "seen mail", "letters_without_marks", _names_itself),
    Evidence("closed box", "machine", 6, "seen mail", "letters_without_marks", _sentence("closed_box", "It says that nobody reads this box")),
    Evidence("list notice", "machine", 4, "seen mail", "letters_without_marks", _sentence("list_notice", "A list program says so")),
    Evidence("absence first", "machine", 4, "seen mail", "letters_without_marks", _is_away_until),
    Evidence("can be left", "machine", 5, "seen mail", "letters_without_marks", _can_be_left),
    Evidence("wants no answer", "machine", 3, "seen mail", "classify", _sentence("unanswerable", "It wants no answer")),
    Evidence("shows a form", "machine", 2, "seen mail", "classify_told_by_machines",
             _says(lambda letter: letter.shows_a_form, "It shows what was filled into a form, with our own address")),
    Evidence("note below", "machine", 2, "seen mail", "classify", _below("automatic", "A note below says that it is automatic")),
    Evidence("no answer below", "machine", 1, "seen mail", "classify", _below("unanswerable", "A note below wants no answer")),
    Evidence("stock subject", "machine", 2, "seen mail", "classify", _subject_is_stock),
    Evidence("away", "machine", 1, "seen mail", "classify",
             lambda letter, reading: "It says that nobody is there, or asks for a proof" if reading.away else ""),
    Evidence("transcript", "machine", 4, "seen mail", "classify_told_by_machines", _says(is_a_transcript, "It is the transcript of a chat")),
    Evidence("signed by a team", "machine", 1, "seen mail", "classify", _signed_by_a_team),
    Evidence("signed by the box", "machine", 2, "seen mail", "letters_without_marks", _signed_by_the_box),
    Evidence("nothing else", "machine", 1, "seen mail", "classify", _only_stock),
    Evidence("mail program", "person", 3, "seen mail", "classify_stamped", _mail_program, True),
    Evidence("quotes", "person", 2, "seen mail", "classify",
             _says(lambda letter: letter.split.quotes, "It quotes the mail that it answers"), True),
    Evidence("answers a mail", "person", 1, "standard", "RFC 5322, 3.6.4; classify", _says(answers_a_mail, "It answers a mail"), True),
    Evidence("document", "person", 1, "seen mail", "classify", _says(lambda letter: bool(letter.mail.documents), "A document is attached"), True),
    Evidence("discussed", "person", 1, "standard", "RFC 2369; classify_stamped",
             _says(lambda letter: is_discussed(letter.mail), "It came through a list that people write to"), True),
    Evidence("auto-submitted: no", "person", 2, "standard", "RFC 3834, 5",
             _says(lambda letter: "no" in auto_submitted(letter.mail), "The header Auto-Submitted says: no"), True),
    Evidence("signed among stock", "person", 1, "seen mail", "classify", _signed(True)),
    Evidence("signed", "person", 2, "seen mail", "classify", _signed(False)),
    *(Evidence(f"{name} of its own", "person", weight, "seen mail", "classify", _has_its_own(weight))
      for weight, name in enumerate(("little", "something", "much"), 1)),
    Evidence("a few words", "person", 1, "seen mail", "classify", _says_little),
)  # fmt: skip


def hints(
    letter: Letter, reading: Reading, side: Side, headers: bool = True, left_out: frozenset[str] = frozenset()
) -> list[Hint]:
    """List what the table finds for one side, with its weight; `headers` tells whether those of the mail count."""
    return list(_found(_counted(side, headers, left_out), letter, reading))


def hints_in_headers(letter: Letter, side: Side) -> list[Hint]:
    """List what is found for one side in the headers alone."""
    return list(_found(_IN_HEADERS[side], letter, _UNREAD))


def _counted(side: Side, headers: bool, left_out: frozenset[str]) -> Iterator[Evidence]:
    for each in TABLE:
        if each.side == side and each.name not in left_out and (headers or not each.in_headers):
            yield each


def _found(
    entries: Sequence[Evidence] | Iterator[Evidence], letter: Letter, reading: Reading
) -> Iterator[Hint]:
    for each in entries:
        reason = each.finds(letter, reading)
        if reason:
            yield each.weight, reason


_UNREAD = Reading([], 0, [], False, False)
_IN_HEADERS: Mapping[Side, Sequence[Evidence]] = {
    side: [each for each in TABLE if each.in_headers and each.side == side] for side in ("machine", "person")
}
