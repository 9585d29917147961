"""Rooms: the warehouses that have something of a case and a courier for it, with what it weighs there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from omskit.allocation.case import Case, Prices, Stock
from omskit.allocation.offers import Offer
from omskit.allocation.weights import SHIFT


class Room(NamedTuple):
    """One warehouse as a candidate for a case.

    Args:
        position: Of the warehouse.
        caps: How many of each atom it has.
        adds: What one of each atom weighs there: picking and prices.
        toll: The price of a parcel.
        base: The least that a parcel weighs before its goods.
        free: Whether all bags within the caps are there; if not, their stock has to be summed.
    """

    position: int
    caps: list[int]
    adds: list[int]
    toll: int
    base: int
    free: bool


def rooms_of(case: Case, stock: Stock, prices: Prices | None, positions: Sequence[int]) -> list[Room]:
    """Return the warehouses, in the order of their positions."""
    rows, can_pack, can_pick, _ = stock
    columns = [[(rows[sku], pieces) for sku, pieces in atom.needs] for atom in case.atoms]
    wanted, plain, free = case.shape, case.market.plain, not case.entangled
    rooms = []
    for position in positions:
        if not can_pack[position]:
            continue
        caps = []
        for column, most in zip(columns, wanted, strict=True):
            row, pieces = column[0]
            there = row[position]
            if pieces != 1:
                there //= pieces
            if len(column) > 1 and there:
                there = min([row[position] // pieces for row, pieces in column])
            caps.append(there if there < most else most)
        every = can_pick[position] >= case.units
        if not every:
            caps = [min(cap, can_pick[position] // atom.units) for cap, atom in zip(caps, case.atoms, strict=True)]
        if case.guarded:
            caps = _allowed(case, position, caps)
        if any(caps):
            offers = offers_of(case, position) if case.special else plain[position] or case.market.row(position)
            if offers:
                rooms.append(_room(case, position, caps, offers, prices, free=free and every))
    return rooms


def _allowed(case: Case, position: int, caps: Sequence[int]) -> list[int]:
    """Return how many of each atom a warehouse has that may send them and has a courier for them."""
    code = case.setting.network.warehouses[position].code
    return [
        0 if not cap or code in atom.barred or not case.market.row(position, atom.traits) else cap
        for cap, atom in zip(caps, case.atoms, strict=True)
    ]


def offers_of(case: Case, position: int) -> Sequence[Offer]:
    """Return the offers for any of the atoms alone; what some of them together get is among them."""
    if not case.special:
        return case.market.row(position)
    return [offer for atom in case.atoms for offer in case.market.row(position, atom.traits)]


def _room(
    case: Case, position: int, caps: list[int], offers: Sequence[Offer], prices: Prices | None, *, free: bool
) -> Room:
    picking = case.setting.network.warehouses[position].unit_minor << SHIFT
    base = min([offer[0] for offer in offers]) if case.special else offers[0][0]
    if prices is None:
        return Room(position, caps, [picking * atom.units for atom in case.atoms], 0, base, free)
    picking += prices.units[position]
    toll = prices.parcels[position]
    if prices.quotas:
        tolls = prices.quotas
        base = min([offer[0] + sum([tolls.get(one, 0) for one in offer.quotas]) for offer in offers])
    adds = []
    for atom in case.atoms:
        more = picking * atom.units
        for sku, pieces in atom.needs:
            priced = prices.cells.get(sku)
            if priced is not None:
                more += priced[position] * pieces
        adds.append(more)
    return Room(position, caps, adds, toll, base + toll, free)
