"""Scenarios: what probes ask, and in which words, for each channel and language.

A probe keeps the text that it was planned with, so a wording may be changed or removed at any time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import Campaign, ChannelName, Probe, Scenario, Wording
from audit_app.models.campaign import WordingPurpose
from audit_app.services.campaigns.personas import languages
from audit_app.services.entry.fields import FieldErrors, all_or_nothing, unless_refused
from audit_app.services.entry.keys import free_key
from audit_app.services.probes.channels import supported
from audit_app.services.probes.messages import PLACEHOLDERS

LONGEST_TITLE, LONGEST_SUBJECT, LONGEST_TEXT = 200, 200, 5000
BRACES = re.compile(r"\{([A-Za-z_\s]{1,50})\}")


@dataclass(frozen=True, slots=True)
class ScenarioEntry:
    """What is entered about a scenario."""

    title: str
    complaint: bool = False
    asks_for_person: bool = False
    """Whether its customer asks a chat's bot for a person."""


@dataclass(frozen=True, slots=True)
class WordingEntry:
    """What is entered about one wording; a chat has no subject."""

    channel: str
    language: str
    text: str
    subject: str = ""
    purpose: str = WordingPurpose.OPENING


def all_scenarios(session: Session) -> Sequence[Scenario]:
    """All scenarios by their titles, with their wordings."""
    query = select(Scenario).options(selectinload(Scenario.wordings)).order_by(Scenario.title, Scenario.id)
    return session.scalars(query).all()


def scenario_by_id(session: Session, scenario_id: int) -> Scenario:
    """The scenario with the number; raises NotFound."""
    found = session.get(Scenario, scenario_id)
    if found is None:
        raise NotFound(f"There is no scenario {scenario_id}. Choose one from the list of scenarios.")
    return found


def wording_of(scenario: Scenario, wording_id: int) -> Wording:
    """The wording of this scenario with the number; raises NotFound."""
    found = next((wording for wording in scenario.wordings if wording.id == wording_id), None)
    if found is None:
        raise NotFound(f"“{scenario.title}” has no wording {wording_id}. Choose one on its page.")
    return found


def campaigns_asking(session: Session, scenario: Scenario) -> Sequence[str]:
    """The names of the running campaigns that ask it."""
    asking = Campaign.scenarios.any(Scenario.id == scenario.id)
    return session.scalars(select(Campaign.name).where(Campaign.active, asking).order_by(Campaign.name)).all()


def probes_asking(session: Session, scenario: Scenario) -> int:
    """How many probes ask it, whatever became of them."""
    return session.scalar(select(func.count(Probe.id)).where(Probe.scenario_id == scenario.id)) or 0


def add_scenario(session: Session, entry: ScenarioEntry) -> Scenario:
    """Add a scenario without wordings. Raises InvalidFields."""
    scenario = Scenario()
    with session.no_autoflush:
        _fill(session, scenario, entry)
        scenario.key = free_key(session, Scenario.key, scenario.title, "scenario")
    with all_or_nothing(session, "title"):
        session.add(scenario)
    return scenario


def change_scenario(session: Session, scenario: Scenario, entry: ScenarioEntry) -> None:
    """Change a scenario; whether it is a complaint only while no probe asks it. Raises InvalidFields."""
    _fill(session, scenario, entry)
    session.flush()


def delete_scenario(session: Session, scenario: Scenario) -> None:
    """Delete a scenario that no probe asks, with its wordings; raises Conflict for others."""
    if count := probes_asking(session, scenario):
        raise Conflict(
            f"{count} {'probe asks' if count == 1 else 'probes ask'} “{scenario.title}”, and their results stay. "
            "Take it out of the campaigns instead."
        )
    asking = select(Campaign).where(Campaign.scenarios.any(Scenario.id == scenario.id))
    words = f"“{scenario.title}” is in use: a probe or a campaign has just begun to ask it. It stays."
    with unless_refused(session, Conflict(words)):
        for campaign in session.scalars(asking):
            campaign.scenarios.remove(scenario)
        for wording in list(scenario.wordings):
            session.delete(wording)
        session.flush()
        session.delete(scenario)


def save_wording(
    session: Session, scenario: Scenario, wording: Wording | None, entry: WordingEntry
) -> Wording:
    """Add a wording to the scenario, or change `wording`. Raises InvalidFields."""
    errors, wording = FieldErrors(), wording or Wording()
    subject, text = " ".join(entry.subject.split()), entry.text.replace("\r\n", "\n").strip()
    with errors.field("channel"):
        if entry.channel not in supported():
            raise InvalidInput("Choose how it is sent.")
    with errors.field("purpose"):
        purpose = _purpose(entry)
    with errors.field("language"):
        if entry.language not in languages() and entry.language != wording.language:
            raise InvalidInput("Choose one of the languages.")
    with errors.field("subject"):
        subject = "" if purpose is WordingPurpose.ASK_FOR_PERSON else _subject(entry.channel, subject)
    with errors.field("text"):
        _check_text(text)
        _check_new(scenario, wording, entry, text)
    errors.raise_if_any()
    wording.channel, wording.language = ChannelName(entry.channel), entry.language
    wording.subject, wording.text, wording.purpose = subject, text, purpose
    if wording.id is None:
        scenario.wordings.append(wording)
    session.flush()
    return wording


def delete_wording(session: Session, wording: Wording) -> None:
    """Delete a wording; probes that were planned with it keep their text."""
    wording.scenario.wordings.remove(wording)
    session.delete(wording)
    session.flush()


def _fill(session: Session, scenario: Scenario, entry: ScenarioEntry) -> None:
    errors, title = FieldErrors(), " ".join(entry.title.split())
    with errors.field("title"):
        if not title or len(title) > LONGEST_TITLE or not title.isprintable():
            raise InvalidInput(f"Enter what is asked, in at most {LONGEST_TITLE} characters.")
    with errors.field("complaint"):
        changed = scenario.id is not None and entry.complaint != scenario.complaint
        if changed and probes_asking(session, scenario):
            raise InvalidInput(
                "Probes ask this already, and a complaint is rated by a rubric of its own; add another scenario."
            )
    errors.raise_if_any()
    scenario.title, scenario.complaint = title, entry.complaint
    scenario.asks_for_person = entry.asks_for_person


def _purpose(entry: WordingEntry) -> WordingPurpose:
    """What the wording is for; only a chat has a bot that can be asked for a person."""
    if entry.purpose not in list(WordingPurpose):
        raise InvalidInput("Choose what it is for.")
    if entry.purpose == WordingPurpose.ASK_FOR_PERSON and entry.channel != ChannelName.CHAT:
        raise InvalidInput("Only a chat’s bot is asked for a person. Choose the chat, or another purpose.")
    return WordingPurpose(entry.purpose)


def _subject(channel: str, subject: str) -> str:
    """The subject as it is kept: none for a chat."""
    if channel == ChannelName.CHAT:
        return ""
    if not subject:
        raise InvalidInput("Enter a subject, as a customer would write it.")
    if len(subject) > LONGEST_SUBJECT:
        raise InvalidInput(f"The subject has {len(subject)} characters; at most {LONGEST_SUBJECT} are sent.")
    _check_signs(subject)
    _check_braces(subject)
    return subject


def _check_text(text: str) -> None:
    if not text:
        raise InvalidInput("Enter the text, as a customer would write it.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"The text has {len(text)} characters; at most {LONGEST_TEXT} are sent.")
    _check_signs(text.replace("\n", "").replace("\t", ""))
    _check_braces(text)


def _check_signs(text: str) -> None:
    # Not `isprintable`: what joins emoji, or turns the direction of Hebrew, belongs to a text.
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"} for sign in text):
        raise InvalidInput("There are control characters in it. Type it anew, or paste it as plain text.")


def _check_braces(text: str) -> None:
    """A mistyped placeholder would reach the company as it stands, and give the probe away."""
    for written in BRACES.findall(text):
        inside = written.strip()
        if f"{{{inside}}}" not in PLACEHOLDERS or f"{{{inside}}}" not in text:
            known = " and ".join(PLACEHOLDERS)
            raise InvalidInput(
                f"Nothing is filled in for “{{{inside}}}”. Write {known}, or leave the braces out."
            )


def _check_new(scenario: Scenario, wording: Wording, entry: WordingEntry, text: str) -> None:
    same = (entry.channel, entry.language, text)
    for other in scenario.wordings:
        if other is not wording and (other.channel, other.language, other.text) == same:
            raise InvalidInput("The scenario has this very wording already. Write it another way.")
