"""Reservations as decisions: got or created, changed by explicit differences, moved between warehouses.

A reservation is got or created: for each (order, line, SKU, warehouse) there is one number, and asking for
it again changes nothing. Another number is an explicit difference, which becomes one movement. What is not asked
about stays as it is; nothing reads as zero because it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from omskit.core import Cell, Claim, Refused, Reservation, UsageError
from omskit.inventory.commands import Move
from omskit.inventory.machine import RELEASED, RESERVED_FOR


@frozen(order=True)
class Difference:
    """What changes about one reservation: pieces before and after."""

    claim: Claim
    cell: Cell
    before: int
    after: int


def differences(held: Iterable[Reservation], wanted: Iterable[Reservation]) -> tuple[Difference, ...]:
    """Return what has to change so that exactly what is wanted is held, in order of claim and cell.

    Args:
        held: What is reserved.
        wanted: What shall be, at most once for each claim and cell; a quantity of zero lets go. Claims and cells
            that are not mentioned stay as they are.

    Raises:
        UsageError: ``reservation_twice``; ``bad_quantity`` for one below zero.
    """
    now = {(one.claim, one.cell): one.quantity for one in held}
    found: dict[tuple[Claim, Cell], Difference] = {}
    for one in wanted:
        where = (one.claim, one.cell)
        if one.quantity < 0:
            raise UsageError("bad_quantity", f"{one.quantity} pieces reserved: from 0", cell=one.cell)
        if where in found:
            raise UsageError("reservation_twice", f"{one.claim} wants {one.cell} twice", claim=one.claim)
        found[where] = Difference(one.claim, one.cell, now.get(where, 0), one.quantity)
    return tuple(sorted(one for one in found.values() if one.before != one.after))


def moves(changes: Iterable[Difference], *, document: str = "", reason: str = "") -> tuple[Move, ...]:
    """Return the movements that make the changes: what is let go first, then what is reserved."""
    made = [
        Move(
            RESERVED_FOR if one.after > one.before else RELEASED,
            one.cell,
            abs(one.after - one.before),
            one.claim,
            document,
            reason,
        )
        for one in changes
        if one.after != one.before
    ]
    return tuple(sorted(made, key=lambda move: move.kind != RELEASED))


def relocate(
    held: Iterable[Reservation], claim: Claim, source: Cell, target: Cell, quantity: int
) -> tuple[Difference, ...]:
    """Move reserved pieces of one line to another warehouse: what is let go there is reserved here.

    Raises:
        UsageError: ``bad_quantity`` below one; ``other_sku`` when the cells are of two SKUs or are the same.
        Refused: ``not_reserved`` when the line has less reserved at the source.
    """
    if quantity < 1:
        raise UsageError("bad_quantity", f"{quantity} pieces to move: from 1", value=quantity)
    if source.sku != target.sku or source == target:
        raise UsageError("other_sku", f"from {source} to {target}: one SKU, two warehouses", source=source)
    now = {one.cell: one.quantity for one in held if one.claim == claim}
    there = now.get(source, 0)
    if there < quantity:
        raise Refused("not_reserved", f"{there} of {quantity} pieces are reserved there", claim=claim, cell=source)
    here = now.get(target, 0)
    return (
        Difference(claim, source, there, there - quantity),
        Difference(claim, target, here, here + quantity),
    )
