"""Demand history: what was asked for, period by period, as far as the shop could see it.

A period in which nothing could be sold because nothing was there is *missing*, not zero: 5, missing, 5 is a rate
of 5 and not 3.3. Goods that came back are no negative demand. Patterns are told apart by the average interval
between demands (ADI, 1.32) and the squared coefficient of variation of their sizes (0.49): Syntetos, Boylan and
Croston, *On the categorization of demand patterns*, JORS 56, 2005.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from enum import Enum
from statistics import fmean, pvariance, stdev

from attrs import frozen

from omskit.core import UsageError

#: Pieces by period; None where nobody could have bought.
History = Sequence[float | None]


class Pattern(Enum):
    """How demand comes."""

    SMOOTH = "smooth"
    ERRATIC = "erratic"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"
    NONE = "none"


@frozen
class Rate:
    """Demand in one period: its mean and its standard deviation in pieces, and how many periods that rests on."""

    mean: float
    sd: float
    periods: int = 0


def demand_history(
    sold: Iterable[tuple[date, int]],
    *,
    start: date,
    periods: int,
    days: int = 1,
    without_stock: Collection[date] = (),
) -> list[float | None]:
    """Sum what was sold into periods of some days.

    Args:
        sold: (day, pieces); pieces below zero are returns and are left out, days outside too.
        start: The first day of the first period.
        periods: How many.
        days: Days a period has.
        without_stock: Days on which nothing could be sold. A period of several days counts its others only,
            stretched to its full length; a period without any day with stock is missing.

    Raises:
        UsageError: ``bad_period`` for fewer than one period or day.
    """
    if periods < 1 or days < 1:
        raise UsageError("bad_period", f"{periods} periods of {days} days: from 1", periods=periods)
    sums = [0.0] * periods
    for day, pieces in sold:
        index = (day - start).days // days
        if pieces > 0 and 0 <= index < periods and day not in without_stock:
            sums[index] += pieces
    history: list[float | None] = []
    for index, total in enumerate(sums):
        first = start + timedelta(days=index * days)
        closed = sum(first + timedelta(days=offset) in without_stock for offset in range(days))
        history.append(None if closed == days else total * days / (days - closed))
    return history


def rate_of(history: History, *, least: int = 3, fallback: Rate | None = None) -> Rate:
    """Return the mean and standard deviation of one period's demand, missing periods left out.

    Args:
        history: Pieces by period.
        least: With fewer periods of demand above zero the fallback counts, if there is one.
        fallback: The rate of the SKU's category.
    """
    known = [value for value in history if value is not None]
    if fallback is not None and sum(value > 0 for value in known) < least:
        return fallback
    if not known:
        return Rate(0.0, 0.0)
    return Rate(fmean(known), stdev(known) if len(known) > 1 else 0.0, len(known))


def pattern(history: History) -> Pattern:
    """Return how demand comes: regular or with gaps, of even or uneven size."""
    known = [value for value in history if value is not None]
    sizes = [value for value in known if value > 0]
    if not sizes:
        return Pattern.NONE
    interval, spread = len(known) / len(sizes), pvariance(sizes) / fmean(sizes) ** 2
    if interval < 1.32:
        return Pattern.SMOOTH if spread < 0.49 else Pattern.ERRATIC
    return Pattern.INTERMITTENT if spread < 0.49 else Pattern.LUMPY


def aggregate(history: History, periods: int) -> list[float | None]:
    """Sum whole groups of periods, the last group ending with the history; a missing period is its group's mean.

    A group without any known period is missing.

    Raises:
        UsageError: ``bad_period`` for groups of fewer than one.
    """
    if periods < 1:
        raise UsageError("bad_period", f"groups of {periods} periods: from 1", periods=periods)
    first = len(history) % periods
    groups: list[float | None] = []
    for start in range(first, len(history), periods):
        known = [value for value in history[start : start + periods] if value is not None]
        groups.append(fmean(known) * periods if known else None)
    return groups
