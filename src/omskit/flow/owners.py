"""Whose goods are whose: which lines the pieces of a parcel belong to, which asked-back units have not left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from omskit import returns as r
from omskit.inventory import RECEIVED_DAMAGED, RECEIVED_TO_CHECK
from omskit.orders import Order, OrderLine
from omskit.returns import ReturnCase


def shelf(disposition: r.Disposition, warehouse: str) -> str:
    """Return where accepted pieces are booked as what can be sold; empty for those that go into a bucket."""
    return warehouse if disposition is r.Disposition.SELLABLE else ""


#: Movements that book accepted pieces into a bucket: what has to be looked at, and what is spoiled until somebody
#: scraps it or sends it to its maker.
BUCKETED = {
    r.Disposition.QUARANTINE: RECEIVED_TO_CHECK,
    r.Disposition.SCRAP: RECEIVED_DAMAGED,
    r.Disposition.VENDOR: RECEIVED_DAMAGED,
}


def owned(
    order: Order, pieces: Mapping[str, int], expected: Iterable[r.ReturnLine] = ()
) -> list[tuple[str, int, int]]:
    """Say which lines of an order the pieces in a parcel belong to.

    Expected lines go first, then other lines whose units the buyer has; what is left belongs to none (0).

    Args:
        order: The order as it stands.
        pieces: Pieces by SKU.
        expected: Lines of the case.

    Returns:
        (SKU, line of the order, pieces).
    """
    expected = tuple(expected)
    found: list[tuple[str, int, int]] = []
    for sku, count in pieces.items():
        here = [line for line in expected if line.sku == sku and line.line]
        pending = {line.line: line.pending for line in here}
        there = {line.number: with_buyer(line, sku) - pending.get(line.number, 0) for line in order.lines}
        taken = dict.fromkeys(there, 0)
        left = count
        for number, limit in [*((line.line, line.left) for line in here), *there.items()]:
            take = max(min(left, limit, there[number] - taken[number]), 0)
            taken[number] += take
            left -= take
        found += [(sku, number, units) for number, units in (*taken.items(), (0, left)) if units]
    return found


def with_buyer(line: OrderLine, sku: str) -> int:
    """Return how many pieces of a SKU of a line the buyer has."""
    each = line.worth.per.get(sku, 0)
    return (line.shipped - line.returned) * each - dict(line.loose).get(sku, 0)


def stoppable(case: ReturnCase, order: Order, *, free: bool = True) -> tuple[tuple[int, int], ...]:
    """Return the pieces of a case that have not left: (line of the case, pieces) pairs, with those stopped before.

    Args:
        case: What is asked back. Money without goods takes units that have not left first, a return takes them
            last.
        order: Its order.
        free: Whether only units count that no warehouse works on.
    """
    if case.kind in r.KEEPING or case.kind is r.CaseKind.BLIND:
        return ()
    pieces: list[tuple[int, int]] = []
    for number in sorted({line.line for line in case.lines if line.line}):
        line = order.line(number)
        of_line = {one.sku: one for one in case.lines if one.line == number}
        per = line.worth.per
        asked = min(of_line[sku].left // each if sku in of_line else 0 for sku, each in per.items())
        if case.kind is not r.CaseKind.REFUND:
            asked -= line.shipped - line.returned
        units = min(asked, line.open + line.reserved - (_at_work(order, number) if free else 0))
        if units > 0:
            pieces += [(of_line[sku].number, of_line[sku].stopped + units * each) for sku, each in per.items()]
    return tuple(pieces)


def _at_work(order: Order, number: int) -> int:
    working = (one for one in order.consignments if one.fulfillment)
    return sum(units for one in working for line, units in one.lines if line == number)
