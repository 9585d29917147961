"""What the pieces of one unit count for in its price, so that single pieces can be refunded to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import lcm

from attrs import frozen

from omskit.core import Component, UsageError


@frozen
class Worth:
    """The worth of a unit and of its pieces, in whole shares that mean nothing by themselves.

    Args:
        unit: Of a whole unit, above zero.
        per: Pieces of each SKU in one unit.
        piece: Of one piece, by SKU; pieces times worth add up to the unit's.
    """

    unit: int
    per: Mapping[str, int]
    piece: Mapping[str, int]

    @classmethod
    def of(cls, parts: Iterable[Component]) -> Worth:
        """Return the worth of what a unit is made of; a SKU that comes twice counts twice."""
        parts = tuple(parts)
        if len(parts) == 1:
            (part,) = parts
            return cls(part.per, {part.sku: part.per}, {part.sku: 1})
        stated = any(part.worth for part in parts)
        per: dict[str, int] = {}
        weight: dict[str, int] = {}
        for part in parts:
            per[part.sku] = per.get(part.sku, 0) + part.per
            weight[part.sku] = weight.get(part.sku, 0) + part.per * (part.worth if stated else 1)
        scale = lcm(*per.values())
        piece = {sku: weight[sku] * (scale // per[sku]) for sku in per}
        return cls(scale * sum(weight.values()), per, piece)

    def of_pieces(self, pieces: Iterable[tuple[str, int]]) -> int:
        """Return what (SKU, pieces) pairs are worth.

        Raises:
            UsageError: ``unknown_piece`` for a SKU that is not in the unit.
        """
        total = 0
        for sku, count in pieces:
            if sku not in self.piece:
                raise UsageError("unknown_piece", f"no {sku!r} in a unit of {', '.join(self.per)}", sku=sku)
            total += self.piece[sku] * count
        return total
