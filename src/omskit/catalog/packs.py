"""Packs of a product: each, inner, case, pallet; quantities go between them by exact fractions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from attrs import field, frozen

from omskit.catalog.handling import Dimensions
from omskit.core import PayloadError, Refused

#: The stock unit of a product that says nothing else: a piece.
EACH = "EA"

_UNIT = re.compile(r"[A-Za-z0-9_-]{1,30}", re.ASCII)


@frozen
class Pack:
    """One unit in which a product is bought, stored or sold.

    Args:
        unit: Its code, as in ``CS`` for a case.
        holds: How many of the unit within, above zero.
        of: The unit within; empty for the stock unit.
        gross_g: Weight with everything in it, grams; 0 when nobody weighed it.
        dimensions: Outer measures; None when nobody measured it.
        per: How many of this unit it takes for that, where the stock unit is the larger one: of a roll of 25.5 m,
            51 metres are 2 rolls.

    Raises:
        PayloadError: ``bad_pack``.
    """

    unit: str
    holds: int
    of: str = ""
    gross_g: int = 0
    dimensions: Dimensions | None = None
    per: int = 1

    def __attrs_post_init__(self) -> None:
        if not _UNIT.fullmatch(self.unit) or self.holds < 1 or self.per < 1 or self.gross_g < 0:
            raise PayloadError(
                "bad_pack",
                f"{self.per} {self.unit!r} of {self.holds}: a unit, from 1 in it, from 0 g",
                unit=self.unit,
            )


def _sorted(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    return tuple(sorted(packs, key=lambda pack: pack.unit))


@frozen
class Packs:
    """The stock unit of a product, and its packs.

    Args:
        base: The stock unit: what the ledger counts.
        packs: Every other unit, sorted by code.

    Raises:
        PayloadError: ``bad_pack`` when a unit comes twice, holds a unit that is not there, or holds itself.
    """

    base: str = EACH
    packs: tuple[Pack, ...] = field(default=(), converter=_sorted)

    def __attrs_post_init__(self) -> None:
        units = [self.base, *(pack.unit for pack in self.packs)]
        if not _UNIT.fullmatch(self.base) or len(set(units)) < len(units):
            raise PayloadError("bad_pack", f"units come once each: {', '.join(units)}", units=tuple(units))
        for pack in self.packs:
            self.factor(pack.unit)

    @property
    def units(self) -> tuple[str, ...]:
        """The stock unit, then the others from the smallest up."""
        packs = sorted(self.packs, key=lambda pack: (self.factor(pack.unit), pack.unit))
        return (self.base, *(pack.unit for pack in packs))

    def pack(self, unit: str) -> Pack:
        """Return a pack by its unit.

        Raises:
            PayloadError: ``unknown_pack`` with the units that are ``allowed``.
        """
        for pack in self.packs:
            if pack.unit == unit:
                return pack
        allowed = (self.base, *(pack.unit for pack in self.packs))
        raise PayloadError(
            "unknown_pack", f"{unit!r}; there are {', '.join(allowed)}", value=unit, allowed=allowed
        )

    def factor(self, unit: str) -> Fraction:
        """Return how many stock units one of a unit is.

        Raises:
            PayloadError: ``unknown_pack``.
        """
        factor, seen = Fraction(1), [unit]
        while seen[-1] != self.base:
            pack = self.pack(seen[-1])
            factor *= Fraction(pack.holds, pack.per)
            inner = pack.of or self.base
            if inner in seen:
                raise PayloadError(
                    "bad_pack", f"{' in '.join([inner, *reversed(seen)])}: a pack in itself", unit=unit
                )
            seen.append(inner)
        return factor

    def convert(self, quantity: int | Fraction, unit: str, to: str) -> Fraction:
        """Return a quantity in another unit, exactly.

        Raises:
            PayloadError: ``unknown_pack``.
        """
        return quantity * self.factor(unit) / self.factor(to)

    def whole(self, quantity: int | Fraction, unit: str, to: str) -> int:
        """Return a quantity in another unit where only whole ones will do, as stock and orders need it.

        Raises:
            PayloadError: ``unknown_pack``.
            Refused: ``not_whole`` with the exact ``result``.
        """
        exact = self.convert(quantity, unit, to)
        if exact.denominator != 1:
            raise Refused(
                "not_whole", f"{quantity} {unit} are {exact} {to}", quantity=str(quantity), result=str(exact)
            )
        return int(exact)

    def broken_down(self, quantity: int, unit: str = "") -> tuple[tuple[int, str], ...]:
        """Return a quantity as whole packs, the largest first: 25 EA with cases of 12 are 2 CS and 1 EA.

        Raises:
            PayloadError: ``unknown_pack``.
            Refused: ``not_whole`` when even the smallest units leave a rest.
        """
        left = quantity * self.factor(unit or self.base)
        parts = []
        for name in sorted(self.units, key=self.factor, reverse=True):
            count = left // self.factor(name)
            if count:
                parts.append((int(count), name))
                left -= count * self.factor(name)
        if left:
            raise Refused("not_whole", f"{quantity} {unit} leave {left} {self.base} over", result=str(left))
        return tuple(parts)
