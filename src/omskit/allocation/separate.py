"""The partition under limits: at most so many parcels, and warehouses that could be asked for too much.

Several parcels of one warehouse share its stock. A warehouse that has to be watched gets a partition of its own,
of the bags that it has as a whole; then the ways of the others and its own are combined for every bag. Where the
number of parcels is limited too, every bag keeps its best way for each number of parcels. Nothing is dropped that
could still be the best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import le

from omskit.allocation.lattice import Lattice
from omskit.allocation.tables import Question, Table, fits
from omskit.allocation.weights import ENDLESS

#: (warehouse position, bag) of a parcel.
Packed = tuple[int, int]


class Ways:
    """The best way to send each bag out of one table, a parcel weighing a split each.

    ``layers[n]`` counts ways of at most ``n`` parcels; when their number does not matter there is one layer.
    """

    __slots__ = ("_split", "_table", "layers")

    def __init__(self, table: Table, split: int, most: int, bags: Sequence[int]) -> None:
        self._table, self._split = table, split
        first = [0] + [ENDLESS] * (table.lattice.size - 1)
        self.layers = [first]
        weights, parts = table.weights, table.lattice.parts
        if not most:
            for bag in bags:
                first[bag] = min([weights[part] + first[bag - part] for part in parts(bag)]) + split
            return
        for _ in range(most):
            before = self.layers[-1]
            now = before.copy()
            for bag in bags:
                weight = min([weights[part] + before[bag - part] for part in parts(bag)]) + split
                now[bag] = min(weight, before[bag])
            self.layers.append(now)

    def weight(self, layer: int, bag: int) -> int:
        """Return what the best way to send a bag weighs."""
        return self.layers[layer][bag]

    def trace(self, layer: int, bag: int) -> list[Packed]:
        """Return the parcels of the best way to send a bag."""
        weights, who, parts = self._table.weights, self._table.who, self._table.lattice.parts
        free = len(self.layers) == 1
        found = []
        while bag:
            while not free and layer > 1 and self.layers[layer - 1][bag] == self.layers[layer][bag]:
                layer -= 1
            before = self.layers[layer if free else layer - 1]
            sought = self.layers[layer][bag] - self._split
            part = next(part for part in parts(bag) if weights[part] + before[bag - part] == sought)
            found.append((who[part], part))
            bag -= part
            layer -= not free
        return found


class Combined:
    """The best way to send each bag partly out of one source, partly out of a watched warehouse.

    It is worked out for the bags that are asked for: most often that is only the one with everything.
    """

    __slots__ = ("_held", "_known", "_lattice", "_other", "_own", "layers")

    def __init__(self, lattice: Lattice, other: Ways | Combined, own: Ways, bags: Sequence[int]) -> None:
        self._lattice, self._other, self._own = lattice, other, own
        self._held = [(bag, lattice.counts(bag)) for bag in bags]
        self._known: dict[tuple[int, int], int] = {}
        #: One for each number of parcels, as the source has them.
        self.layers: Sequence[object] = other.layers

    def _ways(self, layer: int, bag: int) -> Iterator[tuple[int, int, int]]:
        """Yield what each way to send a bag weighs, with the layer and the part of the watched warehouse."""
        counts, other = self._lattice.counts(bag), self._other
        parts = [part for part, held in self._held if all(map(le, held, counts))]
        for own in range(min(layer + 1, len(self._own.layers))):
            mine = self._own.layers[own]
            for part in parts:
                if mine[part] < ENDLESS:
                    yield mine[part] + other.weight(layer - own, bag - part), own, part

    def weight(self, layer: int, bag: int) -> int:
        """Return what the best way to send a bag weighs."""
        found = self._known.get((layer, bag))
        if found is None:
            found = min([weight for weight, _, _ in self._ways(layer, bag)], default=ENDLESS)
            self._known[layer, bag] = found
        return found

    def trace(self, layer: int, bag: int) -> list[Packed]:
        """Return the parcels of the best way to send a bag."""
        _, own, part = min(self._ways(layer, bag))
        return self._other.trace(layer - own, bag - part) + self._own.trace(own, part)


def limited(question: Question, lattice: Lattice, watched: set[int], *, counted: bool) -> Ways | Combined:
    """Return the best ways to send each bag, the stock of watched warehouses being summed over their parcels.

    Args:
        question: What is asked.
        lattice: The bags.
        watched: Positions of warehouses.
        counted: Whether the number of parcels is limited.
    """
    case, stock, rooms, prices = question
    units = sum(lattice.shape)
    most = min(case.limit, units) if counted else 0
    table = Table(case, lattice, [room for room in rooms if room.position not in watched], prices, stock)
    found: Ways | Combined = Ways(table, case.split, most, range(1, lattice.size))
    for room in rooms:
        if room.position in watched:
            own = Table(case, lattice, [room], prices, stock)
            bags = [
                bag for bag in lattice.within(room.caps) if fits(case, stock, room.position, lattice.counts(bag))
            ]
            parcels = min(most, stock.parcels[room.position])
            found = Combined(lattice, found, Ways(own, case.split, parcels, bags[1:]), bags)
    return found
