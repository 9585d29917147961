"""Scarce stock: what is left of cells that fell short, shared among the commands of one batch in their order.

A batch books all its movements at once, so one command too many refuses them all. The batch is then decided again
with what is left of those cells at hand: each command takes its part or is refused by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Self

from attrs import define

from omskit.core import Cell, Level, Movement, Refused
from omskit.storage import Unit, effects_of


def short_cells(refusal: Refused) -> set[Cell]:
    """Return the cells that a refusal ``out_of_stock`` names."""
    cells: Iterable[tuple[str, str, int, int]] = refusal.facts["cells"]  # type: ignore[assignment]  # see StockBook
    return {Cell(sku, warehouse) for sku, warehouse, _, _ in cells}


@define
class Left:
    """What is left of the scarce cells.

    Args:
        pieces: Pieces that can still be promised, by cell.
    """

    pieces: dict[Cell, int]

    @classmethod
    def of(cls, unit: Unit, scarce: Collection[Cell]) -> Self:
        """Read what is left, without a lock: what others take meanwhile is found out when it is booked."""
        if not scarce:
            return cls({})
        levels = unit.stock.levels({cell.sku for cell in scarce})
        return cls({cell: levels.get(cell, Level()).available for cell in scarce})

    def take(self, movements: Iterable[Movement]) -> None:
        """Take what movements need, or nothing.

        Raises:
            Refused: ``out_of_stock`` with ``cells``, as a stock book says it.
        """
        if not self.pieces:
            return
        needed = {
            cell: reserved - on_hand
            for cell, (on_hand, reserved) in effects_of(movements).items()
            if cell in self.pieces
        }
        short = [(*cell, need, self.pieces[cell]) for cell, need in needed.items() if need > self.pieces[cell]]
        if short:
            raise Refused("out_of_stock", "less is there than the movements need", cells=tuple(short))
        for cell, need in needed.items():
            self.pieces[cell] -= need
