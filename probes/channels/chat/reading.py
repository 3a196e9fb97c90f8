"""One look at what a chat shows: by the selectors of its description, or as rows around our own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from probes.browser.browsers import Locator, within
from probes.channels.chat import tree
from probes.channels.chat.entrance import Entrance
from probes.channels.chat.own_words import core
from probes.channels.chat.row_parts import Row
from probes.channels.chat.rows import find_rows
from probes.channels.chat.shown_times import without_age
from probes.channels.chat.signals import ChangeTimes
from probes.channels.chat.transcript import (
    LIMITS,
    MOST_MESSAGES,
    READ,
    Item,
    Line,
    checked,
    noted_as,
    read_lines,
)
from probes.channels.chat.tree import PRESSED, READ_TREE, TYPED_IN, Node
from probes.channels.chat.vocabulary import says_failed, says_no_connection


@dataclass(frozen=True)
class Reading:
    """What a chat showed at one moment.

    `texts` is all that was written in it, where nobody has described it; `list_known` says whether answers would have
    been seen; `notices` are short lines that stand in the chat and are no messages; `choices` what can be pressed.
    """

    lines: list[Line]
    changed: ChangeTimes = field(default_factory=ChangeTimes)
    texts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    list_known: bool = True


async def read_chat(entrance: Entrance, own: Sequence[str], known: Sequence[str]) -> Reading:
    """Read all messages that the chat shows, as the document has them. Raises BrowserError.

    `own` are our own texts, the first one first; `known` what others were seen to say: what is not described is found
    by them.
    """
    if entrance.widget.messages.item:
        return await _by_description(entrance)
    return await _around_our_words(entrance, own, known)


async def _by_description(entrance: Entrance) -> Reading:
    messages, chat, asked = entrance.widget.messages, entrance.chat, datetime.now(UTC)
    # Not through a locator: that would load all of Playwright into every frame a second time.
    place = chat.page if isinstance(chat, Locator) else chat
    looking = place.evaluate(READ, {"parts": messages.model_dump(exclude={"names"}), **LIMITS})
    items, told, notices = checked(await within(entrance.patience.show, looking))
    changed = entrance.changes.told(told, noted_as(items), asked)
    return Reading(read_lines(items, messages.names), changed, notices=notices)


async def _around_our_words(entrance: Entrance, own: Sequence[str], known: Sequence[str]) -> Reading:
    chat, asked = entrance.chat, datetime.now(UTC)
    roots = chat if isinstance(chat, Locator) else chat.locator("body")
    # Hidden ones too: what holds only floating parts takes no room, and so counts as hidden.
    given = await within(entrance.patience.show, roots.evaluate_all(READ_TREE, tree.LIMITS))
    nodes, told = tree.read_tree(given)
    found = find_rows(nodes, own, known)
    items = [_item(row) for row in found.rows if row.role != "choices"]
    half = MOST_MESSAGES // 2
    items = items if len(items) <= MOST_MESSAGES else [*items[:half], *items[-half:]]
    return Reading(
        read_lines(items),
        entrance.changes.told(told, [], asked),
        tuple(_texts(nodes)),
        tuple(_notices(nodes)),
        found.list_known,
    )


def _item(row: Row) -> Item:
    left, top, width, height = row.node.box
    return {
        "id": "", "role": row.role, "author": row.author, "text": row.text[: tree.LONGEST_TEXT], "at": row.at[:60],
        "shown": row.shown[:60], "place": [left, top] if width or height else None, "beside": row.beside,
        "pieces": [core(without_age(text)) for text in _written(row)], "path": row.node.path,
    }  # fmt: skip


def _written(row: Row) -> list[str]:
    """Return the texts that a row's words are made of."""
    inside = [text for text in _texts([row.node]) if core(text) in core(row.text)]
    return inside or [row.text]


def _texts(roots: Sequence[Node]) -> list[str]:
    """Return all that is written or drawn, but for what is written on buttons and in fields."""
    found: list[str] = []
    for root in roots:
        for node in root.below():
            if any(at.has(PRESSED) and at.tag != "a" or at.has(TYPED_IN) for at in (node, *node.above())):
                continue
            found += [without_age(kid.text) for kid in node.kids if not kid.tag and kid.text.strip()]
            if not node.kids and node.drawn:
                found.append(node.drawn)
    return found


def _notices(roots: Sequence[Node]) -> list[str]:
    short = (node.content for root in roots for node in root.below() if 0 < len(node.content) <= 80)
    return [text for text in dict.fromkeys(short) if says_no_connection(text) or says_failed(text)][:20]
