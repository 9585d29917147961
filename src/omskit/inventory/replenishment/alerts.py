"""What somebody should look at: stock that runs low, runs out, is too much, does not sell, grows old, expires.

An alert is open or not, one for each kind and cell. It is raised once. Low stock is raised at or below the
reorder point and cleared only above it by some pieces, so that a position that goes up and down by one does not
raise it again each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum

from attrs import frozen

from omskit.core import Cell, UsageError


class AlertKind(Enum):
    """What is the matter."""

    LOW = "low stock"
    OUT_SOON = "out of stock soon"
    OVER = "overstock"
    DEAD = "dead stock"
    AGEING = "ageing"
    EXPIRING = "expiring"


@frozen
class Watched:
    """What is known of a cell.

    Args:
        cell: Which SKU, where.
        on_hand: Pieces there.
        position: Pieces there or on their way that nobody has been promised.
        per_day: Pieces sold on a day.
        point: The reorder point.
        last_sold: When it last sold; None for never.
        oldest: When the oldest piece came in; None when unknown.
        expiring: Pieces that expire within the SKU's warning time, or have.
    """

    cell: Cell
    on_hand: int
    position: int
    per_day: float = 0.0
    point: int = 0
    last_sold: date | None = None
    oldest: date | None = None
    expiring: int = 0


@frozen
class Bounds:
    """When to raise an alert.

    Args:
        rearm: Low stock is cleared this many pieces above the reorder point.
        soon_days: Out of stock within so many days.
        over_days: The position lasts longer than so many days.
        dead_days: Nothing sold for so many days, and pieces are there.
        old_days: The oldest piece has been there for so many days.

    Raises:
        UsageError: ``bad_parameter`` for a bound below zero.
    """

    rearm: int = 0
    soon_days: int = 7
    over_days: int = 180
    dead_days: int = 180
    old_days: int = 270

    def __attrs_post_init__(self) -> None:
        if min(self.rearm, self.soon_days, self.over_days, self.dead_days, self.old_days) < 0:
            raise UsageError("bad_parameter", "bounds are zero or more", name="bounds")


@frozen
class Alert:
    """One thing to look at.

    Args:
        kind: What is the matter.
        cell: Where.
        pieces: How many it is about.
        on: The day that matters: of running out, of the last sale, of the oldest receipt; None where there is
            none.
    """

    kind: AlertKind
    cell: Cell
    pieces: int
    on: date | None = None


@frozen
class Alerts:
    """What changed: alerts raised now, those that are over, and all that are open."""

    raised: tuple[Alert, ...]
    cleared: tuple[tuple[AlertKind, Cell], ...]
    open: frozenset[tuple[AlertKind, Cell]]


def watch(
    cells: Iterable[Watched],
    *,
    on: date,
    bounds: Bounds,
    known: frozenset[tuple[AlertKind, Cell]] = frozenset(),
) -> Alerts:
    """Return what changed about the cells looked at; alerts of other cells stay open.

    Args:
        cells: At most one entry a cell.
        on: Today.
        bounds: When to raise.
        known: Which alerts are open.
    """
    found: dict[tuple[AlertKind, Cell], Alert] = {}
    seen: set[Cell] = set()
    for one in cells:
        seen.add(one.cell)
        was_low = (AlertKind.LOW, one.cell) in known
        found |= {(alert.kind, one.cell): alert for alert in _alerts(one, on, bounds, was_low=was_low)}
    raised = tuple(found[key] for key in sorted(found.keys() - known, key=_order))
    cleared = tuple(sorted((key for key in known - found.keys() if key[1] in seen), key=_order))
    return Alerts(raised, cleared, (known - frozenset(cleared)) | found.keys())


def _order(key: tuple[AlertKind, Cell]) -> tuple[Cell, str]:
    return key[1], key[0].value


def _alerts(one: Watched, on: date, bounds: Bounds, *, was_low: bool) -> Iterable[Alert]:
    if one.position <= one.point + (bounds.rearm if was_low else 0) and _matters(one):
        yield Alert(AlertKind.LOW, one.cell, one.position)
    out = out_of_stock_on(one, on=on)
    if out and (out - on).days <= bounds.soon_days:
        yield Alert(AlertKind.OUT_SOON, one.cell, one.position, out)
    if one.per_day and one.position > one.per_day * bounds.over_days:
        yield Alert(AlertKind.OVER, one.cell, int(one.position - one.per_day * bounds.over_days))
    since = one.last_sold or one.oldest
    if one.on_hand > 0 and since and (on - since).days >= bounds.dead_days:
        yield Alert(AlertKind.DEAD, one.cell, one.on_hand, since)
    if one.on_hand > 0 and one.oldest and (on - one.oldest).days >= bounds.old_days:
        yield Alert(AlertKind.AGEING, one.cell, one.on_hand, one.oldest)
    if one.expiring:
        yield Alert(AlertKind.EXPIRING, one.cell, one.expiring)


def _matters(one: Watched) -> bool:
    return one.point > 0 or one.position < 0 or one.per_day > 0


def out_of_stock_on(one: Watched, *, on: date) -> date | None:
    """Return the first day that the position no longer covers; None without demand."""
    if one.position <= 0:
        return on if one.per_day else None
    return on + timedelta(days=int(one.position / one.per_day)) if one.per_day else None


def age_band(received: date, *, on: date) -> str:
    """Return the band of a receipt's age in days: ``0-90``, ``91-180``, ``181-270``, ``271-365`` or ``365+``."""
    days = (on - received).days
    for least, most in ((0, 90), (91, 180), (181, 270), (271, 365)):
        if days <= most:
            return f"{least}-{most}"
    return "365+"
