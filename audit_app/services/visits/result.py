"""What a visit came to: its score, taken apart by section and question so that the shown parts add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.checklists.question import Question
from audit_app.domain.exact import largest_remainder
from audit_app.domain.scores.policy import DEFAULT_POLICY, Policy, read_policy
from audit_app.domain.scores.scoring import SectionScore, VisitScore, visit_score
from audit_app.models import ScorePolicy, Visit
from audit_app.services.visits.recording import answers_of

ZERO = Fraction(0)
NO_ANSWER = domain.Answer()


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question of a visit: what was answered, its own points, and what these bring to the visit's score.

    `points` of all lines of a section add up to the section's, and so do the shown ones.
    """

    number: int
    question: Question
    answer: domain.Answer
    result: domain.QuestionResult
    points: Fraction
    shown_points: Decimal


@dataclass(frozen=True, slots=True)
class SectionLines:
    """One section of a visit with its questions; `score` is None when nothing in it counted."""

    section: domain.Section
    score: SectionScore | None
    earned: Fraction
    possible: Fraction
    lines: tuple[QuestionLine, ...]


@dataclass(frozen=True, slots=True)
class VisitResult:
    """The score of a visit and all that it is made of; `score` is None when nothing applied."""

    score: VisitScore | None
    band: str
    sections: tuple[SectionLines, ...]

    @property
    def failed(self) -> list[QuestionLine]:
        """The questions that failed, critical ones first, each group in the order of the form."""
        failed = [line for section in self.sections for line in section.lines if line.result.failed]
        return sorted(failed, key=lambda line: not line.result.critical)


def visit_result(visit: Visit, policy: Policy = DEFAULT_POLICY) -> VisitResult:
    """The result of a visit with its own version of the checklist; the policy gives the band.

    Also tells how a draft stands: what is missing counts neither as earned nor as possible.
    """
    form, answers = visit.version.form, answers_of(visit)
    results = {result.key: result for result in domain.question_results(form, answers)}
    tally = {points.key: points for points in domain.tally(form, answers)}
    score = visit_score(list(tally.values()))
    scores = {section.key: section for section in score.sections} if score else {}
    numbers = {question.key: number for number, question in enumerate(form.questions, start=1)}
    sections = tuple(
        SectionLines(
            section,
            scores.get(section.key),
            tally[section.key].earned,
            tally[section.key].possible,
            _lines(section, scores.get(section.key), answers, results, numbers),
        )
        for section in form.sections
    )
    return VisitResult(score, policy.band(score.value) if score else "", sections)


def _lines(
    section: domain.Section,
    score: SectionScore | None,
    answers: dict[str, domain.Answer],
    results: dict[str, domain.QuestionResult],
    numbers: dict[str, int],
) -> tuple[QuestionLine, ...]:
    own = [results[question.key] for question in section.questions]
    points = _points(own, score)
    shown = largest_remainder(points, score.shown_points if score else 0)
    rows = zip(section.questions, own, points, shown, strict=True)
    return tuple(
        QuestionLine(
            numbers[question.key], question, answers.get(question.key, NO_ANSWER), result, exact, rounded
        )
        for question, result, exact, rounded in rows
    )


def _points(results: Sequence[domain.QuestionResult], score: SectionScore | None) -> list[Fraction]:
    """Share the section's points out: each question its own, and bonuses what room is left under the cap."""
    possible = sum((result.possible for result in results), ZERO)
    if score is None or not possible:
        return [ZERO] * len(results)
    room = possible - sum((result.earned for result in results if not result.bonus), ZERO)
    points = []
    for result in results:
        counted = result.earned
        if result.bonus:
            counted = min(room, result.earned)
            room -= counted
        points.append(counted * score.possible / possible)
    return points


def policy_now(session: Session) -> Policy:
    """The newest score policy, or the default one while none is stored."""
    stored = session.scalar(select(ScorePolicy).order_by(ScorePolicy.number.desc()).limit(1))
    return DEFAULT_POLICY if stored is None else read_policy(stored.content)
