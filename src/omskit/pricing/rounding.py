"""Rounding: a rate is an exact ratio, a result is rounded once, and what was taken off is the difference."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from omskit.core import UsageError


class Rounding(Enum):
    """How a price between two minor units is settled; ``HALF_UP`` moves half a unit away from zero."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    HALF_DOWN = "half_down"
    DOWN = "down"
    UP = "up"


def rounded(numerator: int, denominator: int, mode: Rounding = Rounding.HALF_UP) -> int:
    """Return ``numerator / denominator`` as a whole number; the sign is mirrored.

    Args:
        numerator: Of either sign.
        denominator: Above zero.
        mode: What happens to a fraction.
    """
    whole, rest = divmod(abs(numerator), denominator)
    if rest and _goes_up(whole, 2 * rest - denominator, mode):
        whole += 1
    return whole if numerator >= 0 else -whole


def _goes_up(whole: int, beyond_half: int, mode: Rounding) -> bool:
    if mode is Rounding.UP or mode is Rounding.DOWN:
        return mode is Rounding.UP
    if beyond_half:
        return beyond_half > 0
    return mode is Rounding.HALF_UP or (mode is Rounding.HALF_EVEN and whole % 2 == 1)


def rounded_to(numerator: int, denominator: int, mode: Rounding, step_minor: int) -> int:
    """Return ``numerator / denominator`` as a multiple of a step: 5 for a currency without smaller coins."""
    if step_minor == 1:
        return rounded(numerator, denominator, mode)
    return step_minor * rounded(numerator, denominator * step_minor, mode)


def fraction(rate: Decimal | int, *, name: str = "rate", most: int = 1) -> Decimal:
    """Return a rate between 0 and ``most``: a fraction, so that ``Decimal("0.15")`` is fifteen percent.

    Raises:
        UsageError: ``bad_fraction`` for a float, an int beyond the range, NaN or an infinity.
    """
    exact = Decimal(rate) if type(rate) in {Decimal, int} else Decimal("NaN")
    if not exact.is_finite() or not 0 <= exact <= most:
        raise UsageError(
            "bad_fraction", f"{name} {rate!r}: a Decimal from 0 to {most}, as Decimal('0.15') for 15 %", value=rate
        )
    return exact
