"""Settling lots: where lots and balances differ, since lots were not kept before, lots are made to agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from attrs import frozen

from omskit.core import Cell, Level, Movement, mark_of, marked
from omskit.engine.lotbook import chunks, levels_of, live_pages
from omskit.engine.units import Shop
from omskit.inventory.lots import NAMED, OUT, PLACES, UNKNOWN, lot_cell, sku_of, split
from omskit.storage import Unit


@frozen
class LotDifference:
    """A place whose lots have more or fewer pieces than it has."""

    place: Cell
    pieces: int
    of_lots: int


def settle(shop: Shop, actor: str) -> list[LotDifference]:
    """Make the unknown lot of each SKU agree with the book; see :meth:`LotDesk.settle`."""
    found = []
    for some in chunks(shop.lot_rules):
        found += shop.attempt(partial(_settle, shop, some, actor))
    return found


def _settle(shop: Shop, skus: Sequence[str], actor: str, unit: Unit, _lock: bool) -> list[LotDifference]:  # noqa: FBT001
    at = shop.now()
    places = {marked(Cell(sku, ""), mark).sku for sku in skus for mark in PLACES}
    plain = unit.stock.levels(sorted(places), lock=True)
    records = [one.state for page in live_pages(unit, skus) for one in page]
    pairs = [(sku, UNKNOWN) for sku in skus] + [(one.sku, one.code) for one in records]
    lots = levels_of(unit, pairs, lock=True)
    turns = {(sku, code): turn for turn, (sku, code) in enumerate(pairs)}
    found = list(differences(plain, lots))
    booked: list[Movement] = []
    for one in found:
        for cell, more in _corrections(one, lots, turns):
            booked.append(Movement(NAMED, cell, abs(more), more, 0, at, actor, reason="settled"))
    if booked:
        unit.stock.post(booked)
    return found


def _corrections(
    one: LotDifference, lots: Mapping[Cell, Level], turns: Mapping[tuple[str, str], int]
) -> Iterator[tuple[Cell, int]]:
    """Yield what lots of a place lack or have too many: of the unknown lot first, then by expiry."""
    if one.pieces > one.of_lots:
        yield lot_cell(one.place, UNKNOWN), one.pieces - one.of_lots
        return
    over = one.of_lots - one.pieces
    cells = [cell for cell in lots if split(cell).place == one.place]
    here = [(turns[sku_of(cell), split(cell).code or UNKNOWN], cell) for cell in cells]
    for _, cell in sorted(here):
        count = min(over, lots[cell].available)
        if count > 0:
            over -= count
            yield cell, -count


def differences(places: Mapping[Cell, Level], lots: Mapping[Cell, Level]) -> Iterator[LotDifference]:
    """Yield the places whose lots have not the pieces that they have, in order."""
    sums = sums_of(lots.items())
    for place in sorted(places.keys() | sums.keys()):
        pieces = (places.get(place) or Level()).on_hand
        if sums.get(place, 0) != pieces:
            yield LotDifference(place, pieces, sums.get(place, 0))


def sums_of(lots: Iterable[tuple[Cell, Level]]) -> dict[Cell, int]:
    """Sum the pieces of lots by place; what is out with orders is in none."""
    sums: dict[Cell, int] = {}
    for cell, level in lots:
        place, code = split(cell)
        if code is not None and mark_of(place) != OUT:
            sums[place] = sums.get(place, 0) + level.on_hand
    return sums
