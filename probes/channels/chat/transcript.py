"""A chat's transcript: read from the page by the widget's selectors or around our own words, kept as evidence.

What a page gives is bounded there already: so many messages, so many characters of each, whatever it holds.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from probes.base import Proof
from probes.browser.browsers import BrowserError
from probes.channels.chat.shown_times import without_age
from probes.channels.chat.signals import ASK
from probes.widgets.schema import Names

Role: TypeAlias = Literal["visitor", "bot", "system", "person", "unknown", "typing"]

MOST_MESSAGES = 400
TYPING = "typing"
"""The id of a typing bubble: whoever types, and whenever, it is the same sign."""
PARTS = ("id", "role", "author", "text", "at", "shown")
LONGEST_TEXT = 20_000
"""Characters of one message."""
TYPING_WORDS = (
    "(is|are) typing|skriver|schreibt|tippt|(est en train d')?écrit|kirjoittaa|está escribiendo|sta scrivendo|is aan het typen|"
    "pisze|scrie|печатает|מקליד(ה)?"
)
"""What chats write beside a name while its owner types."""

LIST = "__ourList"

_READING = f"""
  const MOST = {MOST_MESSAGES}, LONGEST = {LONGEST_TEXT}, LONGEST_ASKED = 2000;
  const some = (items) => items.length <= MOST ? items : [...items.slice(0, MOST / 2), ...items.slice(-MOST / 2)];
  const said = (element, longest = LONGEST) => {{
    const raw = element?.textContent ?? "";
    const shown = raw.length > longest ? raw : element?.innerText ?? raw;
    return shown.slice(0, longest).trim();
  }};
  const changes = {ASK};
  const told = (items, parts) => [items, changes(parts, items.map((item) => (item.id || item.text).slice(0, LONGEST_ASKED)))];
  const drawn = (element) => {{
    const all = [...(element?.querySelectorAll("img, video, audio, canvas") ?? [])];
    const emoji = all.map((one) => one.alt ?? "").filter((alt) => alt.length < 20 && /\\p{{Extended_Pictographic}}/u.test(alt));
    const large = all.find((one) => one.offsetWidth >= 64 && one.offsetHeight >= 32);
    return emoji.join("") || (large ? `[${{/^(img|canvas)$/.test(large.localName) ? "image" : large.localName}}]` : "");
  }};
  const content = (element, longest = LONGEST) => said(element, longest) || drawn(element);
  const deep = (root, selector) => {{
    const found = root.querySelector(selector) ?? root.shadowRoot?.querySelector(selector);
    if (found) return found;
    for (const inner of [...root.querySelectorAll("*"), ...(root.shadowRoot?.querySelectorAll("*") ?? [])])
      if (inner.shadowRoot) {{ const within = deep(inner, selector); if (within) return within; }}
    return null;
  }};
"""

READ = f"""(parts) => {{{_READING}
  const roles = ["typing", "visitor", "bot", "system", "person"];
  const everywhere = (root) => [...root.querySelectorAll(parts.item),
    ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? everywhere(e.shadowRoot) : []))];
  const inner = (item, selector) => (selector ? deep(item, selector) : null);
  const taken = everywhere(document).filter((item) => !parts.pending || !item.matches(parts.pending));
  return told(some(taken).map((item) => {{
    const stamp = parts.time ? (item.matches(parts.time) ? item : inner(item, parts.time)) : null;
    return {{
      id: parts.id_attribute ? (item.getAttribute(parts.id_attribute) || "").slice(0, 200) : "",
      role: roles.find((role) => parts.roles[role] && item.matches(parts.roles[role])) || "unknown",
      author: said(inner(item, parts.author), 200),
      text: (parts.text ? said(inner(item, parts.text)) : said(item)) || drawn(item),
      at: (stamp?.getAttribute(parts.time_attribute) || "").slice(0, 60),
      shown: said(stamp, 60),
    }};
  }}), parts);
}}"""
"""Runs in the page: what each message element says, by the `messages` of a widget's file, and when the page changed."""

READ_AROUND = f"""(roots, own) => {{{_READING}
  const flat = (text) => text.replace(/\\s+/g, " ").trim();
  const letters = (text) => text.toLowerCase().replace(/https?:\\/\\//g, "").replace(/[^\\p{{L}}\\p{{N}}]+/gu, "");
  const core = letters(own) ? letters : flat;
  const wanted = core(own);
  const all = [];
  const gather = (root) => {{
    if (root.shadowRoot) gather(root.shadowRoot);
    for (const element of root.querySelectorAll("*")) {{
      if (all.length > 20000) return;
      all.push(element);
      if (element.shadowRoot) gather(element.shadowRoot);
    }}
  }};
  for (const root of roots) {{ all.push(root); gather(root); }}
  const typed = "input, textarea, [contenteditable], [role=textbox], script, style, template, button, [role=button]";
  const list = "[role=log], [role=feed], ol, ul";
  const shown = (element) => !element.closest(typed) && element.getClientRects().length > 0;
  const size = (element) => element.textContent.length;
  const clock = /^\\d{{1,2}}[:.]\\d{{2}}( ?[ap]\\.?m\\.?)?$/i;
  const stamp = (e) => e.querySelector("time, [datetime]")
    ?? [...e.querySelectorAll("*")].slice(0, 60).find((one) => !one.firstElementChild && clock.test(said(one, 60)));
  const timed = (e) => ({{at: (stamp(e)?.getAttribute("datetime") || "").slice(0, 60), shown: said(stamp(e), 60)}});
  const words = (e) => {{
    const whole = content(e), time = timed(e).shown;
    const rest = time && whole.endsWith(time) ? whole.slice(0, -time.length) : time && whole.startsWith(time) ? whole.slice(time.length) : whole;
    return rest.trim() || whole;
  }};
  const holding = all.filter((e) => size(e) * 2 >= own.length && size(e) < own.length + 400 && shown(e) && core(said(e)).includes(wanted));
  const leaves = holding.filter((e) => !holding.some((other) => other !== e && e.contains(other)));
  const leaf = leaves.find((e) => core(words(e)) === wanted) ?? leaves[0];
  const inPieces = (e) => {{
    const kids = [...e.children].slice(-MOST), said = kids.map((kid) => (shown(kid) ? core(words(kid)) : ""));
    for (let from = 0; from < kids.length; from++)
      for (let to = from, sum = said[from]; sum && wanted.startsWith(sum) && to < kids.length; sum += said[++to] ?? "")
        if (sum === wanted) return kids.slice(from, to + 1);
    return [];
  }};
  const others = (e, but) => [...(e?.children ?? [])].filter((next) => !but.includes(next) && shown(next) && content(next, 400));
  const split = () => {{
    const wide = all.filter((e) => e.children.length > 1 && size(e) >= own.length / 2 && core(e.textContent).includes(wanted));
    for (const e of wide.reverse()) {{
      const pieces = inPieces(e);
      if (pieces.length > 1 && (e.matches(list) || others(e, pieces).some((next) => next.localName === pieces[0].localName)))
        return pieces;
    }}
    return [];
  }};
  const up = (e) => e.parentElement ?? (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const classes = (e) => new Set((e.getAttribute("class") ?? "").split(/\\s+/).filter(Boolean));
  const alike = (e, other) => e.localName === other.localName && [...classes(e)].some((name) => classes(other).has(name));
  const whole = (e) => e.matches("li, article, [role=listitem], [role=article]") || others(up(e), [e]).some((other) => alike(e, other));
  const climb = (e) => {{
    while (!whole(e) && up(e) && flat(said(up(e))).length <= flat(own).length + 80
      && !up(e).querySelector?.(typed) && !e.matches(list)) e = up(e);
    return e;
  }};
  const pieces = wanted ? split() : [];
  const ours = pieces.length ? pieces : leaf && wanted ? [climb(leaf)] : [];
  const holder = ours.length ? up(ours[0]) : window.{LIST}?.deref();
  if (!ours.length && !(holder?.isConnected && shown(holder))) return told([], null);
  if (holder) window.{LIST} = new WeakRef(holder);
  const looks = (e) => [e.className?.baseVal ?? e.className ?? "", e.id, e.getAttribute("data-author-type") ?? "",
    e.getAttribute("data-role") ?? "", e.getAttribute("aria-label") ?? ""].join(" ").toLowerCase();
  const role = (e) => {{
    const own = looks(e), inside = [...e.querySelectorAll("*")].slice(0, 30).map(looks).join(" "), words = [own, inside].join(" ");
    if (/typing|is-writing/.test(words) || /loading|ellipsis|dots/.test(flat(said(e)) ? own : words)
      || /^(…|\\.{{3}})$|^(?!(jag|jeg|i|we|vi) )[^.,!?…]{{1,40}} ({TYPING_WORDS}) ?(…|\\.{{3}})?$/i.test(flat(said(e, 80)))) return "typing";
    if (/\\b(bot|robot|assistant|automat\\w*|virtual)\\b|--bot\\b|_bot\\b/.test(words)) return "bot";
    if (/system|notice|divider|timestamp|date-sep|event-line/.test(own)) return "system";
    return "unknown";
  }};
  const apart = (e) => {{
    const parts = [...e.children].filter((part) => content(part, 400));
    const same = parts.length > 1 && parts[0].className && parts.every((part) => part.className === parts[0].className);
    return same ? parts : [e];
  }};
  const beside = [...(holder?.children ?? ours)].filter((e) => ours.includes(e) || (shown(e) && content(e, 400)
    && !e.querySelector("input, textarea, [contenteditable], [role=textbox]") && !e.matches(typed)));
  return told(some(beside.flatMap((e) => (e === ours[0] ? [e] : ours.includes(e) ? [] : apart(e)))).map((e) => e === ours[0]
    ? {{id: "", role: "visitor", author: "", text: own, ...timed(e)}}
    : {{id: "", role: core(words(e)) === wanted ? "visitor" : role(e), author: "", text: words(e), ...timed(e)}}), null);
}}"""
"""The same in a page that nobody has described: finds our own words, and takes what stands beside them for messages.

Once our words have left a list that draws only its end, that list is read on.
"""


@dataclass(frozen=True)
class Line:
    """One message of a chat; `at` is the server's time (aware UTC) where the widget tells it exactly.

    Where it does not, `shown` is what it shows to people, such as “10:42 AM”.
    """

    id: str
    role: Role
    author: str
    text: str
    at: datetime | None
    shown: str = ""
    has_own_id: bool = False
    """Whether `id` is the chat's own, not made here of what is said."""


def checked(given: object) -> tuple[list[Mapping[str, str]], object]:
    """Return the messages that came from a page, and what it told of its changes, which is still to be checked.

    Makes sure that the messages are what our script gives, for a page may tamper with it. Raises BrowserError.
    """
    items, told = given if isinstance(given, list) and len(given) == 2 else (None, None)
    if not isinstance(items, list) or len(items) > MOST_MESSAGES or not all(map(_is_item, items)):
        raise BrowserError("the page tampers with how it is read")
    return items, told


def _is_item(item: object) -> bool:
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(part), str) and len(item[part]) <= LONGEST_TEXT for part in PARTS)
        and item["role"] in ("typing", "visitor", "bot", "system", "person", "unknown")
    )


def noted_as(items: Sequence[Mapping[str, str]]) -> list[str]:
    """Return what the page notes each of these messages by: its own id, or what it says."""
    return [_storable(item["id"] or item["text"]) for item in items]


def read_lines(items: Sequence[Mapping[str, str]], names: Names | None = None) -> list[Line]:
    """Make lines of what the page gave; `names` tells writers who look the same apart.

    A typing bubble is a line of its own role that says nothing. A message without an id of its own gets one from its
    writer, text and time, and a number if that occurs again.
    """
    lines: list[Line] = []
    earlier: Counter[str] = Counter()
    for item in items:
        if item["role"] == "unknown" and not (item["text"] or item["id"]):
            continue
        key = TYPING if item["role"] == "typing" else item["id"] or _fingerprint(item)
        earlier[key] += 1
        lines.append(_line(item, key if earlier[key] == 1 else f"{key}-{earlier[key]}", names))
    return lines


def _line(item: Mapping[str, str], id_: str, names: Names | None) -> Line:
    author = _storable(item["author"])
    if item["role"] == "typing":
        return Line(id_, "typing", author, "", None)
    at = _instant(item["at"])
    shown = "" if at else _storable(item["at"] or item["shown"])
    return Line(
        _storable(id_), _role(item, names), author, _storable(item["text"]), at, shown, bool(item["id"])
    )


def _storable(text: str) -> str:
    """Replace what no database and no file can hold: NUL and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _role(item: Mapping[str, str], names: Names | None) -> Role:
    shown: Role = item["role"]  # type: ignore[assignment]  # the page's script gives only these words
    if names is None or shown in ("visitor", "system"):
        return shown
    by_name: tuple[tuple[Role, str], ...] = (
        ("bot", names.bot), ("system", names.system), ("person", names.person)
    )  # fmt: skip
    told = (
        role for role, pattern in by_name if pattern and re.fullmatch(pattern, item["author"], re.IGNORECASE)
    )
    return next(told, shown)


def _fingerprint(item: Mapping[str, str]) -> str:
    said = "\0".join((item["role"], item["author"], without_age(item["text"]), item["at"]))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:20]


def _instant(stamp: str) -> datetime | None:
    """Read a time that names its zone, or counts from 1970 in seconds or milliseconds; any other is as good as none."""
    try:
        if re.fullmatch(r"[0-9]{10}|[0-9]{13}", stamp):
            return datetime.fromtimestamp(int(stamp) / (1000 if len(stamp) == 13 else 1), UTC)
        at = datetime.fromisoformat(stamp)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def only_after(
    own: Line | None, lines: Sequence[Line], followers: Container[str] = frozenset()
) -> list[Line]:
    """Return what stands after our own message: a greeting before it answers nothing.

    Where ours has left a list that holds only what was said last, that is from the first of its `followers` on.
    """
    places = [place + 1 for place, line in enumerate(lines) if own and line.id == own.id]
    places += [place for place, line in enumerate(lines) if line.id in followers]
    return list(lines[places[0] :]) if places else []


def only_before(own: Line | None, lines: Sequence[Line]) -> list[Line]:
    """Return what stands before our own message, nothing where that is not there."""
    places = [place for place, line in enumerate(lines) if own and line.id == own.id]
    return list(lines[: places[0]]) if places else []


def as_evidence(lines: Sequence[Line], name: str) -> Proof:
    """Keep a transcript as JSON, in the order of the chat."""
    rows = [
        {part: getattr(line, part) for part in PARTS} | {"at": line.at.isoformat() if line.at else None}
        for line in lines
    ]
    content = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    return Proof("transcript", "application/json", f"{name}.json", content)
