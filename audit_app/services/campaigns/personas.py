"""Personas: who probes claim to be, which mailbox they write from, and in which campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.domain.probes.probe import UNSENT, ProbeState
from audit_app.domain.probes.response_time import WAITING
from audit_app.domain.replies.phrase_files import language_name, phrase_lists
from audit_app.models import Campaign, Mailbox, Persona, Probe
from audit_app.services.entry.fields import FieldErrors, all_or_nothing
from audit_app.services.entry.keys import free_key
from probes.languages import languages_in

LONGEST_NAME, LONGEST_SEGMENT = 200, 80


@dataclass(frozen=True, slots=True)
class PersonaEntry:
    """What is entered about a persona; mailbox and campaigns by their numbers."""

    name: str
    mailbox: int
    language: str = "en"
    segment: str = "newcomer"
    campaigns: Sequence[int] = ()


def languages() -> dict[str, str]:
    """The languages in which replies and forms are understood, English first: what each is called, by its code.

    They are those for which forms, the judging of mail and the suggestions for ratings all have their file.
    """
    judged = set(languages_in("probes.replies.languages")) & set(phrase_lists())
    return {code: language_name(code) for code in languages_in("probes.forms") if code in judged}


def persona_by_id(session: Session, persona_id: int) -> Persona:
    """The persona with the number; raises NotFound."""
    found = session.get(Persona, persona_id)
    if found is None:
        raise NotFound(f"There is no persona {persona_id}. Choose one from the list of personas.")
    return found


def all_personas(session: Session) -> Sequence[Persona]:
    """All personas by their names, with their mailboxes."""
    return session.scalars(select(Persona).options(joinedload(Persona.mailbox)).order_by(Persona.name)).all()


def campaigns_to_choose(session: Session) -> Sequence[Campaign]:
    """The campaigns that a persona can be put into: those that run."""
    return session.scalars(select(Campaign).where(Campaign.active).order_by(Campaign.name)).all()


def campaigns_of(session: Session, persona: Persona) -> Sequence[Campaign]:
    """The running campaigns in which the persona writes."""
    theirs = Campaign.personas.any(Persona.id == persona.id)
    return session.scalars(select(Campaign).where(Campaign.active, theirs).order_by(Campaign.name)).all()


def add_persona(session: Session, entry: PersonaEntry) -> Persona:
    """Add a persona. Raises InvalidFields."""
    persona = Persona()
    with session.no_autoflush:
        _fill(session, persona, entry)
        persona.key = free_key(session, Persona.key, persona.name, "persona")
    with all_or_nothing(session, "name"):
        session.add(persona)
    _put_into(session, persona, entry.campaigns)
    return persona


def change_persona(session: Session, persona: Persona, entry: PersonaEntry) -> None:
    """Change a persona: its name while nobody has read it, its mailbox while no answer is awaited there.

    Raises InvalidFields.
    """
    _fill(session, persona, entry)
    session.flush()
    _put_into(session, persona, entry.campaigns)


def _fill(session: Session, persona: Persona, entry: PersonaEntry) -> None:
    errors, name, segment = FieldErrors(), " ".join(entry.name.split()), " ".join(entry.segment.split())
    with errors.field("name"):
        _check_name(session, persona, name)
    with errors.field("language"):
        if entry.language not in languages() and entry.language != persona.language:
            raise InvalidInput("Choose one of the languages.")
    with errors.field("segment"):
        if not segment or len(segment) > LONGEST_SEGMENT:
            raise InvalidInput(
                f"Enter what kind of customer it is, with at most {LONGEST_SEGMENT} characters."
            )
    with errors.field("mailbox"):
        mailbox = session.get(Mailbox, entry.mailbox)
        if mailbox is None:
            raise InvalidInput("Choose the mailbox that the persona writes from.")
        _check_mailbox(session, persona, mailbox)
    errors.raise_if_any()
    persona.name, persona.language, persona.segment = name, entry.language, segment
    persona.mailbox_id = entry.mailbox


def _check_name(session: Session, persona: Persona, name: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"Enter an invented name, with at most {LONGEST_NAME} characters.")
    if persona.id is None or name == persona.name:
        return
    if session.scalar(select(Probe.id).where(Probe.persona_id == persona.id).limit(1)) is not None:
        raise InvalidInput(f"Probes were written as {persona.name}; add another persona for another name.")


def _check_mailbox(session: Session, persona: Persona, mailbox: Mailbox) -> None:
    if persona.id is None or mailbox.id == persona.mailbox_id:
        return
    unsent = Probe.state.in_(UNSENT | {ProbeState.SENDING, ProbeState.SEND_UNKNOWN})
    waiting = Probe.outcome.in_(WAITING)
    open_ = select(func.count(Probe.id)).where(
        Probe.persona_id == persona.id, waiting | unsent, Probe.closed_at.is_(None)
    )
    count = session.scalar(open_) or 0
    if count:
        raise InvalidInput(
            f"{count} open {'probe was' if count == 1 else 'probes were'} written from {persona.mailbox.address}, and "
            "the answers come there. Wait until they are closed, or add another persona."
        )


def _put_into(session: Session, persona: Persona, campaign_ids: Iterable[int]) -> None:
    wanted = set(campaign_ids)
    for campaign in campaigns_to_choose(session):
        inside = persona in campaign.personas
        if campaign.id in wanted and not inside:
            campaign.personas.append(persona)
        elif campaign.id not in wanted and inside:
            campaign.personas.remove(persona)
    session.flush()
