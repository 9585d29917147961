"""The stock desk: goods in, corrections, levels; every change is a movement with an actor and a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from omskit.core import Cell, Level, Movement, mark_of
from omskit.engine.counting import approve, count
from omskit.engine.once import once
from omskit.engine.units import Shop
from omskit.inventory import (
    FOUND,
    LOST,
    RECEIVED,
    Counted,
    CountResult,
    Move,
    Tolerance,
    Variance,
    movement,
)
from omskit.storage import Unit

#: Under which keys of calls are kept.
SOURCE = "stock"


@frozen
class StockDesk:
    """Stock by hand."""

    shop: Shop

    def receive(
        self,
        warehouse: str,
        quantities: Mapping[str, int],
        *,
        actor: str,
        document: str = "",
        reason: str = "",
        key: str = "",
    ) -> None:
        """Book goods that came in: pieces by SKU, each above zero; once for each key.

        Raises:
            UsageError: ``bad_quantity``; ``key_reused`` when the key came with something else before.
        """
        moves = [
            Move(RECEIVED, Cell(sku, warehouse), count, document=document, reason=reason)
            for sku, count in quantities.items()
        ]
        self._move(moves, actor, key, ["receive", warehouse, dict(quantities), document])

    def adjust(
        self,
        warehouse: str,
        differences: Mapping[str, int],
        *,
        actor: str,
        reason: str,
        document: str = "",
        key: str = "",
    ) -> None:
        """Correct what is there by signed differences, found above zero and lost below; once for each key.

        Raises:
            Refused: ``out_of_stock`` when more is lost than is there and not reserved; nothing is booked.
            UsageError: ``key_reused`` when the key came with something else before.
        """
        moves = [
            Move(FOUND if count > 0 else LOST, Cell(sku, warehouse), abs(count), document=document, reason=reason)
            for sku, count in differences.items()
            if count
        ]
        self._move(moves, actor, key, ["adjust", warehouse, dict(differences), document])

    def count(
        self,
        warehouse: str,
        counted: Mapping[str, int],
        *,
        as_of: datetime,
        actor: str,
        reason: str = "count",
        document: str = "",
        full: bool = False,
        picked_included: bool = True,
        tolerance: Tolerance | None = None,
        unit_costs: Mapping[str, int] | None = None,
    ) -> CountResult:
        """Hold what was seen in a warehouse against the book of that instant, and book the differences.

        Any number of SKUs goes in one unit, in a number of statements that does not grow with them. A SKU that was
        counted at the same instant or later is left alone.

        Args:
            warehouse: Where.
            counted: Pieces by SKU.
            as_of: When they were seen.
            actor: Who counted.
            reason: What explains a difference.
            document: What is booked by.
            full: Whether the warehouse has nothing of what is not named.
            picked_included: Whether pieces that are picked and not shipped were counted. Many warehouse systems
                leave them out; what is missing is then first explained by work that they have.
            tolerance: What may be booked; beyond it see ``to_approve`` of the result and :meth:`approve`.
            unit_costs: Minor units a piece by SKU, for a tolerance by value.

        Raises:
            UsageError: ``bad_quantity``, ``naive_datetime``.
        """
        lines = [Counted(Cell(sku, warehouse), pieces, as_of, reason) for sku, pieces in counted.items()]
        return count(
            self.shop,
            warehouse,
            lines,
            actor=actor,
            document=document,
            full_as_of=as_of if full else None,
            picked_included=picked_included,
            tolerance=tolerance,
            unit_costs=unit_costs,
        )

    def approve(self, warehouse: str, variances: Sequence[Variance], *, actor: str, document: str = "") -> None:
        """Book variances of a count that somebody has approved; those counted again since are left out.

        Raises:
            Refused: ``out_of_stock`` when pieces to be booked as lost have been promised since; nothing is booked.
        """
        approve(self.shop, warehouse, variances, actor=actor, document=document)

    def levels(self, skus: Collection[str]) -> Mapping[Cell, Level]:
        """Return the levels of every known cell of the SKUs."""
        with self.shop.storage.begin(read=True) as unit:
            return unit.stock.levels(skus)

    def below(self, threshold: int) -> Mapping[str, int]:
        """Return the SKUs with fewer available pieces than the threshold, over all warehouses: pieces by SKU."""
        totals: dict[str, int] = {}
        with self.shop.storage.begin(read=True) as unit:
            for cell, level in unit.stock.all_levels():
                if not mark_of(cell):
                    totals[cell.sku] = totals.get(cell.sku, 0) + level.available
        return {sku: left for sku, left in totals.items() if left < threshold}

    def movements(self, sku: str, warehouse: str, *, limit: int = 100) -> Sequence[Movement]:
        """Return the last movements of a SKU at a warehouse, newest first."""
        with self.shop.storage.begin(read=True) as unit:
            return unit.stock.movements(Cell(sku, warehouse), limit=limit)

    def _move(self, moves: Sequence[Move], actor: str, key: str, asked: object) -> None:
        at = self.shop.now()
        booked = [movement(move, at=at, actor=actor) for move in moves]

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            if booked:
                unit.stock.post(booked)

        once(self.shop, SOURCE, key, asked, do)
