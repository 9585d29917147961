"""What the storage knows of the buyers of a batch: their other orders, asked for once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from omskit.flow.process import Need
from omskit.orders import ORDERS, STRANGER, History, Order
from omskit.storage import After, Op, Unit, Where

#: Most buyers in one condition of a search, and most orders in one page of its answer.
CHUNK = 500


def orders_of(unit: Unit, buyers: Sequence[str], *where: Where) -> Iterator[Order]:
    """Yield every stored order of some buyers that fulfills further conditions, in order of key."""
    for start in range(0, len(buyers), CHUNK):
        asked = Where("buyer", Op.IN, tuple(buyers[start : start + CHUNK]))
        after: After | None = None
        while keys := unit.of(ORDERS).find(asked, *where, limit=CHUNK, after=after):
            yield from (stored.state for stored in unit.of(ORDERS).load(keys).values())
            after = After(None, keys[-1])


def _histories(unit: Unit, orders: Sequence[Order], _lock: bool) -> Mapping[int, History]:  # noqa: FBT001
    """Return what each order's buyer did in the same channel before placing it."""
    buyers = sorted({order.terms.buyer for order in orders if order.terms.buyer})
    by_buyer: dict[tuple[str, str], list[Order]] = {}
    for known in orders_of(unit, buyers):
        by_buyer.setdefault((known.terms.channel, known.terms.buyer), []).append(known)
    return {
        order.key: _history(order, by_buyer.get((order.terms.channel, order.terms.buyer), []))
        for order in orders
        if order.terms.buyer
    }


def _history(order: Order, others: Sequence[Order]) -> History:
    since = (order.terms.placed_at, order.key)
    before = [one for one in others if (one.terms.placed_at, one.key) < since]
    if not before:
        return STRANGER
    cancelled = sum(any(line.cancelled for line in one.lines) for one in before)
    returned = sum(any(line.returned for line in one.lines) for one in before)
    return History(len(before), cancelled, returned)


#: What the buyers of a batch did before, by key of the order; buyers are known within their channel only.
HISTORIES: Need[Mapping[int, History]] = Need("buyer histories", _histories)
