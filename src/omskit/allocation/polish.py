"""Polishing a batch plan: a few cases give back what they hold, and are planned again in another order.

Exchanges move cases between plans that are known already. Here the plans are searched anew on what is left, which
finds those that no price ever suggested. It is work for batches of few cases, and for what is left of large ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from omskit.allocation.columns import Column
from omskit.allocation.exchange import Assignment
from omskit.allocation.joint import Joint

#: Up to so many cases are few: there is time to try until the bound is met.
_FEW = 200
#: Most tries times cases for few; for many, one try for so many cases, and none where the bound is that many times
#: the gap.
_TRIES, _CASES_A_TRY, _CLOSE = 40_000, 2, 200
#: Most rivals of one case that are planned again with it, one pair of them at a time.
_RIVALS = 8


def polished(joint: Joint, columns: Sequence[Column]) -> list[Column]:
    """Return a plan of the joint search, improved until nothing gains or the tries are used up."""
    plan = Assignment(joint.scarce.caps, joint.pools, joint.prices)
    for which, column in enumerate(columns):
        plan.put(which, column)
    count = len(columns)
    few = count <= _FEW
    tries, gained = _TRIES // count if few else count // _CASES_A_TRY, True
    while gained and plan.cost > joint.bound:
        gained = False
        # of many cases those whose search takes long stay as they are
        for which in [one for one in _wanting(joint, plan) if few or joint.quick(one)]:
            rivals = [one for one in _rivals(joint, plan, which) if few or joint.quick(one)]
            for group in _groups(which, rivals):
                tries -= 1
                if tries < 0 or (not few and (plan.cost - joint.bound) * _CLOSE <= joint.bound):
                    return _columns(plan)
                if _again(joint, plan, group):
                    gained = True
                    break
    return _columns(plan)


def _columns(plan: Assignment) -> list[Column]:
    return [column for column in plan.chosen if column is not None]


def _wanting(joint: Joint, plan: Assignment) -> list[int]:
    """Return the cases that pay more than they would alone, those that pay most of all first."""
    regrets = []
    for which, (ideal, now) in enumerate(zip(joint.ideals, plan.chosen, strict=True)):
        if now is not None and now.cost > ideal.cost:
            regrets.append((ideal.cost - now.cost, which))
    return [which for _, which in sorted(regrets)]


def _rivals(joint: Joint, plan: Assignment, which: int) -> list[int]:
    """Return the cases that hold what cheaper plans of a case would use and lack."""
    now = plan.chosen[which]
    mine = dict(now.uses) if now else {}
    found: dict[int, int] = {}
    for column in joint.pools[which]:
        if now is None or column.cost < now.cost:
            for thing, amount in column.uses:
                if plan.left[thing] + mine.get(thing, 0) < amount:
                    for holder in plan.holders[thing]:
                        found[holder] = found.get(holder, 0) + 1
    found.pop(which, None)
    return sorted(found, key=lambda one: (-found[one], one))


def _groups(which: int, others: Sequence[int]) -> Iterable[tuple[int, ...]]:
    yield from ((which, other) for other in others)
    for one, other in combinations(others[:_RIVALS], 2):
        yield which, one, other
        yield which, other, one


def _again(joint: Joint, plan: Assignment, group: Sequence[int]) -> bool:
    """Plan some cases again, one after another; whether the whole got cheaper. Else they stay as they were."""
    before, held = plan.cost, [plan.chosen[which] for which in group]
    for which in group:
        plan.put(which, None)
    for which in group:
        joint.remake(plan, which)
    if plan.cost < before:
        return True
    _restore(plan, group, held)
    return False


def _restore(plan: Assignment, group: Sequence[int], held: Sequence[Column | None]) -> None:
    for which in group:
        plan.put(which, None)
    for which, column in zip(group, held, strict=True):
        plan.put(which, column)
