"""Finds out which probe a mail answers: lists the keys it carries, surest first; the caller looks them up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from probes.replies.mail import ReadMail

KeyKind: TypeAlias = Literal["copy", "recipient", "message_id", "token"]
Found = TypeVar("Found")

RECIPIENT_HEADERS = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "To",
    "Cc",
    "Resent-To",
    "X-Forwarded-To",
)
MESSAGE_ID = re.compile(r"<[^<>\s]{3,990}>")
TOKEN = re.compile(r"\b(?=[A-Za-z0-9-]*\d)(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9-]{5,31}\b")
MOST_TOKENS = 40


@dataclass(frozen=True)
class Candidate:
    """A key that may belong to a probe: an address of ours, our mail's Message-ID, or a token; `where` it stood.

    A `copy` is the mail's own Message-ID: if it is a probe's, the mail is no answer but our own message.
    """

    kind: KeyKind
    value: str
    where: str

    def in_words(self) -> str:
        """Say what was matched, for the reasons shown beside a reply."""
        names = {
            "copy": "its own Message-ID",
            "recipient": "the address",
            "message_id": "the Message-ID",
            "token": "the token",
        }
        return f"matched by {names[self.kind]} {self.value} in {self.where}"


def candidate_keys(raw: bytes, token: re.Pattern[str] = TOKEN) -> list[Candidate]:
    """List the keys in a mail, surest first, each once.

    Its own Message-ID comes first, then recipients, then Message-IDs that it answers, then tokens.
    A bounce names our mail only in the copy that it returns, so the headers of that copy count too.
    """
    mail = ReadMail.of(raw)
    found = [
        *_own_id(mail),
        *_recipients(mail),
        *_answered_ids(mail),
        *_returned(mail),
        *_tokens(mail, token),
    ]
    first: dict[tuple[str, str], Candidate] = {}
    for key in found:
        first.setdefault((key.kind, key.value), key)
    return list(first.values())


def match(raw: bytes, lookup: Callable[[Candidate], Found | None]) -> tuple[Found, Candidate] | None:
    """Return the first thing that `lookup` finds for a key of the mail, with that key; None if it knows none."""
    for candidate in candidate_keys(raw):
        found = lookup(candidate)
        if found is not None:
            return found, candidate
    return None


def _own_id(mail: ReadMail) -> Iterator[Candidate]:
    for value in MESSAGE_ID.findall(mail.header("Message-ID")):
        yield Candidate("copy", value, "Message-ID")


def _recipients(mail: ReadMail) -> Iterator[Candidate]:
    for header in RECIPIENT_HEADERS:
        for address in mail.addresses(header):
            yield Candidate("recipient", address, header)


def _answered_ids(mail: ReadMail) -> Iterator[Candidate]:
    for value in MESSAGE_ID.findall(mail.header("In-Reply-To")):
        yield Candidate("message_id", value, "In-Reply-To")
    for value in reversed(MESSAGE_ID.findall(mail.header("References"))):
        yield Candidate("message_id", value, "References")


def _returned(mail: ReadMail) -> Iterator[Candidate]:
    """Look into the returned mail of a bounce, whole or headers only, or pasted into the text."""
    for part in mail.parsed.walk():
        if part is mail.parsed:
            continue
        inner = ReadMail(part)
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            inner = ReadMail.of(str(part.get_payload()).encode("utf-8", "replace"))
        for value in MESSAGE_ID.findall(inner.header("Message-ID")):
            yield Candidate("message_id", value, "the returned mail")
    for value in re.findall(r"(?im)^\s*>?\s*message-id:\s*(<[^<>\s]+>)", mail.text):
        yield Candidate("message_id", value, "the returned mail")


def _tokens(mail: ReadMail, token: re.Pattern[str]) -> Iterator[Candidate]:
    for where, text in (("the subject", mail.header("Subject")), ("the text", mail.text)):
        for value in list(dict.fromkeys(token.findall(text)))[:MOST_TOKENS]:
            yield Candidate("token", value, where)
