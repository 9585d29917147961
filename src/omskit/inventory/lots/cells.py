"""Cells of lots: where the pieces of a lot are, beside the balance of all pieces in the same place.

A *place* is the plain cell of a SKU or one of its buckets. The pieces of a lot in a place have a cell of their
own, marked with the bucket and the lot, so that the book's guard, sums and proof hold for lots as they are. Pieces
that left for an order are in one more place, :data:`OUT`, where the order line holds them: who got what of
a lot is a balance like any other.
"""

from __future__ import annotations

from typing import NamedTuple

from omskit.core import SEPARATOR, Cell, mark_of, marked
from omskit.inventory.machine import BUCKETS, INBOUND

#: The place of pieces that left for an order, kept by lot only.
OUT = "out"
#: Places whose pieces are of known lots, by mark; what a supplier has announced is of none yet.
PLACES = ("", *(bucket for bucket in BUCKETS if bucket != INBOUND))

_LOT = "lot:"


class Split(NamedTuple):
    """A cell in parts; ``code`` is None for a place, and the lot's code for a cell of a lot."""

    place: Cell
    code: str | None


def lot_cell(place: Cell, code: str) -> Cell:
    """Return the cell of the pieces of a lot in a place."""
    mark = mark_of(place)
    return marked(place, f"{mark}+{_LOT}{code}" if mark else f"{_LOT}{code}")


def split(cell: Cell) -> Split:
    """Return a cell's place, and the lot's code if it is the cell of a lot."""
    before, found, code = mark_of(cell).partition(_LOT)
    return Split(marked(cell, before.removesuffix("+")), code) if found else Split(cell, None)


def sku_of(cell: Cell) -> str:
    """Return the plain SKU of a cell with any mark."""
    return cell.sku.partition(SEPARATOR)[0]


def out_of(cell: Cell) -> Cell:
    """Return the place of what left a warehouse for orders."""
    return marked(cell, OUT)


def texts_of(sku: str, code: str) -> list[str]:
    """Return the texts under which the pieces of a lot are in the book, wherever they are."""
    return [lot_cell(marked(Cell(sku, ""), mark), code).sku for mark in (*PLACES, OUT)]
