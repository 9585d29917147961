"""Gathering: all units of an atom as one, where no plan gains by sending them from several warehouses.

When all that is asked for fits into the first price of the cheapest offer of every warehouse, a parcel weighs what
its warehouse asks for any parcel, plus so much for each unit. When moreover each warehouse has all of an atom or
none of it, the units that a plan sends from several warehouses can all go with the parcel in which a unit adds
least: it has room for them, and no parcel pays more. So some best plan never divides an atom, and the search has
``2 ** atoms`` bags instead of one for each number of units.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

from omskit.allocation.rooms import Room
from omskit.allocation.tables import Question


def undivided(question: Question, shape: Sequence[int]) -> bool:
    """Whether some best plan sends all units of an atom from one warehouse, and some atom has several."""
    case, _, rooms, prices = question
    if max(shape) < 2 or case.special or (prices is not None and prices.quotas):
        return False
    for room in rooms:
        if not room.free or room.base + case.split < 0:
            return False
        for cap, most in zip(room.caps, shape, strict=True):
            if cap and cap != most:
                return False
    _, grams, bulk = case.weighed(tuple(shape))
    rates = {case.market.row(room.position)[0].rate for room in rooms}
    return not any([rate.steps(grams, bulk) for rate in rates])


def gathered(question: Question, shape: Sequence[int]) -> Question:
    """Return the question with all units of each atom as one."""
    case, stock, rooms, prices = question
    fewer = [
        Room(
            room.position,
            [1 if cap else 0 for cap in room.caps],
            list(map(mul, room.adds, shape)),
            room.toll,
            room.base,
            True,
        )
        for room in rooms
    ]
    return Question(case.gathered(shape), stock, fewer, prices)
