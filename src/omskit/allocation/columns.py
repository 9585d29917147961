"""Columns: plans of single cases as a batch sees them, by what they cost and what scarce things they use up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

from omskit.allocation.case import UNLIMITED, Case, Parcel, Prices, Stock
from omskit.allocation.tolls import added, toll_of
from omskit.allocation.weights import SHIFT

Uses = tuple[tuple[int, int], ...]

#: The price of what may not be used.
BARRED = 1 << 40


class Column(NamedTuple):
    """One plan of one case.

    Args:
        cost: In minor units, splits and units left out included.
        uses: (scarce thing, how much) pairs.
        parcels: What is sent.
    """

    cost: int
    uses: Uses
    parcels: tuple[Parcel, ...]


class Scarce:
    """The things that a batch could run out of, numbered: cells, parcels and units of warehouses, quotas.

    Args:
        cases: All that is asked.
        stock: What there is.
        counts: How often each case comes; None for once.
        base: Prices that plans pay beside those of what is scarce, as part of what they cost; None for none.
    """

    __slots__ = ("_base", "_parcels", "_quotas", "_units", "caps", "cells", "groups", "positions")

    def __init__(
        self,
        cases: Sequence[Case],
        stock: Stock,
        counts: Sequence[int] | None = None,
        base: Prices | None = None,
    ) -> None:
        self._base = base
        demand: dict[str, int] = {}
        for case, count in zip(cases, counts or repeat(1), strict=False):
            for atom in case.atoms:
                for sku, pieces in atom.needs:
                    demand[sku] = demand.get(sku, 0) + pieces * atom.wanted * count
        self.caps: list[int] = []
        #: Things that stand in for each other; each is in one group at most.
        self.groups: list[list[int]] = []
        self.cells: dict[str, tuple[int, ...]] = {}
        self.positions = len(stock.parcels)
        for sku in sorted(demand):
            row, most = stock.rows[sku], demand[sku]
            if any([0 < there < most for there in row]):
                cells = self.cells[sku] = tuple(
                    [self._numbered(there) if 0 < there < most else -1 for there in row]
                )
                self.groups.append([thing for thing in cells if thing >= 0])
        self._parcels = [self._numbered(left) if left < UNLIMITED else -1 for left in stock.parcels]
        self._units = [self._numbered(left) if left < UNLIMITED else -1 for left in stock.units]
        most = sum([case.units * count for case, count in zip(cases, counts or repeat(1), strict=False)])
        # no more parcels than units, so that wider quotas never bind
        self._quotas = {
            number: self._numbered(left) for number, left in sorted(stock.quotas.items()) if left < most
        }
        for things in (self._parcels, self._units):
            self.groups.append([thing for thing in things if thing >= 0])

    def _numbered(self, cap: int) -> int:
        self.caps.append(cap)
        return len(self.caps) - 1

    def pulls(self, case: Case, position: int) -> tuple[int, list[Uses]]:
        """Return what a parcel of a warehouse uses, -1 for nothing scarce, and what one of each atom uses."""
        picked, found = self._units[position], []
        for atom in case.atoms:
            uses = [(picked, atom.units)] if picked >= 0 else []
            for sku, pieces in atom.needs:
                row = self.cells.get(sku)
                if row is not None and row[position] >= 0:
                    uses.append((row[position], pieces))
            found.append(tuple(uses))
        return self._parcels[position], found

    def uses(self, case: Case, position: int, counts: Sequence[int]) -> Uses:
        """Return what a parcel of a warehouse with so many of each atom uses."""
        toll, pulls = self.pulls(case, position)
        found = {} if toll < 0 else {toll: 1}
        for count, pull in zip(counts, pulls, strict=True):
            if count:
                for thing, amount in pull:
                    found[thing] = found.get(thing, 0) + amount * count
        return tuple(found.items())

    @property
    def plain(self) -> bool:
        """Whether only stock and room of warehouses have prices: no quotas, and nothing beside what is scarce."""
        return not self._quotas and self._base is None

    def column(self, case: Case, parcels: tuple[Parcel, ...]) -> Column:
        """Return a plan as a column."""
        cost = sum([parcel.cost for parcel in parcels]) + max(0, len(parcels) - 1) * (case.split >> SHIFT)
        uses: dict[int, int] = {}
        sent = 0
        for position, counts, _, offer in parcels:
            units = 0
            for atom, count in zip(case.atoms, counts, strict=True):
                if count:
                    units += count * atom.units
                    for sku, pieces in atom.needs:
                        row = self.cells.get(sku)
                        if row is not None and row[position] >= 0:
                            thing = row[position]
                            uses[thing] = uses.get(thing, 0) + pieces * count
            sent += units
            thing = self._parcels[position]
            if thing >= 0:
                uses[thing] = uses.get(thing, 0) + 1
            thing = self._units[position]
            if thing >= 0:
                uses[thing] = uses.get(thing, 0) + units
            for number in offer.quotas:
                if number in self._quotas:
                    thing = self._quotas[number]
                    uses[thing] = uses.get(thing, 0) + 1
        cost += (case.units - sent) * (case.left >> SHIFT)
        if self._base is not None:
            cost += toll_of(case, parcels, self._base) >> SHIFT
        return Column(cost, tuple(uses.items()), parcels)

    def prices(self, by_thing: Sequence[int], skus: Sequence[str] | None = None) -> Prices:
        """Return prices of scarce things, in minor units, as searches read them."""
        cells: dict[str, list[int]] = {}
        for sku in self.cells if skus is None else skus:
            row = self.cells.get(sku)
            if row is not None:
                priced = [by_thing[thing] << SHIFT if thing >= 0 else 0 for thing in row]
                if any(priced):
                    cells[sku] = priced
        found = Prices(
            cells,
            [by_thing[thing] << SHIFT if thing >= 0 else 0 for thing in self._parcels],
            [by_thing[thing] << SHIFT if thing >= 0 else 0 for thing in self._units],
            {number: by_thing[thing] << SHIFT for number, thing in self._quotas.items() if by_thing[thing]},
        )
        return found if self._base is None else added(found, self._base)

    def remaining(self, case: Case, stock: Stock, left: Sequence[int]) -> Stock:
        """Return the stock that a case looks at, with so much left of the scarce things."""
        rows = {}
        for atom in case.atoms:
            for sku, _ in atom.needs:
                row, things = stock.rows[sku], self.cells.get(sku)
                if things is not None:
                    row = [left[t] if t >= 0 else there for t, there in zip(things, row, strict=True)]
                rows[sku] = row
        parcels = [left[t] if t >= 0 else most for t, most in zip(self._parcels, stock.parcels, strict=True)]
        units = [left[t] if t >= 0 else most for t, most in zip(self._units, stock.units, strict=True)]
        quotas = {number: left[thing] for number, thing in self._quotas.items()}
        return Stock(rows, parcels, units, quotas)

    def left_over(self, cases: Sequence[Case], stock: Stock, left: Sequence[int]) -> Stock:
        """Return the stock that cases look at, with so much left of the scarce things."""
        rows: dict[str, list[int]] = {}
        for case in cases:
            found = self.remaining(case, stock, left)
            rows.update(found.rows)
        return found._replace(rows=rows, quotas={**stock.quotas, **found.quotas})

    def exceeded(self, columns: Iterable[Column]) -> bool:
        """Whether plans together use more of something than there is."""
        left = list(self.caps)
        for column in columns:
            for thing, amount in column.uses:
                left[thing] -= amount
        return min(left, default=0) < 0

    def without(self, case: Case, things: set[int]) -> Prices:
        """Return prices that bar some things to one case."""
        skus = [sku for atom in case.atoms for sku, _ in atom.needs if sku in self.cells]
        barred = dict.fromkeys(things, BARRED)
        found = Prices(
            {sku: [barred.get(thing, 0) << SHIFT for thing in self.cells[sku]] for sku in skus},
            [barred.get(thing, 0) << SHIFT for thing in self._parcels],
            [barred.get(thing, 0) << SHIFT for thing in self._units],
            {number: BARRED << SHIFT for number, thing in self._quotas.items() if thing in barred},
        )
        return found if self._base is None else added(found, self._base)
