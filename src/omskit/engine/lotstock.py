"""Lots as people look at them: where pieces are, how long they last, and who has got some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import frozen

from omskit.core import Cell, Claim, Level, Movement, UsageError, mark_of, marked, readable
from omskit.engine.lotbook import levels_of, load_named
from omskit.fulfillment import FULFILLMENTS, FulfillmentOrder, WorkLine
from omskit.inventory import SHIPPED, pieces
from omskit.inventory.lots import (
    OUT,
    UNKNOWN,
    LotRecord,
    LotRule,
    check_serials,
    lot_cell,
    name_of,
    split,
)
from omskit.orders import ORDERS
from omskit.storage import Unit


@frozen
class LotStock:
    """The pieces of a lot in one warehouse.

    Args:
        sku: Of what.
        warehouse: Where.
        code: The lot's code or the serial number; empty for pieces whose lot nobody knows.
        record: What is known of it; None for the unknown lot.
        on_hand: Pieces among those that can be sold.
        picked: Pieces of them that are picked for order lines.
        buckets: Pieces that cannot be sold, by bucket: ``locked``, ``quality``, ``damaged``, ``in_transit``.
        removal_day: From when on it may not be sold; None for goods that do not expire.
    """

    sku: str
    warehouse: str
    code: str
    record: LotRecord | None
    on_hand: int
    picked: int
    buckets: Mapping[str, int]
    removal_day: date | None = None

    @property
    def free(self) -> int:
        """Pieces that can be sold and are picked for nobody; order lines may have promises of them."""
        return self.on_hand - self.picked

    @property
    def expires(self) -> date | None:
        """The first day on which it is expired."""
        return self.record.expires if self.record else None


@frozen
class LotHolder:
    """An order line that has got pieces of a lot, or for which some are picked.

    Args:
        order: The order's number.
        line: Number of its line.
        warehouse: Where the pieces left, or lie.
        gone: Pieces that left and have not come back.
        picked: Pieces that are picked and have not left.
        fulfillments: Numbers of the fulfillment orders with which pieces left, in order.
    """

    order: str
    line: int
    warehouse: str
    gone: int
    picked: int
    fulfillments: tuple[str, ...] = ()


def known_lot(unit: Unit, sku: str, code: str) -> LotRecord:
    """Return what is known of a lot.

    Raises:
        UsageError: ``unknown_lot``.
    """
    found = load_named(unit, [name_of(sku, code)])
    if not found:
        raise UsageError("unknown_lot", f"{code!r} of {sku} was never taken in", sku=sku, lot=code)
    (one,) = found.values()
    return one.state


def stock_of(
    unit: Unit, records: Iterable[LotRecord], skus: Iterable[str], rules: Mapping[str, LotRule]
) -> list[LotStock]:
    """Return where the pieces of lots are, and of the unknown lot of SKUs; lots without any are left out."""
    known = {(one.sku, one.code): one for one in records}
    levels = levels_of(unit, [*known, *((sku, UNKNOWN) for sku in skus)])
    found: dict[tuple[str, str, str], dict[str, Level]] = {}
    for cell, level in levels.items():
        place, code = split(cell)
        if code is not None and level.on_hand and mark_of(place) != OUT:
            plain = marked(place, "")
            found.setdefault((plain.sku, code, plain.warehouse), {})[mark_of(place)] = level
    stock = []
    for (sku, code, warehouse), places in found.items():
        record, shelf = known.get((sku, code)), places.pop("", Level())
        removal = record.removal_day(rules[sku].life) if record and sku in rules else None
        buckets = {bucket: level.on_hand for bucket, level in sorted(places.items())}
        stock.append(LotStock(sku, warehouse, code, record, shelf.on_hand, shelf.reserved, buckets, removal))
    return sorted(stock, key=_turn)


def _turn(one: LotStock) -> tuple[str, int, str, str]:
    return one.sku, one.record.turn if one.record else date.max.toordinal() + 1, one.code, one.warehouse


def holders_of(unit: Unit, sku: str, code: str, limit: int) -> list[LotHolder]:
    """Return who has got pieces of a lot and for whom some are picked, from its movements."""
    cells = [cell for cell in levels_of(unit, [(sku, code)]) if _tells(cell)]
    sums: dict[tuple[Claim, str], tuple[int, int]] = {}
    works: dict[tuple[Claim, str], dict[str, None]] = {}
    for cell in cells:
        for one in reversed(unit.stock.movements(cell, limit=limit)):
            where = (one.claim, cell.warehouse)
            gone, picked = sums.get(where, (0, 0))
            is_out = mark_of(split(cell).place) == OUT
            sums[where] = (gone + one.on_hand, picked) if is_out else (gone, picked + one.reserved)
            if is_out and one.kind == SHIPPED:
                works.setdefault(where, {})[_work(one)] = None
    found = []
    for (claim, warehouse), (gone, picked) in sorted(sums.items()):
        if claim.order and (gone or picked):
            with_these = tuple(works.get((claim, warehouse), ()))
            order = readable(ORDERS.number, claim.order)
            found.append(LotHolder(order, claim.line, warehouse, gone, picked, with_these))
    return found


#: Whether a number is picked for the work that is looked at, or for other work.
_HERE, _ELSEWHERE = Claim(1, 1), Claim(2, 1)


def _tells(cell: Cell) -> bool:
    place, _ = split(cell)
    return mark_of(place) in {"", OUT}


def _work(one: Movement) -> str:
    return readable(FULFILLMENTS.number, int(one.document)) if one.document.isdigit() else one.document


def picked_of(unit: Unit, orders: Iterable[int], warehouse: str) -> dict[tuple[Claim, Cell], dict[str, int]]:
    """Return the lots that are picked for the lines of orders in a warehouse: pieces by code, by (claim, cell)."""
    found: dict[tuple[Claim, Cell], dict[str, int]] = {}
    for one in unit.stock.reservations(sorted(set(orders))):
        place, code = split(one.cell)
        if code is not None and not mark_of(place) and place.warehouse == warehouse:
            found.setdefault((one.claim, place), {})[code] = one.quantity
    return found




def scanned(
    unit: Unit, work: FulfillmentOrder, sku: str, numbers: Sequence[str]
) -> tuple[str, ...]:
    """Return scanned serial numbers, sorted, if they may leave for a fulfillment order.

    Raises:
        Refused: ``bad_serials``.
    """
    place = Cell(sku, work.warehouse)
    own: dict[str, Claim] = {}
    for (claim, cell), codes in picked_of(unit, work.orders, work.warehouse).items():
        if cell == place and any((line.order, line.line) == claim for line in work.lines):
            own |= dict.fromkeys(codes, _HERE)
    levels = unit.stock.levels([lot_cell(place, number).sku for number in set(numbers)])
    there = {number: levels.get(lot_cell(place, number)) or Level() for number in numbers}
    holders = {number: own.get(number, _ELSEWHERE) for number, level in there.items() if level.reserved}
    needed = sum(_open_pieces(line, sku) for line in work.lines)
    here = [number for number, level in there.items() if level.on_hand]
    return check_serials(numbers, needed, there=here, holders=holders, claim=_HERE)


def _open_pieces(line: WorkLine, sku: str) -> int:
    if line.parts:
        return pieces(line.parts, line.open).get(sku, 0) if line.open else 0
    return line.open if line.sku == sku else 0
