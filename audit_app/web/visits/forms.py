"""The forms of visits: reading what was entered, question by question, and showing it again when it is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from werkzeug.datastructures import MultiDict

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.checklists.question import Question
from audit_app.domain.errors import InvalidInput
from audit_app.domain.scores.policy import DEFAULT_POLICY
from audit_app.models import Visit
from audit_app.services.visits.list import Order, VisitFilter
from audit_app.services.visits.recording import answers_of
from audit_app.web.query_args import day_in, number_in

NOT_APPLICABLE = "/na"
"""The value of the N/A button; no option of a choice can have it as its key."""

ORDERS = get_args(Order)
BANDS = [band.letter for band in DEFAULT_POLICY.bands]


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One question as the form shows it: what stands in its inputs, since which revision, and what is wrong."""

    number: int
    question: Question
    value: object
    """As text; for two prices a mapping of shelf and till."""
    not_applicable: bool
    note: str
    revision: int
    answered: bool
    wants_note: bool
    error: str = ""

    @property
    def was(self) -> str:
        """The stored answer as text, by which the form tells what was changed in it."""
        return canonical(entry_of(self.value, self.not_applicable, self.note))


@dataclass(frozen=True, slots=True)
class SectionFields:
    """One section as the form shows it."""

    number: int
    section: domain.Section
    fields: tuple[QuestionField, ...]

    @property
    def answered(self) -> int:
        """How many of its questions have an answer."""
        return sum(field.answered for field in self.fields)


@dataclass(frozen=True, slots=True)
class Posted:
    """One changed answer as it came from the form."""

    question: Question
    raw: dict[str, object]
    base: int
    """The revision that the form was filled with."""


def entry_of(value: object, not_applicable: bool, note: str) -> dict[str, object]:
    """One answer in the form that `domain.checklist.read_answer` reads."""
    return {"value": value, "not_applicable": not_applicable, "note": note}


def canonical(entry: object) -> str:
    """An entry, or a list with one in it, as text that is the same for the same content."""
    return json.dumps(entry, sort_keys=True, ensure_ascii=False)


def section_fields(visit: Visit, refused: Mapping[str, tuple[Posted, str]]) -> list[SectionFields]:
    """All sections of a visit's form with its stored answers; what was refused is shown as it was entered."""
    revisions = {row.path: row.revision for row in visit.answers}
    return _sections(visit.version.form, answers_of(visit), revisions, refused)


def blank_sections(form: domain.Checklist) -> list[SectionFields]:
    """All sections of a form without any answer."""
    return _sections(form, {}, {}, {})


def _sections(
    form: domain.Checklist,
    answers: Mapping[str, domain.Answer],
    revisions: Mapping[str, int],
    refused: Mapping[str, tuple[Posted, str]],
) -> list[SectionFields]:
    numbers = {question.key: number for number, question in enumerate(form.questions, 1)}
    return [
        SectionFields(
            place,
            section,
            tuple(
                _field(numbers[q.key], q, answers.get(q.key), revisions.get(q.key, 0), refused.get(q.key))
                for q in section.questions
            ),
        )
        for place, section in enumerate(form.sections, 1)
    ]


def _field(
    number: int,
    question: Question,
    answer: domain.Answer | None,
    revision: int,
    refused: tuple[Posted, str] | None,
) -> QuestionField:
    answer = answer or domain.Answer()
    entry = domain.stored_answer(answer) if refused is None else refused[0].raw
    return QuestionField(
        number=number,
        question=question,
        value=_as_text(entry["value"]),
        not_applicable=bool(entry["not_applicable"]),
        note=str(entry["note"]),
        revision=revision,
        answered=domain.result_of(question, answer).state != "missing",
        wants_note=not answer.note and domain.wants_note(question, answer),
        error="" if refused is None else refused[1],
    )


def _as_text(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: str(part) for key, part in value.items()}
    return "" if value is None else str(value)


def changed_answers(form: MultiDict[str, str], checklist: domain.Checklist) -> list[Posted]:
    """What a person changed in a posted form, by comparing it with what the form was filled with.

    Raises InvalidInput when it has a field of no question of the checklist, or a revision that is no number.
    """
    known = {question.key for question in checklist.questions}
    for name in form:
        key, dot, _ = name.partition(".")
        if dot and key not in known:
            raise InvalidInput(
                f"The form has a field “{key[:40]}” that the checklist does not ask for. Reload it and answer again."
            )
    return [posted for q in checklist.questions if (posted := _posted(form, q)) is not None]


def _posted(form: MultiDict[str, str], question: Question) -> Posted | None:
    if f"{question.key}.revision" not in form:
        return None
    raw = _raw(form, question)
    if canonical(raw) == form.get(f"{question.key}.was"):
        return None
    try:
        base = int(form[f"{question.key}.revision"])
    except ValueError:
        raise InvalidInput("The form was changed on its way. Reload it and answer again.") from None
    return Posted(question, raw, base)


def _raw(form: MultiDict[str, str], question: Question) -> dict[str, object]:
    key = question.key
    value: object = form.get(f"{key}.value", "")
    if question.type == "price_pair":
        prices = {part: form.get(f"{key}.{part}", "").strip() for part in ("shelf", "till")}
        value = prices if any(prices.values()) else ""
    not_applicable = value == NOT_APPLICABLE or f"{key}.na" in form
    note = form.get(f"{key}.note", "").replace("\r\n", "\n")
    # N/A beside a value means N/A: the checkbox was ticked last, or there would have been no reason to.
    return entry_of("" if not_applicable else value, not_applicable, note)


def read_filter(arguments: MultiDict[str, str]) -> tuple[VisitFilter, list[str]]:
    """The filters of the list of visits, and a sentence for each that cannot be used and is left out."""
    problems: list[str] = []
    band = arguments.get("band", "")
    if band and band not in BANDS:
        problems.append(f"“{band[:20]}” is no band. Choose one from A to E.")
    order = arguments.get("sort", "day")
    wanted = VisitFilter(
        location=arguments.get("location", "").strip(),
        region=arguments.get("region", "").strip(),
        checklist=arguments.get("checklist", "").strip(),
        auditor=number_in(arguments.get("auditor", "")),
        first_day=day_in(arguments.get("from", ""), "visits", problems),
        last_day=day_in(arguments.get("to", ""), "visits", problems),
        band=band if band in BANDS else "",
        drafts=arguments.get("drafts") == "yes",
        order=cast(Order, order) if order in ORDERS else "day",
        descending="sort" not in arguments or arguments.get("descending") == "yes",
    )
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        problems.append("The first day is after the last one, so nothing can be found. Exchange the two.")
    return wanted, problems
