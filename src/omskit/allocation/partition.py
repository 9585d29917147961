"""Partitions: the cheapest way to send an order in parcels, out of what each bag costs from each warehouse.

Every parcel sees the whole stock of its warehouse at first. A warehouse that is then asked for more than it has
over several parcels gets ways of its own, of the bags that it has as a whole, and these are combined with the ways
of all others, as in :mod:`omskit.allocation.separate`; here on lists of costs that are there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from operator import add, gt
from typing import NamedTuple, Protocol

from omskit.allocation.case import UNLIMITED
from omskit.allocation.covering import MANY, Origin, Task, TooDeepError, covered
from omskit.allocation.lattice import Lattice
from omskit.allocation.weights import ENDLESS, SHIFT

#: Above every cost with prices.
NEVER = ENDLESS >> SHIFT
#: (warehouse, bag) of a parcel.
Packed = tuple[int, int]


class Order(NamedTuple):
    """What is the same for all partitions of an order.

    Args:
        lattice: The bags.
        split: What every parcel after the first costs.
        away: What it costs to leave out each bag; nothing is left out when the whole has to go.
        spare: What it costs at least to leave out any.
        limit: Most parcels.
        whole: Whether nothing may be left out.
    """

    lattice: Lattice
    split: int
    away: list[int]
    spare: int
    limit: int
    whole: bool


class Source(NamedTuple):
    """A warehouse.

    Args:
        number: Of the warehouse, in parcels.
        costs: Of each bag from it.
        caps: How many of each atom it has.
    """

    number: int
    costs: Sequence[int]
    caps: Sequence[int]


class Senders(Protocol):
    """All warehouses together."""

    @property
    def least(self) -> Sequence[int]:
        """Of each bag, what it costs from where it costs least."""

    def number(self, bag: int) -> int:
        """Return the number of a warehouse from which a bag costs least."""

    def caps(self, number: int) -> Sequence[int]:
        """Return how many of each atom a warehouse has."""

    def sources(self) -> Sequence[Source]:
        """Return each warehouse."""


def cheapest(order: Order, senders: Senders, most: int) -> tuple[int, list[Packed] | None] | None:
    """Return the least cost, and its parcels; instead of these None where the cost is only a bound.

    None where it is known to be no less than ``most``, which sending nothing costs at least.
    """
    least, full = senders.least, order.lattice.full
    single = least[full]
    floor = min(least)
    if floor >= NEVER:
        return NEVER, None
    # where a parcel earns something, more of them can be better still
    dearer = floor + order.split >= 0 and single <= 2 * floor + order.split
    if dearer and (order.whole or single <= floor + order.spare):
        return single, [(senders.number(full), full)]
    if floor + order.split >= 0 and len(least) >= MANY:
        with suppress(TooDeepError):
            return _cheapest_of_many(order, senders, most)
    ways = _ways(order, least)
    value, bag = _last(order, ways)
    bags = _trace(order, least, ways, bag)
    if len(bags) > order.limit:
        value, bags = _few(order, least)
    if value >= NEVER:
        return value, None
    chosen = [(senders.number(bag), bag) for bag in bags]
    watched = _excess(order, chosen, senders)
    return _watching(order, senders, watched) if watched else (value, chosen)


def _cheapest_of_many(order: Order, senders: Senders, most: int) -> tuple[int, list[Packed]] | None:
    """Return the same where there are many bags."""
    shape, strides = order.lattice.shape, order.lattice.strides
    away = [order.away[stride] if count else 0 for count, stride in zip(shape, strides, strict=True)]
    task = Task(order.lattice, order.split, None if order.whole else away, order.limit)
    most = min(most, NEVER)
    found = covered(task, senders.least, most)
    if found is None:
        return None
    chosen = [(senders.number(bag), bag) for _, bag in found[1]]
    watched = sorted(_excess(order, chosen, senders))
    sources = senders.sources() if watched else []
    while watched:
        others = [source for source in sources if source.number not in watched]
        least = _least(order, [source.costs for source in others])
        own = [Origin(sources[number].costs, sources[number].caps, UNLIMITED) for number in watched]
        found = covered(task, least, most, own)
        if found is None:
            return None
        chosen = [
            (watched[origin - 1] if origin else _who(others, least, bag).number, bag) for origin, bag in found[1]
        ]
        more = _excess(order, chosen, senders).difference(watched)
        if not more:
            break
        watched = sorted([*watched, *more])
    return found[0], chosen


def _least(order: Order, costs: Sequence[Sequence[int]]) -> Sequence[int]:
    if not costs:
        return [NEVER] * order.lattice.size
    return list(map(min, *costs)) if len(costs) > 1 else costs[0]


def _who(sources: Sequence[Source], least: Sequence[int], bag: int) -> Source:
    cost = least[bag]
    return next(source for source in sources if source.costs[bag] == cost)


def _ways(order: Order, least: Sequence[int]) -> list[int]:
    """Return what it costs to send each bag, every parcel paying a split."""
    parts, split = order.lattice.parts, order.split
    ways = [0] * order.lattice.size
    for bag in range(1, len(ways)):
        ways[bag] = min([least[part] + ways[bag - part] for part in parts(bag)]) + split
    return ways


def _last(order: Order, ways: Sequence[int]) -> tuple[int, int]:
    """Return the least cost of what is sent and what is left out, and the bag that is sent; it is not empty."""
    full, split = order.lattice.full, order.split
    if order.whole:
        return ways[full] - split, full
    away = order.away
    return min([(ways[bag] + away[full - bag] - split, bag) for bag in range(1, full + 1)])


def _trace(order: Order, least: Sequence[int], ways: Sequence[int], bag: int) -> list[int]:
    """Return the bags of the parcels of the best way to send a bag."""
    found, parts = [], order.lattice.parts
    while bag:
        part = min([(least[part] + ways[bag - part], part) for part in parts(bag)])[1]
        found.append(part)
        bag -= part
    return found


def _few(order: Order, least: Sequence[int]) -> tuple[int, list[int]]:
    """Return the least cost within the limit of parcels, and the bags."""
    parts, split, full = order.lattice.parts, order.split, order.lattice.full
    layers = [[0] + [NEVER] * full]
    for _ in range(order.limit):
        before, layer = layers[-1], [0] * (full + 1)
        for bag in range(1, full + 1):
            layer[bag] = min([least[part] + before[bag - part] for part in parts(bag)]) + split
        layers.append(layer)
    value, bag = _last(order, layers.pop())
    found = []
    while bag and layers:
        before = layers.pop()
        part = min([(least[part] + before[bag - part], part) for part in parts(bag)])[1]
        found.append(part)
        bag -= part
    return value, found


def _excess(order: Order, chosen: Sequence[Packed], senders: Senders) -> set[int]:
    """Return the numbers of the warehouses that are asked for more than they have."""
    if len(chosen) == len({number for number, _ in chosen}):
        return set()
    counts, asked = order.lattice.counts, dict[int, list[int]]()
    for number, bag in chosen:
        before = asked.get(number)
        asked[number] = list(counts(bag)) if before is None else list(map(add, before, counts(bag)))
    return {number for number, total in asked.items() if any(map(gt, total, senders.caps(number)))}


def _watching(order: Order, senders: Senders, watched: set[int]) -> tuple[int, list[Packed] | None]:
    """Return the cheapest partition in which some warehouses send no more than they have."""
    sources = senders.sources()
    while True:
        others = [source for source in sources if source.number not in watched]
        least = _least(order, [source.costs for source in others])
        own = [source for source in sources if source.number in watched]
        alone = [_ways(order, source.costs) for source in own]
        stages = [_ways(order, least)]
        for source, ways in zip(own[:-1], alone, strict=False):
            stages.append(_with(order, stages[-1], source, ways))
        value, part, bag = _best_part(order, stages[-1], own[-1], alone[-1])
        if value >= NEVER:
            return value, None
        chosen = [(own[-1], one) for one in _trace(order, own[-1].costs, alone[-1], part)]
        for source, ways in zip(reversed(own[:-1]), reversed(alone[:-1]), strict=True):
            before = stages[len(stages) - 2]
            stages.pop()
            inside = _inside(order, source, bag)
            part = min([(ways[part] + before[bag - part], part) for part in inside])[1]
            chosen += [(source, one) for one in _trace(order, source.costs, ways, part)]
            bag -= part
        chosen += [(_who(others, least, one), one) for one in _trace(order, least, stages[0], bag)]
        packed = [(source.number, bag) for source, bag in chosen]
        more = _excess(order, packed, senders) - watched
        if not more:
            return value, packed if len(packed) <= order.limit else None
        watched = watched | more


def _best_part(order: Order, before: Sequence[int], source: Source, ways: Sequence[int]) -> tuple[int, int, int]:
    """Return the least cost with one warehouse more, the bag that it sends, and the bag that the others send."""
    value, rest = _last(order, before)
    best, full = 0, order.lattice.full
    sums, strides = list(before), order.lattice.strides
    if not order.whole:
        for count, stride in zip(order.lattice.shape, strides, strict=True):
            for bag in range(stride, len(sums)):
                if bag // stride % (count + 1):
                    sums[bag] = min(sums[bag], sums[bag - stride] + order.away[stride])
    for part in order.lattice.within(source.caps)[1:]:
        cost = ways[part] + sums[full - part] - order.split
        if cost < value:
            value, best = cost, part
    if best:
        rest = full - best
        while sums[rest] < before[rest]:
            rest -= next(
                stride
                for count, stride in zip(order.lattice.shape, strides, strict=True)
                if rest // stride % (count + 1) and sums[rest - stride] + order.away[stride] == sums[rest]
            )
    return value, best, rest


def _inside(order: Order, source: Source, bag: int) -> Sequence[int]:
    """Return the parts of a bag that a warehouse has, the empty one included."""
    return order.lattice.within(list(map(min, order.lattice.counts(bag), source.caps)))


def _with(order: Order, before: Sequence[int], source: Source, ways: Sequence[int]) -> list[int]:
    """Return the ways to send each bag partly from one warehouse more."""
    return [
        min([ways[part] + before[bag - part] for part in _inside(order, source, bag)])
        for bag in range(order.lattice.size)
    ]
