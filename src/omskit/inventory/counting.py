"""Counts and snapshots: what somebody saw at an instant, against what the book said at that same instant.

``adjustment = counted - book at the instant``. The book at an instant is its level now less the movements since,
so later movements
stand: a count neither undoes nor repeats them. What was seen before the last applied count of a cell is ignored.

A warehouse system may have picked pieces already that the book still has on hand. With ``f`` pieces in flight
(given to the warehouse as work, not yet reported as shipped) the true number lies anywhere from what was counted
to ``counted + f``; the adjustment is the smallest that brings the book into that range, so a snapshot during a
flight takes nothing from an order that can still be shipped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from attrs import frozen

from omskit.core import Cell, Level, Movement, UsageError
from omskit.inventory.commands import Move
from omskit.inventory.machine import FOUND, LOST, SHIPPED


@frozen
class Counted:
    """What somebody saw.

    Args:
        cell: Where.
        quantity: Pieces there, from 0.
        as_of: When they were seen; each line of a count has its own instant.
        reason: What explains a difference: ``count``, ``damage``, ``theft``, ``misplaced`` ...

    Raises:
        UsageError: ``bad_quantity``; ``naive_datetime`` when the instant has no time zone.
    """

    cell: Cell
    quantity: int
    as_of: datetime
    reason: str = "count"

    def __attrs_post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 0:
            raise UsageError("bad_quantity", f"{self.quantity!r} of {self.cell.sku}: from 0", cell=self.cell)
        if self.as_of.tzinfo is None:
            raise UsageError("naive_datetime", f"{self.as_of!r} has no time zone", value=self.as_of)


@frozen
class Tolerance:
    """Up to which variance a count books itself; beyond any of the bounds somebody has to approve.

    A bound that is None does not bind.

    Args:
        pieces: Most pieces.
        share: Largest share of what the book had, as in ``Decimal("0.02")``.
        value_minor: Most value, at the unit cost given with the count.
    """

    pieces: int | None = None
    share: Decimal | None = None
    value_minor: int | None = None

    def allows(self, variance: Variance, unit_cost_minor: int = 0) -> bool:
        """Whether a variance may be booked without asking anybody."""
        size = abs(variance.difference)
        return not (
            (self.pieces is not None and size > self.pieces)
            or (self.share is not None and size > self.share * max(0, variance.book))
            or (self.value_minor is not None and size * unit_cost_minor > self.value_minor)
        )


@frozen
class Variance:
    """One counted cell held against the book.

    Args:
        counted: What was seen.
        book: What the book had at that instant.
        in_flight: Pieces that may have been picked by then and are still on hand in the book.
        difference: What is to be booked: above zero found, below lost.
        uncovered: Pieces of it that are promised: they can be booked as lost once the promises are given up.
    """

    counted: Counted
    book: int
    in_flight: int
    difference: int
    uncovered: int = 0

    @property
    def explained(self) -> int:
        """Pieces missing from the count that orders in flight explain."""
        return min(max(0, self.book - self.counted.quantity), self.in_flight)

    @property
    def bookable(self) -> int:
        """The part of the difference that can be booked at once."""
        return self.difference + self.uncovered


@frozen
class CountResult:
    """What came of a count.

    Args:
        variances: Every cell that was looked at, in cell order, also those without a difference.
        booked: Movements to post, each as of the instant its cell was counted: a later count must not see them as
            something that moved since.
        to_approve: Variances beyond the tolerance; nothing of them is in ``booked``.
        ignored: Lines older than what was applied before, or no newer.
        watermarks: The instant up to which each applied cell is now known; those to approve are not among them.
    """

    variances: tuple[Variance, ...]
    booked: tuple[Move, ...]
    to_approve: tuple[Variance, ...]
    ignored: tuple[Counted, ...]
    watermarks: Mapping[Cell, datetime]


def settle_count(
    counted: Iterable[Counted],
    levels: Mapping[Cell, Level],
    *,
    since: Iterable[Movement] = (),
    watermarks: Mapping[Cell, datetime] | None = None,
    in_flight: Mapping[Cell, int] | None = None,
    tolerance: Tolerance | None = None,
    unit_costs: Mapping[str, int] | None = None,
    document: str = "",
) -> CountResult:
    """Hold what was counted against the book and say what to book.

    Args:
        counted: At most one line a cell.
        levels: The book now; a missing cell is empty.
        since: Movements of the counted cells that happened after the earliest instant counted.
        watermarks: The instant of the last count that was applied, by cell.
        in_flight: Pieces that warehouses work on now, by cell. Leave it out for a count that includes what is
            picked.
        tolerance: What may be booked without approval; everything without one.
        unit_costs: Minor units a piece, by SKU, for a bound by value.
        document: What the movements are booked by.

    Raises:
        UsageError: ``counted_twice``.
    """
    lines, ignored = _fresh(counted, watermarks or {})
    moved, shipped = _since(lines, since)
    flying, costs = in_flight or {}, unit_costs or {}
    variances: list[Variance] = []
    to_approve: list[Variance] = []
    booked: list[Move] = []
    marks: dict[Cell, datetime] = {}
    for cell, line in sorted(lines.items()):
        level = levels.get(cell) or Level()
        flight = flying.get(cell, 0) + shipped.get(cell, 0) if in_flight is not None else 0
        one = _held_against(line, level, level.on_hand - moved.get(cell, 0), flight)
        variances.append(one)
        if one.difference and tolerance and not tolerance.allows(one, costs.get(cell.sku, 0)):
            to_approve.append(one)
            continue
        marks[cell] = line.as_of
        booked += corrections([one], document=document)
    return CountResult(tuple(variances), tuple(booked), tuple(to_approve), tuple(ignored), marks)


def corrections(variances: Iterable[Variance], *, document: str = "") -> tuple[Move, ...]:
    """Return the movements of variances: those within tolerance, or those that somebody has approved."""
    return tuple(
        Move(
            FOUND if one.bookable > 0 else LOST,
            one.counted.cell,
            abs(one.bookable),
            document=document,
            reason=one.counted.reason,
        )
        for one in variances
        if one.bookable
    )


def _fresh(
    counted: Iterable[Counted], watermarks: Mapping[Cell, datetime]
) -> tuple[dict[Cell, Counted], list[Counted]]:
    lines: dict[Cell, Counted] = {}
    ignored = []
    for line in counted:
        if line.cell in lines:
            raise UsageError("counted_twice", f"{line.cell} is in the count twice", cell=line.cell)
        mark = watermarks.get(line.cell)
        if mark is not None and line.as_of <= mark:
            ignored.append(line)
        else:
            lines[line.cell] = line
    return lines, ignored


def _since(
    lines: Mapping[Cell, Counted], movements: Iterable[Movement]
) -> tuple[dict[Cell, int], dict[Cell, int]]:
    """Sum the effects on hand, and the pieces shipped, after each cell's own instant."""
    moved: dict[Cell, int] = {}
    shipped: dict[Cell, int] = {}
    for movement in movements:
        line = lines.get(movement.cell)
        if line is None or movement.at <= line.as_of:
            continue
        moved[movement.cell] = moved.get(movement.cell, 0) + movement.on_hand
        if movement.kind == SHIPPED:
            shipped[movement.cell] = shipped.get(movement.cell, 0) + movement.quantity
    return moved, shipped


def _held_against(line: Counted, level: Level, book: int, flight: int) -> Variance:
    least, most = line.quantity, line.quantity + flight
    difference = min(max(book, least), most) - book
    uncovered = max(0, -difference - max(0, level.available))
    return Variance(line, book, flight, difference, uncovered)


def completed(
    counted: Collection[Counted], levels: Iterable[Cell], *, warehouse: str, as_of: datetime
) -> tuple[Counted, ...]:
    """Return a full snapshot of a warehouse: what the book knows there and nobody mentioned was seen as zero."""
    mentioned = {line.cell for line in counted}
    missing = [cell for cell in levels if cell.warehouse == warehouse and cell not in mentioned]
    return (*counted, *(Counted(cell, 0, as_of, "not in snapshot") for cell in sorted(missing)))


def restated(late: Iterable[Movement], watermarks: Mapping[Cell, datetime]) -> tuple[Move, ...]:
    """Return what undoes movements that are booked now and happened before their cell was counted.

    A count stays absolute at its instant: goods of a receipt that is back-dated before it were on the shelf and
    were counted. Shipments are left alone, because a count leaves pieces in flight to them.
    """
    sums: dict[Cell, int] = {}
    for one in late:
        mark = watermarks.get(one.cell)
        if mark is not None and one.at <= mark and one.kind != SHIPPED:
            sums[one.cell] = sums.get(one.cell, 0) + one.on_hand
    return tuple(
        Move(LOST if total > 0 else FOUND, cell, abs(total), reason="counted since")
        for cell, total in sorted(sums.items())
        if total
    )


def due_for_count(
    last: Mapping[Cell, date | None], classes: Mapping[str, str], every: Mapping[str, timedelta], *, on: date,
        limit: int
) -> tuple[Cell, ...]:
    """Return the cells to count next, the most overdue first: cycle counting by class.

    Args:
        last: When each cell was last counted; None for never, which is due first.
        classes: The class of each SKU, as in A, B, C.
        every: How often a class is counted; cells of a class that is not named are never due.
        on: Today.
        limit: Cells a day.
    """
    due = []
    for cell, counted_on in last.items():
        interval = every.get(classes.get(cell.sku, ""))
        if interval is None:
            continue
        overdue = (on - counted_on - interval).days if counted_on else 10**6
        if overdue >= 0:
            due.append((-overdue, cell))
    return tuple(cell for _, cell in sorted(due)[:limit])
