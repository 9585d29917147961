"""When and how much to order at the least cost: (r, Q) and (s, S), exact and by the usual approximations.

(r, Q): order Q when the position has fallen to r. (s, S): look every period, and when the position is s or less
order up to S. Costs per unit of time: ``fixed`` an order, ``holding`` a piece on the shelf, ``penalty`` a piece
backordered. Formulas: Snyder and Shen, *Fundamentals of Supply Chain Theory*, 2nd edition, sections 4.4, 5.1 to
5.4; Federgruen and Zheng 1992; Zheng and Federgruen 1991; Ehrhardt and Mosier 1984.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt

from attrs import frozen

from omskit.core import UsageError
from omskit.inventory.replenishment.distributions import NormalDemand, PoissonDemand
from omskit.inventory.replenishment.lot_sizes import eoq, eoq_with_backorders
from omskit.inventory.replenishment.newsvendor import critical_ratio, level_cost


@frozen
class Costs:
    """What weighs against what, each above zero, in any one unit of money.

    Args:
        fixed: Of one order.
        holding: Of one piece on the shelf for one unit of time.
        penalty: Of one piece backordered for one unit of time.

    Raises:
        UsageError: ``bad_parameter``.
    """

    fixed: float
    holding: float
    penalty: float

    def __attrs_post_init__(self) -> None:
        for name in ("fixed", "holding", "penalty"):
            if not 0 < getattr(self, name) < inf:
                raise UsageError("bad_parameter", f"{name} {getattr(self, name)!r}: above 0", name=name)

    @property
    def ratio(self) -> float:
        """The probability with which the best level covers demand."""
        return critical_ratio(self.holding, self.penalty)


@frozen
class Policy:
    """When to order and how much: at ``point``, ``lot`` pieces, or up to ``point + lot``; its cost if known."""

    point: float
    lot: float
    cost: float | None = None

    @property
    def level(self) -> float:
        """What an order brings the position up to: S of (s, S)."""
        return self.point + self.lot


def rq_cost(demand: NormalDemand, rate: float, costs: Costs, point: float, lot: float) -> float:
    """Return the exact cost of (r, Q) per unit of time, for demand that is normal over the lead time.

    The position is spread evenly from r to r + Q, so the cost is the mean of the cost of a level over that
    range.
    """
    short = demand.second_loss(point) - demand.second_loss(point + lot)
    over = lot * (point + lot / 2 - demand.mean) + short
    return (costs.fixed * rate + costs.holding * over + costs.penalty * short) / lot


def rq_point(demand: NormalDemand, costs: Costs, lot: float) -> float:
    """Return the best reorder point for a lot: where a level costs as much as one a lot higher."""

    def more(point: float) -> bool:
        low = level_cost(demand, point, overage=costs.holding, underage=costs.penalty)
        return low > level_cost(demand, point + lot, overage=costs.holding, underage=costs.penalty)

    best = demand.quantile(costs.ratio)
    return _bisect(more, best - lot, best)


def rq_best(demand: NormalDemand, rate: float, costs: Costs) -> Policy:
    """Return the best (r, Q) for demand that is normal over the lead time.

    At the optimum the mean cost over the range equals the cost at its ends, which is found by bisection.
    """

    def more(lot: float) -> bool:
        point = rq_point(demand, costs, lot)
        end = level_cost(demand, point, overage=costs.holding, underage=costs.penalty)
        return rq_cost(demand, rate, costs, point, lot) > end

    low = eoq(fixed=costs.fixed, holding=costs.holding, rate=rate).quantity / 2
    lot = _bisect(more, low, low * 64 + 64 * demand.sd)
    point = rq_point(demand, costs, lot)
    return Policy(point, lot, rq_cost(demand, rate, costs, point, lot))


def rq_by_eoqb(demand: NormalDemand, rate: float, costs: Costs) -> Policy:
    """Return (r, Q) with the lot of the EOQ with backorders and the best point for it."""
    size, _ = eoq_with_backorders(fixed=costs.fixed, holding=costs.holding, rate=rate, penalty=costs.penalty)
    return Policy(rq_point(demand, costs, size.quantity), size.quantity)


def rq_by_eoq(demand: NormalDemand, rate: float, costs: Costs) -> Policy:
    """Return (r, Q) with the lot of the EOQ and the newsvendor's level as the point."""
    size = eoq(fixed=costs.fixed, holding=costs.holding, rate=rate)
    return Policy(demand.quantile(costs.ratio), size.quantity)


def rq_by_inventory_level(demand: NormalDemand, rate: float, costs: Costs) -> Policy:
    """Return (r, Q) by the expected-inventory-level approximation; ``penalty`` is then per piece short, once.

    Lot and point are improved in turn: ``1 - F(r) = Q h / (p d)`` and ``Q = sqrt(2 d (K + p n(r)) / h)``.
    """
    lot, point = eoq(fixed=costs.fixed, holding=costs.holding, rate=rate).quantity, 0.0
    for _ in range(200):
        before = (lot, point)
        point = demand.quantile(1 - lot * costs.holding / (costs.penalty * rate))
        lot = sqrt(2 * rate * (costs.fixed + costs.penalty * demand.shortage(point)) / costs.holding)
        if abs(lot - before[0]) + abs(point - before[1]) < 1e-10:
            break
    short = costs.penalty * rate * demand.shortage(point) / lot
    cost = costs.holding * (point - demand.mean + lot / 2) + costs.fixed * rate / lot + short
    return Policy(point, lot, cost)


def rq_by_loss(demand: NormalDemand, rate: float, costs: Costs) -> Policy:
    """Return (r, Q) by the loss-function approximation: as the exact one, for lots far above the shortage.

    In turn ``n(r) = Q h / (h + p)`` and ``Q = sqrt(2 (K d + (h + p) n2(r)) / h)``, n2 the second-order loss.
    """
    both = costs.holding + costs.penalty
    lot, point = eoq(fixed=costs.fixed, holding=costs.holding, rate=rate).quantity, 0.0
    for _ in range(200):
        before = (lot, point)
        target = lot * costs.holding / both

        def more(at: float, target: float = target) -> bool:
            return demand.shortage(at) > target

        point = _bisect(more, demand.mean - target - 9 * demand.sd, demand.mean + 40 * demand.sd)
        lot = sqrt(2 * (costs.fixed * rate + both * demand.second_loss(point)) / costs.holding)
        if abs(lot - before[0]) + abs(point - before[1]) < 1e-10:
            break
    return Policy(point, lot)


def rq_poisson(demand: PoissonDemand, rate: float, costs: Costs) -> Policy:
    """Return the best (r, Q) in whole pieces for Poisson demand over the lead time (Federgruen and Zheng).

    The range grows from the best level to whichever side is cheaper, as long as that lowers the mean.
    """

    def cost(level: int) -> float:
        return level_cost(demand, level, overage=costs.holding, underage=costs.penalty)

    best = int(demand.quantile(costs.ratio))
    low, high, total = best, best, costs.fixed * rate + cost(best)
    while True:
        below, above = cost(low - 1), cost(high + 1)
        if min(below, above) >= total / (high - low + 1):
            return Policy(low - 1, high - low + 1, total / (high - low + 1))
        total += min(below, above)
        low, high = (low - 1, high) if below <= above else (low, high + 1)


def ss_poisson(demand: PoissonDemand, costs: Costs) -> Policy:
    """Return the best (s, S) in whole pieces for Poisson demand of one period and goods that come at once."""
    renewals = _Renewals(demand)

    def one(level: int) -> float:
        return level_cost(demand, level, overage=costs.holding, underage=costs.penalty)

    def mean(point: int, level: int) -> float:
        total = sum(renewals.at(step) * one(level - step) for step in range(level - point))
        return (costs.fixed + total) / renewals.until(level - point)

    best = int(demand.quantile(costs.ratio))
    point, level = best - 1, best
    while mean(point, level) > one(point):
        point -= 1
    least = mean(point, level)
    higher = level + 1
    while one(higher) <= least:
        if mean(point, higher) < least:
            level = higher
            while mean(point, level) <= one(point + 1):
                point += 1
            least = mean(point, level)
        higher += 1
    return Policy(point, level - point, least)


class _Renewals:
    """How often a position that starts at a level is found each number of pieces lower."""

    def __init__(self, demand: PoissonDemand) -> None:
        self._demand = demand
        self._none = 1 - demand.pmf(0)
        self._often = [1 / self._none]

    def at(self, lower: int) -> float:
        while len(self._often) <= lower:
            pieces = len(self._often)
            came = sum(self._demand.pmf(size) * self._often[pieces - size] for size in range(1, pieces + 1))
            self._often.append(came / self._none)
        return self._often[lower]

    def until(self, lower: int) -> float:
        self.at(lower)
        return sum(self._often[:lower])


def ss_by_power(demand: NormalDemand, costs: Costs, *, lead: float = 0.0) -> Policy:
    """Return (s, S) by the power approximation, a regression near the best (Ehrhardt and Mosier).

    ``demand`` is of one period, ``lead`` the periods until goods arrive. As in Snyder and Shen, without the bound
    that the paper sets where the lot is less than 1.5 periods' demand.
    """
    over = NormalDemand(demand.mean * (lead + 1), demand.sd * sqrt(lead + 1))
    lot = 1.30 * demand.mean**0.494 * (costs.fixed / costs.holding) ** 0.506
    lot *= (1 + over.sd**2 / demand.mean**2) ** 0.116
    z = sqrt(lot * costs.holding / (over.sd * costs.penalty))
    point = 0.973 * over.mean + over.sd * (0.183 / z + 1.063 - 2.192 * z)
    return Policy(point, lot)


def _bisect(more: Callable[[float], bool], low: float, high: float) -> float:
    """Return where ``more`` turns from true to false."""
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if more(middle) else (low, middle)
    return (low + high) / 2
