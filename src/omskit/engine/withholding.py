"""Withholding lots: free pieces of a lot leave what can be sold, as far as nobody has a promise of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import frozen

from omskit.core import Cell, Level, Movement, mark_of
from omskit.inventory import Move, movements
from omskit.inventory.lots import LotRecord, of_lot, split


@frozen
class Withheld:
    """Pieces of a lot that were taken out of what can be sold."""

    sku: str
    warehouse: str
    lot: str
    pieces: int


def withhold(
    kind: str,
    records: Iterable[LotRecord],
    levels: Mapping[Cell, Level],
    at: datetime,
    actor: str,
    *,
    reason: str = "",
) -> tuple[list[Withheld], list[Movement]]:
    """Return what can be withheld of lots, and the movements of it.

    A piece is left where it is while it is picked, or while all that is free beside it is promised: an order line
    has a promise of pieces, not of these, and must not lose it.

    Args:
        kind: A move from what can be sold into a bucket.
        records: The lots, in the order in which they are withheld.
        levels: Of their cells, and of the plain ones.
        at: Now.
        actor: Who does it.
        reason: Why.
    """
    free = {cell: level.available for cell, level in levels.items() if not mark_of(cell)}
    lots: dict[tuple[str, str], list[tuple[Cell, int]]] = {}
    for cell, level in sorted(levels.items()):
        place, code = split(cell)
        if code is not None and not mark_of(place):
            lots.setdefault((place.sku, code), []).append((place, level.available))
    found: list[Withheld] = []
    booked: list[Movement] = []
    for record in records:
        for place, there in lots.get((record.sku, record.code), ()):
            count = min(there, free.get(place, 0))
            if count > 0:
                free[place] -= count
                legs = movements(Move(kind, place, count, reason=reason), at=at, actor=actor)
                booked += [*legs, *(of_lot(leg, record.code) for leg in legs)]
                found.append(Withheld(place.sku, place.warehouse, record.code, count))
    return found, booked
