"""For demands beyond the work limit: a good plan that is found quickly."""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.case import Case, Parcel, Prices
from omskit.allocation.offers import best
from omskit.allocation.rooms import Room
from omskit.allocation.tables import Question, fits, parcel_of, priced

#: How many warehouses a plan is begun with in turn.
_STARTS = 3
#: Millionths of a weight, for weights of one unit.
_FINE = 1_000_000


def greedy(question: Question, shape: Sequence[int]) -> tuple[int, tuple[Parcel, ...]]:
    """Return the best of a few plans, each begun with another of the warehouses that have most of it.

    A plan goes on with the warehouse that sends a unit at the least weight, split included, until nothing is left
    that is worth its parcel.
    """
    starts = sorted(question.rooms, key=lambda room: (-_units(question.case, room.caps), room.position))
    plans = [_filled(question, start, shape) for start in starts[:_STARTS]]
    return min(plans, key=lambda one: (one[0], [parcel.position for parcel in one[1]]))


def _units(case: Case, counts: Sequence[int]) -> int:
    return sum(count * atom.units for count, atom in zip(counts, case.atoms, strict=True))


def _filled(question: Question, start: Room, shape: Sequence[int]) -> tuple[int, tuple[Parcel, ...]]:
    case, stock, rooms, prices = question
    nothing = case.units * case.left
    left = list(shape)
    caps = {room.position: list(room.caps) for room in rooms}
    taken = {room.position: [0] * len(left) for room in rooms}
    packed = dict.fromkeys(caps, 0)
    weight, sent = 0, 0
    parcels: list[Parcel] = []
    candidates: Sequence[Room] = (start,)
    while len(parcels) < case.limit:
        split = case.split if parcels else 0
        found = []
        for room in candidates:
            if packed[room.position] >= stock.parcels[room.position]:
                continue
            counts = largest(question, room, left, caps[room.position], taken[room.position])
            if any(counts):
                units = _units(case, counts)
                value = _weight(case, room, counts, prices) + split
                found.append((value * _FINE // units, -units, room.position, value, counts))
        if found:
            _, units, position, value, counts = min(found)
            if value > -units * case.left and not case.whole_only:
                break
            weight, sent = weight + value, sent - units
            parcels.append(parcel_of(case, position, counts, prices))
            packed[position] += 1
            for number, count in enumerate(counts):
                left[number] -= count
                caps[position][number] -= count
                taken[position][number] += count
        elif candidates is rooms:
            break
        candidates = rooms
    total = weight + (case.units - sent) * case.left
    if total > nothing or (case.whole_only and sent < case.units):
        return nothing, ()
    return total, tuple(sorted(parcels, key=lambda one: (one.position, [-count for count in one.counts])))


def _weight(case: Case, room: Room, counts: tuple[int, ...], prices: Prices | None) -> int:
    _, grams, bulk = case.weighed(counts)
    found = best(priced(case.row(room.position, counts), prices), grams, bulk)
    assert found is not None, "the largest parcel is one that a courier takes"  # noqa: S101
    goods = sum(count * more for count, more in zip(counts, room.adds, strict=True))
    return found[0] + room.toll + goods


def largest(
    question: Question, room: Room, left: Sequence[int], caps: Sequence[int], taken: Sequence[int]
) -> tuple[int, ...]:
    """Return a parcel with as much of what is left as the warehouse has and a courier takes."""
    counts = [0] * len(left)
    for number, wanted in enumerate(left):
        low, high = 0, min(wanted, caps[number])
        while low < high:
            middle = (low + high + 1) // 2
            counts[number] = middle
            if _possible(question, room.position, counts, taken):
                low = middle
            else:
                high = middle - 1
        counts[number] = low
    return tuple(counts)


def _possible(question: Question, position: int, counts: Sequence[int], taken: Sequence[int]) -> bool:
    case, stock, _, prices = question
    some = tuple(counts)
    _, grams, bulk = case.weighed(some)
    return fits(case, stock, position, [a + b for a, b in zip(counts, taken, strict=True)]) and (
        best(priced(case.row(position, some), prices), grams, bulk) is not None
    )

