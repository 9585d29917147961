"""What several movements or changes come to together; every storage adds up in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omskit.core import Cell, Claim, Movement


def claims_of(movements: Iterable[Movement]) -> dict[tuple[Claim, Cell], int]:
    """Sum the reserved effect by claim and cell, leaving out what is for no order and what cancels out."""
    sums: dict[tuple[Claim, Cell], int] = {}
    for movement in movements:
        if movement.reserved and movement.claim.order:
            where = (movement.claim, movement.cell)
            sums[where] = sums.get(where, 0) + movement.reserved
    return {where: total for where, total in sums.items() if total} if 0 in sums.values() else sums


def effects_of(movements: Iterable[Movement]) -> dict[Cell, tuple[int, int]]:
    """Sum the effects (on hand, reserved) by cell, in cell order."""
    sums: dict[Cell, tuple[int, int]] = {}
    for movement in movements:
        on_hand, reserved = sums.get(movement.cell, (0, 0))
        sums[movement.cell] = (on_hand + movement.on_hand, reserved + movement.reserved)
    return {cell: sums[cell] for cell in sorted(sums)}


def first_twice(keys: Sequence[int]) -> int | None:
    """Return the first key that comes a second time, or None."""
    if len(set(keys)) == len(keys):
        return None
    seen: set[int] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None
