"""Quotas of couriers: a plan takes no more parcels that count for a quota than there can still be."""

from __future__ import annotations

from collections import Counter

from omskit.allocation.case import Case, Prices, Solution, Stock
from omskit.allocation.counted import counted
from omskit.allocation.exact import solve


def solve_within(case: Case, stock: Stock, budget: int, prices: Prices | None = None) -> Solution:
    """Return the best plan within all quotas.

    Offers of quotas that are used up are left out. Where several parcels of one order would ask a quota for too
    much, the parcels of that quota are counted. If that is more work than the budget, the quota is left out as a
    whole; the plan is then the best found, and its bound is that of the plan before.
    """
    left = stock.quotas
    if not left:
        return solve(case, stock, budget, prices)
    shut = frozenset([number for number, count in left.items() if not count])
    open_ = case.without(shut) if shut else case
    found = solve(open_, stock, budget, prices)
    bound = found.bound
    watched: frozenset[int] = frozenset()
    while more := _beyond(found, left):
        watched |= more
        within = counted(open_, stock, budget, watched, prices)
        if within is None:
            return _barred(case, stock, budget, prices, shut | more)._replace(single=False, bound=bound)
        found, bound = within, within.bound
    return found


def _barred(
    case: Case, stock: Stock, budget: int, prices: Prices | None, shut: frozenset[int]
) -> Solution:
    """Return the best plan that does without some quotas, and without those that it would go beyond."""
    while True:
        found = solve(case.without(shut), stock, budget, prices)
        more = _beyond(found, stock.quotas)
        if not more:
            return found
        shut |= more


def _beyond(found: Solution, left: dict[int, int]) -> frozenset[int]:
    """Return the quotas of which a plan takes more than there is."""
    taken = Counter([number for parcel in found.parcels for number in parcel.offer.quotas])
    return frozenset([number for number, count in taken.items() if count > left.get(number, count)])
