"""The numbers that a stock book keeps, and where one of them is not what its movements come to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from attrs import frozen

from omskit.core import Cell, Claim, Refused

#: The claim of a level.
_NOBODY = Claim()


class Measure(Enum):
    """What a balance counts.

    ``ON_HAND`` and ``RESERVED`` are the two numbers of a cell's level, ``RESERVATION`` is what one order line has
    in a cell.
    """

    ON_HAND = "on_hand"
    RESERVED = "reserved"
    RESERVATION = "reservation"


@frozen(order=False)
class Balance:
    """One number that a stock book keeps; ``claim`` is that of a reservation."""

    measure: Measure
    cell: Cell
    claim: Claim = _NOBODY

    def __str__(self) -> str:
        """Return it as people read it: ``on_hand MUG@BERLIN``, ``reservation 12/1 MUG@BERLIN``."""
        whose = f" {self.claim.order}/{self.claim.line}" if self.measure is Measure.RESERVATION else ""
        return f"{self.measure.value}{whose} {self.cell.sku}@{self.cell.warehouse}"


@frozen
class Imbalance:
    """A balance that its movements do not explain.

    Args:
        balance: Which one.
        found: What it is.
        expected: What its movements come to.
    """

    balance: Balance
    found: int
    expected: int


def imbalances(cell: Cell, level: tuple[int, int], sums: tuple[int, int]) -> list[Imbalance]:
    """Hold a cell's level (on hand, reserved) against the sums of its movements."""
    measures = zip((Measure.ON_HAND, Measure.RESERVED), level, sums, strict=True)
    return [Imbalance(Balance(one, cell), have, want) for one, have, want in measures if have != want]


def mending(
    drift: Iterable[Imbalance], now: Iterable[Imbalance]
) -> tuple[dict[Cell, tuple[int, int]], dict[tuple[Claim, Cell], int]]:
    """Return what mending adds to levels (on hand, reserved) by cell, and to reservations by claim and cell.

    Raises:
        Refused: ``drift_changed`` with ``subjects``, unless all of ``drift`` is in what the book shows ``now``.
    """
    shown, wanted = frozenset(now), tuple(drift)
    if gone := tuple(str(one.balance) for one in wanted if one not in shown):
        raise Refused("drift_changed", f"no longer as it was found: {', '.join(gone)}", subjects=gone)
    levels: dict[Cell, tuple[int, int]] = {}
    claims: dict[tuple[Claim, Cell], int] = {}
    for one in wanted:
        cell, missing = one.balance.cell, one.expected - one.found
        on_hand, reserved = levels.get(cell, (0, 0))
        if one.balance.measure is Measure.RESERVATION:
            claims[one.balance.claim, cell] = missing
        elif one.balance.measure is Measure.ON_HAND:
            levels[cell] = (on_hand + missing, reserved)
        else:
            levels[cell] = (on_hand, reserved + missing)
    return dict(sorted(levels.items())), dict(sorted(claims.items()))
