"""One chance to buy for one season: what is short is lost, what is left over is sold at a loss.

The best level covers demand with probability ``underage / (underage + overage)``. Formulas: Snyder and Shen,
*Fundamentals of Supply Chain Theory*, 2nd edition, section 4.3. Costs are floats in any one unit of money; they
weigh, and are never booked.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf

from attrs import frozen

from omskit.core import UsageError
from omskit.inventory.replenishment.distributions import Demand, surplus


@frozen
class Choice:
    """A stock level and what it is expected to cost."""

    level: float
    cost: float


def level_cost(demand: Demand, level: float, *, overage: float, underage: float) -> float:
    """Return the expected cost of a level: pieces left over and pieces short."""
    return overage * surplus(demand, level) + underage * demand.shortage(level)


def newsvendor(demand: Demand, *, overage: float, underage: float) -> Choice:
    """Return the best level; for demand in whole pieces it is whole.

    Args:
        demand: Over the season, or over lead time and review period for a base-stock level.
        overage: Cost of a piece left over: its cost less what it still brings.
        underage: Cost of a piece short: its margin, and more if the buyer is lost.

    Raises:
        UsageError: ``bad_parameter`` unless both are above zero.
    """
    ratio = critical_ratio(overage, underage)
    best = demand.quantile(ratio)
    return Choice(best, level_cost(demand, best, overage=overage, underage=underage))


def critical_ratio(overage: float, underage: float) -> float:
    """Return the probability with which the best level covers demand.

    Raises:
        UsageError: ``bad_parameter`` unless both are above zero.
    """
    for name, value in (("overage", overage), ("underage", underage)):
        if not 0 < value < inf:
            raise UsageError("bad_parameter", f"{name} {value!r}: above 0", name=name, value=value)
    return underage / (underage + overage)


def season_profit(demand: Demand, level: float, *, price: float, cost: float, salvage: float) -> float:
    """Return the expected profit of a season: margin on all demand, less what is left over and what is short."""
    waste = level_cost(demand, level, overage=cost - salvage, underage=price - cost)
    return (price - cost) * demand.mean - waste


def observed_level(observed: Sequence[float], *, overage: float, underage: float) -> float:
    """Return the best level for demand as it was observed, without assuming any distribution.

    Raises:
        UsageError: ``bad_parameter``; ``no_history`` without observations.
    """
    ratio = critical_ratio(overage, underage)
    if not observed:
        raise UsageError("no_history", "a level by observation needs observations")
    ordered = sorted(observed)
    return ordered[max(0, ceil(ratio * len(ordered) - 1e-12) - 1)]
