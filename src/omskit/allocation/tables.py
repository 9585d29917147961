"""The table of a case: for every bag of atoms, the cheapest parcel that holds it, over all warehouses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from omskit.allocation.case import Case, Parcel, Prices, Stock
from omskit.allocation.lattice import Lattice
from omskit.allocation.offers import Offer, Row, best, lay
from omskit.allocation.rooms import Room
from omskit.allocation.weights import ENDLESS, SHIFT


class Question(NamedTuple):
    """One case with all that its search reads.

    Args:
        case: What is asked.
        stock: What is left.
        rooms: All warehouses.
        prices: What scarce things cost.
    """

    case: Case
    stock: Stock
    rooms: Sequence[Room]
    prices: Prices | None


def priced(row: Sequence[Offer], prices: Prices | None) -> Row:
    """Return offers with the prices of their quotas on them, the least first."""
    if prices is None or not prices.quotas:
        return tuple(row)
    dearer = [offer._replace(weight=offer[0] + toll(offer, prices)) for offer in row]
    return tuple(sorted(dearer, key=lambda offer: offer[0]))


def toll(offer: Offer, prices: Prices) -> int:
    """Return the prices of the quotas that a parcel of an offer counts for."""
    tolls = prices.quotas
    return sum([tolls.get(number, 0) for number in offer.quotas])


class Table:
    """The cheapest parcel for every bag.

    Args:
        case: What is asked.
        lattice: The bags.
        rooms: The warehouses, and what they have.
        prices: What scarce things cost.
        stock: What is left, for bags whose atoms share a SKU.
    """

    __slots__ = ("_adds", "_case", "_prices", "_stock", "lattice", "weights", "who")

    def __init__(
        self, case: Case, lattice: Lattice, rooms: Sequence[Room], prices: Prices | None, stock: Stock
    ) -> None:
        self._case, self._prices, self._stock = case, prices, stock
        self.lattice = lattice
        self._adds: dict[tuple[int, ...], list[int]] = {}
        self.weights = [ENDLESS] * lattice.size
        self.who = [-1] * lattice.size
        for room in sorted(rooms, key=_base):
            self._fill(room)

    def _fill(self, room: Room) -> None:
        case, lattice = self._case, self.lattice
        bags = lattice.within(room.caps)
        if not room.free:
            held = self._stock
            bags = [bag for bag in bags if fits(case, held, room.position, lattice.counts(bag))]
        each = tuple(room.adds)
        adds = self._adds.get(each)
        if adds is None:
            adds = self._adds[each] = lattice.spread(each)
        loads = case.loads(lattice)
        if loads.traits is None:
            self._put(room, case.market.row(room.position), bags[1:], adds)
            return
        sorts: dict[frozenset[str], list[int]] = {}
        for bag in bags[1:]:
            sorts.setdefault(loads.traits[bag], []).append(bag)
        for traits, some in sorts.items():
            self._put(room, case.market.row(room.position, traits), some, adds)

    def _put(self, room: Room, row: Row, bags: Sequence[int], adds: Sequence[int]) -> None:
        loads, toll, position = self._case.loads(self.lattice), room.toll, room.position
        offers = priced(row, self._prices)
        bids = [(offer[0] + toll, loads.steps(offer[2]), offer[1], position) for offer in offers]
        lay(bids, bags, adds, self.weights, self.who)

    def take(self, room: Room, bags: Sequence[int]) -> list[int]:
        """Return what bags weigh from one warehouse alone, and forget it."""
        self._fill(room)
        weights = self.weights
        found = [weights[bag] for bag in bags]
        for bag in bags:
            weights[bag] = ENDLESS
        return found

    def parcel(self, bag: int) -> Parcel:
        """Return the parcel of a bag."""
        return parcel_of(self._case, self.who[bag], self.lattice.counts(bag), self._prices)


def parcel_of(case: Case, position: int, counts: tuple[int, ...], prices: Prices | None) -> Parcel:
    """Return so many of each atom as a parcel of a warehouse, by the offer that costs least, prices included."""
    units, grams, bulk = case.weighed(counts)
    found = best(priced(case.row(position, counts), prices), grams, bulk)
    assert found is not None, "only bags that a courier takes are in a table"  # noqa: S101
    weight, offer = found
    if prices is not None and prices.quotas:
        weight -= toll(offer, prices)
    cost = (weight >> SHIFT) + case.setting.network.warehouses[position].unit_minor * units
    return Parcel(position, counts, cost, offer)


def fits(case: Case, stock: Stock, position: int, counts: Sequence[int]) -> bool:
    """Whether a warehouse has so many of each atom, and can pick them."""
    needs: dict[str, int] = {}
    units = 0
    for atom, count in zip(case.atoms, counts, strict=True):
        if count:
            units += count * atom.units
            for sku, pieces in atom.needs:
                needs[sku] = needs.get(sku, 0) + pieces * count
    return units <= stock.units[position] and has(stock.rows, position, needs)


def has(rows: Mapping[str, list[int]], position: int, needs: Mapping[str, int]) -> bool:
    """Whether a warehouse has so many pieces."""
    return all(rows[sku][position] >= pieces for sku, pieces in needs.items())


def _base(room: Room) -> tuple[int, int]:
    return room.base, room.position
