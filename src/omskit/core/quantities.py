"""A bag of SKUs with whole quantities, with the arithmetic of bags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from omskit.core.errors import UsageError


class Quantities(Mapping[str, int]):
    """An immutable bag: SKU to a quantity above zero; what is not in it counts zero.

    ``a + b`` adds, ``a - b`` takes away and stops at zero, ``a & b`` is what both have. A bag has no
    truth value, so that ``if bag:`` cannot hide which question is meant: ask ``bag.is_empty``.
    """

    __slots__ = ("_of",)

    def __init__(self, pairs: Mapping[str, int] | Iterable[tuple[str, int]] = ()) -> None:
        """Sum the pairs by SKU; a SKU may come more than once.

        Raises:
            UsageError: ``bad_quantity`` for a negative or non-int quantity.
        """
        of: dict[str, int] = {}
        for sku, quantity in pairs.items() if isinstance(pairs, Mapping) else pairs:
            if type(quantity) is not int or quantity < 0:
                raise UsageError(
                    "bad_quantity", f"{quantity!r} of {sku}: quantities are ints from 0", sku=sku, value=quantity
                )
            if quantity:
                of[sku] = of.get(sku, 0) + quantity
        self._of = of

    def __getitem__(self, sku: str) -> int:
        return self._of.get(sku, 0)

    def __contains__(self, sku: object) -> bool:
        return sku in self._of

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def __bool__(self) -> bool:
        raise UsageError("no_truth_value", "ask bag.is_empty")

    def __repr__(self) -> str:
        return f"Quantities({dict(sorted(self._of.items()))})"

    def __hash__(self) -> int:
        return hash(frozenset(self._of.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantities) and self._of == other._of

    def __add__(self, other: Quantities) -> Quantities:
        return Quantities([*self._of.items(), *other._of.items()])

    def __sub__(self, other: Quantities) -> Quantities:
        return Quantities((sku, max(0, quantity - other[sku])) for sku, quantity in self._of.items())

    def __and__(self, other: Quantities) -> Quantities:
        return Quantities((sku, min(quantity, other[sku])) for sku, quantity in self._of.items())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in the bag."""
        return not self._of

    @property
    def total(self) -> int:
        """The sum over all SKUs."""
        return sum(self._of.values())

    def covers(self, other: Quantities) -> bool:
        """Whether every quantity of the other bag is in this one."""
        return all(self[sku] >= quantity for sku, quantity in other._of.items())
