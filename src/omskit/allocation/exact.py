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

Where no plan gains by dividing an atom, and no warehouse has one in part, the bags hold all of an atom or none
(:mod:`omskit.allocation.whole`); that is most demands.

Within the table every parcel sees the whole stock of its warehouse. If the best plan asks a warehouse for more
than it has over several parcels, the warehouse is taken out of the table, gets a partition of its own under its
stock, and the two are combined, exactly (:mod:`omskit.allocation.separate`).

Unit prices of stock and of capacity, where a batch sets them, are part of the weights: the same search prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add

from omskit.allocation.alone import alone
from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.greedy import greedy
from omskit.allocation.lattice import Lattice, pairs_of
from omskit.allocation.offers import best, slope_of, tilted
from omskit.allocation.rooms import Room, offers_of, rooms_of
from omskit.allocation.separate import limited
from omskit.allocation.splits import Floors, Terms, partitioned
from omskit.allocation.tables import Question, Table, fits, parcel_of, priced
from omskit.allocation.weights import ENDLESS
from omskit.allocation.whole import whole


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
    if prices is None or not prices.quotas:
        if case.unsplit and not case.guarded:
            return alone(case, stock, positions, prices)
        if not case.special and not case.entangled:
            found = whole(case, stock, budget, prices, positions)
            if found is not None:
                return found
    rooms = rooms_of(case, stock, prices, positions)
    shape, short = _reach(case, rooms)
    nothing = case.left * case.units
    if not rooms or (short and case.whole_only):
        return Solution(nothing, (), False, nothing)
    question = Question(case, stock, rooms, prices)
    forced = short * case.left
    single = _single(question, shape, nothing - forced)
    floors, _ = _floors(case, rooms, shape)
    if single is None or single[0] > floors.two:
        question, floors = _narrowed(question, shape, single, floors)
    if single is not None and single[0] <= min(floors.two, floors.less):
        parcel = parcel_of(case, single[1].position, shape, prices)
        return Solution(single[0] + forced, (parcel,), True, single[0] + forced)
    if pairs_of(shape) <= budget:
        return _searched(question, case.setting.network.lattice(shape), floors, forced)
    return _quick(question, shape, single, floors, forced)


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


def _narrowed(
    question: Question, shape: tuple[int, ...], single: tuple[int, Room] | None, floors: Floors
) -> tuple[Question, Floors]:
    """Return better floors, which count the steps of weight, and the question without what cannot be better.

    A warehouse is left out when no plan of several parcels, one of them its own, weighs less than the single one.
    """
    case, stock, rooms, prices = question
    _, grams, _ = case.weighed(shape)
    slope = slope_of(offers_of(case, min(rooms, key=lambda room: room.base).position), grams)
    bases = [tilted(offers_of(case, room.position), slope, grams) + room.toll for room in rooms]
    leaning = [room._replace(base=base) for room, base in zip(rooms, bases, strict=True)]
    (found, rest), more = _floors(case, leaning, shape), slope * grams
    better = Floors(max(floors.two, found.two + more), max(floors.three, found.three + more), floors.less)
    if single is not None and single[0] <= better.less:
        (weight, chosen), rest = single, rest + more
        rooms = [room for room, base in zip(rooms, bases, strict=True) if room is chosen or base + rest < weight]
    return Question(case, stock, rooms, prices), better


def _quick(
    question: Question, shape: tuple[int, ...], single: tuple[int, Room] | None, floors: Floors, forced: int
) -> Solution:
    """Return the best found beyond the work limit, with a bound."""
    case = question.case
    weight, parcels = greedy(question, shape)
    bound = min(weight, floors.two + forced, floors.less + forced, case.left * case.units)
    if single is not None and single[0] + forced <= weight:
        weight, parcels = single[0] + forced, (parcel_of(case, single[1].position, shape, question.prices),)
    return Solution(weight, parcels, False, min(bound, weight))


def _searched(question: Question, lattice: Lattice, floors: Floors, forced: int) -> Solution:
    """Return the best plan out of all bags."""
    case, stock, rooms, prices = question
    nothing = case.left * case.units
    table = Table(case, lattice, rooms, prices, stock)
    terms = Terms(case.split, case.limit, case.whole_only, [case.left * atom.units for atom in case.atoms])
    weight, bags = partitioned(lattice, table.weights, floors, terms)
    if weight + forced > nothing or not bags:
        return Solution(nothing, (), False, nothing)
    chosen = [table.parcel(bag) for bag in bags]
    if len(chosen) > case.limit or _excess(case, stock, chosen):
        return _limited(question, lattice, floors.less, forced, chosen)
    return Solution(weight + forced, _ordered(chosen), bags[0] == lattice.full, weight + forced)


def _floors(case: Case, rooms: Sequence[Room], shape: tuple[int, ...]) -> tuple[Floors, int]:
    """Return what other plans weigh at least, and how much of that is not the dearer parcel of two."""
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
    many = further * (case.limit - 1) if further < 0 else 0
    rest = further + goods + many
    two = hardest + rest if case.limit > 1 else ENDLESS
    less = ENDLESS if case.whole_only else least + loss + spare + many
    return Floors(two, two + further if case.limit > 2 else ENDLESS, less), rest


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


def _limited(
    question: Question, lattice: Lattice, less: int, forced: int, broken: Sequence[Parcel]
) -> Solution:
    """Return the best plan within the limits that a plain partition broke.

    Plans that leave a unit out weigh ``less`` at least.
    """
    case, stock, _, prices = question
    watched, counted = _excess(case, stock, broken), len(broken) > case.limit
    full, units, nothing = lattice.full, sum(lattice.shape), case.left * case.units
    while True:
        counted = counted or any(stock.parcels[position] < units for position in watched)
        ways = limited(question, lattice, watched, counted=counted)
        last = len(ways.layers) - 1
        least, bag = ways.weight(last, full), full
        if least - case.split > less and not case.whole_only:
            away = lattice.spread([case.left * atom.units for atom in case.atoms])
            least, bag = min([(ways.weight(last, one) + away[full - one], -one) for one in range(1, full + 1)])
            bag = -bag
        weight = least - case.split + forced
        if weight > nothing:
            return Solution(nothing, (), False, nothing)
        chosen = [parcel_of(case, at, lattice.counts(one), prices) for at, one in ways.trace(last, bag)]
        more = _excess(case, stock, chosen) - watched
        if not more and len(chosen) <= case.limit:
            return Solution(weight, _ordered(chosen), False, weight)
        watched, counted = watched | more, counted or len(chosen) > case.limit
