"""The partition under limits: at most so many parcels, and warehouses that several parcels would ask for too much.

Every bag keeps its best way for each number of parcels. A warehouse that has to be watched gets a partition of its
own, of the bags that it has as a whole; then the ways of the others and its own are combined for every bag and
every number of parcels. Nothing is dropped that could still be the best.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.case import Case, Prices, Stock
from omskit.allocation.lattice import Lattice
from omskit.allocation.tables import Room, Table, fits
from omskit.allocation.weights import ENDLESS

#: A weight, and the (warehouse position, bag) pairs of its parcels.
Way = tuple[int, tuple[tuple[int, int], ...]]
#: The best way to send each bag in at most so many parcels, by that number.
Layers = list[dict[int, Way]]


def layered(
    case: Case,
    stock: Stock,
    rooms: Sequence[Room],
    watched: Sequence[Room],
    lattice: Lattice,
    prices: Prices | None,
) -> dict[int, Way]:
    """Return the best way to send each bag within the case's limit of parcels; a parcel weighs a split each.

    Args:
        case: What is asked.
        stock: What is left.
        rooms: All warehouses.
        watched: Those whose parcels are summed before they are held against the stock.
        lattice: The bags.
        prices: What scarce things cost.
    """
    most = min(case.limit, sum(lattice.shape))
    others = [room for room in rooms if room not in watched]
    table = Table(case, lattice, others, prices, stock)
    found = _ways(table, case.split, most, range(1, lattice.size), set(range(lattice.size)))
    for room in watched:
        own = Table(case, lattice, [room], prices, stock)
        bags = [
            bag for bag in lattice.within(room.caps) if fits(case, stock, room.position, lattice.counts(bag))
        ]
        mine = _ways(own, case.split, min(most, stock.parcels[room.position]), bags[1:], set(bags))
        found = _combined(lattice, found, mine, most)
    return found[-1]


def _ways(table: Table, split: int, most: int, bags: Sequence[int], allowed: set[int]) -> Layers:
    """Return the best ways to send each bag in at most 0, 1, ... ``most`` parcels of a table."""
    weights, who, parts = table.weights, table.who, table.lattice.parts
    layers: Layers = [{0: (0, ())}]
    for _ in range(most):
        before = layers[-1]
        now = dict(before)
        for bag in bags:
            best = before.get(bag, (ENDLESS, ()))
            for part in parts(bag):
                rest = before.get(bag - part)
                if rest is not None and part in allowed:
                    weight = weights[part] + split + rest[0]
                    if weight < best[0]:
                        best = (weight, ((who[part], part), *rest[1]))
            if best[0] < ENDLESS:
                now[bag] = best
        layers.append(now)
    return layers


def _combined(lattice: Lattice, found: Layers, mine: Layers, most: int) -> Layers:
    """Return the best ways to send each bag partly so, partly by a watched warehouse."""
    shape, counts = lattice.shape, {bag: lattice.counts(bag) for bag in range(lattice.size)}
    result: Layers = []
    for total in range(most + 1):
        now: dict[int, Way] = {}
        for own in range(min(total, len(mine) - 1) + 1):
            for bag, way in mine[own].items():
                room = [limit - count for limit, count in zip(shape, counts[bag], strict=True)]
                for rest in lattice.within(room):
                    other = found[total - own].get(rest)
                    if other is not None and way[0] + other[0] < now.get(bag + rest, (ENDLESS, ()))[0]:
                        now[bag + rest] = (way[0] + other[0], other[1] + way[1])
        result.append(now)
    return result
