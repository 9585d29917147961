"""A batch that leaves to expected demand what is worth more there.

The batch is planned without prices at first. What it leaves out stays out, and what it sends, it sends: no price
is a reason to leave a unit that can go. Then the demands that are sent as a whole are planned again, together,
with the prices of what they use on their plans; the first plan is one of those that are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from omskit.allocation.case import Case, Prices
from omskit.allocation.columns import Column
from omskit.allocation.joint import Joint
from omskit.allocation.tolls import toll_of
from omskit.allocation.weights import SHIFT

#: The weight of a unit left out where all that can be sent has to be; above any price.
_ENDLESS = 1 << (SHIFT + 36)


def left_to_expected(
    joint: Joint, found: Sequence[Column], prices: Prices, searched: Callable[[Joint], Sequence[Column]]
) -> list[Column]:
    """Return a plan of a joint search with prices of opportunity on what it uses, given the plan without.

    Args:
        joint: The search without prices.
        found: Its plan.
        prices: What things are worth to others.
        searched: Searches a joint search to its end.
    """
    cases, columns = joint.cases, list(found)
    paid = [toll_of(case, column.parcels, prices) for case, column in zip(cases, found, strict=True)]
    whole = [which for which, column in enumerate(found) if _sent(cases[which], column) == cases[which].units]
    if not any(paid) or not whole:
        return columns
    left = list(joint.scarce.caps)
    again = set(whole)
    for which, column in enumerate(found):
        if which not in again:
            for thing, amount in column.uses:
                left[thing] -= amount
    held, change = [], []
    for which in whole:
        before = joint.held[which]
        kept = before is not None and before.parcels == found[which].parcels
        held.append(found[which].parcels)
        change.append(joint.change[which] if kept else 0)
    some = [cases[which].with_left(_ENDLESS) for which in whole]
    second = Joint(some, joint.scarce.left_over(some, joint.stock, left), joint.budget, held, change, base=prices)
    for which, column in zip(whole, searched(second), strict=True):
        columns[which] = joint.scarce.column(cases[which], column.parcels)
    return columns


def _sent(case: Case, column: Column) -> int:
    return sum([case.weighed(parcel.counts)[0] for parcel in column.parcels])
