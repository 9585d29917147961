"""Quotas of couriers: a plan takes no more parcels of a courier than it still accepts."""

from __future__ import annotations

from collections import Counter

from omskit.allocation.case import Case, Prices, Solution, Stock
from omskit.allocation.counted import counted
from omskit.allocation.exact import solve
from omskit.allocation.weights import SHIFT

#: Above the weight of any plan.
_BARRED = 1 << (SHIFT + 60)


def solve_within(case: Case, stock: Stock, budget: int, prices: Prices | None = None) -> Solution:
    """Return the best plan within all quotas.

    Where several parcels of one order would ask a courier for too much, parcels are counted. If that is more work
    than the budget, the courier is left out as a whole; the plan is then the best found, and its bound is that of
    the plan with the courier. Under prices parcels are never counted.
    """
    if not stock.quotas:
        return solve(case, stock, budget, prices)
    barred = {courier for courier, left in stock.quotas.items() if not left}
    bound: int | None = None
    while True:
        found = solve(case, stock, budget, _without(case, barred, prices) if barred else prices)
        bound = found.bound if bound is None else bound
        taken = Counter(parcel.offer.courier for parcel in found.parcels)
        more = {courier for courier, count in taken.items() if count > stock.quotas.get(courier, count)}
        if not more:
            return found if found.weight == bound else found._replace(single=False, bound=bound)
        within = counted(case, stock, budget) if prices is None else None
        if within is not None:
            return within
        barred |= more


def _without(case: Case, couriers: set[str], prices: Prices | None) -> Prices:
    nothing = [0] * len(case.setting.network.warehouses)
    barred = dict.fromkeys(couriers, _BARRED)
    if prices is None:
        return Prices({}, nothing, nothing, barred)
    return prices._replace(couriers={**prices.couriers, **barred})
