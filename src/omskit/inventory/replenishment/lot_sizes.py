"""How much to order at a time: the economic order quantity and its relatives, quantity discounts, packs.

Ordering often costs the fixed cost often, ordering rarely costs holding. Costs are floats in any one unit of
money, they weigh one thing against another and are never booked; rates are per any one unit of time. Formulas:
Snyder and Shen, *Fundamentals of Supply Chain Theory*, 2nd edition, chapter 3; Wagner and Whitin 1958.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf, sqrt

from attrs import frozen

from omskit.core import UsageError


@frozen
class LotSize:
    """How much to order at a time, and what ordering and holding then cost per unit of time."""

    quantity: float
    cost: float


@frozen
class Break:
    """A price of a quantity discount: from how many pieces on it holds."""

    least: float
    price: float


def _above_zero(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < inf:
            raise UsageError("bad_parameter", f"{name} {value!r}: above 0", name=name, value=value)


def eoq_cost(quantity: float, *, fixed: float, holding: float, rate: float) -> float:
    """Return what ordering ``quantity`` at a time costs: ``fixed * rate / q + holding * q / 2``.

    Raises:
        UsageError: ``bad_parameter``.
    """
    _above_zero(quantity=quantity)
    return fixed * rate / quantity + holding * quantity / 2


def eoq(*, fixed: float, holding: float, rate: float) -> LotSize:
    """Return the economic order quantity ``sqrt(2 * fixed * rate / holding)`` (Harris 1913).

    Args:
        fixed: Cost of placing one order.
        holding: Cost of holding one piece for one unit of time.
        rate: Pieces sold in one unit of time.

    Raises:
        UsageError: ``bad_parameter`` unless all are above zero.
    """
    _above_zero(fixed=fixed, holding=holding, rate=rate)
    return LotSize(sqrt(2 * fixed * rate / holding), sqrt(2 * fixed * rate * holding))


def eoq_with_backorders(*, fixed: float, holding: float, rate: float, penalty: float) -> tuple[LotSize, float]:
    """Return the order quantity when buyers wait at a cost, and the share of the time in which they do.

    Args:
        fixed: Cost of placing one order.
        holding: Cost of holding one piece for one unit of time.
        rate: Pieces sold in one unit of time.
        penalty: Cost of one piece backordered for one unit of time.

    Raises:
        UsageError: ``bad_parameter`` unless all are above zero.
    """
    _above_zero(fixed=fixed, holding=holding, rate=rate, penalty=penalty)
    quantity = sqrt(2 * fixed * rate * (holding + penalty) / (holding * penalty))
    cost = sqrt(2 * fixed * rate * holding * penalty / (holding + penalty))
    return LotSize(quantity, cost), holding / (holding + penalty)


def production_lot(*, fixed: float, holding: float, rate: float, production: float) -> LotSize:
    """Return the economic production quantity: goods come in at a rate instead of at once.

    Raises:
        UsageError: ``bad_parameter`` unless all are above zero and production is faster than demand.
    """
    _above_zero(fixed=fixed, holding=holding, rate=rate, production=production, spare=production - rate)
    return eoq(fixed=fixed, holding=holding * (1 - rate / production), rate=rate)


def all_units_discount(*, fixed: float, holding_share: float, rate: float, breaks: Sequence[Break]) -> LotSize:
    """Return the best quantity when the price of a break holds for all pieces; the cost includes buying.

    Args:
        fixed: Cost of placing one order.
        holding_share: Cost of holding, as a share of the price for one unit of time.
        rate: Pieces sold in one unit of time.
        breaks: Prices, the first from 0 pieces, each further one from more pieces on.

    Raises:
        UsageError: ``bad_parameter``; ``bad_breaks``.
    """
    _check(breaks)
    found = []
    for one, after in _spans(breaks):
        size = eoq(fixed=fixed, holding=holding_share * one.price, rate=rate).quantity
        quantity = max(size, one.least)
        if quantity < after:
            cost = eoq_cost(quantity, fixed=fixed, holding=holding_share * one.price, rate=rate)
            found.append(LotSize(quantity, one.price * rate + cost))
    return min(found, key=lambda size: size.cost)


def incremental_discount(*, fixed: float, holding_share: float, rate: float, breaks: Sequence[Break]) -> LotSize:
    """Return the best quantity when a price holds only for pieces beyond its break; with the cost of buying.

    Args:
        fixed: Cost of placing one order.
        holding_share: Cost of holding, as a share of the price for one unit of time.
        rate: Pieces sold in one unit of time.
        breaks: Prices, the first from 0 pieces, each further one from more pieces on.

    Raises:
        UsageError: ``bad_parameter``; ``bad_breaks``.
    """
    _check(breaks)
    found, extra = [], 0.0
    for index, (one, after) in enumerate(_spans(breaks)):
        if index:
            extra += (breaks[index - 1].price - one.price) * one.least
        size = eoq(fixed=fixed + extra, holding=holding_share * one.price, rate=rate)
        if one.least <= size.quantity < after:
            found.append(LotSize(size.quantity, one.price * rate + holding_share * extra / 2 + size.cost))
    return min(found, key=lambda size: size.cost)


def _check(breaks: Sequence[Break]) -> None:
    sound = bool(breaks) and breaks[0].least == 0 and min(one.price for one in breaks) > 0
    rising = all(
        one.least < after.least and one.price > after.price for one, after in pairwise(breaks)
    )
    if not sound or not rising:
        raise UsageError("bad_breaks", "breaks begin at 0, rise in pieces and fall in price", breaks=tuple(breaks))


def _spans(breaks: Sequence[Break]) -> list[tuple[Break, float]]:
    return list(zip(breaks, [*(one.least for one in breaks[1:]), inf], strict=True))


def planned_orders(demands: Sequence[float], *, fixed: float, holding: float) -> tuple[list[float], float]:
    """Return what to order in each period so that known demands are met at the least cost, and that cost.

    Args:
        demands: Pieces by period, from 0.
        fixed: Cost of placing one order.
        holding: Cost of holding one piece from one period to the next.

    Raises:
        UsageError: ``bad_parameter`` for a demand below zero or a cost not above it.
    """
    _above_zero(fixed=fixed, holding=holding)
    if any(demand < 0 for demand in demands):
        raise UsageError("bad_parameter", "demands are zero or more", name="demands", value=min(demands))
    periods = len(demands)
    least, until = [inf] * periods + [0.0], [periods] * periods
    for start in reversed(range(periods)):
        cost = fixed
        for end in range(start + 1, periods + 1):
            cost += holding * (end - 1 - start) * demands[end - 1]
            if cost + least[end] < least[start]:
                least[start], until[start] = cost + least[end], end
    orders, start = [0.0] * periods, 0
    while start < periods:
        orders[start] = float(sum(demands[start : until[start]]))
        start = until[start]
    return orders, least[0]


def packed(pieces: float, *, pack: int = 1, least: int = 0) -> int:
    """Return pieces to order: what is needed and at least ``least``, in whole packs, rounded up.

    Nothing needed is nothing to order.

    Raises:
        UsageError: ``bad_parameter`` for a pack below one.
    """
    if pack < 1:
        raise UsageError("bad_parameter", f"a pack of {pack}: from 1", name="pack", value=pack)
    return -int(-max(pieces, least) // pack) * pack if pieces > 0 else 0
