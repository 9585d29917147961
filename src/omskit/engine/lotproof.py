"""Proof of lots: in every place the lots have what the place has, and nobody has picked more than was promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from omskit.core import Cell, Claim, Reservation, mark_of
from omskit.engine.lotbook import live_pages
from omskit.inventory import INBOUND
from omskit.inventory.lots import OUT, LotRule, name_of, sku_of, split
from omskit.storage import Unit


class LotDrift(NamedTuple):
    """A number of pieces of lots that is not what it has to be."""

    subject: str
    found: int
    expected: int


def lot_drift(unit: Unit, rules: Mapping[str, LotRule]) -> Iterator[LotDrift]:
    """Yield where lots and balances differ, of the SKUs that are kept by lot.

    Memory grows with their cells and lots in stock, not with what was ever sold.
    """
    pieces: dict[Cell, int] = {}
    of_lots: dict[Cell, int] = {}
    promised: dict[Cell, int] = {}
    picked: dict[Cell, int] = {}
    there: dict[tuple[str, str], int] = {}
    for cell, level in unit.stock.all_levels() if rules else ():
        (place, code), sku = split(cell), sku_of(cell)
        if sku not in rules or mark_of(place) == INBOUND:
            continue
        if code is None:
            pieces[place], promised[place] = level.on_hand, level.reserved
        elif mark_of(place) == OUT:
            if level.on_hand != level.reserved:
                yield LotDrift(f"lot {code} of {sku} out of {place.warehouse}", level.reserved, level.on_hand)
        elif level.on_hand:
            of_lots[place] = of_lots.get(place, 0) + level.on_hand
            picked[place] = picked.get(place, 0) + level.reserved
            there[sku, code] = there.get((sku, code), 0) + level.on_hand
    for place in sorted(pieces.keys() | of_lots.keys()):
        found, expected = of_lots.get(place, 0), pieces.get(place, 0)
        if found != expected:
            yield LotDrift(f"lots of {_words(place)}", found, expected)
        if picked.get(place, 0) > promised.get(place, 0):
            yield LotDrift(f"picked of lots of {_words(place)}", picked[place], promised.get(place, 0))
    yield from _lots_drift(unit, rules, there)


def _lots_drift(unit: Unit, rules: Mapping[str, LotRule], there: dict[tuple[str, str], int]) -> Iterator[LotDrift]:
    names = {name_of(sku, code): (sku, code) for sku, code in there if code}
    for (sku, code), count in sorted(there.items()):
        if code and rules[sku].serial and count > 1:
            yield LotDrift(f"serial number {code} of {sku}", count, 1)
    for page in live_pages(unit, {sku for sku, _ in names.values()}):
        for one in page:
            names.pop(one.state.name, None)
    for sku, code in sorted(names.values()):
        yield LotDrift(f"lot {code} of {sku} is not known to have pieces", 0, there[sku, code])


def overpicked(reservations: Iterable[Reservation]) -> Iterator[LotDrift]:
    """Yield where an order line has picked more of lots than it has reserved."""
    promised: dict[tuple[Claim, Cell], int] = {}
    picked: dict[tuple[Claim, Cell], int] = {}
    for one in reservations:
        place, code = split(one.cell)
        if mark_of(place) != OUT:
            sums, where = promised if code is None else picked, (one.claim, place)
            sums[where] = sums.get(where, 0) + one.quantity
    for where, count in sorted(picked.items()):
        if count > promised.get(where, 0):
            claim, place = where
            subject = f"picked for {claim.order}/{claim.line} of {_words(place)}"
            yield LotDrift(subject, count, promised.get(where, 0))


def _words(place: Cell) -> str:
    bucket = f" {mark_of(place)}" if mark_of(place) else ""
    return f"{sku_of(place)}{bucket}@{place.warehouse}"
