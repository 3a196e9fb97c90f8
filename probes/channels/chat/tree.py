"""What a visitor sees in a chat that nobody has described, as one bounded tree; the page reports, nothing here judges."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files

from probes.base import JSON
from probes.browser.browsers import BrowserError
from probes.channels.chat.signals import TIMES

MOST_NODES = 12_000
MOST_KIDS = 400
"""Of one element; of more, the first and the last."""
LONGEST_TEXT = 20_000
MOST_TEXT = 1_000_000
"""Characters of all texts; beyond that each is cut to its beginning."""
DEEPEST = 60
LONGEST_WORD = 120
BLOCK, PAINTED, SCROLLS, TYPED_IN, PRESSED, BUSY, HAND = 1, 2, 4, 8, 16, 32, 64
LARGE_PICTURE = (64, 32)
READ_TREE = (files("probes.channels.chat") / "tree.js").read_text("utf-8")
LIMITS: Mapping[str, JSON] = {
    "mostNodes": MOST_NODES,
    "mostKids": MOST_KIDS,
    "longest": LONGEST_TEXT,
    "most": MOST_TEXT,
    "changeTimes": TIMES,
}
PICTURES = {
    "img": "image",
    "canvas": "image",
    "picture": "image",
    "svg": "",
    "video": "video",
    "audio": "audio",
}


@dataclass(eq=False)
class Node:
    """One element, or one text (then `tag` is empty); `box` is x, y, width and height in pixels of the view."""

    tag: str
    text: str = ""
    classes: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    flags: int = 0
    parent: Node | None = None
    kids: list[Node] = field(default_factory=list)
    place: int = 0
    """Among the children of its parent."""

    def has(self, flag: int) -> bool:
        """Tell whether one of the flags above holds."""
        return bool(self.flags & flag)

    @property
    def words(self) -> str:
        """Return what programmers call it: classes, id, label and the parts that it names itself by."""
        named = [
            self.attributes.get(key, "") for key in ("id", "data-role", "data-author-type", "aria-label")
        ]
        return " ".join([*sorted(self.classes), *named]).lower()

    @property
    def label(self) -> str:
        """Return what is read aloud where nothing is written."""
        return next(
            (self.attributes[key] for key in ("aria-label", "title", "alt") if self.attributes.get(key)), ""
        )

    @cached_property
    def said(self) -> str:
        """Return what is written in it, a line for each block; fields, buttons that hold nothing and pictures say nothing."""
        if not self.tag:
            return self.text
        if self.tag == "br":
            return "\n"
        if self.has(TYPED_IN):
            return ""
        inner = "".join(kid.said for kid in self.kids)
        return f"\n{inner}\n" if self.has(BLOCK) else inner

    @cached_property
    def content(self) -> str:
        """Return what it says in words, or by its pictures where it has none."""
        lines = [" ".join(line.split()) for line in self.said.splitlines()]
        return "\n".join(line for line in lines if line) or self.drawn

    @property
    def drawn(self) -> str:
        """Return the emoji that its pictures stand for, or the kind of a picture that is large enough to say something."""
        pictures = [each for each in self.below() if each.tag in PICTURES]
        emoji = "".join(
            alt for each in pictures if 0 < len(alt := each.attributes.get("alt", "")) < 20 and _emoji(alt)
        )
        large = (
            kind
            for each in pictures
            if (kind := PICTURES[each.tag])
            and each.box[2] >= LARGE_PICTURE[0]
            and each.box[3] >= LARGE_PICTURE[1]
        )
        return emoji or next((f"[{kind}]" for kind in large), "")

    def below(self) -> Iterator[Node]:
        """Yield it and all elements in it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(kid for kid in reversed(node.kids) if kid.tag)

    def above(self) -> Iterator[Node]:
        """Yield its parents, the nearest first."""
        at = self.parent
        while at:
            yield at
            at = at.parent

    def shown_kids(self) -> list[Node]:
        """Return its elements that say something."""
        return [kid for kid in self.kids if kid.tag and kid.content]

    @property
    def path(self) -> str:
        """Return where it stands in the tree: the same for an element whose text was changed in place."""
        steps = [f"{at.tag}{at.place}" for at in (self, *self.above())]
        return "/".join(reversed(steps))

    def like(self, other: Node) -> bool:
        """Tell whether the two look like rows of one list: one tag, and a class in common or none at all."""
        both = bool(self.classes & other.classes) or not (self.classes or other.classes)
        return self.tag == other.tag and both


def _emoji(alt: str) -> bool:
    return any(ord(each) >= 0x2190 and not each.isalnum() for each in alt)


def read_tree(given: object) -> tuple[list[Node], object]:
    """Build the trees of what came from a page, checked; and what it told of its changes, which is still to be checked.

    Raises BrowserError.
    """
    rows, told = given if isinstance(given, list) and len(given) == 2 else (None, None)
    if not isinstance(rows, list) or len(rows) > MOST_NODES:
        raise BrowserError("the page tampers with how it is read")
    roots: list[Node] = []
    above: list[Node] = []
    for row in rows:
        depth, node = _node(row)
        if depth > len(above):
            raise BrowserError("the page tampers with how it is read")
        del above[depth:]
        _hang(node, above[-1] if above else None, roots)
        above.append(node)
    return roots, told


def _hang(node: Node, parent: Node | None, roots: list[Node]) -> None:
    siblings = parent.kids if parent else roots
    node.parent, node.place = parent, len(siblings)
    siblings.append(node)


def _node(row: object) -> tuple[int, Node]:
    try:
        match row:
            case [int(depth), "", str(text)] if 0 <= depth <= DEEPEST:
                return depth, Node("", storable(text)[:LONGEST_TEXT])
            case [int(depth), str(tag), str(classes), dict(given), list(box), int(flags)] if (
                0 <= depth <= DEEPEST
            ):
                kept = {str(key): storable(part)[:LONGEST_WORD] for key, part in given.items()}
                named = frozenset(storable(classes)[:LONGEST_WORD].split())
                return depth, Node(tag[:60], "", named, kept, _box(box), flags)
    except (TypeError, ValueError, AttributeError, OverflowError):
        pass
    raise BrowserError("the page tampers with how it is read")


def _box(given: Sequence[float]) -> tuple[int, int, int, int]:
    x, y, width, height = (
        int(number) if math.isfinite(number) and abs(number) < 1e7 else 0 for number in given
    )
    return x, y, width, height


def storable(text: str) -> str:
    """Replace what no database and no file can hold: NUL and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
