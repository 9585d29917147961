"""The counter: a basket while it is being priced, as positions of ints.

All lines of one SKU at one price make one position, so that splitting a line changes nothing: promotions see
positions, and what a position gets is shared by its lines. Positions are ordered by their lowest line number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd

from omskit.core import share
from omskit.pricing.basket import Basket, BasketLine
from omskit.pricing.effects import EVERYTHING, Selector
from omskit.pricing.sharing import share_within


def _number(line: BasketLine) -> int:
    return line.number


def _positions(lines: Sequence[BasketLine]) -> list[list[int]]:
    """Return the places of the lines of each position."""
    if len({line.sku for line in lines}) == len(lines):
        return [[place] for place in range(len(lines))]
    grouped: dict[tuple[object, ...], list[int]] = {}
    for place, line in enumerate(lines):
        grouped.setdefault(_key(line), []).append(place)
    return list(grouped.values())


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
    one after which nothing may. What is asked of all positions at once is answered without walking them one by
    one: most promotions of an order look at the whole basket.
    """

    def __init__(self, basket: Basket) -> None:
        self.lines = sorted(basket.lines, key=_number)
        #: Places of the lines of each position.
        self.places = _positions(self.lines)
        #: Whether each position is one line.
        self._plain = len(self.places) == len(self.lines)
        first = self.lines if self._plain else [self.lines[places[0]] for places in self.places]
        self.skus = [line.sku for line in first]
        self.categories = [line.categories for line in first]
        self.units = self._summed([line.quantity for line in self.lines])
        self.list_ = self._summed([line.list_minor for line in self.lines])
        self.floor = [line.floor_minor * units for line, units in zip(first, self.units, strict=True)]
        #: Whether any position has a least price.
        self.guarded = any(self.floor)
        self.now = list(self.list_)
        self.start = list(self.now)
        self.touched = [""] * len(first)
        self.closed = [""] * len(first)
        self.freight = self.freight_start = basket.freight_minor
        self.freight_closed = ""
        self._any_closed = False
        self._first = [line.number for line in first]
        self._line_now = [line.list_minor for line in self.lines]
        self._line_floor = [line.floor_minor * line.quantity for line in self.lines]
        self._by_sku: dict[str, list[int]] = {}
        for position, sku in enumerate(self.skus):
            self._by_sku.setdefault(sku, []).append(position)
        self._selected: dict[Selector, Sequence[int]] = {EVERYTHING: range(len(first))}

    def _summed(self, by_line: list[int]) -> list[int]:
        """Return the sums of what lines have, by position."""
        if self._plain:
            return by_line
        return [sum([by_line[place] for place in places]) for places in self.places]

    def begin(self) -> None:
        """Begin the turn of a scope."""
        self.start = list(self.now)

    def close(self, positions: Iterable[int], promotion: str) -> None:
        """Let nothing lower some positions after a promotion."""
        for position in positions:
            self.closed[position] = promotion
            self._any_closed = True

    def free(self, selector: Selector) -> Sequence[int]:
        """Return the positions that a selector means, without those that are closed."""
        meant = self.selected(selector)
        return [p for p in meant if not self.closed[p]] if self._any_closed else meant

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

    def total(self, amounts: Sequence[int], positions: Sequence[int]) -> int:
        """Return the sum of the amounts of different positions."""
        if len(positions) == len(amounts):
            return sum(amounts)
        return sum([amounts[p] for p in positions])

    def picked(self, amounts: list[int], positions: Sequence[int]) -> list[int]:
        """Return the amounts of different positions, in order."""
        return amounts if len(positions) == len(amounts) else [amounts[p] for p in positions]

    def rooms(self, positions: Sequence[int]) -> list[int]:
        """Return what may still be taken off each of some positions, in order."""
        if not self.guarded:
            return self.picked(self.now, positions)
        now, floor = self.now, self.floor
        return [now[p] - floor[p] if now[p] > floor[p] else 0 for p in positions]

    def numbers(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of all lines of some positions, sorted."""
        return tuple(sorted(self.lines[place].number for position in positions for place in self.places[position]))

    def lower(self, positions: Sequence[int], minors: Sequence[int], promotion: str) -> list[tuple[int, int]]:
        """Take amounts above zero off positions, and return what each line gets: (number, minor), by number."""
        now, touched = self.now, self.touched
        for position, minor in zip(positions, minors, strict=True):
            now[position] -= minor
            touched[position] = promotion
        if self._plain:
            numbers = self._first
            return [(numbers[position], minor) for position, minor in zip(positions, minors, strict=True)]
        shares: list[tuple[int, int]] = []
        for position, minor in zip(positions, minors, strict=True):
            places = self.places[position]
            for place, part in zip(places, self._parts(places, minor), strict=True):
                self._line_now[place] -= part
                if part:
                    shares.append((self.lines[place].number, part))
        shares.sort()
        return shares

    def paid(self) -> list[int]:
        """Return what each line costs now, in the order of ``lines``."""
        return self.now if self._plain else self._line_now

    def _parts(self, places: Sequence[int], delta: int) -> list[int]:
        if len(places) == 1:
            return [delta]
        now = [self._line_now[place] for place in places]
        if not self.guarded:
            return share(delta, now)
        floors = [self._line_floor[place] for place in places]
        rooms = [max(0, have - floor) for have, floor in zip(now, floors, strict=True)]
        return share_within(delta, now, rooms if sum(rooms) >= delta else now)
