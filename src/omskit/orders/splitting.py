"""Splitting: which open units of an order may leave together, before anybody asks where they lie.

A split makes parts, and each part is then sourced by itself. It moves no money: an order stays one promise
however many parcels keep it. *Cuts* are applied one after the other, each within the parts that the ones before
have made. What has to stay together (lines of one group) is never cut: it goes where most of it would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from attrs import field, frozen

from omskit.core import Limits, Load, UsageError, first_fit
from omskit.orders.conditions import When
from omskit.orders.lines import OrderLine
from omskit.orders.model import Order


class Atom(NamedTuple):
    """Units that are cut as one: some of one line, or whole lines that stay together.

    Args:
        lines: (line, units) pairs.
        whole: Whether it may not be divided further.
    """

    lines: tuple[tuple[OrderLine, int], ...]
    whole: bool

    @property
    def units(self) -> int:
        """Units of all its lines."""
        return sum(units for _, units in self.lines)

    def some(self, units: int) -> Atom:
        """Return part of a divisible atom."""
        return Atom(((self.lines[0][0], units),), self.whole)


Atoms = tuple[Atom, ...]


class Cut(Protocol):
    """Cuts what would leave together into parts."""

    def parts(self, atoms: Atoms) -> Iterable[Atoms]:
        """Return the parts; every unit is in exactly one of them."""
        ...


@frozen
class ByClass:
    """Units of SKUs of different classes leave apart: categories, kinds of handling, owners.

    Args:
        classes: Class by SKU; those that are missing are a class of their own together.
    """

    classes: Mapping[str, str]

    def parts(self, atoms: Atoms) -> Iterable[Atoms]:
        """Return one part for each class."""
        return _by(atoms, lambda line: self.classes.get(line.sku, ""))


@frozen
class ByTrait:
    """Units whose components have different ones of some traits leave apart: cold, hazmat, fragile."""

    traits: frozenset[str]

    def parts(self, atoms: Atoms) -> Iterable[Atoms]:
        """Return one part for each combination of traits."""
        return _by(atoms, lambda line: "+".join(sorted(self.traits & _traits(line))))


@frozen
class Alone:
    """Some SKUs leave without anything else, so many units to a part: bulky goods of which each fills a van.

    Args:
        skus: Which.
        per: Most units in one part, from 1.

    Raises:
        UsageError: ``bad_limit``.
    """

    skus: frozenset[str]
    per: int = field(default=1)

    @per.validator
    def _is_some(self, _: object, value: int) -> None:
        if value < 1:
            raise UsageError("bad_limit", f"{value} units to a part; at least 1", value=value)

    def parts(self, atoms: Atoms) -> Iterable[Atoms]:
        """Return the rest, and one part for each filling of one of the SKUs."""
        rest: list[Atom] = []
        for atom in atoms:
            if atom.whole or atom.lines[0][0].sku not in self.skus:
                rest.append(atom)
                continue
            left = atom.units
            while left:
                yield (atom.some(min(left, self.per)),)
                left -= min(left, self.per)
        if rest:
            yield tuple(rest)


@frozen
class UpTo:
    """No part is heavier, larger or of more units than a limit; what exceeds one by itself leaves by itself.

    The heaviest units are placed first, each into the first part that has room.

    Args:
        weight_g: Most weight, grams; 0 for no limit.
        volume_cm3: Most volume, cubic centimetres; 0 for no limit.
        units: Most units; 0 for no limit.

    Raises:
        UsageError: ``bad_limit`` for a limit below zero, or none at all.
    """

    weight_g: int = 0
    volume_cm3: int = 0
    units: int = 0

    def __attrs_post_init__(self) -> None:
        self._limits()

    def _limits(self) -> Limits:
        return Limits(self.weight_g, self.volume_cm3, self.units)

    def parts(self, atoms: Atoms) -> Iterable[Atoms]:
        """Return as few parts as first fit finds."""
        ordered = sorted(atoms, key=lambda one: one.lines[0][0].number)
        boxes = first_fit([_load(atom) for atom in ordered], self._limits())
        return [tuple(_taken(ordered[at], units) for at, units in box) for box in boxes]


def _load(atom: Atom) -> Load:
    weight = volume = 0
    for line, units in atom.lines:
        for part in line.components:
            weight += part.weight_g * part.per * units
            volume += part.volume_cm3 * part.per * units
    return Load(atom.units, weight, volume, atom.whole)


def _taken(atom: Atom, units: int) -> Atom:
    return atom if atom.whole else atom.some(units)


def _traits(line: OrderLine) -> set[str]:
    return {trait for part in line.components for trait in part.traits}


class _Class(Protocol):
    def __call__(self, line: OrderLine, /) -> str: ...


def _by(atoms: Atoms, class_of: _Class) -> Iterable[Atoms]:
    """Put atoms of one class together; one with lines of several goes where most of its units belong."""
    found: dict[str, list[Atom]] = {}
    for atom in atoms:
        votes: dict[str, int] = {}
        for line, units in atom.lines:
            votes[class_of(line)] = votes.get(class_of(line), 0) + units
        found.setdefault(min(votes, key=lambda one: (-votes[one], one)), []).append(atom)
    return [tuple(inside) for inside in found.values()]


@frozen
class SplitPolicy:
    """How orders are split.

    Args:
        cuts: Applied in turn.
        never: Orders that leave in one parcel or not at all, whatever the cuts say.
    """

    cuts: tuple[Cut, ...] = ()
    never: tuple[When, ...] = ()

    def seals(self, order: Order) -> bool:
        """Whether the order is never split."""
        return any(when.matches(order) for when in self.never)


#: What practice never splits: the courier collects one sum, the buyer comes once, the platform has sealed it.
NEVER_SPLIT = (
    When(cod=True),
    When(kinds=frozenset({"pickup"})),
    When(marks=frozenset({"platform_fulfilled", "sealed"})),
)

#: A part of an order: (line number, units) pairs in order of line.
Units = tuple[tuple[int, int], ...]


def split(
    lines: Iterable[tuple[OrderLine, int]], policy: SplitPolicy, *, apart: Iterable[int] = ()
) -> tuple[Units, ...]:
    """Return the parts in which units of lines may leave: each unit in one part, no part empty.

    Args:
        lines: (line, units to send) pairs; the numbers of the lines are different, the units above zero.
        policy: How to cut; whether an order is sealed is for the caller to ask.
        apart: Numbers of the lines that people have set apart from the rest.
    """
    alone = frozenset(apart)
    groups: dict[str, list[tuple[OrderLine, int]]] = {}
    for line, count in lines:
        groups.setdefault(line.group or f"\0{line.number}", []).append((line, count))
    atoms = [Atom(tuple(inside), whole=not name.startswith("\0")) for name, inside in groups.items()]
    set_apart = [any(line.number in alone for line, _ in atom.lines) for atom in atoms]
    parts: list[Atoms] = [
        tuple(atom for atom, away in zip(atoms, set_apart, strict=True) if away is side) for side in (False, True)
    ]
    parts = [part for part in parts if part]
    for cut in policy.cuts:
        parts = [tuple(part) for whole in parts for part in cut.parts(whole)]
    return tuple(sorted(_units(part) for part in parts))


def _units(atoms: Atoms) -> Units:
    found: dict[int, int] = {}
    for atom in atoms:
        for line, units in atom.lines:
            found[line.number] = found.get(line.number, 0) + units
    return tuple(sorted(found.items()))
