"""Reads mail that others wrote, however broken: every function takes any bytes and returns something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from functools import cached_property, lru_cache

from probes.replies.charsets import decode
from probes.replies.damaged_mail import Damage, content_of, parse
from probes.replies.html import html_as_text

MOST_TEXT = 200_000
"""Characters of a text that are read; what a person answers stands at its beginning."""
MOST_HTML = 2_000_000
"""Characters of an HTML text that are read, most of which nobody sees."""
MOST_OF_A_HEADER = 1_000
"""Characters of a header that are judged, decoded; nobody writes a longer subject."""
MOST_ENCODED = 4 * MOST_OF_A_HEADER
"""Characters of a header that are decoded: each of its own needs up to four (RFC 2047)."""
MOST_ALIKE = 100
"""Headers of one name that are read."""
MOST_OF_ADDRESSES = 100_000
"""Characters of all headers of one name, taken together."""
MOST_NESTED = 20
"""Comments and groups, which may stand within each other, that a list of addresses is taken apart for."""
ADDRESS = re.compile(r"(?<![^\s<>,;:@])[^\s<>,;:@]++@[^\s<>,;:@]+")
UNUSUAL = re.compile(r"[\"\\()\[\]]|@[^<>,;@]*<|@\S*@")
"""What needs the full grammar of addresses: quoted names, comments, names that look like addresses."""
PLAIN_SENDER = re.compile(r"\s*+([^\"<>@,;:()\\]*+)<([^<>\s@]++@[^<>\s@]++)>\s*+")
MARKUP = re.compile(r"\s*<(!doctype|html|head|body|meta|div|p|table)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ReadMail:
    """One mail with its headers and text decoded as well as can be."""

    parsed: Message
    damage: Damage = ""
    """What of it was damaged on its way: what it lacks need not have been missing when it was sent."""

    @classmethod
    def of(cls, raw: bytes) -> ReadMail:
        """Read raw bytes."""
        return _read(raw)

    @cached_property
    def _headers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.parsed.raw_items():
            found.setdefault(name.lower(), []).append(str(value))
        return found

    def raw_headers(self, name: str) -> list[str]:
        """Return all values of a header as they stand there."""
        return self._headers.get(name.lower(), [])

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of all headers, in lower case."""
        return frozenset(self._headers)

    def headers(self, name: str) -> list[str]:
        """Return all values of a header, decoded, topmost first."""
        return [_shown(value) for value in self._headers.get(name.lower(), ())[:MOST_ALIKE]]

    def header(self, name: str) -> str:
        """Return the topmost value of a header, decoded, or an empty string."""
        values = self._headers.get(name.lower())
        return _shown(values[0]) if values else ""

    def has(self, name: str) -> bool:
        """Tell whether the header stands there at all, even empty."""
        return name.lower() in self._headers

    def addresses(self, name: str) -> list[str]:
        """Return the plain addresses in all headers of this name, in lower case."""
        values = self.raw_headers(name)[:MOST_ALIKE]
        if not values:
            return []
        together = ", ".join(map(_decoded, values))[:MOST_OF_ADDRESSES]
        if not UNUSUAL.search(together):
            return [address.casefold() for address in ADDRESS.findall(together)]
        return [address.casefold() for _, address in _parsed_addresses(together) if "@" in address]

    @cached_property
    def sender(self) -> tuple[str, str]:
        """Return the name and the address in From, taken apart before it is decoded, for a name may hold a comma."""
        name, address = _name_and_address(next(iter(self.raw_headers("From")), "")[:MOST_ENCODED])
        return (_decoded(name), address) if "@" in address else _name_and_address(self.header("From"))

    @cached_property
    def subject(self) -> str:
        """Return the subject, decoded."""
        return self.header("Subject").strip()

    @cached_property
    def parts(self) -> list[Message]:
        """Return the parts a reader would see, without those of attached mails."""
        return list(_walk(self.parsed))

    @cached_property
    def _typed(self) -> list[tuple[str, Message]]:
        return [(part.get_content_type(), part) for part in self.parts]

    @cached_property
    def types(self) -> frozenset[str]:
        """Return the content types of the parts, without those of attached mails."""
        return frozenset(content_type for content_type, _ in self._typed)

    @cached_property
    def html(self) -> str:
        """Return the first HTML part, decoded."""
        return next((text for text in self._texts("text/html") if text.strip()), "")

    @cached_property
    def text(self) -> str:
        """Return what a reader would see: the plain text, or the HTML as text with quotes marked by '>'."""
        plain = "\n\n".join(text for text in self._texts("text/plain") if text.strip())[:MOST_TEXT]
        if MARKUP.match(plain):
            return html_as_text(plain)[:MOST_TEXT]
        return plain or html_as_text(self.html)[:MOST_TEXT]

    @cached_property
    def _inline(self) -> list[tuple[str, Message]]:
        return [(found, part) for found, part in self._typed if _is_inline_text(found, part)]

    @cached_property
    def attachments(self) -> int:
        """Count the parts that are files rather than text; what is left of broken parts is none."""
        parts = sum(not content_type.startswith("multipart/") for content_type, _ in self._typed)
        return parts - len(self._inline)

    @cached_property
    def documents(self) -> int:
        """Count the files that were attached for reading: no pictures of a layout, no signatures."""
        return sum(_is_document(content_type) for content_type, _ in self._typed)

    def _texts(self, content_type: str) -> list[str]:
        return [_text(part) for found, part in self._inline if found == content_type]


def _name_and_address(value: str) -> tuple[str, str]:
    plain = PLAIN_SENDER.fullmatch(value)
    return (plain[1].strip(), plain[2]) if plain else next(iter(_parsed_addresses(value)), ("", ""))


@lru_cache(maxsize=2)
def _read(raw: bytes) -> ReadMail:
    """Read a mail; kept for a moment, for the same mail, and the one that it returns, are asked for several times."""
    return ReadMail(*parse(raw))


def _parsed_addresses(value: str) -> list[tuple[str, str]]:
    """Take a list of addresses apart; of one that would nest too deep, what looks like an address."""
    if value.count("(") > MOST_NESTED or value.count(":") > MOST_NESTED:
        return [("", address) for address in ADDRESS.findall(value)]
    return getaddresses([value])


def _walk(part: Message) -> Iterator[Message]:
    # Only of several parts: asked for a text, the email package trips over some charsets.
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _walk(inner)
    else:
        yield part


def _is_inline_text(content_type: str, part: Message) -> bool:
    if not content_type.startswith("text/"):
        return False
    return not str(part.get("Content-Disposition", "")).lstrip().lower().startswith("attachment")


def _is_document(content_type: str) -> bool:
    main, _, sub = content_type.partition("/")
    return main == "application" and "signature" not in sub and sub not in ("ms-tnef", "pgp-encrypted")


def _text(part: Message) -> str:
    try:
        content = content_of(part)
        charset = _charset(str(part.get("Content-Type", "")))
    except Exception:  # the email package raises all sorts of things on broken parts
        return ""
    return decode(content, charset)[:MOST_HTML]


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str:
    """Return the character set that a content type names; nearly all mails have one of the same few."""
    typed: Message = Message()
    typed["Content-Type"] = content_type
    return typed.get_content_charset() or "utf-8"


def _shown(value: str) -> str:
    return _decoded(value[:MOST_ENCODED])[:MOST_OF_A_HEADER]


def _decoded(value: str) -> str:
    """Decode a header (RFC 2047); bytes above 127 that nobody declared are taken for UTF-8."""
    if not value.isascii():
        value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "\n" in value or "\r" in value:
        value = re.sub(r"[\r\n]+\s*", " ", value)
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, LookupError, ValueError):
        return value
