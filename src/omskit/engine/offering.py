"""What can be sold now: stock, what is due, what is sold without a warehouse, read in the order that is safe."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from attrs import evolve, frozen

from omskit.core import TERMINAL, Cell, Component, mark_of
from omskit.flow import Processes
from omskit.inventory import Available, Dated, Selling, Shelf, Showing, Unplaced, availability, bundle, pieces
from omskit.inventory.transfers import MOVING, TRANSFER_MACHINE, TRANSFERS, Transfer
from omskit.orders import ORDERS
from omskit.storage import After, Op, Unit, Where

#: Aggregates that are read in one step.
PAGE = 500


@frozen
class Seen:
    """What was read of the stock of some SKUs.

    Args:
        shelves: One for each cell.
        backlog: What is sold, of any SKU, and has no warehouse yet.
    """

    shelves: tuple[Shelf, ...]
    backlog: tuple[Unplaced, ...]


def look(unit: Unit, processes: Processes, selling: Selling, skus: Collection[str]) -> Seen:
    """Read what decides on how many pieces of some SKUs can be sold.

    Orders without a warehouse are read before the levels. One that gets its warehouse between the two is then
    counted twice for a moment; the other way round it would be counted not at all, and its pieces sold again.
    """
    backlog = tuple(_backlog(unit, processes))
    inbound = {cell: list(due) for cell, due in selling.inbound.items() if cell.sku in skus}
    for cell, due in _due(unit):
        if cell.sku in skus:
            inbound.setdefault(cell, []).append(due)
    levels = {cell: level for cell, level in unit.stock.levels(skus).items() if not mark_of(cell)}
    shelves = [
        Shelf(
            cell,
            levels[cell].on_hand if cell in levels else 0,
            levels[cell].reserved if cell in levels else 0,
            safety=selling.safety.get(cell, 0),
            inbound=tuple(sorted(inbound.get(cell, ()))),
        )
        for cell in sorted(levels.keys() | inbound.keys())
    ]
    return Seen(tuple(shelves), backlog)


def _backlog(unit: Unit, processes: Processes) -> Iterator[Unplaced]:
    machines = [process.rules.orders for process in processes.all]
    live = sorted({s for machine in machines for s in machine.states if not machine.has(s, TERMINAL)})
    where = (Where("status", Op.IN, tuple(live)), Where("order_lines.open", Op.GE, 1))
    after: After | None = None
    while keys := unit.of(ORDERS).find(*where, limit=PAGE, after=after):
        for stored in unit.of(ORDERS).load(keys).values():
            appointed = stored.state.terms.warehouse
            houses = frozenset([appointed] if appointed else [])
            for line in stored.state.lines:
                for sku, count in pieces(line.parts, line.open).items():
                    if count:
                        yield Unplaced(sku, count, houses)
        after = After(None, keys[-1])


def _due(unit: Unit) -> Iterator[tuple[Cell, Dated]]:
    """Yield what is on its way between warehouses and has a day."""
    moving = tuple(sorted(s for s in TRANSFER_MACHINE.states if TRANSFER_MACHINE.has(s, MOVING)))
    after: After | None = None
    while keys := unit.of(TRANSFERS).find(Where("status", Op.IN, moving), limit=PAGE, after=after):
        for stored in unit.of(TRANSFERS).load(keys).values():
            yield from _arriving(stored.state)
        after = After(None, keys[-1])


def _arriving(transfer: Transfer) -> Iterator[tuple[Cell, Dated]]:
    if transfer.expected is not None:
        for line in transfer.lines:
            if line.in_transit:
                yield Cell(line.sku, transfer.target), Dated(transfer.expected, line.in_transit)


def offered(
    seen: Seen,
    selling: Selling,
    goods: Mapping[str, Sequence[Component]],
    *,
    on: date,
    channel: str = "",
) -> dict[str, Available]:
    """Return what can be sold of goods: SKUs, and bundles by what one unit is made of.

    Args:
        seen: What was read of all SKUs inside.
        selling: What is kept back, and which warehouses a channel sees.
        goods: What is asked about, under any name; an empty recipe stands for the SKU of that name.
        on: Today.
        channel: Who asks; without one all warehouses are seen.
    """
    showing = selling.channels.get(channel, Showing())
    found = availability(
        seen.shelves,
        on=on,
        pool=showing.pool,
        channel=channel,
        unplaced=seen.backlog,
        allotments=selling.allotments,
        ahead=selling.ahead,
    )
    for sku in sorted(skus_of(goods) - found.keys()):
        found[sku] = Available(sku, (Dated(on, 0),), selling.ahead.get(sku))
    return {name: _made_up(name, parts, found, selling, on) for name, parts in goods.items()}


def _made_up(
    name: str, parts: Sequence[Component], found: Mapping[str, Available], selling: Selling, on: date
) -> Available:
    if not parts:
        return found[name]
    if len(parts) == 1 and parts[0].per == 1:
        return found[parts[0].sku]
    return evolve(bundle(name, parts, found, on=on), ahead=selling.ahead.get(name))


def skus_of(goods: Mapping[str, Iterable[Component]]) -> set[str]:
    """Return the SKUs that goods are made of."""
    return {sku for name, parts in goods.items() for sku in ([part.sku for part in parts] or [name])}
