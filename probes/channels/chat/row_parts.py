"""What one row of a chat is made of: the words of a message, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from probes.channels.chat import vocabulary
from probes.channels.chat.tree import BLOCK, PAINTED, PRESSED, TYPED_IN, Node

INLINE = frozenset(
    {
        "span",
        "b",
        "i",
        "em",
        "strong",
        "a",
        "code",
        "u",
        "s",
        "mark",
        "small",
        "font",
        "sub",
        "sup",
        "bdi",
        "q",
    }
)
PROSE = INLINE | frozenset({"p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "li", "hr", "table", "tbody", "tr", "td"})  # fmt: skip
CLOCK = re.compile(r"(\D{0,12}\b)?\d{1,2}[:.]\d{2}([:.]\d{2})?( ?[ap]\.?m\.?)?", re.IGNORECASE)
NAMED = re.compile(
    r"(^|[-_ ])(name|author|sender|nick|nickname|username|from|agent-?name|operator-?name)([-_ ]|$)"
)
MESSAGE = re.compile(r"message|msg|bubble|text|body|content|reply")
TIMED = re.compile(r"(^|[-_ ])(time|timestamp|date|ago|clock|sent-?at)([-_ ]|$)")
AVATAR = re.compile(r"avatar|initials")
TYPES = re.compile(r"typing|is-writing|chat-?dots|dot-?(flashing|pulse)")
WAITS = re.compile(r"loading|ellipsis|dots|spinner")
BOT = re.compile(r"\b(bot|robot|assistant|automat\w*|virtual)\b|--bot\b|_bot\b")
REMARK = re.compile(r"system|notice|divider|separator|timestamp|date-sep|event-line|day-label|unread")
STATE = re.compile(r"(^|[-_ ])(status|state|receipt|tick|delivery|meta)([-_ ]|$)")
LONGEST_NAME = 40
LONGEST_STATE = 100


@dataclass
class Row:
    """One message as it stands: the element, what it says, and what stands in the row beside that."""

    node: Node
    text: str
    role: str = "unknown"
    author: str = ""
    shown: str = ""
    at: str = ""
    beside: list[str] = field(default_factory=list)


def row_of(node: Node, outer: Sequence[Node]) -> Row:
    """Tell the words of a message from what stands beside them; `outer` are the elements of the list around it."""
    parts = list(_parts(node))
    aside = {part for part, kind in parts if kind}
    words = _words_without(node, aside).strip()
    row = Row(node, words)
    for part, kind in parts:
        _note(row, part, kind)
    if not row.text:
        row.role, row.text = _alone(row, parts, node)
    else:
        row.role = _role(node, row.text, outer)
    return row


def own_row(node: Node, pieces: Sequence[Node], text: str) -> Row:
    """Return the row of our own message `text`, with all that stands beside it."""
    row = Row(node if len(pieces) == 1 else pieces[0], text, "visitor")
    top = node if len(pieces) == 1 else pieces[-1]
    for part, kind in _parts(top):
        if kind:
            _note(row, part, kind)
    row.beside += [each.label for each in top.below() if each.label and each.tag not in ("time",)]
    return row


def part_of(part: Node, row: Node | None) -> str:
    """Say what a part of a row is beside the message's own words: empty where it is those."""
    text = part.content
    words = " ".join(sorted(part.classes)).lower()
    if part.has(PRESSED) and part.tag != "a":
        return "button"
    if (
        part.tag == "time"
        or "datetime" in part.attributes
        or (TIMED.search(words) and not MESSAGE.search(words) and len(text) <= LONGEST_NAME)
        or _is_time(text)
    ):
        return "time"
    if AVATAR.search(words) and len(text) <= LONGEST_NAME:
        return "avatar"
    named = NAMED.search(words) and not MESSAGE.search(words)
    if len(text) <= LONGEST_NAME and (named or part.tag in ("header", "h3", "h4", "h5", "h6")):
        return "author"
    if part.attributes.get("role") in ("alert", "status") or (
        STATE.search(words) and len(text) <= LONGEST_STATE
    ):
        return "state"
    small = len(text) <= LONGEST_STATE and not (part.has(PAINTED) and part.has(BLOCK))
    if small and (
        vocabulary.says_sending(text) or vocabulary.says_delivered(text) or vocabulary.says_failed(text)
    ):
        return "state"
    if row and len(text) <= LONGEST_NAME and _is_first_beside_a_bubble(part, row):
        return "author"
    return ""


def _is_time(text: str) -> bool:
    short = text.strip("·•|,()- ")
    return len(short) <= LONGEST_NAME and bool(CLOCK.fullmatch(short) or vocabulary.is_day(short))


def _is_first_beside_a_bubble(part: Node, row: Node) -> bool:
    """Tell a name above a bubble, or in bold before the words."""
    kids = row.shown_kids()
    if part is row or part not in kids or part is not kids[0] or len(kids) < 2 or part.has(PAINTED):
        return False
    rest = [kid for kid in kids[1:] if kid.tag != "time"]
    bubbles = any(each.has(PAINTED) for kid in rest for each in kid.below())
    bold = part.tag in ("strong", "b") and all(kid.tag not in ("strong", "b") for kid in rest)
    other = (
        bool(rest) and not part.like(rest[0]) and rest[0].tag not in INLINE and len(part.content.split()) <= 3
    )
    told = bold or other or (bubbles and not row.has(PAINTED))
    return bool(rest) and told and not re.search(r"[.!?…]$", part.content)


def _all_state(row: Row) -> bool:
    return all(
        vocabulary.says_delivered(each) or vocabulary.says_sending(each) or vocabulary.says_failed(each)
        for each in row.beside
    )


def _alone(row: Row, parts: Sequence[tuple[Node, str]], node: Node) -> tuple[str, str]:
    """Judge a row that holds nothing but what stands beside messages elsewhere: buttons, a day, a receipt, a name."""
    kinds = {kind for _, kind in parts}
    if kinds == {"button"}:
        return "choices", ""
    if (
        kinds <= {"time", "avatar", "state", "button"}
        and not node.drawn
        and not (kinds == {"state"} and not _all_state(row))
    ):
        return "state", ""
    if node.drawn:
        return _role(node, node.drawn, ()), node.drawn
    return _role(node, node.content, ()), node.content


def _parts(node: Node) -> Iterator[tuple[Node, str]]:
    """Yield what a row is made of, and what each is beside the words, the outermost that can be told."""
    for kid in node.shown_kids():
        if kind := part_of(kid, node):
            yield kid, kind
        elif kid.tag in PROSE and not any(part_of(each, kid) for each in kid.below() if each is not kid):
            yield kid, ""
        else:
            inner = list(_parts(kid))
            if inner:
                yield from inner
            else:
                yield kid, ""


def _note(row: Row, part: Node, kind: str) -> None:
    text = part.content
    if kind == "time":
        row.shown = row.shown or text
        row.at = row.at or next(
            (at for each in part.below() if (at := each.attributes.get("datetime", ""))), ""
        )
    elif kind == "author":
        row.author = row.author or text
    elif kind in ("state", "button"):
        row.beside.append(text)


def _words_without(node: Node, aside: set[Node]) -> str:
    """Return what an element says but for these parts of it."""

    def said(at: Node) -> str:
        if at in aside or at.has(TYPED_IN):
            return ""
        if not at.tag or at.tag == "br":
            return at.said
        inner = "".join(map(said, at.kids))
        return f"\n{inner}\n" if at.has(BLOCK) else inner

    lines = [" ".join(line.split()) for line in said(node).splitlines()]
    return "\n".join(line for line in lines if line) or ("" if aside else node.drawn)


def _role(node: Node, text: str, outer: Sequence[Node]) -> str:
    own = node.words
    inside = " ".join(each.words for each in list(node.below())[:30])
    # Some keep the bubble of a typing machine in each of its messages, so only the row's own names count beside words.
    if (
        (TYPES.search(own if text else inside))
        or vocabulary.says_typing(text)
        or WAITS.search(own if text else inside)
    ):
        return "typing"
    if BOT.search(inside) or (outer and BOT.search(outer[-1].words) and len(outer) > 1):
        return "bot"
    if REMARK.search(own) or vocabulary.is_remark(text) or vocabulary.is_day(text):
        return "system"
    return "unknown"
