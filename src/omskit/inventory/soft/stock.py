"""Where a soft reservation's pieces lie, and what its changes do to stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from omskit.core import Cell, Refused, Reservation, UsageError, readable
from omskit.inventory.commands import Move
from omskit.inventory.reservations import differences, moves
from omskit.inventory.soft.kind import SOFTS
from omskit.inventory.soft.model import SoftLine, SoftReservation


def placed(
    known: Sequence[SoftLine],
    wanted: Mapping[str, int],
    free: Mapping[Cell, int],
    most: Mapping[str, int],
    *,
    partial: bool = False,
) -> tuple[SoftLine, ...]:
    """Return lines that hold what is wanted, as far as there is enough: what they hold already stays where it is.

    A warehouse that has all that a line lacks is taken before several; among equals the first by code.

    Args:
        known: The lines as they are; a SKU that is not mentioned stays as it is.
        wanted: Pieces by SKU from now on; zero lets go.
        free: Pieces by cell that may be held in addition.
        most: Pieces by SKU that may be held in addition, over all warehouses.
        partial: Whether less than is wanted may be held.

    Raises:
        UsageError: ``bad_quantity`` for fewer than zero pieces.
        Refused: ``out_of_stock`` with ``short``: (SKU, wanted, held at most) of each shortage.
    """
    lines = list(known)
    at = {line.sku: position for position, line in enumerate(lines)}
    short = []
    for sku, count in wanted.items():
        if type(count) is not int or count < 0:
            raise UsageError("bad_quantity", f"{count!r} pieces of {sku}: from 0", sku=sku, value=count)
        if sku not in at:
            at[sku] = len(lines)
            lines.append(SoftLine(len(lines) + 1, sku, 0))
        line = lines[at[sku]]
        kept = _kept(line, count)
        lacking = count - sum(kept.values())
        for warehouse, some in _taken(sku, min(lacking, most.get(sku, 0)), lacking, free):
            kept[warehouse] = kept.get(warehouse, 0) + some
        if sum(kept.values()) < count:
            short.append((sku, count, sum(kept.values())))
        lines[at[sku]] = evolve(line, wanted=count, places=tuple(sorted(kept.items())), taken=0)
    if short and not partial:
        raise Refused("out_of_stock", "less can be held than is wanted", short=tuple(short))
    return tuple(lines)


def _kept(line: SoftLine, count: int) -> dict[str, int]:
    """Return what stays of a line's places; the fullest stay first."""
    kept: dict[str, int] = {}
    for warehouse, there in sorted(line.places, key=lambda place: (-place[1], place[0])):
        some = min(there, count)
        if some:
            kept[warehouse] = some
            count -= some
    return kept


def _taken(sku: str, count: int, lacking: int, free: Mapping[Cell, int]) -> list[tuple[str, int]]:
    cells = [cell for cell in sorted(free) if cell.sku == sku and free[cell] > 0]
    found = []
    for cell in sorted(cells, key=lambda cell: (free[cell] < lacking, cell)):
        some = min(count, free[cell])
        if some > 0:
            found.append((cell.warehouse, some))
            count -= some
    return found


def stock_moves(before: SoftReservation | None, after: SoftReservation) -> tuple[Move, ...]:
    """Return the movements by which the stock book follows: what is let go first, then what is reserved."""
    held = before.reservations if before else ()
    there = {(one.claim, one.cell) for one in after.reservations}
    gone = [Reservation(one.claim, one.cell, 0) for one in held if (one.claim, one.cell) not in there]
    changes = differences(held, [*after.reservations, *gone])
    return moves(changes, document=readable(SOFTS.number, after.key), reason=after.reason)
