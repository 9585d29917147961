"""Atoms: the pieces that a demand falls into.

A unit of a line is an atom, bundles included; so are all units of a group of lines together. Lines of the same
goods make one kind of atom, so that no search counts their stock twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from omskit.allocation.model import Demand, DemandLine


class Atom(NamedTuple):
    """What is never taken apart.

    Args:
        lines: (line number, units) pairs that all of its kind stand for, in order of line.
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


_NO_TRAITS: frozenset[str] = frozenset()


def atoms_of(demand: Demand) -> tuple[Atom, ...]:
    """Return the atoms of a demand: by how often they come, then in order of their first line.

    A search looks at least when its first atom comes once.
    """
    lines = demand.lines
    if len(lines) == 1:
        return (_atom(lines),)
    if len({line.sku for line in lines}) == len(lines) and not any([line.group for line in lines]):
        return _ordered([_atom((line,)) for line in sorted(lines, key=_number)])
    whole: dict[object, list[DemandLine]] = {}
    alike: dict[str, list[DemandLine]] = {}
    for line in sorted(lines, key=_number):
        if line.group:
            whole.setdefault((line.group,), []).append(line)
            continue
        same = alike.setdefault(line.sku, [])
        twin = next((one for one in same if one.components == line.components and one.barred == line.barred), None)
        if twin is None:
            same.append(line)
            whole[line.number] = [line]
        else:
            whole[twin.number].append(line)
    return _ordered([_atom(found) for found in whole.values()])


def _ordered(atoms: list[Atom]) -> tuple[Atom, ...]:
    atoms.sort(key=_wanted)
    return tuple(atoms)


def _wanted(atom: Atom) -> int:
    return atom.wanted


def _number(line: DemandLine) -> int:
    return line.number


def _atom(lines: Sequence[DemandLine]) -> Atom:
    first = lines[0]
    wanted = first.quantity
    if len(lines) == 1:
        pairs: tuple[tuple[int, int], ...] = ((first.number, wanted),)
    else:
        wanted = sum([line.quantity for line in lines])
        pairs = tuple([(line.number, line.quantity) for line in lines])
    if not first.group:
        components = first.components
        if not components:
            return Atom(pairs, wanted, 1, ((first.sku, 1),), 0, 0, _NO_TRAITS, first.barred)
        if len(components) == 1:
            part = components[0]
            per = part.per
            traits = frozenset(part.traits) if part.traits else _NO_TRAITS
            needs = ((part.sku, per),)
            return Atom(pairs, wanted, 1, needs, per * part.weight_g, per * part.volume_cm3, traits, first.barred)
        return _mixed(pairs, wanted, 1, [(first, 1)])
    return _mixed(pairs, 1, sum(line.quantity for line in lines), [(line, line.quantity) for line in lines])


def _mixed(
    pairs: tuple[tuple[int, int], ...], wanted: int, units: int, made_of: Sequence[tuple[DemandLine, int]]
) -> Atom:
    needs: dict[str, int] = {}
    weight_g = volume_cm3 = 0
    for line, count in made_of:
        for part in line.parts:
            pieces = part.per * count
            needs[part.sku] = needs.get(part.sku, 0) + pieces
            weight_g += part.weight_g * pieces
            volume_cm3 += part.volume_cm3 * pieces
    traits = frozenset(trait for line, _ in made_of for part in line.parts for trait in part.traits)
    barred = frozenset(code for line, _ in made_of for code in line.barred)
    return Atom(pairs, wanted, units, tuple(sorted(needs.items())), weight_g, volume_cm3, traits, barred)


def lines_of(atoms: Sequence[Atom], counts: Sequence[int], open_: dict[int, int]) -> tuple[tuple[int, int], ...]:
    """Return the (line number, units) pairs of so many of each atom, and take them out of ``open_``.

    Of lines that share a kind of atom, the first is served first.
    """
    found = []
    for atom, count in zip(atoms, counts, strict=True):
        if not count:
            continue
        left = count * atom.units
        for number, _ in atom.lines:
            units = min(left, open_[number])
            if units:
                found.append((number, units))
                open_[number] -= units
                left -= units
    return tuple(sorted(found))


def needs_of(atoms: Sequence[Atom], counts: Sequence[int]) -> Mapping[str, int]:
    """Return the pieces of each SKU in so many of each atom."""
    total: dict[str, int] = {}
    for atom, count in zip(atoms, counts, strict=True):
        if count:
            for sku, pieces in atom.needs:
                total[sku] = total.get(sku, 0) + pieces * count
    return total
