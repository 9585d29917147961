"""The partition under limits: at most so many parcels, and warehouses that could be asked for too much.

Several parcels of one warehouse share its stock. A warehouse that has to be watched gets a partition of its own,
of the bags that it has as a whole; then the ways of the others and its own are combined for every bag. Where the
number of parcels is limited too, every bag keeps its best way for each number of parcels. Nothing is dropped that
could still be the best.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    """The best way to send each bag partly out of one source, partly out of a watched warehouse."""

    __slots__ = ("_bags", "_lattice", "_other", "_own", "layers")

    def __init__(self, lattice: Lattice, other: Ways | Combined, own: Ways, bags: Sequence[int]) -> None:
        self._lattice, self._other, self._own, self._bags = lattice, other, own, bags
        room = {
            bag: lattice.within([most - n for most, n in zip(lattice.shape, lattice.counts(bag), strict=True)])
            for bag in bags
        }
        self.layers: list[list[int]] = []
        for total in range(len(other.layers)):
            now = [ENDLESS] * lattice.size
            for layer in range(min(total + 1, len(own.layers))):
                rest_of, mine = other.layers[total - layer], own.layers[layer]
                for bag in bags:
                    weight = mine[bag]
                    if weight < ENDLESS:
                        for rest in room[bag]:
                            if rest_of[rest] + weight < now[rest + bag]:
                                now[rest + bag] = rest_of[rest] + weight
            self.layers.append(now)

    def trace(self, layer: int, bag: int) -> list[Packed]:
        """Return the parcels of the best way to send a bag."""
        sought, counts = self.layers[layer][bag], self._lattice.counts(bag)
        for own in range(min(layer + 1, len(self._own.layers))):
            for part in self._bags:
                held = self._lattice.counts(part)
                if all(n <= most for n, most in zip(held, counts, strict=True)) and (
                    self._own.layers[own][part] + self._other.layers[layer - own][bag - part] == sought
                ):
                    return self._other.trace(layer - own, bag - part) + self._own.trace(own, part)
        raise AssertionError("a weight without a way")


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
