"""Filling in a checklist as the sample data needs it: well, or as well as chance has it."""

from __future__ import annotations

import random

from audit_app.domain.checklists.question import (
    ChoiceQuestion,
    NumberQuestion,
    PricePairQuestion,
    Question,
    ScaleQuestion,
    TextQuestion,
    YesNoQuestion,
)

REMARKS = (
    "Friendly from the first moment.",
    "Busy Saturday, two tills open of four.",
    "The shelf by the entrance had just been refilled.",
    "Nothing stood out.",
    "Staff had to ask a colleague about the return rules.",
)


def answer_well(question: Question) -> object:
    """The answer that earns most; for words and plain counts, something sensible."""
    match question:
        case YesNoQuestion():
            return question.good
        case ScaleQuestion():
            return len(question.labels)
        case ChoiceQuestion():
            return max(question.options, key=lambda option: option.points).key
        case NumberQuestion():
            return str(_best_number(question))
        case PricePairQuestion():
            return {"shelf": "149.00", "till": "149.00"}
        case _:
            return REMARKS[0]


def answer_by_chance(question: Question, good: float, draw: random.Random) -> object:
    """The best answer with the chance `good`, else one of the others; any answer where none is better."""
    if not question.full_points:
        return _any_answer(question, draw)
    return answer_well(question) if draw.random() < good else _lesser_answer(question, draw)


def _lesser_answer(question: Question, draw: random.Random) -> object:
    match question:
        case YesNoQuestion():
            return "no" if question.good == "yes" else "yes"
        case ScaleQuestion():
            return draw.randrange(1, len(question.labels))
        case NumberQuestion():
            return str(_beyond_bands(question))
        case PricePairQuestion():
            return {"shelf": "149.00", "till": "199.00"}
        case _:
            return _any_answer(question, draw)


def _any_answer(question: Question, draw: random.Random) -> object:
    match question:
        case ChoiceQuestion():
            return draw.choice(question.options).key
        case NumberQuestion():
            return str(int(question.min) + draw.randrange(2))
        case TextQuestion():
            return draw.choice(REMARKS)
        case _:
            return answer_well(question)


def _best_number(question: NumberQuestion) -> int:
    """The highest whole number that still earns the most; without bands a small count."""
    if not question.bands:
        return int(question.min)
    best = max(range(len(question.bands)), key=lambda place: question.bands[place].points)
    top = question.bands[best].up_to
    return _beyond_bands(question) if top is None else int(top)


def _beyond_bands(question: NumberQuestion) -> int:
    tops = [band.up_to for band in question.bands if band.up_to is not None]
    beyond = int(tops[-1]) + 1 if tops else int(question.min)
    return beyond if question.max is None else min(beyond, int(question.max))
