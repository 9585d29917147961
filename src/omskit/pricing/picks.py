"""Picks: which units of which positions a "buy some, get some" promotion rewards, without walking unit by unit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from omskit.pricing.counter import Counter
from omskit.pricing.effects import BuyGet, EveryNth, Pick

#: (position, units) pairs, and how many groups they are from.
Picked = tuple[list[tuple[int, int]], int]


def _by_price(counter: Counter, amounts: Sequence[int], positions: Sequence[int]) -> list[int]:
    """Return positions by the price of a unit, the dearest first; equal ones in their own order."""
    return sorted(positions, key=lambda p: (-Fraction(amounts[p], counter.units[p]), p))


def every_nth(effect: EveryNth, counter: Counter, amounts: Sequence[int], positions: Sequence[int]) -> Picked:
    """Return the units that "of every n, some" rewards."""
    units = counter.units
    groups = sum(units[p] for p in positions) // effect.every
    groups = groups if effect.most is None else min(groups, effect.most)
    ordered = _by_price(counter, amounts, positions)
    picked = []
    if effect.pick is Pick.CHEAPEST:
        wanted = groups * effect.rewarded
        for position in reversed(ordered):
            take = min(wanted, units[position])
            wanted -= take
            if take:
                picked.append((position, take))
        return picked, groups
    passed = 0
    for position in ordered:
        count = _rewarded(effect, groups, passed + units[position]) - _rewarded(effect, groups, passed)
        passed += units[position]
        if count:
            picked.append((position, count))
    return picked, groups


def _rewarded(effect: EveryNth, groups: int, units: int) -> int:
    """Return how many of the first units, the dearest first, are rewarded: the last ones of each full group."""
    full, rest = divmod(min(units, groups * effect.every), effect.every)
    return full * effect.rewarded + max(0, rest - (effect.every - effect.rewarded))


def buy_get(
    effect: BuyGet, counter: Counter, amounts: Sequence[int], bought: Sequence[int], targets: Sequence[int]
) -> Picked:
    """Return the units that "buy some of these, get some of those" rewards; no unit is both."""
    units, targeted = counter.units, frozenset(targets)
    both = frozenset(bought) & targeted
    only_bought = sum(units[p] for p in bought if p not in both)
    only_target = sum(units[p] for p in targets if p not in both)
    shared = sum(units[p] for p in both)
    groups = _groups(effect, only_bought, only_target, shared)
    spare = shared - max(0, groups * effect.buy - only_bought)
    wanted, picked = groups * effect.get, []
    for position in sorted(targets, key=lambda p: (Fraction(amounts[p], units[p]), p)):
        take = min(wanted, units[position])
        if position in both:
            take = min(take, spare)
            spare -= take
        wanted -= take
        if take:
            picked.append((position, take))
    return picked, groups


def _groups(effect: BuyGet, only_bought: int, only_target: int, shared: int) -> int:
    """Return how many complete groups there are; each unit counts once."""
    low, high = 0, (only_bought + only_target + shared) // (effect.buy + effect.get)
    high = high if effect.most is None else min(high, effect.most)
    while low < high:
        middle = (low + high + 1) // 2
        lacking = max(0, middle * effect.buy - only_bought) + max(0, middle * effect.get - only_target)
        low, high = (middle, high) if lacking <= shared else (low, middle - 1)
    return low
