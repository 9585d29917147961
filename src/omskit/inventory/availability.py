"""What can be sold: one function for display, promise, reservation and publication.

For each SKU at each warehouse the promise is cumulative with look-ahead: what may be promised for a day is the
least balance of that day and of every later one, so that goods promised early never take the pieces of a promise
made for later. The balance of a day is ``on hand - reserved - unsellable - safety``, plus receipts due by then,
less what was promised for a day up to then. It is floored at zero *per warehouse before the sum*: a warehouse in
debt does not eat another's stock. From the sum come off what was sold and has no warehouse yet, and what is
ring-fenced for other channels.

A pool is a view, a set of warehouses; it holds no pieces of its own. What one channel sells is gone for every
pool that sees the warehouse. Formulas: available-to-promise as in the APICS dictionary; the floor and the shared
freeze as marketplaces' sellers use them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import frozen

from omskit.core import Cell, Reservation, UsageError


@frozen(order=True)
class Dated:
    """Pieces on a day: goods that are due, goods that were promised, or what can be promised from that day on."""

    day: date
    quantity: int


@frozen
class Shelf:
    """One SKU at one warehouse, as far as selling it goes. All counts in pieces.

    Args:
        cell: Which SKU, where.
        on_hand: What is physically there, in whatever condition.
        reserved: What of it is promised.
        unsellable: Damaged, on quality hold, expired or locked up; not promised.
        safety: What is kept back for what nobody foresees.
        inbound: Goods that are due, by day; what is overdue is due on its own day and counts at once.
        promised: What was already sold against goods that are due, by the day it has to leave.

    Raises:
        UsageError: ``bad_quantity`` for a count below zero; only ``on_hand`` may be below.
    """

    cell: Cell
    on_hand: int = 0
    reserved: int = 0
    unsellable: int = 0
    safety: int = 0
    inbound: tuple[Dated, ...] = ()
    promised: tuple[Dated, ...] = ()

    def __attrs_post_init__(self) -> None:
        dated = (one.quantity for one in (*self.inbound, *self.promised))
        least = min(self.reserved, self.unsellable, self.safety, *dated)
        if least < 0:
            raise UsageError("bad_quantity", f"{least} pieces of {self.cell.sku}: from 0", value=least)

    @property
    def balance(self) -> int:
        """What is there and free, below zero when the warehouse is in debt."""
        return self.on_hand - self.reserved - self.unsellable - self.safety


@frozen
class Pool:
    """A named view over warehouses, for a channel or a group of buyers."""

    name: str
    warehouses: frozenset[str]


@frozen
class Unplaced:
    """Pieces sold, or held by a cart, that have no warehouse yet; empty ``warehouses`` means any of them."""

    sku: str
    quantity: int
    warehouses: frozenset[str] = frozenset()


@frozen
class Allotment:
    """Pieces of a SKU ring-fenced for one channel: nobody else is offered them, whether or not they are used.

    Args:
        channel: Whose they are.
        sku: Of what.
        quantity: How many were set aside.
        used: How many of them the channel has sold.
        until: The first day on which they are everybody's again; None for never.
    """

    channel: str
    sku: str
    quantity: int
    used: int = 0
    until: date | None = None

    def left(self, on: date) -> int:
        """Return the pieces that are still set aside on a day."""
        return 0 if self.until and on >= self.until else max(0, self.quantity - self.used)


@frozen
class Ahead:
    """How many pieces may be sold beyond stock: a backorder without a date, a preorder with one.

    Args:
        cap: Pieces that may be sold in all.
        sold: How many are.
        ship_by: The day promised with a preorder; None for a backorder.
    """

    cap: int
    sold: int = 0
    ship_by: date | None = None

    @property
    def left(self) -> int:
        """Pieces that may still be sold."""
        return max(0, self.cap - self.sold)


@frozen
class Available:
    """What can be sold of a SKU, or of a bundle, and from when on.

    Args:
        sku: Of what.
        steps: What can be promised from each day on, rising; the first is the day that was asked about.
        ahead: What may be sold beyond that.
        places: The same steps by warehouse, before what has no warehouse and what is ring-fenced came off.
        unplaced: What came off because it is sold and has no warehouse.
        fenced: What came off because it is set aside for other channels.
    """

    sku: str
    steps: tuple[Dated, ...]
    ahead: Ahead | None = None
    places: tuple[tuple[str, tuple[Dated, ...]], ...] = ()
    unplaced: int = 0
    fenced: int = 0

    def by_place(self) -> dict[str, tuple[Dated, ...]]:
        """Return what can be promised from each day on, by warehouse; all of it together is what ``steps`` say.

        What is sold and has no warehouse yet, and what is ring-fenced, comes off what is there first, and then off
        the earliest that is due: who bought it was first. Of one day it comes off warehouses in order of code.
        """
        off = self.unplaced + self.fenced
        if not off:
            return dict(self.places)
        coming = []
        for warehouse, steps in self.places:
            before = 0
            for step in steps:
                coming.append((step.day, warehouse, step.quantity - before))
                before = step.quantity
        left: dict[str, list[Dated]] = {}
        for day, warehouse, pieces in sorted(coming):
            gone = min(off, pieces)
            off -= gone
            there = left.setdefault(warehouse, [])
            there.append(Dated(day, (there[-1].quantity if there else 0) + pieces - gone))
        return {warehouse: rising(steps) for warehouse, steps in left.items()}

    @property
    def free(self) -> int:
        """Pieces that can leave at once."""
        return self.steps[0].quantity

    def by(self, day: date) -> int:
        """Return the pieces that can be promised for a day; zero for a day before the one asked about."""
        return at(self.steps, day)

    def sellable(self, until: date | None = None) -> int:
        """Return the pieces that may be sold: what can be promised by a day, or at once, and ahead."""
        return (self.by(until) if until else self.free) + (self.ahead.left if self.ahead else 0)

    def earliest(self, quantity: int) -> date | None:
        """Return the first day that all the pieces can be promised for; None when only a backorder would do.

        A preorder's day is promised for what stock and receipts do not cover.
        """
        for step in self.steps:
            if step.quantity >= quantity:
                return step.day
        ahead = self.ahead
        if ahead is None or ahead.ship_by is None or self.steps[-1].quantity + ahead.left < quantity:
            return None
        return max(ahead.ship_by, self.steps[0].day)


def availability(
    shelves: Iterable[Shelf],
    *,
    on: date,
    pool: Pool | None = None,
    channel: str = "",
    unplaced: Iterable[Unplaced] = (),
    allotments: Iterable[Allotment] = (),
    ahead: Mapping[str, Ahead] | None = None,
    own: Iterable[Reservation] = (),
) -> dict[str, Available]:
    """Return what can be sold of every SKU on the shelves.

    Args:
        shelves: At most one for each cell.
        on: Today.
        pool: Which warehouses are seen; all without one.
        channel: Who asks: its own allotments do not come off.
        unplaced: What is sold and has no warehouse yet; it comes off every pool that shares a warehouse with it.
        allotments: What is ring-fenced.
        ahead: What may be sold beyond stock, by SKU.
        own: What the asker has reserved already: it must not stand in its own way.

    Raises:
        UsageError: ``cell_twice``.
    """
    held: dict[Cell, int] = {}
    for one in own:
        held[one.cell] = held.get(one.cell, 0) + one.quantity
    kept: dict[str, int] = {}
    places: dict[str, dict[str, tuple[Dated, ...]]] = {}
    for shelf in shelves:
        seen = places.setdefault(shelf.cell.sku, {})
        if shelf.cell.warehouse in seen:
            raise UsageError("cell_twice", f"two shelves of {shelf.cell}", cell=shelf.cell)
        if pool is None or shelf.cell.warehouse in pool.warehouses:
            mine = min(held.get(shelf.cell, 0), max(0, shelf.on_hand))
            kept[shelf.cell.sku] = kept.get(shelf.cell.sku, 0) + mine
            seen[shelf.cell.warehouse] = outlook(shelf, on=on, own=mine)
    waiting, fenced = _unplaced(unplaced, pool), _fenced(allotments, channel, on)
    ahead = ahead or {}
    return {
        sku: Available(
            sku,
            _less(there, waiting.get(sku, 0) + fenced.get(sku, 0), least=kept.get(sku, 0), on=on),
            ahead.get(sku),
            tuple(sorted(there.items())),
            waiting.get(sku, 0),
            fenced.get(sku, 0),
        )
        for sku, there in sorted(places.items())
    }


def outlook(shelf: Shelf, *, on: date, own: int = 0) -> tuple[Dated, ...]:
    """Return what one warehouse can promise from each day on: rising steps, the first of them today.

    ``own`` pieces are the asker's already and come on top, as far as they are there.
    """
    kept = min(own, max(0, shelf.on_hand))
    if not shelf.inbound and not shelf.promised:
        return (Dated(on, max(0, shelf.balance) + kept),)
    change: dict[date, int] = {}
    for due in shelf.inbound:
        day = max(due.day, on)
        change[day] = change.get(day, 0) + due.quantity
    for owed in shelf.promised:
        day = max(owed.day, on)
        change[day] = change.get(day, 0) - owed.quantity
    days = sorted({on, *change})
    running, balances = shelf.balance, []
    for day in days:
        running += change.get(day, 0)
        balances.append(running)
    least = balances[-1]
    steps: list[Dated] = []
    for day, balance in zip(reversed(days), reversed(balances), strict=True):
        least = min(least, balance)
        steps.append(Dated(day, max(0, least) + kept))
    return rising(reversed(steps))


def _less(places: Mapping[str, tuple[Dated, ...]], off: int, *, least: int, on: date) -> tuple[Dated, ...]:
    """Sum the steps of all warehouses and take off what is not for the asker; what is the asker's own stays."""
    if len(places) == 1:
        (summed,) = places.values()
    else:
        days = sorted({on, *(step.day for steps in places.values() for step in steps)})
        summed = tuple(Dated(day, sum(at(there, day) for there in places.values())) for day in days)
    return rising(Dated(one.day, max(least, one.quantity - off)) for one in summed)


def at(steps: Sequence[Dated], day: date) -> int:
    """Return what steps come to on a day; zero before the first."""
    found = bisect_right(steps, day, key=lambda step: step.day)
    return steps[found - 1].quantity if found else 0


def rising(steps: Iterable[Dated]) -> tuple[Dated, ...]:
    """Keep the first step and those that bring more."""
    kept: list[Dated] = []
    for step in steps:
        if not kept or step.quantity > kept[-1].quantity:
            kept.append(step)
    return tuple(kept)


def _unplaced(unplaced: Iterable[Unplaced], pool: Pool | None) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in unplaced:
        if pool is None or not one.warehouses or one.warehouses & pool.warehouses:
            sums[one.sku] = sums.get(one.sku, 0) + one.quantity
    return sums


def _fenced(allotments: Iterable[Allotment], channel: str, on: date) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in allotments:
        if one.channel != channel:
            sums[one.sku] = sums.get(one.sku, 0) + one.left(on)
    return sums
