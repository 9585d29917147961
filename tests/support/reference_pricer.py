"""A pricer that is slow and plain on purpose: single units, fractions, no positions; for small baskets only.

It knows part of what ``omskit.pricing`` knows, and shares no code with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from omskit.pricing import Amount, EveryNth, FixedPrice, Ladder, Percent, Promotion, Scope


def half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Give every minor unit away one by one: the next one to whoever is furthest behind its exact part."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    parts = [int(one) for one in exact]
    while sum(parts) < total:
        behind = [one - part for one, part in zip(exact, parts, strict=True)]
        parts[behind.index(max(behind))] += 1
    return parts


def reference(lines: Sequence[Any], promotions: Sequence[Promotion]) -> list[int]:
    """Return what each line costs; lines of different SKUs, promotions without a budget or a minimum price."""
    now = [line.list_minor for line in lines]
    taken: dict[str, str] = {}
    for scope in (Scope.LINE, Scope.ORDER):
        start = list(now)
        mine = [one for one in promotions if one.scope is scope]
        for promotion in sorted(mine, key=lambda one: (one.priority, one.code)):
            if promotion.stack and promotion.stack in taken:
                continue
            chosen = [
                n
                for n, line in enumerate(lines)
                if not promotion.conditions.lines.skus or line.sku in promotion.conditions.lines.skus
            ]
            if sum(start[n] for n in chosen) < promotion.conditions.least_minor:
                continue
            off = _off(promotion, lines, chosen, now, start)
            total = sum(off)
            if promotion.most_minor is not None and total > promotion.most_minor:
                off = split(promotion.most_minor, off)
            if any(off):
                now = [have - part for have, part in zip(now, off, strict=True)]
                if promotion.stack:
                    taken[promotion.stack] = promotion.code
    return now


def _off(
    promotion: Promotion, lines: Sequence[Any], chosen: Sequence[int], now: Sequence[int], start: Sequence[int]
) -> list[int]:
    effect: Any = promotion.effect
    weights = [now[n] if n in chosen else 0 for n in range(len(lines))]
    if isinstance(effect, Ladder):
        have = sum(start[n] for n in chosen)
        reached = [rung for rung in effect.rungs if rung.threshold <= have]
        if not reached:
            return [0] * len(lines)
        top = max(reached, key=lambda rung: rung.threshold)
        if top.off_minor:
            times = have // top.threshold if effect.each else 1
            return split(min(top.off_minor * times, sum(weights)), weights)
        effect = Percent(top.rate)
    if isinstance(effect, Percent):
        return _part(Fraction(effect.rate), weights, at_once=promotion.scope is Scope.ORDER)
    if isinstance(effect, Amount):
        return split(min(effect.minor, sum(weights)), weights)
    if isinstance(effect, FixedPrice):
        return [max(0, have - effect.minor * line.quantity) for have, line in zip(weights, lines, strict=True)]
    assert isinstance(effect, EveryNth)
    return _free(effect, lines, chosen, now)


def _part(rate: Fraction, weights: Sequence[int], *, at_once: bool) -> list[int]:
    if at_once:
        return split(sum(weights) - half_up(sum(weights) * (1 - rate)), weights)
    return [weight - half_up(weight * (1 - rate)) for weight in weights]


def _free(effect: EveryNth, lines: Sequence[Any], chosen: Sequence[int], now: Sequence[int]) -> list[int]:
    units = sorted(
        ((Fraction(now[n], lines[n].quantity), n) for n in chosen for _ in range(lines[n].quantity)),
        key=lambda unit: (-unit[0], unit[1]),
    )
    free = [0] * len(lines)
    for place in range(0, len(units) - effect.every + 1, effect.every):
        for _, n in units[place : place + effect.every][effect.every - effect.rewarded :]:
            free[n] += 1
    return [-(-now[n] * count // lines[n].quantity) for n, count in enumerate(free)]
