"""Refunds: what comes back for returned units, from the frozen shares, and what becomes of gifts.

There are two policies. To *keep* gives each unit the share that it was bought at. To *re-evaluate* prices what the
buyer keeps again, and gives back the difference: who falls below a threshold loses its discount. Both are worked
out on running totals, so that refunds in any order and grouping add up to what was paid, and never exceed it.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from omskit.core import UsageError, share_of_units
from omskit.pricing.basket import Basket
from omskit.pricing.result import Given, PricedLine, PriceResult
from omskit.pricing.sharing import share_within


@frozen
class Gone:
    """What has come back of an order so far; pass on the one that the last refund gave.

    Args:
        units: Units by line number.
        refunded: Minor units by line number.
        taxes: Tax within them, by line number.
        gifts: Pieces by (promotion, SKU) that came back or were charged.
    """

    units: Mapping[int, int] = field(factory=dict)
    refunded: Mapping[int, int] = field(factory=dict)
    taxes: Mapping[int, int] = field(factory=dict)
    gifts: Mapping[tuple[str, str], int] = field(factory=dict)

    @property
    def refunded_minor(self) -> int:
        """All that was refunded."""
        return sum(self.refunded.values())


@frozen
class GiftDue:
    """A gift that is no longer earned: it comes back, or is charged.

    Args:
        promotion: That gave it.
        sku: What was given.
        back: Pieces that came back with this return.
        charged: Pieces that did not.
        charge_minor: What they are charged.
    """

    promotion: str
    sku: str
    back: int
    charged: int
    charge_minor: int


@frozen
class Refund:
    """What one return comes to.

    Args:
        lines: What goes back by line, with tax; it may name a line that came back before.
        taxes: Tax within it, by line.
        gifts: Gifts that are no longer earned.
        charge_minor: What is charged for gifts, at most the refund.
        owed_minor: Charges beyond the refund: to ask for, or to let go.
        gone: To hand in with the next return.
    """

    lines: Mapping[int, int]
    taxes: Mapping[int, int]
    gifts: tuple[GiftDue, ...]
    charge_minor: int
    owed_minor: int
    gone: Gone

    @property
    def goods_minor(self) -> int:
        """What goes back for goods, before gifts are charged."""
        return sum(self.lines.values())

    @property
    def refund_minor(self) -> int:
        """What the buyer gets: goods less charges."""
        return self.goods_minor - self.charge_minor


def kept_basket(basket: Basket, units: Mapping[int, int]) -> Basket:
    """Return what is left of a basket without some units by line number; to be priced for a re-evaluation.

    Raises:
        UsageError: ``units_out_of_range`` for more units than a line has.
    """
    lines = []
    for line in basket.lines:
        count = units.get(line.number, 0)
        left = line.list_minor - share_of_units(line.list_minor, line.quantity, before=0, count=count)
        if count < line.quantity:
            lines.append(evolve(line, quantity=line.quantity - count, list_minor=left))
    return evolve(basket, lines=tuple(lines))


def refund(
    result: PriceResult,
    back: Mapping[int, int],
    *,
    gone: Gone | None = None,
    kept: PriceResult | None = None,
    gifts_back: Mapping[str, int] | None = None,
) -> Refund:
    """Return what is refunded for a return.

    Freight is not part of it.

    Args:
        result: The order's price, as it was frozen.
        back: Units that come back now, by line number.
        gone: What came back before.
        kept: The price of what the buyer keeps after this return, to re-evaluate: :func:`kept_basket` with the
            promotions and the context of the order. None keeps the frozen shares. It gives back at most what the
            returned units were bought at; what it withholds from one line comes back with others if they end the
            discount anyway.
        gifts_back: Pieces of gifts that come back now, by SKU. A gift whose lines are all gone is charged when it
            does not; with ``kept`` so is one that is no longer earned.

    Raises:
        UsageError: ``unknown_line``; ``units_out_of_range`` for more units than are left.
    """
    before = gone or Gone()
    lines = {line.number: line for line in result.lines}
    units = _units(lines, before.units, back)
    rooms = {number: _carried(result, lines[number], count) for number, count in units.items()}
    target = sum(rooms.values())
    if kept is not None:
        everything = sum(result.paid_minor_of(line) for line in result.lines)
        keeps = sum(kept.paid_minor_of(line) for line in kept.lines)
        target = min(target, everything - keeps)
    more = _spread(max(0, target - before.refunded_minor), rooms, before.refunded)
    refunded = {**before.refunded, **{n: before.refunded.get(n, 0) + minor for n, minor in more.items()}}
    taxes = {number: _tax(result, lines[number], minor) for number, minor in refunded.items()}
    gifts, settled = _gifts(result, units, kept, dict(gifts_back or {}), before.gifts)
    charges, goods = sum(one.charge_minor for one in gifts), sum(more.values())
    return Refund(
        more,
        {number: taxes[number] - before.taxes.get(number, 0) for number in more},
        gifts,
        min(charges, goods),
        max(0, charges - goods),
        Gone(units, refunded, taxes, settled),
    )


def _units(lines: Mapping[int, PricedLine], before: Mapping[int, int], back: Mapping[int, int]) -> dict[int, int]:
    units = dict(before)
    for number, count in sorted(back.items()):
        line = lines.get(number)
        if line is None:
            known = ", ".join(map(str, lines))
            raise UsageError("unknown_line", f"no line {number}; there are: {known}", line=number)
        left = line.quantity - units.get(number, 0)
        if type(count) is not int or not 0 <= count <= left:
            raise UsageError(
                "units_out_of_range", f"{count} units of line {number}: {left} are left", line=number, count=count
            )
        units[number] = units.get(number, 0) + count
    return {number: count for number, count in units.items() if count}


def _carried(result: PriceResult, line: PricedLine, count: int) -> int:
    """Return what the first ``count`` units of a line were bought at."""
    return share_of_units(result.paid_minor_of(line), line.quantity, before=0, count=count)


def _spread(minor: int, rooms: Mapping[int, int], refunded: Mapping[int, int]) -> dict[int, int]:
    """Share a refund over the lines that have come back, none above what its units were bought at."""
    numbers = sorted(rooms)
    left = [rooms[number] - refunded.get(number, 0) for number in numbers]
    parts = share_within(minor, left, left)
    return {number: part for number, part in zip(numbers, parts, strict=True) if part}


def _tax(result: PriceResult, line: PricedLine, refunded_minor: int) -> int:
    """Return the tax within a running refund of a line, so that it ends at the line's tax."""
    paid = result.paid_minor_of(line)
    return -(-line.tax_minor * refunded_minor // paid) if paid else 0


def _gifts(
    result: PriceResult,
    units: Mapping[int, int],
    kept: PriceResult | None,
    back: dict[str, int],
    before: Mapping[tuple[str, str], int],
) -> tuple[tuple[GiftDue, ...], dict[tuple[str, str], int]]:
    quantity = {line.number: line.quantity for line in result.lines}
    earned: dict[tuple[str, str], int] = {}
    for one in kept.gifts if kept is not None else ():
        earned[one.promotion, one.item.sku] = earned.get((one.promotion, one.item.sku), 0) + one.quantity
    due, settled = [], dict(before)
    for one in result.gifts:
        key = (one.promotion, one.item.sku)
        alone = all(units.get(number, 0) == quantity[number] for number in one.follows)
        keeps = 0 if alone else min(one.quantity, earned.get(key, 0)) if kept is not None else one.quantity
        lost = one.quantity - keeps - settled.get(key, 0)
        if lost > 0:
            due.append(_due(one, lost, back))
            settled[key] = settled.get(key, 0) + lost
    return tuple(due), settled


def _due(one: Given, lost: int, back: dict[str, int]) -> GiftDue:
    returned = min(lost, back.get(one.item.sku, 0))
    back[one.item.sku] = back.get(one.item.sku, 0) - returned
    charged = lost - returned
    return GiftDue(one.promotion, one.item.sku, returned, charged, charged * one.item.value_minor)
