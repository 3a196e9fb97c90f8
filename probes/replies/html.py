"""HTML as plain text: what a reader would see, line by line, with quoted mail marked by '>'."""

from __future__ import annotations

import re
from html import unescape

BLOCKS = frozenset(
    [
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
        "article",
        "header",
        "footer",
        "dd",
        "dt",
        "dl",
        "body",
        "html",
        "center",
        "form",
        "fieldset",
    ]
)
SILENT = frozenset({"script", "style", "head", "title", "noscript", "template"})
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*+)([^<>]*+)>|<[!?/][^<>]*+>")
QUOTED = re.compile(
    r"gmail_quote|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|mail_android_quote"
    r"|ms-outlook-mobile-reference-message|moz-email-headers-table|moz-forward-container"
    r"|x_gmail_quote|freemail_quote|mailru-blockquote|wmQuote|qt-reply",
    re.IGNORECASE,
)
SIGNED = re.compile(r"gmail_signature|moz-signature|data-smartmail=.?gmail_signature|id=.?(x_)?Signature\b")
DEEPEST_QUOTE = 20
"""Marks before a line, whatever it quotes."""
MOST_TAGS = 500_000
"""Tags after which the rest counts as one text: nobody writes that many by hand."""


def html_as_text(html: str) -> str:
    """Return HTML as plain text, block by block; quoted mail is marked with '>', a signature begins with '-- '."""
    reader = _Reader()
    place = 0
    endless: set[str] = set()
    for _ in range(MOST_TAGS):
        if html.startswith("<!--", place):
            place = _behind(html, "-->", place + 4, endless)
            continue
        tag = TAG.search(html, place)
        if tag is None:
            break
        comment = html.find("<!--", place, tag.start() + len("<!--"))
        if comment >= 0:
            reader.text(html[place:comment])
            place = comment
            continue
        reader.text(html[place : tag.start()])
        place = tag.end()
        if tag[2]:
            name = tag[2].lower()
            if name in SILENT and not tag[1]:
                place = _behind(html, f"</{name}", place, endless)
            reader.tag(name, bool(tag[1]), tag[3])
    reader.text(html[place:])
    return reader.lines()


def _behind(html: str, end: str, place: int, endless: set[str]) -> int:
    """Return the place behind `end`, in either case of letters, or `place` when it never comes.

    What once did not come does not come later either, and is noted in `endless`.
    """
    if end in endless:
        return place
    places = [at for at in (html.find(end, place), html.find(end.upper(), place)) if at >= 0]
    if not places:
        endless.add(end)
        return place
    return min(places) + len(end)


class _Reader:
    """Collects the lines of an HTML text and keeps count of the quotes that are open."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._quotes = 0

    def text(self, raw: str) -> None:
        if raw and not raw.isspace():
            self._line.append(unescape(raw) if "&" in raw else raw)
        elif raw:
            self._line.append(" ")

    def tag(self, name: str, closes: bool, attributes: str) -> None:
        if name in BLOCKS:
            self._break()
        if name in ("td", "th"):
            self._line.append(" ")
        if closes:
            self._close(name)
        elif name in ("div", "blockquote", "span", "table", "section") and not attributes.endswith("/"):
            quoted = name == "blockquote" or bool(attributes and self._quotes_by(attributes))
            self._open.append((name, quoted))
            self._quotes += quoted
            if attributes and not self._quotes and SIGNED.search(attributes):
                self._break()
                self._lines.append("-- ")

    def _quotes_by(self, attributes: str) -> bool:
        """Tell a quote by its class or name; Spark puts the older mail into a section below the new one."""
        older = "messageReplySection" in attributes and any(self._lines)
        return older or QUOTED.search(attributes) is not None

    def _close(self, name: str) -> None:
        if all(each != name for each, _ in self._open[-50:]):
            return
        while self._open:
            each, quoted = self._open.pop()
            self._quotes -= quoted
            if each == name:
                return

    def _break(self) -> None:
        line = " ".join("".join(self._line).split())
        self._lines.append(
            f"{'>' * min(self._quotes, DEEPEST_QUOTE)} {line}" if self._quotes and line else line
        )
        self._line = []

    def lines(self) -> str:
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()
