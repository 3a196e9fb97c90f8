"""Judges who wrote a mail: a person, a machine, or a mail system that could not deliver.

The rules are asked in order of how much they prove: reports in the form made for them, failures told by a mail
system, an explicit automatic reply, the help desk's own marks, then what the text says without our own words. The
first that knows decides; what none can tell is uncertain and goes to a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from probes.replies.bounces import bounce
from probes.replies.circumstances import UNKNOWN, Circumstances
from probes.replies.content import content
from probes.replies.headers import explicit_automatic_reply, newsletter
from probes.replies.letter import Letter
from probes.replies.mail import ReadMail
from probes.replies.outside_evidence import with_outside_evidence
from probes.replies.platforms import help_desk
from probes.replies.reports import (
    calendar_reply,
    complaint_report,
    delivery_report,
    notification_of_mail_service,
    receipt,
)
from probes.replies.uncertainty import with_doubt
from probes.replies.verdict import Judgement

RULES_VERSION = "2026-12-01.1"
"""Stored beside each verdict, so that mail judged by older rules can be judged again. Raise it with every change."""

# It logs a trace for every broken mail, which is nothing that anybody could act on.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

Rule: TypeAlias = Callable[[Letter], Judgement | None]

RULES: tuple[Rule, ...] = (
    delivery_report,
    receipt,
    complaint_report,
    notification_of_mail_service,
    bounce,
    explicit_automatic_reply,
    help_desk,
    calendar_reply,
    newsletter,
)


def judge(
    raw: bytes,
    own_text: str = "",
    circumstances: Circumstances = UNKNOWN,
    left_out: frozenset[str] = frozenset(),
) -> Judgement:
    """Judge a raw mail; `own_text` is what we had sent, so that our own words, quoted back, prove nothing.

    `left_out` are names of rules and of evidence that do not count, to find out what they are needed for.
    """
    letter = Letter(ReadMail.of(raw), own_text, circumstances, left_out)
    found = with_outside_evidence(letter, with_doubt(letter, _by_rules(letter)))
    return found if found.platform or not letter.platform else replace(found, platform=letter.platform)


def _by_rules(letter: Letter) -> Judgement:
    for rule in RULES:
        name = rule.__name__.replace("_", " ")
        if name not in letter.left_out and (judgement := rule(letter)):
            return judgement if judgement.rule else replace(judgement, rule=name)
    return content(letter)
