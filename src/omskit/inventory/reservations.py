"""Reservations as decisions: soft ones with a time limit, hard ones for an order line at a warehouse.

A hard reservation is got or created: for each (order, line, SKU, warehouse) there is one number, and asking for
it again changes nothing. Another number is an explicit difference, which becomes one movement. What is not asked
about stays as it is; nothing reads as zero because it is missing.

A soft reservation (a cart, an unpaid order) holds pieces for a time, ``at < expires``. When its time is over and
nothing keeps it, it ends; while an order is held for review, or a payment is pending, it is extended, and said
to be. It is never let go silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from attrs import evolve, frozen

from omskit.core import Cell, Claim, Level, Refused, Reservation, UsageError
from omskit.inventory.availability import Unplaced
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


@frozen
class Soft:
    """Pieces held for a time, for someone who has not ordered or not paid yet.

    Args:
        claim: Whose: a cart's key and line.
        sku: Of what.
        quantity: Pieces, above zero.
        since: When they were first held.
        expires: The first instant at which they are not held any more.
        warehouses: Where they may come from; empty for anywhere.
        kept_by: What keeps them beyond their time: ``payment``, ``review`` ...; empty for nothing.
    """

    claim: Claim
    sku: str
    quantity: int
    since: datetime
    expires: datetime
    warehouses: frozenset[str] = frozenset()
    kept_by: frozenset[str] = frozenset()

    def is_live(self, at: datetime) -> bool:
        """Whether the pieces are held: up to its end, exclusive, and as long as something keeps them."""
        return at < self.expires or bool(self.kept_by)


@frozen
class Swept:
    """What became of soft reservations whose time was over.

    Args:
        extended: Those that something keeps, with their later end.
        overdue: Those that something keeps and that are older than allowed: still held, for a person to decide.
        ended: Those that are held no more.
    """

    extended: tuple[Soft, ...] = ()
    overdue: tuple[Soft, ...] = ()
    ended: tuple[Soft, ...] = ()


def sweep(
    softs: Iterable[Soft], *, at: datetime, extend_by: timedelta, longest: timedelta = timedelta(days=7)
) -> Swept:
    """Say what becomes of each reservation whose time is over; those whose time is not are left out.

    Args:
        softs: Any number.
        at: Now.
        extend_by: How long a kept one is extended, above zero; from now.
        longest: How old a kept one may become before a person has to look.

    Raises:
        UsageError: ``bad_extension``.
    """
    if extend_by <= timedelta(0):
        raise UsageError("bad_extension", f"an extension by {extend_by} is none", value=extend_by)
    extended, overdue, ended = [], [], []
    for soft in softs:
        if at < soft.expires:
            continue
        if not soft.kept_by:
            ended.append(soft)
            continue
        extended.append(evolve(soft, expires=at + extend_by))
        if at - soft.since > longest:
            overdue.append(extended.pop())
    return Swept(tuple(extended), tuple(overdue), tuple(ended))


def extend(soft: Soft, *, at: datetime, expires: datetime) -> Soft:
    """Hold for longer because its owner is active; an end that is not later changes nothing.

    Raises:
        Refused: ``reservation_expired`` at its end and after.
    """
    _alive(soft, at)
    return evolve(soft, expires=expires) if expires > soft.expires else soft


def harden(soft: Soft, cell: Cell, *, at: datetime) -> Difference:
    """Return the hard reservation that takes a soft one's place; the caller drops the soft one in the same unit.

    Raises:
        Refused: ``reservation_expired`` at its end and after.
        UsageError: ``other_sku``; ``other_warehouse`` when the soft one is not for that warehouse.
    """
    _alive(soft, at)
    if cell.sku != soft.sku:
        raise UsageError("other_sku", f"{soft.sku} is held, not {cell.sku}", cell=cell)
    if soft.warehouses and cell.warehouse not in soft.warehouses:
        raise UsageError("other_warehouse", f"held for {sorted(soft.warehouses)}", cell=cell)
    return Difference(soft.claim, cell, 0, soft.quantity)


def _alive(soft: Soft, at: datetime) -> None:
    if not soft.is_live(at):
        raise Refused("reservation_expired", f"held until {soft.expires}", claim=soft.claim, expires=soft.expires)


def unplaced(softs: Iterable[Soft], *, at: datetime) -> tuple[Unplaced, ...]:
    """Return what live soft reservations take off what is available."""
    return tuple(Unplaced(soft.sku, soft.quantity, soft.warehouses) for soft in softs if soft.is_live(at))


@frozen
class Again:
    """What came of reserving again: what is reserved, and what is sold but not there.

    Args:
        reserved: Differences to make.
        oversold: (claim, SKU, pieces) that no warehouse has; such an order is held, never marked ready.
    """

    reserved: tuple[Difference, ...]
    oversold: tuple[tuple[Claim, str, int], ...] = ()


def reserve_again(softs: Iterable[Soft], levels: Mapping[Cell, Level]) -> Again:
    """Reserve what was let go before its payment came: all of a line, from several warehouses if need be.

    The earlier held goes first. Warehouses are taken in order, those with the whole line before others.
    """
    left = {cell: level.available for cell, level in levels.items()}
    reserved: list[Difference] = []
    oversold = []
    for soft in sorted(softs, key=lambda soft: (soft.since, soft.claim)):
        cells = [cell for cell in sorted(left) if cell.sku == soft.sku and left[cell] > 0]
        cells = [cell for cell in cells if not soft.warehouses or cell.warehouse in soft.warehouses]
        if sum(left[cell] for cell in cells) < soft.quantity:
            oversold.append((soft.claim, soft.sku, soft.quantity))
            continue
        wanted = soft.quantity
        for cell in sorted(cells, key=lambda cell: (left[cell] < soft.quantity, cell)):
            count = min(wanted, left[cell])
            if count:
                reserved.append(Difference(soft.claim, cell, 0, count))
                left[cell] -= count
                wanted -= count
    return Again(tuple(sorted(reserved)), tuple(oversold))
