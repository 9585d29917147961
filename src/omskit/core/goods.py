"""What one unit of an order line is made of, as sourcing, couriers and warehouses read it."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from omskit.core.errors import UsageError


def _sorted(traits: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(traits)) if traits else ()


@frozen
class Component:
    """One SKU within one unit of a line: a plain SKU is its own single component, a bundle has several.

    Args:
        sku: What lies on the shelf.
        per: Pieces within one unit of the line, above zero.
        weight_g: Weight of one piece, grams.
        volume_cm3: Volume of one packed piece, cubic centimetres.
        traits: What handling asks for, as in ``("cold", "hazmat")``; sorted.
        worth: What one piece weighs in the price of a unit, beside the other components; where all weigh 0, pieces
            count alike.

    Raises:
        UsageError: ``bad_quantity`` for a ``per`` below one, ``bad_size`` for a negative weight, volume or worth.
    """

    sku: str
    per: int = 1
    weight_g: int = 0
    volume_cm3: int = 0
    traits: tuple[str, ...] = field(default=(), converter=_sorted)
    worth: int = 0

    def __attrs_post_init__(self) -> None:
        if self.per < 1:
            raise UsageError("bad_quantity", f"{self.per} of {self.sku}: a component counts from 1", sku=self.sku)
        if self.weight_g < 0 or self.volume_cm3 < 0 or self.worth < 0:
            raise UsageError("bad_size", f"{self.sku} weighs, measures and is worth zero or more", sku=self.sku)
