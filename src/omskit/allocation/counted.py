"""The search within quotas: every way to share a demand out, with the parcels of scarce quotas counted.

It is asked only where the best plan without counting takes more parcels of a quota than there can be. The
warehouses come one after another, each with all that it could send in one or several parcels, so that its stock
and capacity are counted too; what is known of all before it is the least weight for every bag, every count of
parcels of scarce quotas and, where an order may have few parcels only, every number of parcels.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import mul
from typing import NamedTuple

from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.lattice import Lattice, pairs_of
from omskit.allocation.offers import Offer, best
from omskit.allocation.rooms import Room, rooms_of
from omskit.allocation.tables import fits, priced, toll
from omskit.allocation.weights import SHIFT

#: Where a search has come to: the bag that is sent, the parcels of each scarce quota, all parcels if they count.
_State = tuple[int, tuple[int, ...]]
#: The least weight of a state, and the parcels that come to it.
_Way = tuple[int, tuple[Parcel, ...]]


class _Limits(NamedTuple):
    """What a plan may not exceed: parcels by scarce quota, and at the end all parcels of the order."""

    case: Case
    stock: Stock
    lattice: Lattice
    quotas: tuple[int, ...]
    most: tuple[int, ...]
    prices: Prices | None

    def after(self, before: _State, more: _State) -> _State | None:
        """Return two states as one; None when the bags or parcels are too many together."""
        counts = map(sum, zip(self.lattice.counts(before[0]), self.lattice.counts(more[0]), strict=True))
        if any([count > most for count, most in zip(counts, self.lattice.shape, strict=True)]):
            return None
        used = tuple(map(sum, zip(before[1], more[1], strict=True)))
        if any([count > most for count, most in zip(used, self.most, strict=True)]):
            return None
        return before[0] + more[0], used


def counted(
    case: Case, stock: Stock, budget: int, watched: frozenset[int], prices: Prices | None = None
) -> Solution | None:
    """Return the best plan within the quotas that are watched; None when that would look at too much."""
    scarce = tuple(sorted(watched))
    most = (*[stock.quotas[number] for number in scarce], min(case.limit, case.units))
    rooms = rooms_of(case, stock, prices, case.positions)
    states = len(rooms)
    for limit in most:
        states *= limit + 1
    if pairs_of(case.shape) * states > budget:
        return None
    limits = _Limits(case, stock, case.setting.network.lattice(case.shape), scarce, most, prices)
    known: dict[_State, _Way] = {(0, (0,) * len(most)): (0, ())}
    for room in rooms:
        own = _own(limits, room)
        for state, way in list(known.items()):
            for more, with_these in own.items():
                _keep(known, limits.after(state, more), way, with_these)
    return _best(limits, known)


def _keep(known: dict[_State, _Way], state: _State | None, way: _Way, more: _Way) -> bool:
    """Keep a way where it is the best to its state; whether it is."""
    if state is None:
        return False
    weight = way[0] + more[0]
    if state in known and known[state][0] <= weight:
        return False
    known[state] = weight, way[1] + more[1]
    return True


def _best(limits: _Limits, known: dict[_State, _Way]) -> Solution:
    case, lattice = limits.case, limits.lattice
    away = lattice.spread([case.left * atom.units for atom in case.atoms])
    least, parcels = case.left * case.units, tuple[Parcel, ...]()
    for (bag, _), (sent, found) in known.items():
        if found and (bag == lattice.full or not case.whole_only):
            weight = sent + away[lattice.full - bag] - case.split
            if weight <= least and (weight < least or not parcels):
                least, parcels = weight, found
    ordered = tuple(sorted(parcels, key=lambda one: (one.position, [-count for count in one.counts])))
    return Solution(least, ordered, False, least)


def _own(limits: _Limits, room: Room) -> dict[_State, _Way]:
    """Return all that one warehouse could send, in any number of parcels."""
    single: dict[_State, _Way] = {}
    for state, way in _parcels(limits, room):
        _keep(single, state, (0, ()), way)
    found, ends = dict(single), dict(single)
    for _ in range(1, min(limits.most[-1], limits.stock.parcels[room.position])):
        longer: dict[_State, _Way] = {}
        for state, way in ends.items():
            for more, other in single.items():
                after = limits.after(state, more)
                if after is not None and _has(limits, room, after[0]) and _keep(found, after, way, other):
                    longer[after] = found[after]
        ends = longer
    return found


def _has(limits: _Limits, room: Room, bag: int) -> bool:
    return fits(limits.case, limits.stock, room.position, limits.lattice.counts(bag))


def _parcels(limits: _Limits, room: Room) -> Iterator[tuple[_State, _Way]]:
    """Yield every parcel of a warehouse, by the cheapest offer for each choice of scarce quotas that it uses."""
    case, lattice = limits.case, limits.lattice
    picking = case.setting.network.warehouses[room.position].unit_minor
    for bag in lattice.within(room.caps)[1:]:
        if not _has(limits, room, bag):
            continue
        counts = lattice.counts(bag)
        units, grams, bulk = case.weighed(counts)
        row = case.row(room.position, counts)
        by_use: dict[tuple[int, ...], list[Offer]] = {}
        for offer in row:
            used = (*[int(number in offer.quotas) for number in limits.quotas], 1)
            by_use.setdefault(used, []).append(offer)
        for used, some in by_use.items():
            cheapest = best(priced(some, limits.prices), grams, bulk)
            if cheapest is not None:
                weight, offer = cheapest
                tolled = 0 if limits.prices is None else toll(offer, limits.prices)
                parcel = Parcel(room.position, counts, (weight - tolled >> SHIFT) + picking * units, offer)
                yield (bag, used), (weight + room.toll + sum(map(mul, counts, room.adds)) + case.split, (parcel,))
