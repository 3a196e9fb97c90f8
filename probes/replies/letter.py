"""A mail laid out for judging: its subject, what is new in its text, sentence by sentence, and what stands below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from probes.replies import phrases
from probes.replies.circumstances import UNKNOWN, Circumstances
from probes.replies.fingerprints import platform_of
from probes.replies.mail import ReadMail
from probes.replies.patterns import WORD, key, words
from probes.replies.quoted import Split, split
from probes.replies.substance import shares_a_word
from probes.replies.topic_words import talk_of

TAGS = re.compile(r"^(\s*(\[[^\]]{0,60}\]|\([^)]{0,30}\)|\*{2,}[^*]{1,30}\*{2,}|#\S+)[\s:]*)+")
SENTENCE_END = re.compile(
    r"(?<=[.!?。…])(?<!\d\.)(?<!\bdvs\.)(?<!\bnr\.)(?<!\btel\.)(?<!\bтел\.)(?<!\bmr\.)(?<!\bms\.)(?<!\bmrs\.)(?<!\bdr\.)"
    r"(?<!\bbzw\.)(?<!\bca\.)\s+",
    re.IGNORECASE,
)
"""Where a sentence ends; not behind a number, "Mr." and the like."""
WORDS_OF_GREETING, WORDS_BEHIND_CLOSING = 7, 4
"""Words of a line that is only a greeting, and words behind a closing on its line."""
MOST_GREETED = 2
"""Words behind the comma of a greeting that are a name or a title."""
LONGEST_CLOSING = 60
"""Characters of a line that is a closing or a greeting."""
MOST_BELOW = 4_000
"""Characters of what stands below an answer that are read."""
MOST_OF_OUR_ADDRESSES = 20
"""Addresses in To that are looked for in the text."""
PREFIXES = {
    "auto_prefixes": "automatic",
    "receipt_prefixes": "receipt",
    "bounce_prefixes": "bounce",
    "forward_prefixes": "forward",
    "reply_prefixes": "reply",
}


@dataclass(frozen=True)
class Letter:
    """A mail, with what we had sent, whose words prove nothing when they come back."""

    mail: ReadMail
    own_text: str = ""
    circumstances: Circumstances = UNKNOWN
    left_out: frozenset[str] = frozenset()
    """Names of evidence that does not count, to find out what it is needed for."""

    @cached_property
    def split(self) -> Split:
        """The text taken apart into what is new and what is not."""
        return split(self.mail.text, self.own_text)

    @property
    def new(self) -> str:
        """What was newly written."""
        return self.split.new

    @cached_property
    def platform(self) -> str:
        """The help desk that sent the mail, or an empty string."""
        return platform_of(self.mail)

    @cached_property
    def prefix(self) -> str:
        """What the first word of the subject says it is: automatic, receipt, bounce, reply, forward or nothing."""
        bare = TAGS.sub("", self.mail.subject)
        head, colon, _ = bare.partition(":" if ":" in bare else "：")
        return _prefixes().get(re.sub(r" \d+$", "", key(head)), "") if colon and len(head) < 60 else ""

    @cached_property
    def found_in_subject(self) -> frozenset[str]:
        """Which phrases of subjects and texts stand in the subject; none if it answers or forwards ours."""
        if self.prefix in ("reply", "forward"):
            return frozenset()
        bare = TAGS.sub("", self.mail.subject)
        return frozenset(phrases.phrases_in_subject(bare)) | frozenset(phrases.phrases_in(bare))

    @cached_property
    def layout(self) -> tuple[list[str], str]:
        """The sentences between greeting and closing, and everything below; none of what it repeats of ours."""
        sentences, below = lay_out(self.new)
        if self.shows_a_form:
            sentences = [sentence for sentence in sentences if not self._shows_us(sentence)]
        if "repeated" not in self.found_in_all:
            return sentences, below
        last = next(
            (number for number, each in enumerate(sentences) if "repeated" in phrases.phrases_in(each)), None
        )
        return (sentences, below) if last is None else (sentences[: last + 1], "")

    @cached_property
    def shows_a_form(self) -> bool:
        """Whether our own address stands behind a colon, as programs show what was filled in; people know it."""
        return "@" in self.new and any(self._shows_us(line) for line in self.new.split("\n"))

    def _shows_us(self, text: str) -> bool:
        label, _, shown = text.partition(":") if "@" in text else ("", "", "")
        shown = shown.casefold()
        return any(address in shown for address in self._our_addresses) and not _is_a_header(label)

    @cached_property
    def _our_addresses(self) -> list[str]:
        return self.mail.addresses("To")[:MOST_OF_OUR_ADDRESSES]

    @property
    def sentences(self) -> list[str]:
        """The sentences between greeting and closing."""
        return self.layout[0]

    @cached_property
    def found_in_all(self) -> Mapping[str, int]:
        """Of which fields phrases stand anywhere in what is new, greeting and closing included."""
        return phrases.phrases_in(self.new)

    @cached_property
    def found(self) -> list[Mapping[str, int]]:
        """For each sentence, of which fields phrases stand in it, and how many."""
        if not self.found_in_all:
            return [{}] * len(self.sentences)
        return [phrases.phrases_in(sentence) for sentence in self.sentences]

    @cached_property
    def talk(self) -> frozenset[str]:
        """The sentences in which the letter speaks of itself and its answer, in whatever phrases."""
        return talk_of(self.sentences)

    @cached_property
    def asked(self) -> str:
        """What we had asked, with its subject: that of our message, else the one that is answered."""
        subject = self.circumstances.subject
        if not subject and self.prefix == "reply":
            subject = TAGS.sub("", self.mail.subject).partition(":")[2]
        return f"{subject}\n{self.own_text}"

    @cached_property
    def takes_up_the_question(self) -> bool:
        """Whether what it says takes up a word of what we had asked; names on either side are none."""
        return shares_a_word("\n".join(self.sentences), self.asked, self._names)

    def shares_a_word_behind(self, sentence: str) -> bool:
        """Tell whether what follows a sentence takes up a word of what we had asked."""
        place = self.sentences.index(sentence) + 1
        return shares_a_word("\n".join(self.sentences[place:]), self.asked, self._names)

    @cached_property
    def _names(self) -> frozenset[str]:
        shown, address = self.mail.sender
        ours = " ".join(self.mail.headers("To"))
        return frozenset(words(" ".join((shown, address, ours, *self.circumstances.names))))

    @cached_property
    def below(self) -> str:
        """What stands below the closing or the line of dashes: names, addresses, disclaimers, notes of programs."""
        return f"{self.layout[1]}\n{self.split.signature}".strip()[:MOST_BELOW]

    @cached_property
    def found_below(self) -> Mapping[str, int]:
        """Of which fields phrases stand below."""
        return phrases.phrases_in(self.below)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields of which phrases stand in the subject or in what is new."""
        return self.found_in_subject.union(self.found_in_all)

    def saying(self, field: str) -> list[str]:
        """The sentences that say something of this field."""
        return [
            sentence for sentence, found in zip(self.sentences, self.found, strict=True) if field in found
        ]


def _is_a_header(label: str) -> bool:
    """Tell the headers of a mail that is quoted or sent back, "To" and "Delivered-To", from what was filled in."""
    said = key(label)
    return said in phrases.keys("to") or said in phrases.keys("from_") or said.endswith((" to", " from"))


@cache
def _prefixes() -> dict[str, str]:
    return {name: kind for field, kind in PREFIXES.items() for name in phrases.keys(field)}


def lay_out(text: str) -> tuple[list[str], str]:
    """Return the sentences of a text without its greeting, up to its closing, and what stands below that."""
    lines = text.split("\n")
    greeting = next((number for number, line in enumerate(lines) if line), 0)
    kept = [_without_greeting(line) for line in lines[: greeting + 1]]
    closings = _beginnings("closings")
    for number in range(greeting + 1, len(lines)):
        line = lines[number]
        if (
            len(line) < LONGEST_CLOSING
            and line[:2].casefold() in closings
            and _is_closing(words(line))
            and not phrases.phrases_in(line)  # "Thank you for your letter." opens more than it closes
        ):
            return _sentences("\n".join(kept)), "\n".join(lines[number:])
        kept.append(line)
    return _sentences("\n".join(kept)), ""


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        joined = " ".join(paragraph.split())
        found += [part for part in SENTENCE_END.split(joined) if WORD.search(part)]
    return found


def _is_greeting(said: list[str]) -> bool:
    return 0 < len(said) <= WORDS_OF_GREETING and _starts_with(said, "greetings") > 0


def _is_closing(said: list[str]) -> bool:
    length = _starts_with(said, "closings")
    return length > 0 and len(said) - length <= WORDS_BEHIND_CLOSING


def _without_greeting(line: str) -> str:
    """Drop "Dear Ms Olsson," also where the text goes on behind it on the same line."""
    if line[:2].casefold() not in _beginnings("greetings"):
        return line
    head, comma, rest = line.partition(",")
    if comma and len(head) < LONGEST_CLOSING and _is_greeting(words(head)) and _says_something(rest):
        return rest.strip()
    return "" if len(line) < LONGEST_CLOSING and _is_greeting(words(line)) else line


def _says_something(rest: str) -> bool:
    """Tell what goes on behind a greeting from one more that is greeted: "Dear Ms Berg, dear Kim"."""
    return len(words(rest)) > MOST_GREETED and not _is_greeting(words(rest))


def _starts_with(said: list[str], field: str) -> int:
    """Return the number of words of the longest phrase of a field that the words begin with."""
    by_length = _lengths(field)
    return next((length for length in by_length if " ".join(said[:length]) in phrases.keys(field)), 0)


@cache
def _lengths(field: str) -> list[int]:
    return sorted({len(phrase.split()) for phrase in phrases.keys(field)}, reverse=True)


@cache
def _beginnings(field: str) -> frozenset[str]:
    """Return how the phrases of a field begin; nearly no other line has to be looked at."""
    return frozenset(phrase[:2].casefold() for phrase in phrases.phrases(field))
