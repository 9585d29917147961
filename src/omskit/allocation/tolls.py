"""Tolls: what a plan pays, beside its cost, for what has a price."""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.atoms import needs_of
from omskit.allocation.case import Case, Parcel, Prices


def toll_of(case: Case, parcels: Sequence[Parcel], prices: Prices) -> int:
    """Return what parcels pay, as a weight."""
    paid = 0
    for position, counts, _, offer in parcels:
        paid += prices.parcels[position]
        if prices.units[position]:
            paid += prices.units[position] * case.weighed(counts)[0]
        if prices.quotas:
            paid += sum([prices.quotas.get(number, 0) for number in offer.quotas])
        for sku, pieces in needs_of(case.atoms, counts).items():
            row = prices.cells.get(sku)
            if row is not None:
                paid += row[position] * pieces
    return paid


def added(one: Prices, other: Prices) -> Prices:
    """Return two prices as one."""
    cells = dict(one.cells)
    for sku, row in other.cells.items():
        cells[sku] = [a + b for a, b in zip(cells[sku], row, strict=True)] if sku in cells else row
    quotas = dict(one.quotas)
    for number, price in other.quotas.items():
        quotas[number] = quotas.get(number, 0) + price
    return Prices(
        cells,
        [a + b for a, b in zip(one.parcels, other.parcels, strict=True)],
        [a + b for a, b in zip(one.units, other.units, strict=True)],
        quotas,
    )
