"""The stock desk: goods in, corrections, levels; every change is a movement with an actor and a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import frozen

from omskit.core import Cell, Level, Movement
from omskit.engine.units import Shop
from omskit.inventory import FOUND, LOST, RECEIVED, Move, movement
from omskit.storage import Unit


@frozen
class StockDesk:
    """Stock by hand."""

    shop: Shop

    def receive(
        self, warehouse: str, quantities: Mapping[str, int], *, actor: str, document: str = "", reason: str = ""
    ) -> None:
        """Book goods that came in: pieces by SKU, each above zero.

        Raises:
            UsageError: ``bad_quantity``.
        """
        self._move(
            [
                Move(RECEIVED, Cell(sku, warehouse), count, document=document, reason=reason)
                for sku, count in quantities.items()
            ],
            actor,
        )

    def adjust(
        self, warehouse: str, differences: Mapping[str, int], *, actor: str, reason: str, document: str = ""
    ) -> None:
        """Correct what is there by signed differences: pieces found (above zero) or lost (below).

        Raises:
            Refused: ``out_of_stock`` when more is lost than is there and not reserved; nothing is booked.
        """
        moves = [
            Move(FOUND if count > 0 else LOST, Cell(sku, warehouse), abs(count), document=document, reason=reason)
            for sku, count in differences.items()
            if count
        ]
        self._move(moves, actor)

    def levels(self, skus: Collection[str]) -> Mapping[Cell, Level]:
        """Return the levels of every known cell of the SKUs."""
        with self.shop.storage.begin(read=True) as unit:
            return unit.stock.levels(skus)

    def below(self, threshold: int) -> Mapping[str, int]:
        """Return the SKUs with fewer available pieces than the threshold, over all warehouses: pieces by SKU."""
        totals: dict[str, int] = {}
        with self.shop.storage.begin(read=True) as unit:
            for cell, level in unit.stock.all_levels():
                totals[cell.sku] = totals.get(cell.sku, 0) + level.available
        return {sku: left for sku, left in totals.items() if left < threshold}

    def movements(self, sku: str, warehouse: str, *, limit: int = 100) -> Sequence[Movement]:
        """Return the last movements of a SKU at a warehouse, newest first."""
        with self.shop.storage.begin(read=True) as unit:
            return unit.stock.movements(Cell(sku, warehouse), limit=limit)

    def _move(self, moves: Sequence[Move], actor: str) -> None:
        at = self.shop.now()
        booked = [movement(move, at=at, actor=actor) for move in moves]

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            if booked:
                unit.stock.post(booked)

        self.shop.attempt(do)
