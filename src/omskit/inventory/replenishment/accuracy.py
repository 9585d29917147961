"""How good a forecast is, measured by rolling origin, and which method to use.

A method forecasts from several points of the past, and is held against what came. Errors are scaled by the
one-step error of the naive forecast in what was known at that point, so that SKUs of any size can be compared:
below 1 is better than naive. MASE: Hyndman and Koehler 2006; RMSSE: the M5 competition, Makridakis and others
2022, counted from the first period with demand. Bias is the mean error over the mean demand, above zero when
forecasts are too high.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan, nan, sqrt
from statistics import fmean

from attrs import frozen

from omskit.core import UsageError
from omskit.inventory.replenishment.history import History
from omskit.inventory.replenishment.smoothing import Method


@frozen
class Accuracy:
    """How good a method was over all origins; NaN where nothing could be measured.

    Args:
        method: Its name.
        mase: Mean absolute scaled error.
        rmsse: Root mean squared scaled error.
        bias: Mean error over mean demand.
        origins: From how many points it was measured.
    """

    method: str
    mase: float
    rmsse: float
    bias: float
    origins: int


def mase(training: History, actual: History, forecast: Sequence[float]) -> float:
    """Return the mean absolute error, in units of the naive forecast's within the training."""
    return _scaled(training, actual, forecast, power=1)


def rmsse(training: History, actual: History, forecast: Sequence[float]) -> float:
    """Return the root of the mean squared error, in units of the naive forecast's within the training."""
    return sqrt(_scaled(training, actual, forecast, power=2))


def _scaled(training: History, actual: History, forecast: Sequence[float], *, power: int) -> float:
    errors = [abs(a - f) ** power for a, f in zip(actual, forecast, strict=True) if a is not None]
    first = next((index for index, value in enumerate(training) if value), len(training))
    steps = [
        abs(after - before) ** power
        for before, after in zip(training[first:], training[first + 1 :], strict=False)
        if before is not None and after is not None
    ]
    if not errors or not steps:
        return nan
    scale = fmean(steps)
    error = fmean(errors)
    if scale == 0:
        return 0.0 if error == 0 else inf
    return error / scale


def rolling_origin(
    history: History, methods: Sequence[Method], *, horizon: int, origins: int, least: int = 1, step: int = 1
) -> tuple[Accuracy, ...]:
    """Measure methods on the end of a history; all of them from the same origins.

    Args:
        history: Pieces by period.
        methods: Any number.
        horizon: Periods that each forecast reaches.
        origins: At how many points to forecast; the last is ``horizon`` before the end.
        least: Periods that must be known at an origin.
        step: Periods from one origin to the next.

    Raises:
        UsageError: ``bad_period`` for a horizon, a number of origins or a step below one.
    """
    if min(horizon, origins, step) < 1:
        raise UsageError("bad_period", f"{origins} origins of {horizon} periods: from 1", periods=horizon)
    last = len(history) - horizon
    starts = [start for start in range(last - (origins - 1) * step, last + 1, step) if start >= max(1, least)]
    return tuple(_measured(history, method, starts, horizon) for method in methods)


def _measured(history: History, method: Method, starts: Sequence[int], horizon: int) -> Accuracy:
    absolute, squared, errors, demand = [], [], [], []
    for start in starts:
        training, actual = history[:start], history[start : start + horizon]
        forecast = method(training, horizon)
        absolute.append(mase(training, actual, forecast))
        squared.append(rmsse(training, actual, forecast) ** 2)
        for value, expected in zip(actual, forecast, strict=True):
            if value is not None:
                errors.append(expected - value)
                demand.append(value)
    wanted = sum(demand)
    bias = sum(errors) / wanted if wanted else (0.0 if not any(errors) else inf)
    return Accuracy(method.name, _mean(absolute), sqrt(_mean(squared)), bias if demand else nan, len(starts))


def _mean(values: Sequence[float]) -> float:
    """Return the mean of what could be measured."""
    known = [value for value in values if not isnan(value)]
    return fmean(known) if known else nan


def best_of(history: History, methods: Sequence[Method], *, horizon: int, origins: int, least: int = 1) -> Method:
    """Return the method with the least RMSSE; among equals, and when nothing can be measured, the earlier one.

    Ask for the horizon that is needed, from as many origins as half of the history has periods: from few origins,
    one period ahead, noise decides, and the choice is worse than each of the methods but the naive one.

    Raises:
        UsageError: ``no_methods``; ``bad_period``.
    """
    if not methods:
        raise UsageError("no_methods", "there is nothing to choose from")
    found = rolling_origin(history, methods, horizon=horizon, origins=origins, least=least)
    order = sorted(range(len(methods)), key=lambda i: (inf if isnan(found[i].rmsse) else found[i].rmsse, i))
    return methods[order[0]]


def error_spread(history: History, method: Method, *, least: int = 2) -> float:
    """Return the standard deviation of a method's one-period errors, in pieces: what safety stock covers."""
    errors = [
        value - method(history[:start], 1)[0]
        for start, value in enumerate(history)
        if start >= least and value is not None
    ]
    return sqrt(fmean([error * error for error in errors])) if errors else 0.0
