"""Splits: the best way to send every bag, out of the cheapest parcel for each bag."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import NamedTuple

from omskit.allocation.lattice import Lattice
from omskit.allocation.weights import ENDLESS


class Floors(NamedTuple):
    """What other plans weigh at least: of two parcels, of three, and of those that leave a unit out."""

    two: int
    three: int
    less: int


class Terms(NamedTuple):
    """What a partition counts beside its parcels.

    Args:
        split: The weight of every parcel after the first.
        limit: Most parcels; only whether it is one matters here.
        whole: Whether everything is sent or nothing.
        away: What leaving one of each atom out weighs.
    """

    split: int
    limit: int
    whole: bool
    away: Sequence[int]


def partitioned(lattice: Lattice, weights: Sequence[int], floors: Floors, terms: Terms) -> tuple[int, list[int]]:
    """Return the weight and the bags of the best way to send everything, or less where that weighs less.

    Args:
        lattice: The bags.
        weights: What the cheapest parcel of each bag weighs.
        floors: What ends the search before it has looked at everything.
        terms: What counts beside.
    """
    full, parts, split = lattice.full, lattice.parts, terms.split
    value, bags = weights[full], [full]
    if terms.limit > 1:
        half = full // 2
        pairs = list(map(add, weights[full - half : full], weights[half:0:-1]))
        least = min(pairs, default=ENDLESS)
        if least + split < value:
            part = full - half + pairs.index(least)
            value, bags = least + split, [part, full - part]
    if value <= floors.three and value <= floors.less:
        return value, bags
    # what is left of the full bag without a part of its first atom has less than all of that
    stride, count = next((step, most) for step, most in zip(lattice.strides, lattice.shape, strict=True) if most)
    sums = [0]
    _extend(sums, lattice, weights, split, stride * count)
    least, bag = min([weights[part] + sums[full - part] for part in parts(full)]), full
    if value > floors.less and least > floors.less:
        _extend(sums, lattice, weights, split, full)
        away = lattice.spread(terms.away)
        found = [(least, -full), (away[full], 0)]
        if not terms.whole:
            found += [(sums[one] - split + away[full - one], -one) for one in range(1, full)]
        least, bag = min(found)
        bag = -bag
    if least >= value:
        return value, bags
    return least, _traced(lattice, weights, sums, bag)


def _extend(sums: list[int], lattice: Lattice, weights: Sequence[int], split: int, end: int) -> None:
    """Add the best ways to send the bags up to one, a split for every parcel."""
    parts = lattice.parts
    for bag in range(len(sums), end):
        sums.append(min([weights[part] + sums[bag - part] for part in parts(bag)]) + split)


def _traced(lattice: Lattice, weights: Sequence[int], sums: Sequence[int], bag: int) -> list[int]:
    """Return the bags that the best way to send a bag is made of."""
    parts = lattice.parts
    found = []
    while bag:
        pairs = [(weights[part] + sums[bag - part], part) for part in parts(bag) if bag - part < len(sums)]
        _, part = min(pairs)
        found.append(part)
        bag -= part
    return found
