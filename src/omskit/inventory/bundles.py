"""What can be sold of bundles: the least over their components, which they share with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from omskit.core import Component, UsageError
from omskit.inventory.availability import Available, Dated, at, rising


def bundle(
    sku: str, parts: Sequence[Component], found: Mapping[str, Available], *, on: date, together: bool = False
) -> Available:
    """Return what can be sold of a bundle: the least, over its components, of what its pieces make up.

    Args:
        sku: The bundle's own.
        parts: What one unit is made of; a component that comes twice counts twice.
        found: What is available of each component; one that is missing has nothing.
        on: Today.
        together: Whether one unit must leave from one warehouse, so that units are whole at each.

    Raises:
        UsageError: ``no_parts``.
    """
    per = _per(sku, parts)
    none = Available("", (Dated(on, 0),))
    of = [(found.get(part, none), count) for part, count in per.items()]
    days = sorted({step.day for one, _ in of for step in one.steps})
    houses = sorted({house for one, _ in of for house, _ in one.places})
    there_of = {house: [(dict(one.places).get(house, ()), count) for one, count in of] for house in houses}
    places = tuple(
        (house, rising(Dated(day, min(at(there, day) // count for there, count in rows)) for day in days))
        for house, rows in there_of.items()
    )
    steps = []
    for day in days:
        units = min(one.by(day) // count for one, count in of)
        if together:
            units = min(units, sum(at(there, day) for _, there in places))
        steps.append(Dated(day, units))
    return Available(sku, rising(steps), places=places)


def partition(
    listings: Mapping[str, Sequence[Component]], free: Mapping[str, int], weights: Mapping[str, int] | None =
        None
) -> dict[str, int]:
    """Share components among the bundles that use them, so that all of them can be sold at once.

    Bundles that are each offered in full can together oversell what they share. Here every listing gets units in
    proportion to its weight until a component runs out; what is left goes, a unit at a time, to the one that is
    furthest behind its weight and can still use it (the method of highest averages, D'Hondt).

    Args:
        listings: Components of one unit, by listing; a plain SKU is its own single component.
        free: Pieces by component.
        weights: How much a listing counts, zero or more; 1 where nothing is said.

    Returns:
        Units by listing; the pieces in all of them together are no more than ``free``.

    Raises:
        UsageError: ``no_parts``; ``negative_weight``.
    """
    weights = weights or {}
    per = {name: _per(name, parts) for name, parts in listings.items()}
    active = {name: weights.get(name, 1) for name in listings}
    if any(weight < 0 for weight in active.values()):
        raise UsageError("negative_weight", "weights are zero or more", weights=dict(active))
    left = dict(free)
    units = dict.fromkeys(listings, 0)
    active = {name: weight for name, weight in active.items() if weight}
    while active := {name: weight for name, weight in active.items() if _fits(per[name], left)}:
        given = _rounds(active, per, left)
        turn = active if given else [min(active, key=lambda name: Fraction(units[name] + 1, active[name]))]
        for name in turn:
            count = given * active[name] or 1
            units[name] += count
            for sku, pieces in per[name].items():
                left[sku] -= count * pieces
    return units


def _rounds(active: Mapping[str, int], per: Mapping[str, Mapping[str, int]], left: Mapping[str, int]) -> int:
    """Return how often each listing can be given its weight before a component runs out."""
    needed: dict[str, int] = {}
    for name, weight in active.items():
        for sku, count in per[name].items():
            needed[sku] = needed.get(sku, 0) + weight * count
    return min(left[sku] // pieces for sku, pieces in needed.items())


def _fits(per: Mapping[str, int], left: Mapping[str, int]) -> bool:
    return all(left.get(sku, 0) >= count for sku, count in per.items())


def _per(sku: str, parts: Sequence[Component]) -> dict[str, int]:
    per: dict[str, int] = {}
    for part in parts:
        per[part.sku] = per.get(part.sku, 0) + part.per
    if not per:
        raise UsageError("no_parts", f"bundle {sku!r} is made of nothing", sku=sku)
    return per
