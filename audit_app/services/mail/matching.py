"""Which probe a mail belongs to, asked of the database key by key, and what a mail teaches about later ones.

Every question is answered by an index, so the number of open probes does not matter. A key that several probes
share decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, or_, select
from sqlalchemy.orm import Session

from audit_app.models import (
    ChannelName,
    IncomingMail,
    KeyKind,
    Mailbox,
    MatchKind,
    Probe,
    ProbeKey,
    matched_words,
)
from audit_app.models.probe_key import LONGEST_KEY
from audit_app.services.entry.text import storable
from audit_app.services.mail.history import refused
from audit_app.services.mail.opinion import Clues, squeezed
from probes.replies.match import Candidate

NO_MATCH = "No address, Message-ID, token or ticket number in it belongs to a probe"
COPY_BEFORE, COPY_AFTER = timedelta(hours=1), timedelta(days=2)
"""How far from the sending our own copy may lie in the mailbox, for one that only its text gives away."""


@dataclass(frozen=True, slots=True)
class Match:
    """The probe that a mail belongs to, if one was found, and what brought it there."""

    probe_id: int | None = None
    kind: MatchKind | None = None
    value: str = ""
    where: str = ""
    against: tuple[str, ...] = ()
    """In words, why it belongs to none, or which keys decided nothing because several probes share them."""

    @property
    def words(self) -> str:
        """What brought it to its probe, in words."""
        return matched_words(self.kind, self.value, self.where)


def find_place(session: Session, mail: IncomingMail, clues: Clues) -> Match:
    """Find out where a mail belongs by the keys known now, and change nothing.

    What is shown beforehand and what is done both come from here. A mail is never brought back to a probe from
    which a person took it.
    """
    own = find_own_copy(session, clues, mail.received_at)
    if own is not None:
        return Match(own, MatchKind.OWN_COPY)
    found = find_probe(session, clues.keys)
    if found.probe_id not in refused(mail):
        return found
    taken = f"{found.words} to probe {found.probe_id}, from which somebody took it back"
    return Match(against=(taken, *found.against))


def find_probe(session: Session, candidates: Iterable[Candidate]) -> Match:
    """Ask for the keys of a mail, kind by kind, the surest first; the first that belongs to one probe decides."""
    shared: list[str] = []
    for kind, group in groupby(candidates, key=lambda key: key.kind):
        if kind == "copy":
            continue
        matches = [
            Match(kind=MatchKind(kind), value=value, where=key.where)
            for key in group
            if len(key.value) <= LONGEST_KEY and (value := storable(key.value, LONGEST_KEY))
        ]
        known = _known(session, kind, {match.value for match in matches})
        for match in matches:
            probes = known.get(match.value, set())
            if len(probes) == 1:
                return replace(match, probe_id=min(probes), against=tuple(shared))
            if probes:
                words = match.words.removeprefix("matched by ")
                shared.append(f"Several probes share {words}, so it decides nothing")
    return Match(against=(NO_MATCH, *shared))


def _known(session: Session, kind: str, values: set[str]) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = {}
    queries, asked = (_OF_ONE, next(iter(values), "")) if len(values) == 1 else (_OF_ANY, sorted(values))
    for query in queries.get(kind, ()) if values else ():
        for value, probe_id in session.connection().execute(query, {"asked": asked}):
            found.setdefault(value, set()).add(probe_id)
    return found


def _queries(holds: Callable[[Any], ColumnElement[bool]]) -> Mapping[str, tuple[Select[Any, int], ...]]:
    """The indexed questions whose answers are probes with a key of this kind for which `holds` holds."""
    to_us = _owned(_probes.c.from_address, holds).where(_probes.c.from_address.not_in(_shared))
    by_id = (_owned(_probes.c.message_id, holds), _learnt(KeyKind.MESSAGE_ID, holds))
    return {
        "recipient": (to_us,),
        "returned_address": (to_us,),
        "message_id": by_id,
        "returned_id": by_id,
        "token": (_owned(_probes.c.token, holds),),
        "ticket": (_learnt(KeyKind.TICKET, holds),),
    }


def _owned(column: Any, holds: Callable[[Any], ColumnElement[bool]]) -> Select[Any, int]:
    return select(column, _probes.c.id).where(holds(column))


def _learnt(kind: KeyKind, holds: Callable[[Any], ColumnElement[bool]]) -> Select[Any, int]:
    return select(_keys.c.value, _keys.c.probe_id).where(_keys.c.kind == kind, holds(_keys.c.value))


# Built once, on the tables themselves: to build a query takes longer than to answer it. Most mails carry one key of
# a kind, and a list of values is written into the query anew each time, which takes as long again.
_probes, _keys = cast(Table, Probe.__table__), cast(Table, ProbeKey.__table__)
# An address that a mailbox shares among its probes says nothing about which of them it was.
_shared = select(func.lower(cast(Table, Mailbox.__table__).c.address)).scalar_subquery()
_OF_ONE = _queries(lambda column: column == bindparam("asked"))
_OF_ANY = _queries(lambda column: column.in_(bindparam("asked", expanding=True)))


def find_own_copy(session: Session, clues: Clues, received_at: datetime) -> int | None:
    """The number of the probe whose message this mail is, as it came back to us blind; None for a mail of anybody else.

    It is told by its Message-ID, or, where a relay gave it another one, by our address in From and our text. The
    Message-ID alone could come from anybody who saw it; nobody but us writes from our address.
    """
    sender = storable(clues.from_address, 255)
    if not sender:
        return None
    message_id = storable(clues.message_id, LONGEST_KEY)
    sent_then = Probe.sending_at.between(received_at - COPY_AFTER, received_at + COPY_BEFORE)
    letters = session.execute(
        select(Probe.id, Probe.message_id, Probe.text)
        .where(Probe.from_address == sender, Probe.channel == ChannelName.EMAIL)
        .where(or_(sent_then, Probe.message_id == message_id))
    ).all()
    by_id = [number for number, sent_as, _ in letters if message_id and sent_as == message_id]
    if by_id:
        return by_id[0]
    same = [number for number, _, text in letters if squeezed(text) in clues.said]
    return same[0] if len(same) == 1 else None


def learn_delivered_id(session: Session, probe: Probe, clues: Clues) -> bool:
    """Keep the Message-ID that our own copy arrived with, if it is not the one we gave it; tells whether it is new."""
    if not clues.own_id or clues.own_id == probe.message_id:
        return False
    return _learn(session, probe, KeyKind.MESSAGE_ID, [clues.own_id])


def learn_tickets(session: Session, probe: Probe, clues: Clues, verdict: str) -> bool:
    """Keep the ticket numbers under which the company files the probe; tells whether one was new.

    Any reply may carry one in its subject; in the text only an acknowledgement's is believed. Numbers that we wrote
    ourselves are none. They count for the sender's domain, and for that of the address we wrote to: a help desk
    may acknowledge from a domain of its own and a person answer from the company's.
    """
    return _learn(session, probe, KeyKind.TICKET, tickets_of(probe, clues, verdict))


def tickets_of(probe: Probe, clues: Clues, verdict: str) -> list[str]:
    """The ticket numbers that a reply of this verdict teaches, each with the domain for which it counts."""
    if verdict == "bounce":
        return []
    numbers = [*clues.subject_tickets, *(clues.text_tickets if verdict == "automatic" else ())]
    ours = f"{probe.subject}\n{probe.text}".upper()
    written_to = probe.to_address.rpartition("@")[2].casefold() if "@" in probe.to_address else ""
    domains = dict.fromkeys([clues.domain, written_to])
    return [f"{domain} {number}" for domain in domains if domain for number in numbers if number not in ours]


def forget_tickets(session: Session, probe: Probe, values: Iterable[str]) -> None:
    """Drop ticket numbers of a locked probe: the mail that taught them is not of it."""
    query = select(ProbeKey).where(ProbeKey.probe_id == probe.id, ProbeKey.kind == KeyKind.TICKET)
    for key in session.scalars(query.where(ProbeKey.value.in_(sorted(set(values))))):
        session.delete(key)
    session.flush()


def _learn(session: Session, probe: Probe, kind: KeyKind, values: Iterable[str]) -> bool:
    """Add keys to a locked probe, each once."""
    wanted = {storable(value, LONGEST_KEY) for value in values if len(value) <= LONGEST_KEY}
    query = select(ProbeKey.value).where(ProbeKey.probe_id == probe.id, ProbeKey.kind == kind)
    new = wanted - set(session.scalars(query)) if wanted else set()
    session.add_all(ProbeKey(probe_id=probe.id, kind=kind, value=value) for value in sorted(new))
    session.flush()
    return bool(new)
