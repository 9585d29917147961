"""The counter: a basket while it is being priced, as positions of ints.

All lines of one SKU at one price make one position, so that splitting a line changes nothing: promotions see
positions, and what a position gets is shared by its lines. Positions are ordered by their lowest line number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd

from omskit.pricing.basket import Basket, BasketLine
from omskit.pricing.effects import EVERYTHING, Selector
from omskit.pricing.sharing import share_within


def _key(line: BasketLine) -> tuple[object, ...]:
    part = gcd(line.list_minor, line.quantity)
    price = (line.list_minor // part, line.quantity // part)
    return (line.sku, price, line.categories, line.tax_class, line.floor_minor, line.group)


class Counter:
    """A basket's positions, in lists by position.

    Args:
        basket: What is priced.

    ``list_`` is the list price, ``start`` what it cost when the turn of the scope began, ``now`` what it costs,
    ``floor`` the least it may cost. ``touched`` names the last promotion that lowered it, ``closed`` an exclusive
    one after which nothing may.
    """

    def __init__(self, basket: Basket) -> None:
        self.lines = sorted(basket.lines, key=lambda line: line.number)
        grouped: dict[tuple[object, ...], list[int]] = {}
        for place, line in enumerate(self.lines):
            grouped.setdefault(_key(line), []).append(place)
        #: Places of the lines of each position.
        self.places = list(grouped.values())
        first = [self.lines[places[0]] for places in self.places]
        self.skus = [line.sku for line in first]
        self.categories = [line.categories for line in first]
        self.units = [sum(self.lines[place].quantity for place in places) for places in self.places]
        self.list_ = [sum(self.lines[place].list_minor for place in places) for places in self.places]
        self.floor = [line.floor_minor * units for line, units in zip(first, self.units, strict=True)]
        self.now = list(self.list_)
        self.start = list(self.list_)
        self.touched = [""] * len(first)
        self.closed = [""] * len(first)
        self.freight = self.freight_start = basket.freight_minor
        self.freight_closed = ""
        self._line_now = [line.list_minor for line in self.lines]
        self._line_floor = [line.floor_minor * line.quantity for line in self.lines]
        self._by_sku: dict[str, list[int]] = {}
        for position, sku in enumerate(self.skus):
            self._by_sku.setdefault(sku, []).append(position)
        self._selected: dict[Selector, Sequence[int]] = {EVERYTHING: range(len(first))}

    def begin(self) -> None:
        """Begin the turn of a scope."""
        self.start = list(self.now)

    def selected(self, selector: Selector) -> Sequence[int]:
        """Return the positions that a selector means, in order."""
        known = self._selected.get(selector)
        if known is None:
            if selector.skus and not selector.categories:
                asked: Iterable[int] = sorted(p for sku in selector.skus for p in self._by_sku.get(sku, ()))
            else:
                asked = range(len(self.skus))
            known = [p for p in asked if selector.has(self.skus[p], self.categories[p])]
            self._selected[selector] = known
        return known

    def at(self, sku: str) -> Sequence[int]:
        """Return the positions of a SKU."""
        return self._by_sku.get(sku, ())

    def rooms(self, positions: Iterable[int]) -> list[int]:
        """Return what may still be taken off each of some positions."""
        now, floor = self.now, self.floor
        return [now[p] - floor[p] if now[p] > floor[p] else 0 for p in positions]

    def numbers(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of all lines of some positions, sorted."""
        return tuple(sorted(self.lines[place].number for position in positions for place in self.places[position]))

    def lower(self, deltas: Iterable[tuple[int, int]], promotion: str) -> list[tuple[int, int]]:
        """Take amounts off positions, and return what each line gets: (number, minor), by number."""
        shares: list[tuple[int, int]] = []
        for position, delta in deltas:
            if not delta:
                continue
            self.now[position] -= delta
            self.touched[position] = promotion
            places = self.places[position]
            if len(places) == 1:
                place = places[0]
                self._line_now[place] -= delta
                shares.append((self.lines[place].number, delta))
                continue
            for place, part in zip(places, self._parts(places, delta), strict=True):
                self._line_now[place] -= part
                if part:
                    shares.append((self.lines[place].number, part))
        shares.sort()
        return shares

    def _parts(self, places: Sequence[int], delta: int) -> list[int]:
        now = [self._line_now[place] for place in places]
        floors = [self._line_floor[place] for place in places]
        rooms = [max(0, have - floor) for have, floor in zip(now, floors, strict=True)]
        return share_within(delta, now, rooms if sum(rooms) >= delta else now)
