"""A warehouse that misbehaves, for tests and for hosts: it doubles, reorders, loses, delays and lies, by a seed.

Everything is a function of the seed: the same seed misbehaves the same way, on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from attrs import evolve, frozen

from omskit.adapters.warehouses.work import Confirmed, DeliveryWork, DoneLine, Fact, Packed, Progress
from omskit.core import UsageError


@frozen
class Habits:
    """How often, in per mille of its reports, a warehouse misbehaves.

    Args:
        doubles: Sends a report twice.
        reorders: Sends a report later than one that came after it.
        loses: Never sends a report.
        delays: Sends a report hours late.
        lies: Reports one piece more or less than it sent.
        splits: Confirms a delivery in increments.
    """

    doubles: int = 0
    reorders: int = 0
    loses: int = 0
    delays: int = 0
    lies: int = 0
    splits: int = 0

    def __attrs_post_init__(self) -> None:
        shares = (self.doubles, self.reorders, self.loses, self.delays, self.lies, self.splits)
        if any(not 0 <= one <= 1000 for one in shares):
            raise UsageError("bad_habits", f"{shares}: per mille, from 0 to 1000")


@frozen
class Arrival:
    """A report, and when it comes in."""

    at: datetime
    fact: Fact


@frozen
class _Dice:
    """Draws that depend on a seed and on what they are for, and on nothing else."""

    seed: int

    def roll(self, what: str, sides: int) -> int:
        digest = hashlib.blake2b(f"{self.seed}/{what}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % sides

    def happens(self, what: str, per_mille: int) -> bool:
        return self.roll(what, 1000) < per_mille


def work_off(
    works: Sequence[DeliveryWork], at: datetime, seed: int, habits: Habits | None = None
) -> tuple[Arrival, ...]:
    """Return what a warehouse reports of deliveries, in the order in which it comes in.

    Args:
        works: What it was asked; the same code twice is one piece of work.
        at: When it begins.
        seed: Of its moods.
        habits: How it misbehaves; by default it does not.
    """
    dice, ways = _Dice(seed), habits or Habits()
    arrivals: list[Arrival] = []
    for position, work in enumerate({work.code: work for work in works}.values()):
        start = at + timedelta(minutes=position)
        for step, fact in enumerate(_facts(work, start, dice, ways)):
            arrivals += _sent(
                Arrival(start + timedelta(minutes=20 * step), fact), f"{work.code}/{step}", dice, ways
            )
    return tuple(sorted(arrivals, key=lambda one: one.at))


def _facts(work: DeliveryWork, at: datetime, dice: _Dice, habits: Habits) -> Iterator[Fact]:
    for status in ("ACCEPT", "PICK", "PACKAGE"):
        yield Progress(work.code, status, at, work.warehouse)
    pieces: dict[str, int] = {}
    for line in work.lines:
        pieces[line.item] = pieces.get(line.item, 0) + line.quantity
    if dice.happens(f"{work.code}/lie", habits.lies):
        item = min(pieces)
        pieces[item] = max(pieces[item] + (1 if dice.roll(f"{work.code}/more", 2) else -1), 0)
    parts = [pieces]
    if dice.happens(f"{work.code}/split", habits.splits):
        first = {item: count // 2 for item, count in pieces.items()}
        parts = [first, {item: count - first[item] for item, count in pieces.items()}]
    for number, part in enumerate(parts, 1):
        yield _confirm(work, part, number, at, final=number == len(parts))


def _confirm(work: DeliveryWork, pieces: dict[str, int], number: int, at: datetime, *, final: bool) -> Confirmed:
    items = tuple((item, count) for item, count in pieces.items() if count)
    parcel = Packed(f"W{work.code}-{number}", work.courier, items)
    lines = tuple(DoneLine(item, count) for item, count in items)
    parcels = (parcel,) if items else ()
    key, status = f"{work.code}/{number}", "DELIVERED" if final else "PARTDELIVERED"
    return Confirmed("delivery", work.code, key, final, lines, parcels, work.warehouse, status, at)


def _sent(one: Arrival, what: str, dice: _Dice, habits: Habits) -> Iterator[Arrival]:
    if dice.happens(f"{what}/lose", habits.loses):
        return
    if dice.happens(f"{what}/reorder", habits.reorders):
        one = evolve(one, at=one.at + timedelta(minutes=45))
    if dice.happens(f"{what}/delay", habits.delays):
        one = evolve(one, at=one.at + timedelta(hours=1 + dice.roll(f"{what}/hours", 47)))
    yield one
    if dice.happens(f"{what}/double", habits.doubles):
        yield evolve(one, at=one.at + timedelta(minutes=1 + dice.roll(f"{what}/again", 600)))
