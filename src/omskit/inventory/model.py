"""What stock is to omskit: pieces of a SKU in a warehouse, each in one position of the stock machine."""

from __future__ import annotations

from collections.abc import Iterable

from omskit.core import Cell, Claim, Component, Level, Movement, Reservation

__all__ = ["Cell", "Claim", "Level", "Movement", "Reservation", "pieces"]


def pieces(parts: Iterable[Component], units: int) -> dict[str, int]:
    """Return the pieces of each SKU in some units of a line.

    A component that comes twice counts twice: bundles are exploded here, and summed before anything is
    checked against stock.
    """
    needed: dict[str, int] = {}
    for part in parts:
        needed[part.sku] = needed.get(part.sku, 0) + part.per * units
    return needed
