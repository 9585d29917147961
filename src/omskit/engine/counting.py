"""Counts and snapshots booked in one unit: read in a few statements, decided in plain code, written in a few.

How far a cell is known is kept in the inbox, under the source ``count:<warehouse>`` and the SKU: a count is
something that was received, and an older one must not be applied again. Counts and approvals of one warehouse take
turns, also of cells that have no row to be locked yet. The cells counted are locked before the movements since are
read, so that none slips in between the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from omskit.core import Cell, aware, mark_of
from omskit.engine.turns import take_turn
from omskit.engine.units import Shop
from omskit.fulfillment import FULFILLMENTS, WORKING
from omskit.inventory import (
    Counted,
    CountResult,
    Move,
    Tolerance,
    Variance,
    completed,
    corrections,
    movement,
    pieces,
    settle_count,
)
from omskit.storage import After, Op, Receipt, Unit, Where

#: Fulfillment orders read in one step when pieces in flight are added up.
PAGE = 500


def count(
    shop: Shop,
    warehouse: str,
    counted: Sequence[Counted],
    *,
    actor: str,
    document: str = "",
    full_as_of: datetime | None = None,
    picked_included: bool = True,
    tolerance: Tolerance | None = None,
    unit_costs: Mapping[str, int] | None = None,
) -> CountResult:
    """Hold a count against the book and book what is within the tolerance; see :meth:`StockDesk.count`."""
    at = shop.now()

    def do(unit: Unit, _lock: bool) -> CountResult:  # noqa: FBT001
        take_turn(unit, f"count:{warehouse}", at)
        lines: Sequence[Counted] = counted
        if full_as_of is not None:
            known = [cell for cell, _ in unit.stock.all_levels() if not mark_of(cell)]
            lines = completed(counted, known, warehouse=warehouse, as_of=aware(full_as_of))
        if not lines:
            return settle_count((), {})
        skus = {line.cell.sku for line in lines}
        levels = unit.stock.levels(skus, lock=True)
        found = settle_count(
            lines,
            levels,
            since=unit.stock.since(warehouse, min(line.as_of for line in lines)),
            watermarks=_watermarks(unit, warehouse, skus),
            in_flight=None if picked_included else in_flight(unit, shop, warehouse),
            tolerance=tolerance,
            unit_costs=unit_costs,
            document=document,
        )
        _remember(unit, warehouse, found.variances, set(found.watermarks), at)
        if found.booked:
            _book(unit, found.booked, found.variances, actor)
        return found

    return shop.attempt(do)


def approve(shop: Shop, warehouse: str, variances: Sequence[Variance], *, actor: str, document: str = "") -> None:
    """Book variances that somebody has approved; see :meth:`StockDesk.approve`."""
    at = shop.now()

    def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
        take_turn(unit, f"count:{warehouse}", at)
        marks = _watermarks(unit, warehouse, {one.counted.cell.sku for one in variances})
        fresh = [one for one in variances if one.counted.as_of > marks.get(one.counted.cell, _EVER)]
        _remember(unit, warehouse, fresh, {one.counted.cell for one in fresh}, at)
        if moves := corrections(fresh, document=document):
            _book(unit, moves, fresh, actor)

    shop.attempt(do)


def _book(unit: Unit, moves: Sequence[Move], variances: Sequence[Variance], actor: str) -> None:
    """Post corrections as of the instant that was counted: a later count must find them in its own past."""
    when = {one.counted.cell: aware(one.counted.as_of) for one in variances}
    unit.stock.post([movement(move, at=when[move.cell], actor=actor) for move in moves])


#: Before any count.
_EVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


def in_flight(unit: Unit, shop: Shop, warehouse: str) -> dict[Cell, int]:
    """Sum the pieces that a warehouse works on and has not reported as shipped, by cell."""
    sums: dict[Cell, int] = {}
    machines = (rules.fulfillments for rules in shop.ruling.all_rules())
    statuses = tuple(sorted({status for machine in machines for status in machine.with_trait(WORKING)}))
    there = (Where("warehouse", Op.EQ, warehouse), Where("status", Op.IN, statuses))
    for keys in _pages(unit, there):
        for stored in unit.of(FULFILLMENTS).load(keys).values():
            for line in stored.state.lines:
                parts = pieces(line.parts, line.open) if line.parts else {line.sku: line.open}
                for sku, needed in parts.items():
                    cell = Cell(sku, warehouse)
                    sums[cell] = sums.get(cell, 0) + needed
    return sums


def _pages(unit: Unit, where: Sequence[Where]) -> Iterator[Sequence[int]]:
    after: After | None = None
    while keys := unit.of(FULFILLMENTS).find(*where, limit=PAGE, after=after):
        yield keys
        after = After(None, keys[-1])


def _watermarks(unit: Unit, warehouse: str, skus: set[str]) -> dict[Cell, datetime]:
    seen = unit.inbox.seen(f"count:{warehouse}", skus)
    return {Cell(sku, warehouse): datetime.fromisoformat(json.loads(one.outcome)) for sku, one in seen.items()}


def _remember(unit: Unit, warehouse: str, variances: Sequence[Variance], applied: set[Cell], at: datetime) -> None:
    receipts = [
        Receipt(
            one.counted.cell.sku, str(one.counted.quantity), json.dumps(aware(one.counted.as_of).isoformat())
        )
        for one in variances
        if one.counted.cell in applied
    ]
    if receipts:
        unit.inbox.replace(f"count:{warehouse}", receipts, at=at)
