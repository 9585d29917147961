"""Forecasts of regular demand: means and exponential smoothing, with trend and season.

Each method is a value with its parameters. Called with a history and a horizon it returns the expected pieces of
each period to come, never below zero. A missing period moves nothing: the level stays, the trend and the season
go on. Formulas: Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, chapter 8; Holt 1957,
Winters 1960.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Protocol

from attrs import Attribute, field, frozen

from omskit.core import UsageError
from omskit.inventory.replenishment.history import History


class Method(Protocol):
    """A way to forecast."""

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        ...

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        ...


def _known(history: History) -> list[float]:
    return [value for value in history if value is not None]


def _share(_: object, attribute: Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        raise UsageError("bad_smoothing", f"{attribute.name} {value!r}: from 0 to 1", value=value)


@frozen
class Naive:
    """The next periods are as the last known one; with a ``season`` as the same period of the last season."""

    season: int = 1

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        return "naive" if self.season == 1 else f"naive {self.season}"

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        known = _known(history)
        last = known[-1] if known else 0.0
        if self.season == 1 or len(history) < self.season:
            return [last] * horizon
        cycle = [last if value is None else value for value in history[-self.season :]]
        return [cycle[ahead % self.season] for ahead in range(horizon)]


@frozen
class MovingAverage:
    """The mean of the last ``periods`` known periods."""

    periods: int

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        return f"mean {self.periods}"

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        known = _known(history)[-self.periods :]
        return [fmean(known) if known else 0.0] * horizon


@frozen
class Smoothing:
    """Simple exponential smoothing: ``level = alpha * demand + (1 - alpha) * level``.

    Args:
        alpha: Weight of the last period, from 0 to 1.
        level: The level before the first period; None starts with the first known demand.
    """

    alpha: float = field(default=0.1, validator=_share)
    level: float | None = None

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        return f"smoothing {self.alpha:g}"

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        level = smoothed(_known(history), self.alpha, self.level)
        return [max(0.0, level)] * horizon


def smoothed(values: Sequence[float], alpha: float, start: float | None = None) -> float:
    """Return the level after all values; it starts with the first one unless said otherwise."""
    level = start if start is not None else (values[0] if values else 0.0)
    for value in values:
        level += alpha * (value - level)
    return level


@frozen
class Holt:
    """Exponential smoothing of level and trend; ``damping`` below 1 lets the trend fade.

    Args:
        alpha: Weight of the last period in the level.
        beta: Weight of the last change in the trend.
        damping: What is left of the trend after each period ahead.
        level: The level before the first period; None: the first known demand.
        trend: The trend before the first period; None: the first change.
    """

    alpha: float = field(default=0.2, validator=_share)
    beta: float = field(default=0.1, validator=_share)
    damping: float = field(default=1.0, validator=_share)
    level: float | None = None
    trend: float | None = None

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        return f"holt {self.alpha:g}/{self.beta:g}" + (f" damped {self.damping:g}" if self.damping < 1 else "")

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        known = [(index, value) for index, value in enumerate(history) if value is not None]
        if not known:
            return [0.0] * horizon
        (start, level), trend = known[0], 0.0
        if len(known) > 1:
            trend = (known[1][1] - level) / (known[1][0] - start)
        if self.level is not None:
            start, level = -1, self.level
        trend = trend if self.trend is None else self.trend
        for value in history[start + 1 :]:
            expected = level + self.damping * trend
            before, level = level, expected if value is None else expected + self.alpha * (value - expected)
            if value is not None:
                trend = self.beta * (level - before) + (1 - self.beta) * self.damping * trend
        ahead, reach = [], 0.0
        for _ in range(horizon):
            reach = self.damping * (reach + 1)
            ahead.append(max(0.0, level + reach * trend))
        return ahead


@frozen
class HoltWinters:
    """Exponential smoothing of level, trend and season; factors by default, offsets with ``additive``.

    It starts from the first two seasons: their means give level and trend, the first one's shape the season.
    With fewer than two whole seasons it is Holt's method.

    Args:
        season: Periods in a season, from 2.
        alpha: Weight of the last period in the level.
        beta: Weight of the last change in the trend.
        gamma: Weight of the last period in its place of the season.
        additive: Whether the season adds pieces instead of multiplying.
    """

    season: int
    alpha: float = field(default=0.2, validator=_share)
    beta: float = field(default=0.05, validator=_share)
    gamma: float = field(default=0.1, validator=_share)
    additive: bool = False

    @property
    def name(self) -> str:
        """What it is called in a comparison."""
        return f"holt-winters {self.season} {'additive' if self.additive else 'multiplicative'}"

    def __call__(self, history: History, horizon: int) -> list[float]:
        """Return the expected pieces of each of the next periods."""
        first, second = _known(history[: self.season]), _known(history[self.season : 2 * self.season])
        if len(history) < 2 * self.season or not first or not second:
            return Holt(self.alpha, self.beta)(history, horizon)
        mean, trend = fmean(first), (fmean(second) - fmean(first)) / self.season
        middle = (self.season - 1) / 2
        level = mean + trend * middle
        cycle = [self._place(value, mean + trend * (n - middle)) for n, value in enumerate(history[: self.season])]
        for index, value in enumerate(history[self.season :]):
            place, expected = index % self.season, level + trend
            before, level = level, expected
            if value is None:
                continue
            level += self.alpha * (self._without(value, cycle[place], expected) - expected)
            trend = self.beta * (level - before) + (1 - self.beta) * trend
            cycle[place] += self.gamma * (self._place(value, level) - cycle[place])
        here = len(history) % self.season
        ahead = range(horizon)
        return [max(0.0, self._with(level + (n + 1) * trend, cycle[(here + n) % self.season])) for n in ahead]

    def _place(self, value: float | None, level: float) -> float:
        if self.additive:
            return 0.0 if value is None else value - level
        return 1.0 if value is None or level <= 0 else value / level

    def _without(self, value: float, place: float, expected: float) -> float:
        if self.additive:
            return value - place
        return value / place if place > 0 else expected

    def _with(self, level: float, place: float) -> float:
        return level + place if self.additive else level * place
