"""Reads mail that others wrote, however broken: every function takes any bytes and returns something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from functools import cached_property
from html.parser import HTMLParser

BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "tr",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "ul",
        "ol",
        "hr",
        "pre",
        "blockquote",
        "section",
    }
)
SILENT = frozenset({"script", "style", "head", "title"})


@dataclass(frozen=True)
class ReadMail:
    """One mail with its headers and text decoded as well as can be."""

    parsed: Message

    @classmethod
    def of(cls, raw: bytes) -> ReadMail:
        """Read raw bytes."""
        return cls(message_from_bytes(raw))

    def headers(self, name: str) -> list[str]:
        """Return all values of a header, decoded, topmost first."""
        wanted = name.casefold()
        return [_decoded(str(value)) for key, value in self.parsed.raw_items() if key.casefold() == wanted]

    def header(self, name: str) -> str:
        """Return the topmost value of a header, decoded, or an empty string."""
        return next(iter(self.headers(name)), "")

    def has(self, name: str) -> bool:
        """Tell whether the header stands there at all, even empty."""
        return name in self.parsed

    def addresses(self, name: str) -> list[str]:
        """Return the plain addresses in all headers of this name, in lower case."""
        return [address.casefold() for _, address in getaddresses(self.headers(name)) if "@" in address]

    @property
    def sender(self) -> tuple[str, str]:
        """Return the name and the address in From."""
        return parseaddr(self.header("From"))

    @cached_property
    def parts(self) -> list[Message]:
        """Return the parts a reader would see, without those of attached mails."""
        return list(_walk(self.parsed))

    @cached_property
    def html(self) -> str:
        """Return the first HTML part, decoded."""
        return self._first("text/html")

    @cached_property
    def text(self) -> str:
        """Return what a reader would see: the plain text, or the HTML as text with quotes marked by '>'."""
        return self._first("text/plain") or html_as_text(self.html)

    @cached_property
    def attachments(self) -> int:
        """Count the parts that are files rather than text."""
        return sum(not _is_inline_text(part) for part in self.parts)

    def _first(self, content_type: str) -> str:
        texts = (_text(part) for part in self.parts if part.get_content_type() == content_type)
        return next((text for text in texts if text.strip()), "")


def _walk(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if part.get_content_maintype() == "multipart" and isinstance(payload, list):
        for inner in payload:
            if isinstance(inner, Message):
                yield from _walk(inner)
    else:
        yield part


def _is_inline_text(part: Message) -> bool:
    disposition = str(part.get("Content-Disposition", "")).casefold()
    return part.get_content_maintype() == "text" and not disposition.startswith("attachment")


def _text(part: Message) -> str:
    if not _is_inline_text(part):
        return ""
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset() or "utf-8"
    except Exception:  # the email package raises all sorts of things on broken parts
        return ""
    return _decode_bytes(content, charset) if isinstance(content, bytes) else ""


def _decode_bytes(content: bytes, charset: str) -> str:
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _decoded(value: str) -> str:
    """Decode a header (RFC 2047); bytes above 127 that nobody declared are taken for UTF-8."""
    plain = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    unfolded = re.sub(r"[\r\n]+\s*", " ", plain)
    try:
        return str(make_header(decode_header(unfolded)))
    except (MessageError, LookupError, ValueError):
        return unfolded


def html_as_text(html: str) -> str:
    """Return HTML as plain text, block by block; what stands in a blockquote is marked with '>'."""
    reader = _TextReader()
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # the parser's own answer to some broken declarations
        return re.sub(r"<[^>]*>", " ", html)
    return reader.text()


class _TextReader(HTMLParser):
    """Collects the lines of an HTML text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._quotes = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._break()
        self._quotes += tag == "blockquote"
        self._silent += tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._break()
        self._quotes = max(0, self._quotes - (tag == "blockquote"))
        self._silent = max(0, self._silent - (tag in SILENT))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._lines[-1] += re.sub(r"\s+", " ", data)

    def _break(self) -> None:
        self._mark()
        self._lines.append("")

    def _mark(self) -> None:
        line = self._lines[-1].strip()
        self._lines[-1] = f"{'>' * self._quotes} {line}" if self._quotes and line else line

    def text(self) -> str:
        self._mark()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()
