"""Exact numbers: rounding them for show, and writing them down so that nothing is lost.

Scores are ``fractions.Fraction`` from the first answer to the last page. A number is rounded once, for show.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from audit_app.domain.errors import InvalidInput

Exact = Fraction | Decimal | int
"""What counts as exact. A float does not: 0.1 is not a tenth."""

ROUNDED_DIGITS = 12
"""Decimal places of a number that has no finite decimal form, such as a third."""


def round_half_up(value: Exact, digits: int = 1) -> Decimal:
    """Return the value with so many decimals; a half goes up, as people expect (78.65 is shown as 78.7)."""
    return _decimal(math.floor(Fraction(value) * 10**digits + Fraction(1, 2)), digits)


def largest_remainder(values: Sequence[Fraction], total: Exact, digits: int = 1) -> tuple[Decimal, ...]:
    """Round the values so that they add up to the total, each off by less than one unit in the last decimal.

    Every value is rounded down; the units still missing go to the largest remainders, ties in the given order
    (Hamilton's method of apportionment, 1792). The total must itself be a rounding of the sum, up or down.

    Raises:
        InvalidInput: the total has more decimals, or is no rounding of the sum.
    """
    scaled = [value * 10**digits for value in values]
    floors = [math.floor(value) for value in scaled]
    remainders = [value - floor for value, floor in zip(scaled, floors, strict=True)]
    missing = Fraction(total) * 10**digits - sum(floors)
    if missing.denominator != 1 or not 0 <= missing <= sum(1 for remainder in remainders if remainder):
        raise InvalidInput(
            f"The parts add up to {exact_text(sum(values, Fraction(0)))}, which does not round to {total}."
        )
    order = sorted(range(len(values)), key=lambda place: -remainders[place])
    chosen = set(order[: int(missing)])
    return tuple(_decimal(floor + (place in chosen), digits) for place, floor in enumerate(floors))


def exact_text(value: Exact) -> str:
    """Write the number exactly: as a decimal where it has a finite one, else as a fraction such as ``1/3``."""
    number = Fraction(value)
    digits = _finite_digits(number)
    return fraction_text(number) if digits is None else _plain(number, digits)


def fraction_text(value: Exact) -> str:
    """Write the number as numerator and denominator, ``a/b``, also when the denominator is 1."""
    number = Fraction(value)
    return f"{number.numerator}/{number.denominator}"


def number_json(value: Exact) -> dict[str, str | bool]:
    """Return the number for JSON: a decimal, the exact fraction, and whether the decimal had to be rounded."""
    number = Fraction(value)
    digits = _finite_digits(number)
    decimal = str(round_half_up(number, ROUNDED_DIGITS)) if digits is None else _plain(number, digits)
    return {"decimal": decimal, "fraction": fraction_text(number), "rounded": digits is None}


def read_exact(text: object) -> Fraction:
    """Read what ``exact_text`` or ``fraction_text`` wrote, an integer, or a decimal as a person typed it.

    Raises:
        InvalidInput: it is not a finite number.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float | Decimal | Fraction):
        raise InvalidInput(f"{text!r} is not a number.")
    try:
        # A float's shortest text is what the person wrote in the file; its binary value is not.
        return Fraction(repr(text) if isinstance(text, float) else text)
    except (ValueError, ZeroDivisionError, OverflowError) as problem:
        raise InvalidInput(f"{text!r} is not a number.") from problem


def _decimal(units: int, digits: int) -> Decimal:
    with localcontext(prec=len(str(units)) + digits + 1):
        return Decimal(units).scaleb(-digits)


def _finite_digits(number: Fraction) -> int | None:
    """Count the decimals that the number needs, or return None if no number of them is enough."""
    rest, counts = number.denominator, [0, 0]
    for place, factor in enumerate((2, 5)):
        while rest % factor == 0:
            rest //= factor
            counts[place] += 1
    return max(counts) if rest == 1 else None


def _plain(number: Fraction, digits: int) -> str:
    return f"{_decimal(int(number * 10**digits), digits):f}"
