"""Few cases together, exactly: every plan that could be part of the best batch plan, and the best choice of them.

The plans of a case are found from the top: its best plan on all there is, then, for everything scarce that the
plan uses, the best plan on one piece less than that, and so on. Whatever the others leave to a case, its best plan
on that is among them. A branch ends where the case alone would cost more than the whole batch may.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.columns import Column
from omskit.allocation.joint import Joint
from omskit.allocation.quotas import solve_within

#: Up to so many cases are tried.
MOST_CASES = 8
#: Most searches for the plans of all cases, and most choices that are looked at.
_SEARCHES, _CHOICES = 1_500, 60_000


def settled(joint: Joint, columns: Sequence[Column]) -> list[Column]:
    """Return the best plan of few cases, and raise the bound to it; what is given when that is too much work."""
    known = sum([column.cost for column in columns])
    spare = known - sum(joint.least)
    searches = _SEARCHES
    for which, least in enumerate(joint.least):
        searches = _all_plans(joint, which, least + spare, searches)
        if searches < 0:
            break
    choice = _Choice(joint, columns)
    choice.take(0, 0)
    if searches >= 0 and choice.work <= _CHOICES:
        joint.bound = max(joint.bound, choice.cost)
    return choice.best


def _all_plans(joint: Joint, which: int, most: int, searches: int) -> int:
    """Put all plans of a case into its pool that cost at most so much; below zero when that was too much."""
    case, scarce = joint.cases[which], joint.scarce
    ends: list[dict[int, int]] = [{}]
    seen = {frozenset[tuple[int, int]]()}
    while ends:
        limits = ends.pop()
        searches -= 1
        if searches < 0:
            return -1
        left = [limits.get(thing, cap) for thing, cap in enumerate(scarce.caps)]
        solution = solve_within(case, scarce.remaining(case, joint.stock, left), joint.budget, joint.base)
        if solution.bound < solution.weight:
            return -1
        column = joint.keep(which, scarce.column(case, solution.parcels))
        if column.cost > most:
            continue
        for thing, amount in column.uses:
            fewer = {**limits, thing: amount - 1}
            mark = frozenset(fewer.items())
            if mark not in seen:
                seen.add(mark)
                ends.append(fewer)
    return searches


class _Choice:
    """The search for the best choice of one column a case."""

    def __init__(self, joint: Joint, columns: Sequence[Column]) -> None:
        self.best = list(columns)
        self.cost = sum([column.cost for column in columns])
        self.left = list(joint.scarce.caps)
        self.pools = [sorted(pool, key=lambda one: one.cost) for pool in joint.pools]
        self.chosen: list[Column] = []
        self.work = 0
        floors = [0]
        for pool in reversed(self.pools):
            floors.append(floors[-1] + pool[0].cost)
        self.floors = floors[::-1]

    def take(self, which: int, cost: int) -> None:
        """Try every column of a case that could still give something better, and go on with the next."""
        if which == len(self.pools):
            self.best, self.cost = list(self.chosen), cost
            return
        left = self.left
        for column in self.pools[which]:
            if cost + column.cost + self.floors[which + 1] >= self.cost or self.work > _CHOICES:
                return
            self.work += 1
            if all([left[thing] >= amount for thing, amount in column.uses]):
                for thing, amount in column.uses:
                    left[thing] -= amount
                self.chosen.append(column)
                self.take(which + 1, cost + column.cost)
                self.chosen.pop()
                for thing, amount in column.uses:
                    left[thing] += amount
