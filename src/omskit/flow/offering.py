"""What can be sold, read from the books: levels, transfers on their way, and orders that have no warehouse yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from attrs import field, frozen

from omskit.core import Cell, Component, Kind, Reservation, Stored, mark_of
from omskit.flow.holding import OWNED_NOW, open_pieces, root_of
from omskit.flow.rules import Rules
from omskit.inventory import (
    Ahead,
    Allotment,
    Available,
    Dated,
    Formula,
    Pool,
    Shelf,
    Unplaced,
    availability,
    bundle,
)
from omskit.inventory.inbound import ANNOUNCEMENT_MACHINE, ANNOUNCEMENTS, EXPECTED
from omskit.inventory.soft import SOFTS
from omskit.inventory.transfers import TRANSFER_MACHINE, TRANSFERS
from omskit.inventory.transfers.machine import MOVING
from omskit.orders import AUDITABLE, CONFIRMABLE, ORDERS, REVIEWABLE, SOURCEABLE
from omskit.storage import After, Op, Unit, Where

#: Aggregates loaded in one step.
PAGE = 500

_EVERYTHING = Formula()


def _everything(_channel: str, _item: str) -> Formula:
    return _EVERYTHING


def _at_once(_channel: str, _item: str) -> timedelta:
    return timedelta(0)


def _nothing(_cell: Cell) -> int:
    return 0


@frozen
class Offering:
    """How stock is offered: what the host decides, as values and as functions of codes.

    Args:
        formula: The formula of a channel's item, by (channel, item); by default all that can be sold.
        pools: Which warehouses a channel sees, by code; all of them for one that is not in it.
        safety: Pieces of a cell that are kept back from everybody.
        allotments: Pieces that are ring-fenced for a channel.
        ahead: What may be sold beyond stock, by SKU.
        horizon: How long from today on a channel's item is sold against goods that are due, by (channel, item); by
            default not at all: only what is there is published.
        interval: How long a channel's item is left alone after it was told a number that is not zero.
    """

    formula: Callable[[str, str], Formula] = field(default=_everything)
    pools: Mapping[str, Pool] = field(factory=dict)
    safety: Callable[[Cell], int] = field(default=_nothing)
    allotments: tuple[Allotment, ...] = ()
    ahead: Mapping[str, Ahead] = field(factory=dict)
    horizon: Callable[[str, str], timedelta] = field(default=_at_once)
    interval: timedelta = timedelta(0)


def _pages(unit: Unit, kind: Kind[Any], *where: Where) -> Iterator[Stored[Any]]:
    after: After | None = None
    while keys := unit.of(kind).find(*where, limit=PAGE, after=after):
        yield from unit.of(kind).load(keys).values()
        after = After(None, keys[-1])


@frozen
class Waiting:
    """Pieces of an order that were sold and have no warehouse yet, by SKU.

    Args:
        root: Key under which the order owns what a cart holds.
        warehouses: Where it may come from; empty for anywhere.
        pieces: By SKU.
        turn: The rank of the order and its key: the lesser goes first.
    """

    root: int
    warehouses: frozenset[str]
    pieces: Mapping[str, int]
    turn: tuple[int, int] = (0, 0)


def waiting_orders(unit: Unit, rules: Iterable[Rules], skus: Collection[str]) -> list[Waiting]:
    """Return what every order that waits for a warehouse needs.

    It reads each waiting order once: its time grows with how many wait, not with how many there are.

    Args:
        unit: Where.
        rules: Of every process: their machines say in which statuses an order waits.
        skus: Which SKUs are asked about.
    """
    traits = (REVIEWABLE, CONFIRMABLE, AUDITABLE, SOURCEABLE)
    statuses = {status for one in rules for trait in traits for status in one.orders.with_trait(trait)}
    found = []
    for stored in _pages(unit, ORDERS, Where("status", Op.IN, tuple(sorted(statuses)))):
        order = stored.state
        needs = {sku: count for sku, count in open_pieces(order).items() if sku in skus}
        if needs:
            where = frozenset({order.terms.warehouse} - {""})
            found.append(Waiting(root_of(order), where, needs, (order.rank, order.key)))
    return found


def unplaced(waiting: Iterable[Waiting], owned: Mapping[int, Mapping[str, int]]) -> list[Unplaced]:
    """Return what comes off what can be sold: all that waits, but for what is reserved for its cart already.

    Args:
        waiting: What orders need.
        owned: Pieces by SKU that orders own of carts, by root.
    """
    left = {root: dict(pieces) for root, pieces in owned.items()}
    sums: dict[tuple[str, frozenset[str]], int] = {}
    for one in waiting:
        mine = left.get(one.root, {})
        for sku, count in one.pieces.items():
            reserved = min(count, mine.get(sku, 0))
            if reserved:
                mine[sku] -= reserved
            sums[sku, one.warehouses] = sums.get((sku, one.warehouses), 0) + count - reserved
    return [Unplaced(sku, count, where) for (sku, where), count in sums.items() if count]


def owned_of_carts(unit: Unit) -> dict[int, Mapping[str, int]]:
    """Return the pieces by SKU that orders own of carts until they have warehouses, by root."""
    owned = _pages(unit, SOFTS, Where("status", Op.IN, OWNED_NOW))
    return {one.state.order: one.state.held for one in owned}


def due(unit: Unit, skus: Collection[str]) -> dict[Cell, list[Dated]]:
    """Return what is on its way to each cell by transfer, by the day it is expected; what has none is left out."""
    found: dict[Cell, list[Dated]] = {}
    moving = TRANSFER_MACHINE.with_trait(MOVING)
    for stored in _pages(unit, TRANSFERS, Where("status", Op.IN, moving)):
        transfer = stored.state
        for line in transfer.lines:
            if transfer.expected and line.in_transit and line.sku in skus:
                cell = Cell(line.sku, transfer.target)
                found.setdefault(cell, []).append(Dated(transfer.expected, line.in_transit))
    return found


def announced(unit: Unit, skus: Collection[str], on: date) -> dict[Cell, list[Dated]]:
    """Return what suppliers will bring to each cell, by the day it is due.

    What is due today and has not come counts from tomorrow. What is late counts from no day: somebody has to ask
    for another one first.
    """
    found: dict[Cell, list[Dated]] = {}
    expected = ANNOUNCEMENT_MACHINE.with_trait(EXPECTED)
    for stored in _pages(unit, ANNOUNCEMENTS, Where("status", Op.IN, expected)):
        for line in stored.state.lines:
            if line.open and line.day >= on and line.sku in skus:
                day = max(line.day, on + timedelta(days=1))
                found.setdefault(Cell(line.sku, stored.state.warehouse), []).append(Dated(day, line.open))
    return found


def shelves(
    unit: Unit, skus: Collection[str], offering: Offering, on: date, *, lock: bool = False
) -> list[Shelf]:
    """Return the shelves of some SKUs: buckets beside what can be sold are cells of their own, and not on them.

    Locked ones have nothing that is due: it cannot be reserved.
    """
    coming: dict[Cell, list[Dated]] = {}
    for one in () if lock else (due(unit, skus), announced(unit, skus, on)):
        for cell, dated in one.items():
            coming.setdefault(cell, []).extend(dated)
    levels = {cell: level for cell, level in unit.stock.levels(skus, lock=lock).items() if not mark_of(cell)}
    return [
        Shelf(
            cell,
            levels[cell].on_hand if cell in levels else 0,
            levels[cell].reserved if cell in levels else 0,
            safety=offering.safety(cell),
            inbound=tuple(sorted(coming.get(cell, ()))),
        )
        for cell in sorted({*levels, *coming})
    ]


@frozen
class Sellable:
    """What can be sold, for as many channels as ask: read once, looked at in plain code.

    Args:
        shelves: Of every SKU that is asked about.
        waiting: What is sold and has no warehouse.
        offering: The host's decisions.
        on: Today.
    """

    shelves: Sequence[Shelf]
    waiting: Sequence[Unplaced]
    offering: Offering
    on: date

    @classmethod
    def of(
        cls, unit: Unit, rules: Iterable[Rules], skus: Collection[str], offering: Offering, on: date
    ) -> Sellable:
        """Read what can be sold of some SKUs.

        Orders without a warehouse are read before the levels, and what they own of carts after them. One that gets
        its warehouse between two of these is then counted twice for a moment; the other way round it would count
        not at all, and its pieces be sold again.
        """
        known = frozenset(skus)
        waiting = waiting_orders(unit, rules, known)
        found = shelves(unit, known, offering, on)
        return cls(found, unplaced(waiting, owned_of_carts(unit)), offering, on)

    @classmethod
    def locked(
        cls,
        unit: Unit,
        waiting: Callable[[], Sequence[Waiting]],
        skus: Collection[str],
        offering: Offering,
        on: date,
    ) -> Sellable:
        """Read it so that nobody else reserves or lets go of these SKUs before the unit ends.

        ``waiting`` gives the orders that wait, and is asked once the levels are locked. Read then, they are exact.
        Read before, nobody is held up while they are read, and an order that got its warehouse since counts twice.
        """
        found = shelves(unit, frozenset(skus), offering, on, lock=True)
        return cls(found, unplaced(waiting(), owned_of_carts(unit)), offering, on)

    def for_channel(self, channel: str, own: Iterable[Reservation] = ()) -> dict[str, Available]:
        """Return what can be sold of every SKU, as a channel sees it; an empty code sees every warehouse.

        Args:
            channel: Who asks.
            own: What the asker has reserved already, as a cart does: it is there for him.
        """
        return availability(
            self.shelves,
            on=self.on,
            pool=self.offering.pools.get(channel),
            channel=channel,
            unplaced=self.waiting,
            allotments=self.offering.allotments,
            ahead=self.offering.ahead,
            own=own,
        )

    def of_item(self, sku: str, parts: Sequence[Component], found: Mapping[str, Available]) -> Available:
        """Return what can be sold of an item: of its SKU, or of what one unit is made of."""
        if parts:
            return bundle(sku, parts, found, on=self.on)
        return found.get(sku) or Available(sku, (Dated(self.on, 0),), self.offering.ahead.get(sku))
