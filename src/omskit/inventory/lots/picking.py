"""Lots and serial numbers: which of the pieces of a cell a pick takes, and which must not be sold any more.

Three days matter in the life of a lot, all counted back from its expiry: from ``warn_days`` before on it is
about to expire, from ``lock_up_days`` before on it may not be sold (its *removal date*), and with fewer than
``reject_days`` left it is not taken in. Picking by first expiry uses the removal date, not the expiry: what must
leave the shelf first is sold first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from itertools import islice

from attrs import frozen

from omskit.core import Cell, Claim, Refused, UsageError
from omskit.inventory.lots.model import Lot, ShelfLife


class Picking(Enum):
    """Which lot goes first."""

    FEFO = "first expired, first out"
    FIFO = "first in, first out"
    LIFO = "last in, first out"


@frozen
class LotNeed:
    """Pieces that a line needs from lots.

    Args:
        claim: Whose.
        cell: Of what, where.
        quantity: Pieces, above zero.
        least_days: Days the goods must still have before they are locked up, as the buyer asks.
        one_lot: Whether all pieces must be of one lot.
    """

    claim: Claim
    cell: Cell
    quantity: int
    least_days: int = 0
    one_lot: bool = False


@frozen
class LotPick:
    """What one line takes from lots; ``short`` pieces could not be found."""

    claim: Claim
    cell: Cell
    lots: tuple[tuple[str, int], ...]
    short: int = 0


def removal_day(lot: Lot, life: ShelfLife) -> date | None:
    """Return the first day on which a lot may not be sold any more; None for goods that do not expire."""
    return lot.expires - timedelta(days=life.lock_up_days) if lot.expires else None


def locked_up(lots: Iterable[Lot], life: ShelfLife, *, on: date) -> int:
    """Return the pieces that may not be sold: of lots past their removal date, what is not promised."""
    return sum(lot.free for lot in lots if _is_locked(lot, life, on))


def acceptable(expires: date, life: ShelfLife, *, on: date) -> bool:
    """Whether a lot may be taken in: it has at least ``reject_days`` left."""
    return (expires - on).days >= life.reject_days


def expiring(lots: Iterable[Lot], life: ShelfLife, *, on: date) -> tuple[Lot, ...]:
    """Return the lots with pieces that expire within ``warn_days`` or have expired, first to expire first."""
    limit = on + timedelta(days=life.warn_days)
    found = [lot for lot in lots if lot.quantity and lot.expires and lot.expires <= limit]
    return tuple(sorted(found, key=lambda lot: (lot.expires or date.max, lot.code)))


def pick_lots(
    lots: Mapping[Cell, Sequence[Lot]],
    needs: Iterable[LotNeed],
    *,
    on: date,
    lives: Mapping[str, ShelfLife] | None = None,
    picking: Picking = Picking.FEFO,
) -> tuple[LotPick, ...]:
    """Give every need its pieces of the lots, one need after the other; no piece goes to two.

    Args:
        lots: The lots of each cell.
        needs: In order of precedence.
        on: Today.
        lives: What a SKU asks of its lots; nothing where none is given.
        picking: Which lot goes first; equals go by the day they came in and then by code.

    Raises:
        UsageError: ``bad_quantity`` for a need below one.
    """
    lives = lives or {}
    plain = ShelfLife()
    free = {cell: {lot.code: lot.free for lot in found} for cell, found in lots.items()}
    picks = []
    for need in needs:
        if need.quantity < 1:
            raise UsageError("bad_quantity", f"{need.quantity} pieces of {need.cell.sku}: from 1", cell=need.cell)
        life = lives.get(need.cell.sku, plain)
        left = free.get(need.cell, {})
        fit = [lot for lot in lots.get(need.cell, ()) if left[lot.code] and _lasts(lot, life, need, on)]
        fit.sort(key=lambda lot: _turn(lot, life, picking))
        picks.append(_pick(need, fit, left))
    return tuple(picks)


def _pick(need: LotNeed, fit: Sequence[Lot], left: dict[str, int]) -> LotPick:
    if need.one_lot:
        fit = [lot for lot in fit if left[lot.code] >= need.quantity][:1]
    wanted, taken = need.quantity, []
    for lot in fit:
        count = min(wanted, left[lot.code])
        if not count:
            break
        left[lot.code] -= count
        wanted -= count
        taken.append((lot.code, count))
    return LotPick(need.claim, need.cell, tuple(taken), wanted)


def _is_locked(lot: Lot, life: ShelfLife, on: date) -> bool:
    removal = removal_day(lot, life)
    return removal is not None and on >= removal


def _lasts(lot: Lot, life: ShelfLife, need: LotNeed, on: date) -> bool:
    removal = removal_day(lot, life)
    return removal is None or on + timedelta(days=need.least_days) < removal


def _turn(lot: Lot, life: ShelfLife, picking: Picking) -> tuple[int, int, str]:
    received = lot.received.toordinal()
    if picking is Picking.FEFO:
        return (removal_day(lot, life) or date.max).toordinal(), received, lot.code
    return (received if picking is Picking.FIFO else -received), 0, lot.code


def pick_serials(
    there: Collection[str], wanted: Iterable[tuple[Claim, int]], *, taken: Collection[str] = ()
) -> dict[Claim, tuple[str, ...]]:
    """Give each claim serial numbers of the pieces that are there, in order of number; none goes to two.

    Raises:
        Refused: ``out_of_serials`` with ``claim``, ``needed`` and ``available``; nothing is given then.
    """
    free = iter(sorted(set(there) - set(taken)))
    given: dict[Claim, tuple[str, ...]] = {}
    for claim, count in wanted:
        found = tuple(islice(free, count))
        if len(found) < count:
            raise Refused(
                "out_of_serials",
                f"{len(found)} of {count} serial numbers are left",
                claim=claim,
                needed=count,
                available=len(found),
            )
        given[claim] = (*given.get(claim, ()), *found)
    return given


def check_serials(
    scanned: Sequence[str], count: int, *, there: Collection[str], holders: Mapping[str, Claim], claim: Claim
) -> tuple[str, ...]:
    """Return the serial numbers scanned for a claim, sorted, if they may leave for it.

    Args:
        scanned: As they were read.
        count: How many pieces leave.
        there: Numbers in the warehouse.
        holders: Whom a number is reserved for; one's own reservation does not stand in the way.
        claim: For whom they leave.

    Raises:
        Refused: ``bad_serials`` with ``problems``: (number, ``twice``, ``unknown`` or ``reserved``), or
            (``""``, ``count``) when there are more or fewer than pieces.
    """
    problems = []
    seen: set[str] = set()
    for number in scanned:
        if number in seen:
            problems.append((number, "twice"))
        elif number not in there:
            problems.append((number, "unknown"))
        elif holders.get(number, claim) != claim:
            problems.append((number, "reserved"))
        seen.add(number)
    if len(seen) != count:
        problems.append(("", "count"))
    if problems:
        raise Refused("bad_serials", f"{len(problems)} problems with serial numbers", problems=tuple(problems))
    return tuple(sorted(seen))
