"""Proof of what suppliers announced: all that is still to come lies in the bucket of inbound goods."""

from __future__ import annotations

from collections.abc import Iterator

from omskit.core import Cell, Level, marked
from omskit.engine.looking import PAGE, Drift, Looking
from omskit.inventory import INBOUND
from omskit.inventory.inbound import ANNOUNCEMENT_MACHINE, ANNOUNCEMENTS, EXPECTED
from omskit.storage import Op, Where


def inbound(look: Looking) -> Iterator[Drift]:
    """Hold what is announced and open against the bucket, which may have more: people announce by hand, too.

    Memory grows with the cells that something is due in, not with the announcements there have been.
    """
    expected = Where("status", Op.IN, ANNOUNCEMENT_MACHINE.with_trait(EXPECTED))
    due: dict[Cell, int] = {}
    for keys in look.find(ANNOUNCEMENTS, expected):
        for stored in look.load(ANNOUNCEMENTS, keys).values():
            for line in stored.state.lines:
                if line.open:
                    cell = marked(Cell(line.sku, stored.state.warehouse), INBOUND)
                    due[cell] = due.get(cell, 0) + line.open
    cells = sorted(due)
    for start in range(0, len(cells), PAGE):
        some = cells[start : start + PAGE]
        levels = look.levels({cell.sku for cell in some})
        for cell in some:
            there = levels.get(cell, Level()).on_hand
            if there < due[cell]:
                yield Drift(f"announced {cell.sku}@{cell.warehouse}", there, due[cell])
