"""The kinds of question that a checklist may ask.

Each kind knows what an answer to it looks like (``parse``) and what that answer earns (``earned``). A new
kind is one class here and its name in ``Question``. The description of a field is what a person is told
when the field is wrong, so each one says what to give. A default is part of every stored checklist
version: it may be added to, never changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from audit_app.domain.errors import InvalidInput

ZERO = Fraction(0)
LONGEST_TEXT = 4000
"""Characters of an answer in words."""
WHICH_TYPE = "Give the kind of answer: yes_no, scale, choice, number, text or price_pair."
_FILE_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_FILE_FRACTION = re.compile(r"[0-9]{1,6}/[1-9][0-9]{0,5}")
_TYPED_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Prices:
    """What the shelf said and what the till took, both in the currency of the shop."""

    shelf: Decimal
    till: Decimal


Value: TypeAlias = str | int | Decimal | Prices
"""What a question can be answered with, once it is parsed."""


def _exact_fraction(raw: object) -> Fraction:
    text = "" if isinstance(raw, bool) else str(raw)
    if not _FILE_NUMBER.fullmatch(text) and not _FILE_FRACTION.fullmatch(text):
        raise PydanticCustomError("number", "must be a number")
    return Fraction(text)


def _exact_decimal(raw: object) -> Decimal:
    text = "" if isinstance(raw, bool) else str(raw)
    if not _FILE_NUMBER.fullmatch(text):
        raise PydanticCustomError("decimal_number", "must be a decimal number")
    return Decimal(text)


def _as_tuple(raw: object) -> object:
    return (raw,) if isinstance(raw, str) else raw


Exact = Annotated[Fraction, BeforeValidator(_exact_fraction)]
Quantity = Annotated[Decimal, BeforeValidator(_exact_decimal)]
Points = Annotated[Exact, Field(ge=0, le=1000)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
StandardNumber = Annotated[str, Field(pattern=r"^S[1-9][0-9]?$")]
Line = Annotated[str, Field(min_length=1, max_length=140)]


def fault(message: str, hint: str) -> PydanticCustomError:
    """The error to raise in a validator for a rule that spans several fields; ``hint`` says what to do."""
    return PydanticCustomError("rule", "{reason}", {"reason": message, "hint": hint})


NUMBER_SIGNS = str.maketrans(
    {",": ".", "\u066b": ".", "\uff0e": ".", "\uff0c": ".", "\u066c": "", "\u2212": "-", "\uff0d": "-"}
)
"""What stands for the point and the minus, and what groups thousands, on keyboards of other scripts."""


def typed_number(raw: object) -> Decimal | None:
    """Read a number as people type it (``3,5`` and ``1 299.00`` too, in digits of any script); None when it is none."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        return None
    typed = str(raw).translate(NUMBER_SIGNS) if len(str(raw)) <= 40 else ""
    text = "".join(str(unicodedata.decimal(sign, sign)) for sign in "".join(typed.split()))
    return Decimal(text) if _TYPED_NUMBER.fullmatch(text) else None


def plain_text(raw: str) -> str:
    """The text without surrounding blanks and without the two things no database stores."""
    return raw.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()


def equals(default: object) -> Callable[[object], bool]:
    """Leaves a field out of the stored form while it has its default, so that older forms keep their hash."""
    return lambda value: value == default


class Part(BaseModel):
    """A piece of a checklist: it cannot be changed and knows no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class QuestionBase(Part):
    """What every question has, whatever it asks for."""

    key: Key = Field(
        description="Give a name of small letters, digits, - and _ that no other question has; never reuse it."
    )
    text: Line = Field(description="Give the question as one short line of at most 140 characters.")
    help: str = Field(
        "", max_length=1000, description="Give what the auditor should look at, or leave it out."
    )
    standard: Annotated[tuple[StandardNumber, ...], BeforeValidator(_as_tuple)] = Field(
        (), description="Give the numbers of the standards behind the question, such as [S7, S9]."
    )
    required: bool = Field(True, description="Give true, or false if the auditor may leave it unanswered.")
    allow_na: bool = Field(True, description="Give true, or false if it always applies.")
    critical: bool = Field(False, description="Give true if failing it must be seen first by a manager.")
    bonus: bool = Field(False, description="Give true if it can only add points, never cost any.")
    weight: Annotated[Exact, Field(gt=0, le=1000)] = Field(
        Fraction(1),
        exclude_if=equals(1),
        description="Give how many times the question's points count, where the checklist scores by points.",
    )
    photo: bool = Field(False, description="Give true if a photo is wanted.")
    note_on: Literal["never", "loss", "always"] = Field(
        "never", description="Give never, loss (a note is asked for when points are lost) or always."
    )

    @property
    def full_points(self) -> Fraction:
        """The points that the best answer earns; 0 for a question that is only recorded."""
        return ZERO

    def parse(self, raw: object) -> Value:
        """Turn what was entered or stored into a value; InvalidInput says what to enter instead."""
        raise NotImplementedError

    def earned(self, raw: object) -> Fraction:
        """The points that an answer earns, between 0 and ``full_points``."""
        self.parse(raw)
        return ZERO

    def refusal(self, what_to_do: str) -> InvalidInput:
        """The error that names this question and says what to do."""
        return InvalidInput(f"“{self.text}” ({self.key}): {what_to_do}")

    @property
    def worth(self) -> Fraction:
        """The points of the best answer times the weight."""
        return self.full_points * self.weight

    @model_validator(mode="after")
    def _weighs_something_if_it_matters(self) -> Self:
        if (self.critical or self.bonus) and not self.full_points:
            raise fault(
                "is critical or a bonus but earns no points",
                "Give it points, or bands or options with points.",
            )
        if self.critical and self.bonus:
            raise fault("is both critical and a bonus", "Remove one of the two.")
        return self


class PointsQuestion(QuestionBase):
    """A question whose best answer earns ``points``."""

    points: Points = Field(Fraction(1), description="Give the points that a full answer earns.")

    @property
    def full_points(self) -> Fraction:
        """The points that the best answer earns."""
        return self.points


class YesNoQuestion(PointsQuestion):
    """Yes or no; the good one of the two earns all points, the other none."""

    type: Literal["yes_no"] = Field(description=WHICH_TYPE)
    good: Literal["yes", "no"] = Field("yes", description="Give yes or no: the answer that earns the points.")

    def parse(self, raw: object) -> Literal["yes", "no"]:
        """Accept yes, no, true or false."""
        match raw.strip().lower() if isinstance(raw, str) else raw:
            case True | "yes" | "true":
                return "yes"
            case False | "no" | "false":
                return "no"
        raise self.refusal("choose yes or no.")

    def earned(self, raw: object) -> Fraction:
        """All points for the good answer."""
        return self.points if self.parse(raw) == self.good else ZERO


class ScaleQuestion(PointsQuestion):
    """Steps from worst (1, no points) to best (all points), evenly spaced between."""

    type: Literal["scale"] = Field(description=WHICH_TYPE)
    labels: tuple[Line, ...] = Field(
        min_length=2,
        max_length=11,
        description="Give one label for each step, the worst first, 2 to 11 of them.",
    )

    def parse(self, raw: object) -> int:
        """Accept the number of a step, 1 for the worst."""
        number = typed_number(raw)
        if number is None or number % 1 or not 1 <= number <= len(self.labels):
            raise self.refusal(f"choose a step from 1 to {len(self.labels)}.")
        return int(number)

    def earned(self, raw: object) -> Fraction:
        """Points in proportion to the steps above the worst."""
        return self.points * Fraction(self.parse(raw) - 1, len(self.labels) - 1)


class Option(Part):
    """One answer of a choice, with the points that it earns."""

    key: Key = Field(description="Give a name of small letters, digits, - and _ that no other option has.")
    text: Line = Field(description="Give what the auditor reads on the button.")
    points: Points = Field(ZERO, description="Give the points that choosing it earns.")


class ChoiceQuestion(QuestionBase):
    """Exactly one of several options."""

    type: Literal["choice"] = Field(description=WHICH_TYPE)
    options: tuple[Option, ...] = Field(
        min_length=2, max_length=30, description="Give 2 to 30 options, each with key, text and points."
    )

    @property
    def full_points(self) -> Fraction:
        """The points of the best option."""
        return max(option.points for option in self.options)

    def parse(self, raw: object) -> str:
        """Accept the key of an option."""
        keys = [option.key for option in self.options]
        if not isinstance(raw, str) or raw.strip() not in keys:
            raise self.refusal(f"choose one of {', '.join(keys)}.")
        return raw.strip()

    def earned(self, raw: object) -> Fraction:
        """The points of the chosen option."""
        key = self.parse(raw)
        return next(option.points for option in self.options if option.key == key)

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        if len({option.key for option in self.options}) < len(self.options):
            raise fault("has two options with one key", "Give each option its own key.")
        return self


class Band(Part):
    """The points for all numbers up to and including ``up_to`` that no earlier band takes."""

    up_to: Quantity | None = Field(
        None, description="Give the highest number of the band; leave it out in the last band for all above."
    )
    points: Points = Field(description="Give the points that a number in this band earns.")


class NumberQuestion(QuestionBase):
    """A count or a measurement; without bands it is recorded and earns nothing."""

    type: Literal["number"] = Field(description=WHICH_TYPE)
    unit: str = Field("", max_length=20, description="Give the unit, such as s, rings or °C.")
    min: Quantity = Field(Decimal(0), description="Give the lowest number that can be right.")
    max: Quantity | None = Field(None, description="Give the highest number that can be right.")
    decimals: int = Field(0, ge=0, le=6, description="Give how many decimals may be entered, 0 to 6.")
    bands: tuple[Band, ...] = Field(
        (), max_length=30, description="Give bands from low to high, each with up_to and points."
    )

    @property
    def full_points(self) -> Fraction:
        """The points of the best band."""
        return max((band.points for band in self.bands), default=ZERO)

    def parse(self, raw: object) -> Decimal:
        """Accept a number within the limits, with a point or a comma."""
        number = typed_number(raw)
        if number is None or round(number, self.decimals) != number:
            raise self.refusal(f"enter {self._expected}.")
        if number < self.min or (self.max is not None and number > self.max):
            raise self.refusal(f"enter {self._expected}, not {number}.")
        return number

    @property
    def _expected(self) -> str:
        kind = f"a number with at most {self.decimals} decimals" if self.decimals else "a whole number"
        limits = f"of {self.min} or more" if self.max is None else f"from {self.min} to {self.max}"
        return f"{kind} {limits} {self.unit}".rstrip()

    def earned(self, raw: object) -> Fraction:
        """The points of the first band that reaches the number; 0 above the last."""
        number = self.parse(raw)
        fitting = (band.points for band in self.bands if band.up_to is None or number <= band.up_to)
        return next(fitting, ZERO)

    @model_validator(mode="after")
    def _limits_and_bands_rise(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise fault("has a max that is lower than its min", "Exchange the two.")
        tops = [band.up_to for band in self.bands]
        if None in tops[:-1]:
            raise fault("has a band without up_to before the last", "Give it the highest number of the band.")
        known = [top for top in tops if top is not None]
        if any(low >= high for low, high in zip(known, known[1:], strict=False)):
            raise fault("has bands that do not rise", "Order them from the lowest up_to to the highest.")
        return self


class TextQuestion(QuestionBase):
    """Free words; they are recorded and earn nothing."""

    type: Literal["text"] = Field(description=WHICH_TYPE)

    def parse(self, raw: object) -> str:
        """Accept words, up to 4000 characters."""
        text = plain_text(raw) if isinstance(raw, str) else ""
        if not text:
            raise self.refusal("write a few words.")
        if len(text) > LONGEST_TEXT:
            raise self.refusal(f"shorten it to {LONGEST_TEXT} characters; it has {len(text)}.")
        return text


class PricePairQuestion(PointsQuestion):
    """The shelf price against the till price; the till may take less, never more."""

    type: Literal["price_pair"] = Field(description=WHICH_TYPE)

    def parse(self, raw: object) -> Prices:
        """Accept ``{"shelf": …, "till": …}``, two values in that order, or ``Prices``."""
        shelf, till = (typed_number(part) for part in self._pair(raw))
        if shelf is None or till is None or not self._is_money(shelf) or not self._is_money(till):
            raise self.refusal("enter both prices, shelf and till, such as 12.90 and 12.90.")
        return Prices(shelf, till)

    def earned(self, raw: object) -> Fraction:
        """All points when the till takes the shelf price or less."""
        prices = self.parse(raw)
        return self.points if prices.till <= prices.shelf else ZERO

    @staticmethod
    def _pair(raw: object) -> tuple[object, object]:
        match raw:
            case Prices(shelf, till) | {"shelf": shelf, "till": till} | [shelf, till]:
                return shelf, till
        return None, None

    def _is_money(self, price: Decimal) -> bool:
        return price >= 0 and round(price, 2) == price


Question: TypeAlias = Annotated[
    YesNoQuestion | ScaleQuestion | ChoiceQuestion | NumberQuestion | TextQuestion | PricePairQuestion,
    Field(discriminator="type"),
]
