"""What booking pieces needs to know of lots, and what comes of it; and how a movement names a lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from attrs import evolve, frozen

from omskit.core import Cell, Claim, Level, Movement
from omskit.inventory.lots.cells import lot_cell
from omskit.inventory.lots.model import LotRecord


@frozen
class LotBook:
    """What is known of lots when something is booked.

    Args:
        records: Of each SKU, in order of expiry.
        levels: Of the cells of these lots.
        held: What claims hold: of places, of lots, and of lots that left; by (claim, cell).
    """

    records: Mapping[str, Sequence[LotRecord]]
    levels: Mapping[Cell, Level]
    held: Mapping[tuple[Claim, Cell], int]


class CameIn(NamedTuple):
    """Pieces of a lot that came in from outside."""

    sku: str
    code: str
    warehouse: str
    pieces: int
    document: str


@frozen
class Traced:
    """What is booked of lots.

    Args:
        added: Movements beside the given ones.
        entered: Pieces that came in.
        emptied: Lots without a piece left, as (SKU, lot).
    """

    added: tuple[Movement, ...]
    entered: tuple[CameIn, ...]
    emptied: tuple[tuple[str, str], ...]


def of_lot(movement: Movement, code: str, pieces: int | None = None) -> Movement:
    """Return a movement that names the lot of pieces that a movement moves: of all of them, or of some."""
    count = movement.quantity if pieces is None else pieces
    sign = (movement.on_hand > 0) - (movement.on_hand < 0)
    cell = lot_cell(movement.cell, code)
    return evolve(movement, cell=cell, quantity=count, on_hand=sign * count, reserved=0)
