"""Bags of atoms as numbers: every bag of a shape is one int in mixed radix, a list over all bags a plain list.

A shape says how many of each atom there are. The bag with counts ``c`` is ``sum(c[a] * strides[a])``, the first
atom having the largest stride; taking a part out of a bag is subtraction, as long as the part lies within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

Shape = tuple[int, ...]

#: Most pairs of a bag and a part of it that are kept with a shape.
_KEPT_PAIRS = 200_000
#: Most bags of a shape for which the bags within others are kept; there are as many answers as bags.
_KEPT_BAGS = 64


class Lattice:
    """All bags of one shape.

    Args:
        shape: How many of each atom.
        strides: What one of each atom adds to a bag.
        size: How many bags there are.
        full: The bag with everything.
        pairs: How many pairs of a bag and a part of it there are at most.
    """

    __slots__ = ("_bags", "_parts", "_within", "full", "pairs", "shape", "size", "strides")

    def __init__(self, shape: Shape) -> None:
        strides, stride = [], 1
        for count in reversed(shape):
            strides.append(stride)
            stride *= count + 1
        self.shape = shape
        self.strides = tuple(reversed(strides))
        self.size = stride
        self.full = stride - 1
        self.pairs = pairs_of(shape)
        self._parts: dict[int, list[int]] = {}
        self._within: dict[tuple[int, ...], list[int]] = {}
        self._bags: dict[int, list[int]] = {}

    def spread(self, amounts: Sequence[int]) -> list[int]:
        """Return, for every bag, the sum of an amount for each atom in it."""
        return spread(self.shape, amounts)

    def within(self, caps: Sequence[int]) -> Sequence[int]:
        """Return the bags, the empty one first, that hold no more of any atom than ``caps``."""
        if self.size > _KEPT_BAGS:
            return self._inside(caps)
        key = tuple(caps)
        found = self._within.get(key)
        if found is None:
            found = self._within[key] = self._inside(key)
        return found

    def inside(self, bag: int) -> Sequence[int]:
        """Return the bags within a bag, from the least, without the empty one."""
        found = self._bags.get(bag)
        if found is None:
            found = self._inside(self.counts(bag))[1:]
            if self.pairs <= _KEPT_PAIRS:
                self._bags[bag] = found
        return found

    def _inside(self, caps: Sequence[int]) -> list[int]:
        found = [0]
        for cap, stride in zip(caps, self.strides, strict=True):
            if cap == 1:
                found = [base + more for base in found for more in (0, stride)]
            elif cap:
                steps = [number * stride for number in range(cap + 1)]
                found = [base + more for base in found for more in steps]
        return found

    def counts(self, bag: int) -> tuple[int, ...]:
        """Return how many of each atom a bag holds."""
        found = []
        for stride in self.strides:
            count, bag = divmod(bag, stride)
            found.append(count)
        return tuple(found)

    def parts(self, bag: int) -> Sequence[int]:
        """Return the parts of a bag that hold its first unit, the bag itself included."""
        found = self._parts.get(bag)
        if found is None:
            found = self._made(bag)
            if self.pairs <= _KEPT_PAIRS:
                self._parts[bag] = found
        return found

    def _made(self, bag: int) -> list[int]:
        counts = self.counts(bag)
        first = next(number for number, count in enumerate(counts) if count)
        stride = self.strides[first]
        found = [number * stride for number in range(1, counts[first] + 1)]
        for cap, step in zip(counts[first + 1 :], self.strides[first + 1 :], strict=True):
            if cap:
                steps = [number * step for number in range(cap + 1)]
                found = [base + more for base in found for more in steps]
        return found


def spread(shape: Sequence[int], amounts: Sequence[int], rest: Sequence[int] = (0,)) -> list[int]:
    """Return, for every bag of a shape, the sum of an amount for each atom in it.

    Args:
        shape: How many of each atom.
        amounts: For one of each.
        rest: The sums for the bags of further atoms, whose strides are smaller.
    """
    found = list(rest)
    for count, amount in zip(reversed(shape), reversed(amounts), strict=True):
        if count == 1:
            found += [base + amount for base in found]
        elif count:
            steps = [number * amount for number in range(count + 1)]
            found = [base + more for more in steps for base in found]
    return found


def pairs_of(shape: Shape) -> int:
    """Return how many pairs of a bag and a part of it a shape has."""
    return prod((count + 1) * (count + 2) // 2 for count in shape)
