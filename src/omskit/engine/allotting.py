"""Allotting: which lots a warehouse is asked to take for fulfillment orders, first to expire first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from attrs import evolve, frozen

from omskit.core import Cell, Claim, Level, Movement
from omskit.engine.lotbook import TracedUnit, in_turn, levels_of, live_pages
from omskit.flow import Allot
from omskit.fulfillment import FulfillmentOrder, LotPieces, WorkHold
from omskit.inventory import pieces
from omskit.inventory.lots import (
    PICKABLE,
    UNKNOWN,
    Lot,
    LotNeed,
    LotPick,
    LotRule,
    lot_cell,
    pick_lots,
)
from omskit.storage import Unit

#: Hold of work for which too few pieces of lots that may be sold are there: what is left is locked up or blocked.
SHORT_OF_LOTS = "short_of_lots"


def allotter(unit: Unit) -> Allot | None:
    """Return what gives fulfillment orders their lots, within a unit whose book knows lots."""
    return Allotter(unit) if isinstance(unit, TracedUnit) else None


@frozen
class Allotter:
    """Gives lots away within one unit: none twice, and where others were faster the book refuses."""

    unit: TracedUnit

    def __call__(
        self, works: Sequence[FulfillmentOrder], taken: Sequence[Movement], at: datetime
    ) -> list[FulfillmentOrder]:
        """Return fulfillment orders with the lots that are picked for them.

        One for which too little can be picked is held (``short_of_lots``), and gets what there is.
        """
        asked = [(work.key, line, need) for work in works for line, need in _needs(work, self.unit.rules)]
        if not asked:
            return list(works)
        needs = [need for _, _, need in asked]
        lots, unknown = self._read(needs, taken, at.date())
        lives = {sku: rule.life for sku, rule in self.unit.rules.items()}
        found: dict[int, list[tuple[int, LotPick]]] = {}
        for (key, line, _), pick in zip(asked, pick_lots(lots, needs, on=at.date(), lives=lives), strict=True):
            found.setdefault(key, []).append((line, pick))
        return [_with_lots(work, found.get(work.key, []), unknown, at) for work in works]

    def _read(
        self, needs: Sequence[LotNeed], taken: Sequence[Movement], on: date
    ) -> tuple[dict[Cell, list[Lot]], dict[Cell, int]]:
        """Return the lots with free pieces in each cell, as many as are needed, and the pieces of unknown lots."""
        moved: dict[Cell, int] = {}
        for one in taken:
            moved[one.cell] = moved.get(one.cell, 0) + one.on_hand - one.reserved
        lots: dict[Cell, list[Lot]] = {need.cell: [] for need in needs}
        short: dict[Cell, int] = {}
        for need in needs:
            short[need.cell] = short.get(need.cell, 0) + need.quantity
        lock, skus = self.unit.lock, {cell.sku for cell in lots}
        levels = levels_of(self.unit, [(sku, UNKNOWN) for sku in skus], lock=lock, plain=lock)
        unknown = {cell: _free(lot_cell(cell, UNKNOWN), levels, moved) for cell in lots}
        for page in live_pages(self.unit, skus, PICKABLE, lock=lock):
            records = in_turn(one.state for one in page)
            pairs = [(one.sku, one.code) for some in records.values() for one in some]
            levels = levels_of(self.unit, pairs, lock=lock)
            for cell, found in lots.items():
                for record in records.get(cell.sku, ()):
                    free = _free(lot_cell(cell, record.code), levels, moved)
                    removal = record.removal_day(self.unit.rules[record.sku].life)
                    if free and (removal is None or on < removal):
                        found.append(Lot(record.code, free, record.received, expires=record.expires))
                        short[cell] -= free
            if all(count <= 0 for count in short.values()):
                break
        return lots, unknown


def _free(cell: Cell, levels: Mapping[Cell, Level], moved: Mapping[Cell, int]) -> int:
    return max(0, (levels.get(cell) or Level()).available + moved.get(cell, 0))


def _needs(work: FulfillmentOrder, rules: Mapping[str, LotRule]) -> Iterable[tuple[int, LotNeed]]:
    for line in work.lines:
        parts = pieces(line.parts, line.quantity) if line.parts else {line.sku: line.quantity}
        for sku, count in parts.items():
            if sku in rules:
                yield line.number, LotNeed(Claim(line.order, line.line), Cell(sku, work.warehouse), count)


def _with_lots(
    work: FulfillmentOrder, picks: Sequence[tuple[int, LotPick]], unknown: dict[Cell, int], at: datetime
) -> FulfillmentOrder:
    lots, short = [], 0
    for line, pick in picks:
        lots += [LotPieces(line, pick.cell.sku, code, count) for code, count in pick.lots]
        covered = min(pick.short, unknown[pick.cell])
        unknown[pick.cell] -= covered
        short += pick.short - covered
    if not lots and not short:
        return work
    reason = f"{short} pieces are of lots that are locked up or blocked"
    holds = (*work.holds, WorkHold(SHORT_OF_LOTS, at, "omskit", reason)) if short else work.holds
    return evolve(work, lots=tuple(lots), holds=holds)
