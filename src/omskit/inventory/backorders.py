"""Who waits for stock and who gets it: backorders by priority, and reservations that give way to a higher one.

Both follow one order: the lower ``priority`` number first, among equals who has waited longest, then the claim.
Filling serves from the front, displacing takes from the back. Who loses a reservation is reserved again
elsewhere at once, oldest first, or waits as a backorder with the date of the lost reservation, so that nobody
goes to the end of the queue twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from omskit.core import Cell, Claim, Level, Refused, UsageError
from omskit.inventory.reservations import Difference


@frozen
class Backorder:
    """Pieces of one line that wait for stock.

    Args:
        claim: The order line.
        sku: Of what.
        quantity: Pieces, above zero.
        since: When they were promised; the start of the wait.
        priority: Lower goes first.
        warehouses: Where they may come from; empty for anywhere.
        whole: Whether nothing is reserved unless all pieces are there, at one warehouse.
    """

    claim: Claim
    sku: str
    quantity: int
    since: datetime
    priority: int = 0
    warehouses: frozenset[str] = frozenset()
    whole: bool = False


@frozen
class Filled:
    """What arriving stock does for those who wait.

    Args:
        reserved: (claim, cell, pieces) to reserve, in the order they were served.
        waiting: What still waits, with what is left of it, in order of precedence.
    """

    reserved: tuple[tuple[Claim, Cell, int], ...]
    waiting: tuple[Backorder, ...]


def fill(
    backorders: Iterable[Backorder], free: Mapping[Cell, int], *, barred: frozenset[int] = frozenset()
) -> Filled:
    """Give free pieces to those who wait, by precedence.

    A line that wants all or nothing and cannot have it does not hold up those behind it.

    Args:
        backorders: Who waits.
        free: Pieces to give, by cell.
        barred: Orders that get nothing this time: who cancelled pieces must not get them back through its own
            backorder.
    """
    left = {cell: pieces for cell, pieces in sorted(free.items()) if pieces > 0}
    cells: dict[str, list[Cell]] = {}
    for cell in left:
        cells.setdefault(cell.sku, []).append(cell)
    reserved: list[tuple[Claim, Cell, int]] = []
    waiting: list[Backorder] = []
    for one in sorted(backorders, key=_precedence):
        wanted = one.quantity
        for cell, count in [] if one.claim.order in barred else _served(one, cells.get(one.sku, ()), left):
            reserved.append((one.claim, cell, count))
            left[cell] -= count
            wanted -= count
        if wanted:
            waiting.append(_waits(one, wanted))
    return Filled(tuple(reserved), tuple(waiting))


def _served(one: Backorder, cells: Sequence[Cell], left: Mapping[Cell, int]) -> list[tuple[Cell, int]]:
    there = [cell for cell in cells if left[cell] and (not one.warehouses or cell.warehouse in one.warehouses)]
    for cell in there:
        if left[cell] >= one.quantity:
            return [(cell, one.quantity)]
    if one.whole:
        return []
    wanted, taken = one.quantity, []
    for cell in there:
        count = min(wanted, left[cell])
        if count:
            taken.append((cell, count))
            wanted -= count
    return taken


def _precedence(one: Backorder | Holder) -> tuple[int, datetime, Claim]:
    return one.priority, one.since, one.claim


def _waits(one: Backorder, quantity: int) -> Backorder:
    return Backorder(one.claim, one.sku, quantity, one.since, one.priority, one.warehouses, one.whole)


@frozen
class Holder:
    """A reservation that might give way.

    Args:
        claim: Whose.
        cell: Where.
        quantity: Pieces reserved, above zero.
        since: When it was reserved.
        priority: Lower is stronger.
        fixed: Whether a warehouse works on it already, so that it cannot give way.
    """

    claim: Claim
    cell: Cell
    quantity: int
    since: datetime
    priority: int = 0
    fixed: bool = False


@frozen
class Displaced:
    """What displacing does.

    Args:
        differences: Reservations that shrink, that are made elsewhere for who lost, and the one that was asked
            for.
        waiting: What of the losers found no other place.
    """

    differences: tuple[Difference, ...]
    waiting: tuple[Backorder, ...] = ()


def displace(wanted: Holder, holders: Sequence[Holder], levels: Mapping[Cell, Level]) -> Displaced:
    """Reserve pieces that are there but promised to weaker claims, and reserve again for who loses them.

    Only strictly weaker claims give way, the weakest and among equals the newest first, and only for what is not
    free anyway.

    Args:
        wanted: Who asks, for how many pieces more, with which priority.
        holders: What is reserved, in this cell and in those where losers may go.
        levels: The levels of the same cells.

    Raises:
        UsageError: ``bad_quantity`` for a wish below one.
        Refused: ``out_of_stock`` with ``cells`` when even with all weaker claims gone there is too little.
    """
    if wanted.quantity < 1:
        raise UsageError("bad_quantity", f"{wanted.quantity} pieces: from 1", cell=wanted.cell)
    level = levels.get(wanted.cell, Level())
    now = {(one.claim, one.cell): one.quantity for one in holders}
    needed = wanted.quantity - level.available
    weaker = [one for one in holders if _gives_way(one, wanted)]
    if needed > sum(one.quantity for one in weaker):
        could = level.available + sum(one.quantity for one in weaker)
        raise Refused(
            "out_of_stock",
            "less is there than even weaker claims could give",
            cells=((wanted.cell.sku, wanted.cell.warehouse, wanted.quantity, could),),
        )
    changes, losers = [], []
    for one in sorted(weaker, key=_precedence, reverse=True):
        lost = min(one.quantity, needed)
        if lost <= 0:
            break
        needed -= lost
        changes.append(Difference(one.claim, one.cell, one.quantity, one.quantity - lost))
        losers.append(Backorder(one.claim, one.cell.sku, lost, one.since, one.priority))
    free = {cell: level.available for cell, level in levels.items() if cell != wanted.cell}
    again = fill(losers, free)
    more = [*again.reserved, (wanted.claim, wanted.cell, wanted.quantity)]
    for claim, cell, count in more:
        before = now.get((claim, cell), 0)
        changes.append(Difference(claim, cell, before, before + count))
    return Displaced(tuple(sorted(changes)), again.waiting)


def _gives_way(one: Holder, wanted: Holder) -> bool:
    weaker = one.priority > wanted.priority and not one.fixed
    return weaker and one.cell == wanted.cell and one.claim != wanted.claim
