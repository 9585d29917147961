"""Atoms: the pieces that a demand falls into, and bags of them packed into one int.

A unit of a line is an atom, bundles included; so are all units of a group of lines together. A bag counts atoms
of each kind in a field of bits, with one spare bit above each field, so that "fits into what is left" is one
subtraction and one mask, and putting bags together is addition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import NamedTuple

from omskit.allocation.model import Demand, DemandLine


class Atom(NamedTuple):
    """What is never taken apart.

    Args:
        lines: (line number, units) pairs that it stands for.
        wanted: How many there are to send.
        units: Units of lines in one.
        needs: (SKU, pieces) pairs.
        weight_g: Of one.
        volume_cm3: Of one.
        traits: What handling asks for.
        barred: Codes of warehouses that are not asked.
    """

    lines: tuple[tuple[int, int], ...]
    wanted: int
    units: int
    needs: tuple[tuple[str, int], ...]
    weight_g: int
    volume_cm3: int
    traits: frozenset[str]
    barred: frozenset[str]


def atoms_of(demand: Demand) -> tuple[Atom, ...]:
    """Return the atoms of a demand, in order of their first line."""
    whole: dict[object, list[DemandLine]] = {}
    for line in sorted(demand.lines, key=lambda one: one.number):
        whole.setdefault(line.group or line.number, []).append(line)
    return tuple(_atom(lines) for lines in whole.values())


def _atom(lines: Sequence[DemandLine]) -> Atom:
    alone = not lines[0].group
    counts = [(line, 1 if alone else line.quantity) for line in lines]
    needs: dict[str, int] = {}
    weight_g = volume_cm3 = 0
    for line, units in counts:
        for part in line.parts:
            pieces = part.per * units
            needs[part.sku] = needs.get(part.sku, 0) + pieces
            weight_g += part.weight_g * pieces
            volume_cm3 += part.volume_cm3 * pieces
    return Atom(
        tuple((line.number, units) for line, units in counts),
        lines[0].quantity if alone else 1,
        sum(units for _, units in counts),
        tuple(sorted(needs.items())),
        weight_g,
        volume_cm3,
        frozenset(trait for line in lines for part in line.parts for trait in part.traits),
        frozenset(code for line in lines for code in line.barred),
    )


class Load(NamedTuple):
    """What a bag weighs and asks for."""

    units: int
    weight_g: int
    volume_cm3: int
    traits: frozenset[str]


class Bags:
    """The packing of the atoms of one demand; the first atom has the highest bits."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self.atoms = tuple(atoms)
        shifts, position = [], 0
        for atom in reversed(self.atoms):
            shifts.append(position)
            position += atom.wanted.bit_length() + 1
        self.shifts = tuple(reversed(shifts))
        self.full = self.packed(atom.wanted for atom in self.atoms)
        self.guard = self.packed(1 << atom.wanted.bit_length() for atom in self.atoms)
        self._loads: dict[int, Load] = {}

    def packed(self, counts: Iterable[int]) -> int:
        """Return the bag of so many of each atom."""
        return sum(count << shift for count, shift in zip(counts, self.shifts, strict=True))

    def fields(self, bag: int) -> Iterator[tuple[Atom, int, int]]:
        """Yield the atoms in a bag with their shifts and how many there are, above zero."""
        for atom, shift in zip(self.atoms, self.shifts, strict=True):
            count = bag >> shift & ((1 << atom.wanted.bit_length()) - 1)
            if count:
                yield atom, shift, count

    def counts(self, bag: int) -> Iterator[tuple[Atom, int]]:
        """Yield the atoms in a bag with how many there are, above zero."""
        for atom, _, count in self.fields(bag):
            yield atom, count

    @property
    def size(self) -> int:
        """How many bags there are."""
        return prod(atom.wanted + 1 for atom in self.atoms)

    def load(self, bag: int) -> Load:
        """Return what a bag weighs and asks for."""
        found = self._loads.get(bag)
        if found is None:
            units = weight_g = volume_cm3 = 0
            traits: frozenset[str] = frozenset()
            for atom, count in self.counts(bag):
                units += count * atom.units
                weight_g += count * atom.weight_g
                volume_cm3 += count * atom.volume_cm3
                if atom.traits:
                    traits |= atom.traits
            found = self._loads[bag] = Load(units, weight_g, volume_cm3, traits)
        return found

    def needs(self, bag: int) -> dict[str, int]:
        """Return the pieces of each SKU in a bag."""
        total: dict[str, int] = {}
        for atom, count in self.counts(bag):
            for sku, pieces in atom.needs:
                total[sku] = total.get(sku, 0) + pieces * count
        return total

    def lines(self, bag: int) -> tuple[tuple[int, int], ...]:
        """Return the (line number, units) pairs of a bag, in order of line."""
        pairs = ((number, units * count) for atom, count in self.counts(bag) for number, units in atom.lines)
        return tuple(sorted(pairs))
