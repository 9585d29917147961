"""The exact search for one demand: every way to share its units out over warehouses and parcels.

A demand is a small set-partitioning problem: its units fall into parcels, each from one warehouse by one offer.
Weights (cost and ties in one int, see :mod:`omskit.allocation.weights`) add up over parcels, and each further
parcel pays the split weight. The search goes no further than it has to:

1. One parcel: the cheapest warehouse that has everything. Any other plan pays two first prices and a split,
   or leaves a unit out; when that cannot cost less, the parcel is the best plan.
2. The table: for every bag of atoms, the cheapest parcel that holds it, over all warehouses. Two parcels: a bag
   and its complement. When three first prices cannot cost less, the best so far is the best plan.
3. The partition: the best way to send every bag, from the first unit's parcel and the best way to send the
   rest. At the end what is left out is paid, and the best bag wins.

Where every parcel is light enough for the first price, splitting the units of an atom over parcels gains nothing,
and the bags hold all of an atom or none (:mod:`omskit.allocation.gathering`).

Within the table every parcel sees the whole stock of its warehouse. If the best plan asks a warehouse for more
than it has over several parcels, the warehouse is taken out of the table, gets a partition of its own under its
stock, and the two are combined, exactly (:mod:`omskit.allocation.separate`).

Unit prices of stock and of capacity, where a batch sets them, are part of the weights: the same search prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import add
from typing import NamedTuple

from omskit.allocation.alone import alone
from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.gathering import gathered, scattered, undivided
from omskit.allocation.greedy import greedy
from omskit.allocation.lattice import Lattice, pairs_of
from omskit.allocation.offers import best
from omskit.allocation.rooms import Room, rooms_of
from omskit.allocation.separate import limited
from omskit.allocation.tables import Question, Table, fits, parcel_of, priced
from omskit.allocation.weights import ENDLESS


def solve(
    case: Case,
    stock: Stock,
    budget: int,
    prices: Prices | None = None,
    positions: Sequence[int] | None = None,
) -> Solution:
    """Return the best plan, or the best found when its search would look at more than ``budget`` pairs of bags.

    Args:
        case: What is asked.
        stock: Pieces of its SKUs by warehouse position.
        budget: Most work.
        prices: What scarce things cost; the weight of the solution counts them, the parcels' costs do not.
        positions: The warehouses that are asked, instead of all that serve the case.
    """
    if positions is None:
        positions = case.positions
    if case.unsplit and not case.guarded and (prices is None or not prices.quotas):
        return alone(case, stock, positions, prices)
    rooms = rooms_of(case, stock, prices, positions)
    shape, short = _reach(case, rooms)
    nothing = case.left * case.units
    if not rooms or (short and case.whole_only):
        return Solution(nothing, (), False, nothing)
    question = Question(case, stock, rooms, prices)
    forced = short * case.left
    single = _single(question, shape, nothing - forced)
    floors = _floors(case, rooms, shape)
    if single is not None and single[0] <= min(floors.two, floors.less):
        parcel = parcel_of(case, single[1].position, shape, prices)
        return Solution(single[0] + forced, (parcel,), True, single[0] + forced)
    lattice = case.setting.network.lattice
    if undivided(question, shape):
        question, few = gathered(question, shape), tuple(map(min, shape, repeat(1)))
        if pairs_of(few) <= budget:
            return scattered(_searched(question, lattice(few), floors, forced), shape)
    elif pairs_of(shape) <= budget:
        return _searched(question, lattice(shape), floors, forced)
    return _quick(Question(case, stock, rooms, prices), shape, single, floors, forced)


def _reach(case: Case, rooms: Sequence[Room]) -> tuple[tuple[int, ...], int]:
    """Return how many of each atom there are to send, at most what is wanted, and the units short of that.

    Rooms hold no more than that afterwards.
    """
    shape = case.shape
    reach = [0] * len(shape)
    for room in rooms:
        reach = list(map(add, reach, room.caps))
    missing = [max(0, most - there) for there, most in zip(reach, shape, strict=True)]
    if not any(missing):
        return shape, 0
    shape = tuple(map(min, reach, shape))
    for room in rooms:
        room.caps[:] = map(min, room.caps, shape)
    return shape, sum([count * atom.units for count, atom in zip(missing, case.atoms, strict=True)])


def _quick(
    question: Question, shape: tuple[int, ...], single: tuple[int, Room] | None, floors: _Floors, forced: int
) -> Solution:
    """Return the best found beyond the work limit, with a bound."""
    case = question.case
    weight, parcels = greedy(question, shape)
    bound = min(weight, floors.two + forced, floors.less + forced, case.left * case.units)
    if single is not None and single[0] + forced <= weight:
        weight, parcels = single[0] + forced, (parcel_of(case, single[1].position, shape, question.prices),)
    return Solution(weight, parcels, False, min(bound, weight))


def _searched(question: Question, lattice: Lattice, floors: _Floors, forced: int) -> Solution:
    """Return the best plan out of all bags."""
    case, stock, rooms, prices = question
    nothing = case.left * case.units
    table = Table(case, lattice, rooms, prices, stock)
    weight, bags = _partitioned(case, table, floors)
    if weight + forced > nothing or not bags:
        return Solution(nothing, (), False, nothing)
    chosen = [table.parcel(bag) for bag in bags]
    excess = _excess(case, stock, chosen)
    if len(chosen) > case.limit or excess:
        return _limited(question, lattice, forced, excess, len(chosen))
    return Solution(weight + forced, _ordered(chosen), False, weight + forced)


class _Floors(NamedTuple):
    """What other plans weigh at least: of two parcels, of three, and of those that leave a unit out."""

    two: int
    three: int
    less: int


def _floors(case: Case, rooms: Sequence[Room], shape: tuple[int, ...]) -> _Floors:
    least = min([room.base for room in rooms])
    hardest, goods, loss = least, 0, 0
    spare = ENDLESS
    for number, count in enumerate(shape):
        if not count:
            continue
        holding = [room for room in rooms if room.caps[number]]
        hardest = max(hardest, min([room.base for room in holding]))
        each = min([room.adds[number] for room in holding])
        away = case.left * case.atoms[number].units
        goods += count * each
        loss += count * min(each, away)
        spare = min(spare, away - min(each, away))
    further = least + case.split
    # with credits of commitments a parcel can be cheaper than nothing, and then as many as may be
    rest = further * (case.limit - 1) if further < 0 else 0
    two = hardest + further + goods + rest if case.limit > 1 else ENDLESS
    less = ENDLESS if case.whole_only else least + loss + spare + rest
    return _Floors(two, two + further if case.limit > 2 else ENDLESS, less)


def _single(question: Question, shape: tuple[int, ...], most: int) -> tuple[int, Room] | None:
    """Return the weight, up to ``most``, of the cheapest parcel that holds everything, and where it is packed."""
    case, stock, rooms, prices = question
    _, grams, bulk = case.weighed(shape)
    found: tuple[int, Room] | None = None
    for room in rooms:
        if tuple(room.caps) != shape:
            continue
        if not room.free and not fits(case, stock, room.position, shape):
            continue
        row = case.row(room.position, shape)
        if prices is not None and prices.quotas:
            row = priced(row, prices)
        offer = best(row, grams, bulk)
        if offer is not None:
            weight = offer[0] + room.toll
            for count, more in zip(shape, room.adds, strict=True):
                weight += count * more
            if weight <= most and (found is None or weight < found[0]):
                found = weight, room
    return found


def _ordered(parcels: Sequence[Parcel]) -> tuple[Parcel, ...]:
    return tuple(sorted(parcels, key=lambda one: (one.position, [-count for count in one.counts])))


def _partitioned(case: Case, table: Table, floors: _Floors) -> tuple[int, list[int]]:
    """Return the weight and the bags of the best way to send everything, or less where that weighs less."""
    lattice, weights, split = table.lattice, table.weights, case.split
    full, parts = lattice.full, lattice.parts
    value, bags = weights[full], [full]
    if case.limit > 1:
        for part in parts(full):
            if part != full:
                weight = weights[part] + weights[full - part] + split
                if weight < value:
                    value, bags = weight, [part, full - part]
    if value <= min(floors.three, floors.less):
        return value, bags
    whole = value <= floors.less
    # what is left of the full bag without its first atom, when there is one of that, has none of it
    needed = lattice.strides[0] if whole and lattice.shape[0] == 1 else lattice.size
    sums = [0] * needed
    for bag in range(1, needed):
        sums[bag] = min([weights[part] + sums[bag - part] for part in parts(bag)]) + split
    found = [(min([weights[part] + sums[full - part] for part in parts(full) if full - part < needed]), full)]
    if not whole:
        away = lattice.spread([case.left * atom.units for atom in case.atoms])
        if case.whole_only:
            found.append((away[full], 0))
        else:
            found += [(sums[bag] - split + away[full - bag], bag) for bag in range(1, full)]
            found.append((away[full], 0))
    least, bag = min(found, key=lambda one: (one[0], -one[1]))
    if least >= value:
        return value, bags
    return least, _traced(table, sums, bag)


def _traced(table: Table, sums: Sequence[int], bag: int) -> list[int]:
    """Return the bags that the best way to send a bag is made of."""
    weights, parts = table.weights, table.lattice.parts
    found = []
    while bag:
        pairs = [(weights[part] + sums[bag - part], part) for part in parts(bag) if bag - part < len(sums)]
        _, part = min(pairs)
        found.append(part)
        bag -= part
    return found


def _excess(case: Case, stock: Stock, parcels: Sequence[Parcel]) -> set[int]:
    """Return the warehouses that parcels together ask for more than they have."""
    seen: dict[int, list[Parcel]] = {}
    for parcel in parcels:
        seen.setdefault(parcel.position, []).append(parcel)
    return {
        position
        for position, some in seen.items()
        if len(some) > 1 and (len(some) > stock.parcels[position] or not _has_all(case, stock, position, some))
    }


def _has_all(case: Case, stock: Stock, position: int, parcels: Sequence[Parcel]) -> bool:
    counts = [sum(column) for column in zip(*[parcel.counts for parcel in parcels], strict=True)]
    return fits(case, stock, position, counts)


def _limited(question: Question, lattice: Lattice, forced: int, watched: set[int], parcels: int) -> Solution:
    """Return the best plan with limits that a plain partition into so many parcels broke."""
    case, stock, _, prices = question
    away = lattice.spread([case.left * atom.units for atom in case.atoms])
    full, units = lattice.full, sum(lattice.shape)
    counted = parcels > case.limit
    while True:
        counted = counted or any(stock.parcels[position] < units for position in watched)
        ways = limited(question, lattice, watched, counted=counted)
        last = len(ways.layers) - 1
        bags = (full,) if case.whole_only else range(1, lattice.size)
        least, bag = min([(ways.layers[-1][bag] + away[full - bag], -bag) for bag in bags])
        weight = least - case.split + forced
        nothing = case.left * case.units
        if weight > nothing:
            return Solution(nothing, (), False, nothing)
        chosen = [parcel_of(case, at, lattice.counts(one), prices) for at, one in ways.trace(last, -bag)]
        more = _excess(case, stock, chosen) - watched
        if not more and len(chosen) <= case.limit:
            return Solution(weight, _ordered(chosen), False, weight)
        watched, counted = watched | more, counted or len(chosen) > case.limit
