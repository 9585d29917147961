"""Sites: the warehouses that have atoms of a case as a whole, and the cheapest parcel for every set of atoms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from operator import add

from omskit.allocation.case import Case, Prices, Stock
from omskit.allocation.lattice import Lattice
from omskit.allocation.offers import Offer, Rate, Row, lay, steps_of
from omskit.allocation.weights import ENDLESS

#: A warehouse that has some atoms: the least that a parcel weighs before its goods, the position, the bag of what
#: it has, what a unit weighs, the prices of all of each atom (None where nothing is priced), the offers.
Site = tuple[int, int, int, int, "Sequence[int] | None", Row]
#: Who sends a bag at the least weight: position and offer.
Sender = tuple[int, Offer]


def held_by(case: Case, rows: Mapping[str, list[int]]) -> list[int] | None:
    """Return the bag that each warehouse has; None when one has an atom in part."""
    atoms = case.atoms
    bit = 1 << len(atoms)
    held = [0] * len(case.setting.network.warehouses)
    for atom in atoms:
        bit >>= 1
        sku, pieces = atom.needs[0]
        row = rows[sku]
        if len(atom.needs) > 1:
            row, pieces = [min(counts) for counts in zip(*_times(atom.needs, rows), strict=True)], 1
        need = pieces * atom.wanted
        for position in compress(range(len(row)), row):
            if row[position] >= need:
                held[position] |= bit
            elif row[position] >= pieces:
                return None
    if case.guarded:
        for number, atom in enumerate(reversed(atoms)):
            for position, one in enumerate(case.setting.network.warehouses):
                if one.code in atom.barred:
                    held[position] &= ~(1 << number)
    return held


def _times(needs: Sequence[tuple[str, int]], rows: Mapping[str, list[int]]) -> list[list[int]]:
    """Return how many times each warehouse has the pieces of each SKU."""
    return [[there // pieces for there in rows[sku]] for sku, pieces in needs]


def sites_of(case: Case, stock: Stock, held: Sequence[int], positions: Sequence[int]) -> list[Site] | None:
    """Return the warehouses that have something and a courier for it; None when one cannot pick all of it."""
    can_pack, can_pick, units = stock.parcels, stock.units, case.units
    market = case.market
    plain, picking = market.plain, case.setting.network.picking
    sites: list[Site] = []
    for position in positions:
        bag = held[position]
        if bag and can_pack[position]:
            if can_pick[position] < units:
                return None
            offers = plain[position]
            if offers is None:
                offers = market.row(position)
            if offers:
                sites.append((offers[0][0], position, bag, picking[position], None, offers))
    return sites


def priced_sites(case: Case, sites: Sequence[Site], prices: Prices) -> list[Site]:
    """Return the warehouses with prices on them."""
    rows = [
        [(prices.cells[sku], pieces * atom.wanted) for sku, pieces in atom.needs if sku in prices.cells]
        for atom in case.atoms
    ]
    return [
        (
            base + prices.parcels[position],
            position,
            bag,
            unit + prices.units[position],
            [sum([row[position] * pieces for row, pieces in some]) for some in rows] if any(rows) else None,
            offers,
        )
        for base, position, bag, unit, _, offers in sites
    ]


class Sets:
    """The cheapest parcel for every bag."""

    __slots__ = ("_case", "_goods", "_lattice", "_units", "senders", "weights")

    def __init__(self, case: Case, lattice: Lattice) -> None:
        self._case, self._lattice = case, lattice
        self._units = lattice.spread([atom.units * atom.wanted for atom in case.atoms])
        self._goods: dict[int, list[int]] = {}
        self.weights = [ENDLESS] * lattice.size
        self.senders: dict[int, Sender] = {}

    def _weighs(self, unit: int, cells: Sequence[int] | None) -> list[int]:
        """Return what the goods of every bag weigh."""
        goods = self._goods.get(unit)
        if goods is None:
            goods = self._goods[unit] = [unit * count for count in self._units]
        return goods if cells is None else list(map(add, goods, self._lattice.spread(cells)))

    def fill(self, sites: Sequence[Site]) -> None:
        """Let warehouses send what they have by their cheapest offers.

        The warehouses are in order of base, so where goods weigh the same in all of them, one that has no more
        than another before it sends nothing at less.
        """
        weights, senders, inside = self.weights, self.senders, self._lattice.inside
        alike = sites[0][4] is None and len({site[3] for site in sites}) == 1
        for base, position, held, unit, cells, offers in sites:
            if alike and held in senders:
                continue
            goods, sender = self._weighs(unit, cells), (position, offers[0])
            for bag in inside(held):
                weight = base + goods[bag]
                if weight < weights[bag]:
                    weights[bag] = weight
                    senders[bag] = sender

    def weigh(self, sites: Sequence[Site]) -> None:
        """Let warehouses send what they have by the offers that are cheapest at the weight of a bag."""
        weights, senders, inside = self.weights, self.senders, self._lattice.inside
        steps_at = _Steps(self._case, self._lattice)
        for base, position, held, unit, cells, offers in sites:
            toll = base - offers[0][0]
            bids = [(offer[0] + toll, steps_at[offer[2]], offer[1], (position, offer)) for offer in offers]
            lay(bids, inside(held), self._weighs(unit, cells), weights, senders)


class _Steps(dict[Rate, list[int]]):
    """The steps that every bag pays at a rate, worked out for those that are asked for."""

    __slots__ = ("_bulk", "_grams")

    def __init__(self, case: Case, lattice: Lattice) -> None:
        super().__init__()
        atoms = case.atoms
        self._grams = lattice.spread([atom.weight_g * atom.wanted for atom in atoms])
        self._bulk = lattice.spread([atom.volume_cm3 * atom.wanted for atom in atoms]) if case.bulky else None

    def __missing__(self, rate: Rate) -> list[int]:
        found = self[rate] = steps_of(rate, self._grams, self._bulk)
        return found
