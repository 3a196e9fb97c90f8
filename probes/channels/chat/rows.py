"""Whose message stands where: rows of a chat that nobody has described, told from what else stands in it.

Our own words are found first. The list is what holds them and says that it is one, scrolls, or repeats rows like ours;
its rows are messages, and what stands in a row beside the words (who, when, delivered or not) is told from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from probes.channels.chat.own_words import MOST_ADDED, core
from probes.channels.chat.row_parts import PROSE, Row, own_row, part_of, row_of
from probes.channels.chat.tree import BLOCK, PAINTED, SCROLLS, TYPED_IN, Node


@dataclass
class Found:
    """What was found in a chat. `list_known` says that the messages of others would be seen, too, if there were any."""

    rows: list[Row]
    own: Row | None
    list_known: bool
    holder: Node | None = None


def find_rows(roots: Sequence[Node], own: Sequence[str], known: Sequence[str] = ()) -> Found:
    """Find the messages in these trees around `own`, our own texts, the first of which has to be there.

    Where it is not (a list that draws only its end), the list that holds most of what is already `known` is read on.
    """
    pieces = _own_pieces(roots, own[0]) if own and own[0] else []
    if not pieces:
        holder = _holder_of(roots, known)
        return Found(
            _with_states(list(_rows(holder, [], own))) if holder else [], None, holder is not None, holder
        )
    holder, list_known = _list_around(pieces[0])
    rows = _with_states(list(_rows(holder, pieces, own)))
    ours = next((row for row in rows if row.node in pieces), None)
    return Found(rows, ours, list_known, holder)


def _with_states(rows: Sequence[Row]) -> list[Row]:
    """Give what stands in a row of its own about a message ("Delivered") to its neighbours: a list may run either way."""
    for place, row in enumerate(rows):
        if row.role == "state":
            for beside in rows[max(0, place - 1) : place + 2]:
                beside.beside += [row.node.content] if beside is not row else []
    return [row for row in rows if row.role != "state"]


# --- our own words ----------------------------------------------------------------------------------------------


def _own_pieces(roots: Sequence[Node], text: str) -> list[Node]:
    """Return the element that holds our words, or the several that a chat made of them."""
    wanted = core(text)
    if not wanted:
        return []
    holding = [
        node
        for root in roots
        for node in root.below()
        if len(node.content) < len(text) + 4 * MOST_ADDED
        and wanted in (there := core(node.content))
        and len(there) - len(wanted) <= MOST_ADDED
    ]
    inmost = [node for node in holding if not any(kid in holding for kid in node.kids)]
    best = sorted(inmost, key=lambda node: (not _in_a_list(node), len(core(node.content)) - len(wanted)))
    if not best:
        return _several(roots, wanted)
    exact = core(best[0].content) == wanted
    return [best[0]] if exact else _several(best[:1], wanted) or [best[0]]


def _in_a_list(node: Node) -> bool:
    return any(_says_list(at) or at.has(SCROLLS) for at in node.above())


def _several(roots: Sequence[Node], wanted: str) -> list[Node]:
    """Return neighbours that say our words together."""
    wide = [
        node for root in roots for node in root.below() if len(node.kids) > 1 and wanted in core(node.content)
    ]
    for node in reversed(wide):
        kids = node.shown_kids()
        said = [core(kid.content) for kid in kids]
        for first in range(len(kids)):
            total = ""
            for last in range(first, len(kids)):
                total += said[last]
                if total == wanted and last > first and (len(kids) > last - first + 1 or _says_list(node)):
                    return kids[first : last + 1]
                if not wanted.startswith(total):
                    break
    return []


# --- the list ---------------------------------------------------------------------------------------------------


def _says_list(node: Node) -> bool:
    return node.attributes.get("role") in ("log", "feed", "list") or node.tag in ("ol", "ul")


def _holds_composer(node: Node) -> bool:
    forms = ("email", "tel", "file", "checkbox", "radio", "hidden", "search", "number")
    return any(each.has(TYPED_IN) and each.attributes.get("type", "") not in forms for each in node.below())


def _list_around(piece: Node) -> tuple[Node, bool]:
    """Return what holds the messages, and whether it is sure to: what says so, scrolls, or repeats rows like ours."""
    above = list(piece.above())
    if not above:
        return piece, False
    inner = []
    for node in above:
        if _holds_composer(node):
            break
        inner.append(node)
    logs = [node for node in above if node.attributes.get("role") in ("log", "feed")]
    for found in (
        logs[-1:],
        [n for n in inner if n.has(SCROLLS)][-1:],
        [n for n in inner if _says_list(n)][-1:],
    ):
        if found:
            return found[0], True
    repeating = [
        node
        for branch, node in list(zip([piece, *above], above, strict=False))[: len(inner) + 1]
        if any(kid.like(branch) for kid in node.shown_kids() if kid is not branch)
    ]
    if repeating:
        return repeating[-1], True
    return (inner[-1] if inner else above[0]), False


def _holder_of(roots: Sequence[Node], known: Sequence[str]) -> Node | None:
    """Return the smallest element that holds most of what was said before; None where less than one of it is there."""
    said = {core(text) for text in known if len(core(text)) >= 2}
    best: tuple[int, int] | None = None
    holder = None
    for root in roots:
        for node in root.below():
            kids = node.shown_kids()
            if not kids or _holds_composer(node):
                continue
            count = sum(1 for kid in kids if any(words in core(kid.content) for words in said))
            if count and (best is None or (count, -len(node.content)) > best):
                best, holder = (count, -len(node.content)), node
    return holder


# --- rows -------------------------------------------------------------------------------------------------------


def _rows(
    node: Node, pieces: Sequence[Node], own: Sequence[str], outer: tuple[Node, ...] = ()
) -> Iterator[Row]:
    """Yield the messages in a list, a turn of one writer taken apart into what was sent one by one."""
    at_top, author = not outer, ""
    for kid in node.shown_kids():
        holds_ours = any(piece in kid.below() for piece in pieces)
        kind = "" if holds_ours else part_of(kid, None if at_top else node)
        if _holds_composer(kid):  # some ask their next question, with its field, in the last turn of the list
            yield from _rows(kid, pieces, own, (*outer, node))
            continue
        if kind == "time" and any(each.has(PAINTED) and each.has(BLOCK) for each in kid.below()):
            kind = ""  # somebody's answer, which says nothing but a time
        if kind == "author":
            author = kid.content
        elif kind in ("time", "state", "avatar"):
            yield Row(kid, "", "state", shown=kid.content if kind == "time" else "")
        elif kid in pieces:
            if kid is pieces[0]:
                yield own_row(kid, pieces, own[0])
        elif _is_container(kid, pieces):
            yield from _rows(kid, pieces, own, (*outer, node))
        elif holds_ours:
            yield own_row(kid, pieces, own[0])
        else:
            row = row_of(kid, (*outer, node))
            row.author = row.author or author
            row.role = "visitor" if row.text and core(row.text) in map(core, own) else row.role
            yield row


def _is_container(node: Node, pieces: Sequence[Node]) -> bool:
    """Tell whether an element holds several messages, not one of several lines."""
    if any(kid.text.strip() for kid in node.kids if not kid.tag):
        return False
    kids = [kid for kid in node.shown_kids() if not _is_meta(kid, node)]
    if len(kids) == 1:
        return _is_container(kids[0], pieces)
    messages = [kid for kid in kids if kid.tag not in PROSE or (kid.tag == "li" and not node.has(PAINTED))]
    if node.has(PAINTED) and not any(each.has(PAINTED) for kid in messages for each in kid.below()):
        return False
    ours = [kid for kid in kids if any(each in pieces for each in kid.below())]
    if ours:
        return len(messages) > 1 and (len(ours) > 1 or any(kid not in ours for kid in messages))
    return len(messages) > 1 and all(kid.has(BLOCK) or kid.has(PAINTED) for kid in messages)


def _is_meta(kid: Node, row: Node) -> bool:
    """Tell whether a part of a row is what stands beside a message."""
    return bool(part_of(kid, row))
