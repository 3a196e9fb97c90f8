"""Finds out which probe a mail answers: lists the keys it carries, surest first; the caller looks them up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar, get_args

from probes.replies.mail import ReadMail
from probes.replies.tickets import tickets_in_subject, tickets_in_text

KeyKind: TypeAlias = Literal[
    "copy", "recipient", "message_id", "token", "returned_id", "returned_address", "ticket"
]
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
TOKEN = re.compile(r"\b(?=[A-Za-z0-9-]{0,31}\d)(?=[A-Za-z0-9-]{0,31}[A-Za-z])[A-Za-z0-9][A-Za-z0-9-]{5,31}\b")
RETURNED_ID = re.compile(r"(?im)^[ \t>]*+(?:original-)?message-id:\s*+(<[^<>\s]{3,990}>)")
RETURNED_SENDER = re.compile(
    r"(?im)^[ \t>]*+(?:from|return-path|reply-to|x-original-from|sender):[^\n]{0,200}?([^\s<>\"',;:]{1,64}@[^\s<>\"',;:]{3,190})"
)
LONGEST_RETURNED_TEXT = 100_000
"""Characters of a bounce in which the returned mail is looked for."""
MOST_ADDRESSES, MOST_IDS = 200, 50
"""Addresses written to, of each header, and Message-IDs answered that are looked up; of these the last, which are the
nearest (RFC 5322, section 3.6.4)."""
RETURNED = "the returned mail"
MOST_TOKENS = 40
"""Words of a mail that may be tokens and are looked up."""


@dataclass(frozen=True)
class Candidate:
    """A key that may belong to a probe, and `where` it stood.

    `copy` is the mail's own Message-ID: if it is a probe's, the mail is no answer but our own message. `recipient`
    is an address written to, `message_id` one that the mail answers, `returned_id` and `returned_address` stood in
    our mail that a bounce returns, and `ticket` is a domain of the sender, a blank and a number of their help desk.
    """

    kind: KeyKind
    value: str
    where: str

    def in_words(self) -> str:
        """Say what was matched, for the reasons shown beside a reply."""
        if self.kind == "ticket":
            domain, _, number = self.value.partition(" ")
            return f"matched by the ticket number {number} of {domain} in {self.where}"
        return f"matched by {_NAMES[self.kind]} {self.value} in {self.where}"


_NAMES: dict[KeyKind, str] = {
    "copy": "its own Message-ID",
    "recipient": "the address",
    "message_id": "the Message-ID",
    "token": "the token",
    "returned_id": "the Message-ID",
    "returned_address": "our address",
}


def candidate_keys(raw: bytes, token: re.Pattern[str] = TOKEN) -> list[Candidate]:
    """List the keys in a mail, surest first and kind by kind, each once.

    Its own Message-ID comes first, then recipients, then Message-IDs that it answers, then tokens, then what a
    bounce returns of our mail (whole, headers only, or pasted into its text), then ticket numbers.
    """
    return list(keys_of(ReadMail.of(raw), token))


def keys_of(mail: ReadMail, token: re.Pattern[str] = TOKEN) -> Iterator[Candidate]:
    """Yield the keys in a mail that has been read already, as `candidate_keys` lists them.

    They are looked for as they are asked for: most mails belong to the probe whose address they were sent to.
    """
    seen: set[tuple[str, str]] = set()
    for look in (_own_id, _recipients, _answered_ids, lambda mail: _tokens(mail, token), _returned, _tickets):
        for key in sorted(look(mail), key=lambda key: _ORDER[key.kind]):
            if (key.kind, key.value) not in seen:
                seen.add((key.kind, key.value))
                yield key


_ORDER: dict[KeyKind, int] = {kind: place for place, kind in enumerate(get_args(KeyKind))}


def sender_domains(mail: ReadMail) -> list[str]:
    """List the domain of the sender and the domains above it, without the topmost: a.b.example, b.example."""
    domain = mail.sender[1].rpartition("@")[2].casefold().strip(".")
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)] if domain else []


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
        for address in mail.addresses(header)[:MOST_ADDRESSES]:
            yield Candidate("recipient", address, header)


def _answered_ids(mail: ReadMail) -> Iterator[Candidate]:
    for header in ("In-Reply-To", "References"):
        # As it stands there: an identifier is never encoded, and what is shown of a header may end before the last.
        ids = MESSAGE_ID.findall(next(iter(mail.raw_headers(header)), ""))
        for value in reversed(ids[-MOST_IDS:]):
            yield Candidate("message_id", value, header)


def _returned(mail: ReadMail) -> Iterator[Candidate]:
    """Look into the returned mail of a bounce, whole or headers only, or pasted into the text."""
    for part in mail.parsed.walk():
        if part is mail.parsed:
            continue
        inner = ReadMail(part)
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            inner = ReadMail.of(str(part.get_payload()).encode("utf-8", "replace"))
        for value in MESSAGE_ID.findall(inner.header("Message-ID")):
            yield Candidate("returned_id", value, RETURNED)
        for header in ("From", "Return-Path"):
            for address in inner.addresses(header):
                yield Candidate("returned_address", address, RETURNED)
    text = mail.text[:LONGEST_RETURNED_TEXT]
    for value in RETURNED_ID.findall(text):
        yield Candidate("returned_id", value, RETURNED)
    for value in RETURNED_SENDER.findall(text):
        yield Candidate("returned_address", value.casefold().rstrip("."), RETURNED)


def _tickets(mail: ReadMail) -> Iterator[Candidate]:
    found = [(number, "the subject") for number in tickets_in_subject(mail.header("Subject"))]
    found += [(number, "the text") for number in tickets_in_text(mail.text)]
    for domain in sender_domains(mail) if found else ():
        for number, where in found:
            yield Candidate("ticket", f"{domain} {number}", where)


def _tokens(mail: ReadMail, token: re.Pattern[str]) -> Iterator[Candidate]:
    for where, text in (("the subject", mail.header("Subject")), ("the text", mail.text)):
        for value in list(dict.fromkeys(token.findall(text)))[:MOST_TOKENS]:
            yield Candidate("token", value.casefold(), where)
