"""The exact search for one demand: every way to share its units out over warehouses and parcels.

A demand is a small set-partitioning problem: its units fall into parcels, each from one warehouse by one offer.
Weights (cost and ties in one int, see :mod:`omskit.allocation.weights`) add up over parcels, and each further
parcel pays the split weight. The search goes no further than it has to:

1. One parcel: the cheapest warehouse that has everything. Any other plan pays two first prices and a split, or
   leaves a unit out; when that cannot cost less, the parcel is the best plan.
2. The table: for every bag of atoms, the cheapest parcel that holds it, over all warehouses. Two parcels: a bag and
   its complement. When three first prices cannot cost less, the best so far is the best plan.
3. The partition: the best way to send every bag, from the first unit's parcel and the best way to send the rest.
   At the end what is left out is paid, and the best bag wins.

Within the table every parcel sees the whole stock of its warehouse. If the best plan asks a warehouse for more than
it has over several parcels, the warehouse is taken out of the table, gets a partition of its own under its stock,
and the two are combined, exactly (:mod:`omskit.allocation.separate`).

Unit prices of stock and of capacity, where a batch sets them, are part of the weights: the same search prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import NamedTuple

from omskit.allocation.alone import alone
from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.greedy import greedy
from omskit.allocation.lattice import Lattice, pairs_of
from omskit.allocation.offers import best
from omskit.allocation.separate import Question, limited
from omskit.allocation.tables import Room, Table, fits, parcel_of, priced
from omskit.allocation.weights import ENDLESS, SHIFT


def rooms_of(case: Case, stock: Stock, prices: Prices | None, positions: Sequence[int]) -> list[Room]:
    """Return the warehouses that have something of a case and a courier for it."""
    atoms, market, setting = case.atoms, case.market, case.setting
    warehouses = setting.network.warehouses
    rows, can_pack, can_pick = stock.rows, stock.parcels, stock.units
    columns = [[(rows[sku], pieces) for sku, pieces in atom.needs] for atom in atoms]
    wanted = case.shape
    guarded = case.guarded
    rooms = []
    for position in positions:
        if not can_pack[position]:
            continue
        caps = []
        for column, most in zip(columns, wanted, strict=True):
            row, pieces = column[0]
            there = row[position]
            if pieces != 1:
                there //= pieces
            if len(column) > 1 and there:
                there = min([row[position] // pieces for row, pieces in column])
            caps.append(there if there < most else most)
        free = not case.entangled
        if can_pick[position] < case.units:
            free = False
            most = can_pick[position]
            caps = [min(cap, most // atom.units) for cap, atom in zip(caps, atoms, strict=True)]
        if guarded:
            code = warehouses[position].code
            for number, atom in enumerate(atoms):
                if caps[number] and (code in atom.barred or not market.row(position, atom.traits)):
                    caps[number] = 0
        if not any(caps):
            continue
        offers = market.plain[position]
        if offers is None:
            offers = market.row(position)
        if case.special:
            offers = tuple(
                {id(offer): offer for atom in atoms for offer in market.row(position, atom.traits)}.values()
            ) or offers
        if not offers:
            continue
        picking = warehouses[position].unit_minor << SHIFT
        base = min([offer[0] for offer in offers]) if case.special else offers[0][0]
        if prices is None:
            rooms.append(Room(position, caps, [picking * atom.units for atom in atoms], 0, base, free))
            continue
        picking += prices.units[position]
        toll = prices.parcels[position]
        if prices.couriers:
            base = min([offer[0] + prices.couriers.get(offer.courier, 0) for offer in offers])
        adds = []
        for atom in atoms:
            more = picking * atom.units
            for sku, pieces in atom.needs:
                priced = prices.cells.get(sku)
                if priced is not None:
                    more += priced[position] * pieces
            adds.append(more)
        rooms.append(Room(position, caps, adds, toll, base + toll, free))
    return rooms


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
    if case.unsplit and not case.guarded and (prices is None or not prices.couriers):
        return alone(case, stock, positions, prices)
    rooms = rooms_of(case, stock, prices, positions)
    left = case.left
    nothing = left * case.units
    if not rooms:
        return Solution(nothing, (), False, nothing)
    shape = case.shape
    reach = [0] * len(shape)
    for room in rooms:
        reach = list(map(add, reach, room.caps))
    short = 0
    if any([there < most for there, most in zip(reach, shape, strict=True)]):
        if case.whole_only:
            return Solution(nothing, (), False, nothing)
        short = sum([max(0, most - there) * atom.units for there, most, atom in zip(reach, shape, case.atoms)])  # noqa: B905 - hot
        shape = tuple(map(min, reach, shape))
        for room in rooms:
            room.caps[:] = map(min, room.caps, shape)
    forced = short * left
    single = _single(case, stock, rooms, shape, prices)
    if single is not None and single[0] + forced > nothing:
        single = None
    if case.unsplit:
        return _one(case, shape, single, forced, prices) if single else Solution(nothing, (), False, nothing)
    floors = _floors(case, rooms, shape)
    if single is not None and single[0] <= min(floors.two, floors.less):
        return _one(case, shape, single, forced, prices)
    if pairs_of(shape) > budget:
        weight, parcels = greedy(case, stock, rooms, shape, prices)
        known = weight if single is None else single[0] + forced
        bound = min(weight, known, floors.two + forced, floors.less + forced, nothing)
        if single is not None and known <= weight:
            return _one(case, shape, single, forced, prices)._replace(single=False, bound=bound)
        return Solution(weight, parcels, False, bound)
    lattice = case.setting.network.lattice(shape)
    table = Table(case, lattice, rooms, prices, stock)
    weight, bags = _partitioned(case, table, floors)
    if weight + forced > nothing or (weight + forced == nothing and not bags):
        return Solution(nothing, (), False, nothing)
    chosen = [table.parcel(bag) for bag in bags]
    excess = _excess(case, stock, chosen)
    if len(chosen) > case.limit or excess:
        question = Question(case, stock, rooms, lattice, prices)
        return _limited(question, forced, excess, len(chosen))
    return Solution(weight + forced, _ordered(chosen), False, weight + forced)


class _Floors(NamedTuple):
    """What other plans weigh at least: of two parcels, of three, and of those that leave a unit out."""

    two: int
    three: int
    less: int


def _floors(case: Case, rooms: Sequence[Room], shape: tuple[int, ...]) -> _Floors:
    least = min([room.base for room in rooms])
    hardest = goods = loss = 0
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
    two = hardest + least + case.split + goods if case.limit > 1 else ENDLESS
    less = ENDLESS if case.whole_only else least + loss + spare
    return _Floors(two, two + least + case.split if case.limit > 2 else ENDLESS, less)


def _single(
    case: Case, stock: Stock, rooms: Sequence[Room], shape: tuple[int, ...], prices: Prices | None
) -> tuple[int, Room] | None:
    """Return the weight of the cheapest parcel that holds everything, and where it is packed."""
    _, grams, bulk = case.weighed(shape)
    found: tuple[int, Room] | None = None
    for room in rooms:
        if tuple(room.caps) != shape:
            continue
        if not room.free and not fits(case, stock, room.position, shape):
            continue
        row = case.row(room.position, shape)
        if prices is not None and prices.couriers:
            row = priced(row, prices)
        offer = best(row, grams, bulk)
        if offer is not None:
            weight = offer[0] + room.toll
            for count, more in zip(shape, room.adds, strict=True):
                weight += count * more
            if found is None or weight < found[0]:
                found = weight, room
    return found




def _one(
    case: Case, shape: tuple[int, ...], single: tuple[int, Room], forced: int, prices: Prices | None
) -> Solution:
    weight, room = single
    parcel = parcel_of(case, room.position, shape, prices)
    return Solution(weight + forced, (parcel,), True, weight + forced)


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
    return least, _traced(table, sums, bag, split)


def _traced(table: Table, sums: Sequence[int], bag: int, split: int) -> list[int]:
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


def _limited(question: Question, forced: int, watched: set[int], parcels: int) -> Solution:
    """Return the best plan with limits that a plain partition into so many parcels broke."""
    case, stock, rooms, lattice, prices = question
    away = lattice.spread([case.left * atom.units for atom in case.atoms])
    full, units = lattice.full, sum(lattice.shape)
    counted = parcels > case.limit
    while True:
        counted = counted or any(stock.parcels[position] < units for position in watched)
        ways = limited(question, watched, counted=counted)
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
