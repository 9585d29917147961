"""Plans in force: parcels that were planned before, read back as parcels of a case."""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.case import Case, Parcel, Stock
from omskit.allocation.offers import best
from omskit.allocation.outcome import PlannedParcel
from omskit.allocation.tables import fits
from omskit.allocation.weights import SHIFT


def held(case: Case, stock: Stock, parcels: Sequence[PlannedParcel]) -> tuple[Parcel, ...] | None:
    """Return a plan in force as parcels at today's costs; None when it is no longer possible."""
    found = []
    for parcel in parcels:
        position = case.setting.network.positions.get(parcel.warehouse, -1)
        counts = _counts(case, dict(parcel.units))
        if position not in case.positions or counts is None or not fits(case, stock, position, counts):
            return None
        made = _parcel(case, position, counts, parcel.service)
        if made is None:
            return None
        found.append(made)
    totals = [sum(column) for column in zip(*[one.counts for one in found], strict=True)]
    within = all(count <= most for count, most in zip(totals, case.shape, strict=False))
    if not within or len(found) > case.limit or (case.whole_only and found and tuple(totals) != case.shape):
        return None
    return tuple(sorted(found, key=lambda one: (one.position, [-count for count in one.counts])))


def _counts(case: Case, units: dict[int, int]) -> tuple[int, ...] | None:
    """Return how many of each atom are in so many units of lines; None for a part of an atom."""
    counts = []
    for atom in case.atoms:
        count, rest = divmod(sum([units.pop(number, 0) for number, _ in atom.lines]), atom.units)
        if rest:
            return None
        counts.append(count)
    return None if units else tuple(counts)


def _parcel(case: Case, position: int, counts: tuple[int, ...], service: str) -> Parcel | None:
    row = case.row(position, counts)
    units, grams, bulk = case.weighed(counts)
    same = [offer for offer in row if offer.service == service]
    found = best(same, grams, bulk) or best(row, grams, bulk)
    if found is None:
        return None
    picking = case.setting.network.warehouses[position].unit_minor * units
    return Parcel(position, counts, (found[0] >> SHIFT) + picking, found[1])
