"""The search for a demand that is one atom: one pass over warehouses and their offers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.offers import Offer
from omskit.allocation.weights import SHIFT


def alone(case: Case, stock: Stock, positions: Sequence[int], prices: Prices | None) -> Solution:
    """Return the best plan of a single atom without traits or bars; quotas have no prices."""
    atom = case.atoms[0]
    rows, can_pack, can_pick, _ = stock
    sku, pieces = atom.needs[0]
    row, others = rows[sku], [(rows[sku], pieces) for sku, pieces in atom.needs[1:]]
    market, picking = case.market, case.setting.network.picking
    plain, grams, bulk, units = market.plain, atom.weight_g, atom.volume_cm3, atom.units
    least = nothing = case.left * case.units
    chosen, toll, by = -1, 0, None
    for position in positions if len(positions) < len(row) else compress(positions, row):
        if row[position] < pieces or not can_pack[position] or can_pick[position] < units:
            continue
        if others and any([other[position] < count for other, count in others]):
            continue
        offers = plain[position]
        if offers is None:
            offers = market.row(position)
        more = 0 if prices is None else _toll(case, prices, position)
        goods = picking[position] * units + more
        if offers and offers[0][0] + goods < least:
            found = _cheapest(offers, goods, grams, bulk, least)
            if found is not None:
                least, by = found
                chosen, toll = position, more
    if by is None:
        return Solution(nothing, (), False, nothing)
    return Solution(least, (Parcel(chosen, case.shape, (least - toll) >> SHIFT, by),), True, least)


def _cheapest(
    offers: Sequence[Offer], more: int, grams: int, bulk: int, least: int
) -> tuple[int, Offer] | None:
    """Return the least weight below ``least`` and its offer."""
    by = None
    for offer in offers:
        weight = offer[0] + more
        if weight >= least:
            break
        first_g, step_g, divisor, max_g = offer[2]
        chargeable = grams
        if divisor and bulk:
            volumetric = -(-bulk * 1000 // divisor)
            if volumetric > chargeable:
                chargeable = volumetric
        if chargeable > max_g:
            continue
        if chargeable > first_g:
            weight -= (first_g - chargeable) // step_g * offer[1]
        if weight < least:
            least, by = weight, offer
    return None if by is None else (least, by)


def _toll(case: Case, prices: Prices, position: int) -> int:
    atom = case.atoms[0]
    found = prices.parcels[position] + prices.units[position] * atom.units
    for sku, pieces in atom.needs:
        priced = prices.cells.get(sku)
        if priced is not None:
            found += priced[position] * pieces
    return found
