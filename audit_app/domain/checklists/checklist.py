"""A checklist, the answers to it, and the points that they earn.

A checklist never changes once it is in use: its models are frozen, ``canonical_json`` is what is stored
and ``content_hash`` tells whether two versions differ. Points are exact fractions throughout.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from audit_app.domain.checklists.question import (
    ZERO,
    Exact,
    Key,
    Line,
    Part,
    Prices,
    Question,
    StandardNumber,
    Value,
    equals,
    plain_text,
)
from audit_app.domain.errors import InvalidInput
from audit_app.domain.scores.scoring import SectionPoints

LONGEST_NOTE = 2000
"""Characters of a note beside an answer."""

Location = tuple[str | int, ...]
"""Where in a checklist something stands, such as ``("sections", 2, "questions", 4, "points")``."""


class Section(Part):
    """Questions that belong together and the share of the visit's score that they carry."""

    key: Key = Field(
        description="Give a name of small letters, digits, - and _ that no other section has; never reuse it."
    )
    title: Line = Field(description="Give the heading of the section.")
    weight: Annotated[Exact, Field(ge=0, le=1000)] = Field(
        description="Give the section's share of the score; the shares need not add up to 100."
    )
    questions: tuple[Question, ...] = Field(
        min_length=1, max_length=1000, description="Give a list of at least one question."
    )

    @property
    def possible(self) -> Fraction:
        """The points of the section when everything applies, bonus questions left out."""
        return sum((q.worth for q in self.questions if not q.bonus), ZERO)


class Checklist(Part):
    """One version of a form: what to look at, in which order, and what it is worth."""

    key: Key = Field(description="Give a name of small letters, digits, - and _; it stays the same for ever.")
    title: Line = Field(description="Give the name that people see.")
    summary: str = Field(
        min_length=1, max_length=1000, description="Say in a sentence or two what it is for."
    )
    language: str = Field(
        pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$",
        description="Give the language of the texts, such as en, en-GB or sv.",
    )
    channel: Literal["in_person", "phone", "web", "email", "contact_form", "chat"] = Field(
        description="Give in_person, phone, web, email, contact_form or chat."
    )
    scoring: Literal["sections", "points"] = Field(
        "sections",
        exclude_if=equals("sections"),
        description="Give sections for the mean of the sections by their weights, or points for all points alike.",
    )
    unanswered_optional: Literal["leave_out", "lose"] = Field(
        "leave_out",
        exclude_if=equals("leave_out"),
        description="Give leave_out, or lose if a question that may stay unanswered loses its points then.",
    )
    standards: dict[StandardNumber, Annotated[str, Field(min_length=1, max_length=2000)]] = Field(
        default_factory=dict,
        description="Give a text for each number of a standard, such as S7: Everyone is …",
    )
    sections: tuple[Section, ...] = Field(
        min_length=1, max_length=50, description="Give a list of at least one section."
    )

    @property
    def questions(self) -> list[Question]:
        """All questions in the order of the form."""
        return [question for section in self.sections for question in section.questions]

    def question(self, key: str) -> Question:
        """The question with this key; InvalidInput when there is none."""
        for question in self.questions:
            if question.key == key:
                return question
        raise InvalidInput(
            f"The checklist {self.key} has no question {key}. Reload the form and answer again."
        )

    @model_validator(mode="before")
    @classmethod
    def _points_need_no_weights(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("scoring") != "points":
            return data
        sections = data.get("sections")
        if not isinstance(sections, list | tuple):
            return data
        return data | {"sections": [{"weight": 0} | s if isinstance(s, dict) else s for s in sections]}

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        faults = [*_repeated_keys(self), *_unknown_standards(self), *_misjudged_weights(self)]
        if faults:
            summary = "; ".join(f"{place[-1]} {message}" for place, message, _ in faults)
            raise PydanticCustomError("faults", "{summary}", {"summary": summary, "faults": faults})
        return self


Fault = tuple[Location, str, str]
"""Where, what is wrong, and what to do."""


def _places(checklist: Checklist) -> Iterator[tuple[Location, Section | Question]]:
    for i, section in enumerate(checklist.sections):
        yield ("sections", i), section
        for j, question in enumerate(section.questions):
            yield ("sections", i, "questions", j), question


def _repeated_keys(checklist: Checklist) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for place, part in _places(checklist):
        kind = "section" if isinstance(part, Section) else "question"
        if (kind, part.key) in seen:
            message = f"is {part.key} again, which another {kind} has already"
            yield (*place, "key"), message, f"Give each {kind} its own key."
        seen.add((kind, part.key))


def _unknown_standards(checklist: Checklist) -> Iterator[Fault]:
    for place, part in _places(checklist):
        for number in () if isinstance(part, Section) else part.standard:
            if number not in checklist.standards:
                message = f"names {number}, which is not under standards"
                yield (*place, "standard"), message, "Add its text at the top, or correct the number."


def _misjudged_weights(checklist: Checklist) -> Iterator[Fault]:
    if checklist.scoring == "points":
        yield from _weighted_sections(checklist)
        return
    for place, part in _places(checklist):
        if not isinstance(part, Section) and part.weight != 1:
            message = "is for a checklist that scores by points"
            yield (*place, "weight"), message, "Give scoring: points at the top, or leave the weight out."
        if isinstance(part, Section) and part.weight and not part.possible:
            message = "counts, but no question of the section earns points"
            yield (*place, "weight"), message, "Give 0, or points to a question that is no bonus."
        if isinstance(part, Section) and not part.weight and part.possible:
            message = "is 0, but questions of the section earn points"
            yield (*place, "weight"), message, "Give the section a weight above 0, or its questions 0 points."


def _weighted_sections(checklist: Checklist) -> Iterator[Fault]:
    for place, part in _places(checklist):
        if isinstance(part, Section) and part.weight:
            message = "counts for nothing, since the checklist scores by points"
            yield (*place, "weight"), message, "Leave it out, or give scoring: sections at the top."


def canonical_json(checklist: Checklist) -> str:
    """The checklist as JSON that is the same for the same content; points are exact fractions in text."""
    return json.dumps(
        checklist.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def content_hash(checklist: Checklist) -> str:
    """SHA-256 of the canonical JSON in hexadecimal; two versions with one hash are the same form."""
    return hashlib.sha256(canonical_json(checklist).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the auditor said to one question: a value, or that it does not apply, or nothing yet."""

    value: Value | None = None
    not_applicable: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What one question came to, each number multiplied by the question's weight.

    ``possible`` is 0 for a bonus, for N/A and while it is missing, unless what is missing loses its points.
    """

    key: str
    earned: Fraction
    possible: Fraction
    state: Literal["answered", "na", "missing"]
    failed: bool
    critical: bool
    bonus: bool


def parse_answer(question: Question, raw: object) -> Value | None:
    """Turn what was entered or stored into a value, blank into None; InvalidInput says what to do."""
    blank = raw is None or (isinstance(raw, str) and not raw.strip())
    return None if blank else question.parse(raw)


def read_answer(question: Question, stored: object) -> Answer:
    """Read ``{"value": …}`` or ``{"not_applicable": true}``, each with an optional ``"note"``.

    InvalidInput names the question and says what to do.
    """
    if not isinstance(stored, Mapping) or set(stored) - {"value", "not_applicable", "note"}:
        raise question.refusal("send value or not_applicable, and note, and nothing else.")
    note = stored.get("note", "")
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise question.refusal(f"write a note of at most {LONGEST_NOTE} characters.")
    value = parse_answer(question, stored.get("value"))
    not_applicable = stored.get("not_applicable", False)
    if not_applicable not in (True, False) or (not_applicable and value is not None):
        raise question.refusal("either answer it or mark it as not applicable.")
    if not_applicable and not question.allow_na:
        raise question.refusal("it always applies, so answer it.")
    return Answer(value, bool(not_applicable), plain_text(note))


def stored_answer(answer: Answer) -> dict[str, object]:
    """The answer as JSON-able values that ``read_answer`` turns into the same answer again."""
    match answer.value:
        case Prices(shelf, till):
            value: object = {"shelf": str(shelf), "till": str(till)}
        case str() | int() | None:
            value = answer.value
        case number:
            value = str(number)
    return {"value": value, "not_applicable": answer.not_applicable, "note": answer.note}


def result_of(question: Question, answer: Answer | None, unanswered_loses: bool = False) -> QuestionResult:
    """What one answer came to. It failed if it earned none of the points that were to be had.

    A question that may stay unanswered and does is left out, or loses its points; neither is a failure.
    """
    state = _state(question, answer)
    earned = question.earned(answer.value) * question.weight if answer and state == "answered" else ZERO
    loses = state == "missing" and unanswered_loses and not question.required
    possible = question.worth if (state == "answered" or loses) and not question.bonus else ZERO
    failed = state == "answered" and bool(possible) and not earned
    return QuestionResult(question.key, earned, possible, state, failed, question.critical, question.bonus)


def _state(question: Question, answer: Answer | None) -> Literal["answered", "na", "missing"]:
    if answer is None:
        return "missing"
    if answer.not_applicable:
        # A stored N/A where the question always applies must not take its points out of the score.
        return "na" if question.allow_na else "missing"
    return "missing" if answer.value is None else "answered"


def question_results(checklist: Checklist, answers: Mapping[str, Answer]) -> list[QuestionResult]:
    """One result for each question in the order of the form; InvalidInput for an answer to none of them."""
    for key in answers:
        checklist.question(key)
    loses = checklist.unanswered_optional == "lose"
    return [result_of(question, answers.get(question.key), loses) for question in checklist.questions]


def tally(checklist: Checklist, answers: Mapping[str, Answer]) -> list[SectionPoints]:
    """The points of each section, for ``scoring.visit_score``.

    N/A and missing answers leave both what was earned and what was possible, so a visit must have no
    ``missing`` questions when its score is to count. Bonus points are in ``earned`` alone. Where the checklist
    scores by points, a section weighs what was possible in it, so that each point counts the same.
    """
    by_key = {result.key: result for result in question_results(checklist, answers)}
    by_points = checklist.scoring == "points"
    return [_section_points(section, by_key, by_points) for section in checklist.sections]


def _section_points(section: Section, by_key: Mapping[str, QuestionResult], by_points: bool) -> SectionPoints:
    earned = sum((by_key[q.key].earned for q in section.questions), ZERO)
    possible = sum((by_key[q.key].possible for q in section.questions), ZERO)
    weight = possible if by_points else section.weight
    return SectionPoints(section.key, section.title, weight, earned, possible)


def missing(checklist: Checklist, answers: Mapping[str, Answer]) -> list[Question]:
    """The required questions that are neither answered nor, where that is allowed, marked N/A."""
    return [
        question
        for question in checklist.questions
        if question.required and _state(question, answers.get(question.key)) == "missing"
    ]


def critical_failures(checklist: Checklist, answers: Mapping[str, Answer]) -> list[QuestionResult]:
    """The critical questions that failed, in the order of the form."""
    return [result for result in question_results(checklist, answers) if result.failed and result.critical]


def wants_note(question: Question, answer: Answer) -> bool:
    """Whether the form should ask for a note: always, or when the answer lost points."""
    result = result_of(question, answer)
    lost = result.state == "answered" and result.earned < question.worth
    return question.note_on == "always" or (question.note_on == "loss" and lost)
