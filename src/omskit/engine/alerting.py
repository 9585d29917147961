"""Alerts over the book: what each cell has, what it sold of late, and which alerts are open already."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from omskit.core import Cell, Level, mark_of, marked
from omskit.inventory import IN_TRANSIT, INBOUND, SHIPPED, Selling
from omskit.inventory.replenishment import AlertKind, Alerts, Bounds, Watched, watch
from omskit.storage import Receipt, Unit

#: Under which the open alerts are kept.
SOURCE = "alerts"
#: Under which id.
OPEN = "open"

_Key = tuple[AlertKind, Cell]


def look(unit: Unit, selling: Selling, bounds: Bounds, at: datetime, days: int) -> Alerts:
    """Say what changed since the last look, and keep which alerts are open.

    Demand is what was shipped within ``days``, over those days. Dead stock is known only as far back as they go.
    """
    unit.inbox.replace(SOURCE, [Receipt("turn", "", "")], at=at)
    start = datetime.combine(at.date() - timedelta(days=days), time(), at.tzinfo)
    cells = dict(unit.stock.all_levels())
    houses = sorted({cell.warehouse for cell in cells})
    sold: dict[Cell, int] = {}
    last: dict[Cell, datetime] = {}
    for house in houses:
        for one in unit.stock.since(house, start):
            if one.kind == SHIPPED:
                sold[one.cell] = sold.get(one.cell, 0) + one.quantity
                last[one.cell] = max(one.at, last.get(one.cell, one.at))
    watched = [
        Watched(
            cell,
            level.on_hand,
            level.available + _coming(cells, cell),
            sold.get(cell, 0) / days,
            selling.points.get(cell, 0),
            last_sold=last.get(cell, start).date(),
        )
        for cell, level in cells.items()
        if not mark_of(cell)
    ]
    seen = unit.inbox.seen(SOURCE, [OPEN]).get(OPEN)
    known = frozenset(_read(seen.outcome)) if seen else frozenset()
    found = watch(watched, on=at.date(), bounds=bounds, known=known)
    unit.inbox.replace(SOURCE, [Receipt(OPEN, "", _written(found.open))], at=at)
    return found


def _coming(cells: dict[Cell, Level], cell: Cell) -> int:
    return sum(cells.get(marked(cell, bucket), Level()).on_hand for bucket in (IN_TRANSIT, INBOUND))


def _written(keys: frozenset[_Key]) -> str:
    return json.dumps(sorted([kind.value, cell.sku, cell.warehouse] for kind, cell in keys))


def _read(text: str) -> Iterator[_Key]:
    for kind, sku, warehouse in json.loads(text):
        yield AlertKind(kind), Cell(sku, warehouse)
