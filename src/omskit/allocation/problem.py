"""The problem of one demand, ready for a search: its bags, the stock at its turn, the offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from omskit.allocation.atoms import Bags, atoms_of
from omskit.allocation.compiled import Compiled, Days
from omskit.allocation.model import Demand
from omskit.allocation.offers import Offer, Offers
from omskit.allocation.policy import Policy

#: (bag, what the parcel costs with its picking, offer).
Packed = tuple[int, int, Offer]
#: (warehouse position, its parcel).
Sent = tuple[int, Packed]


class Setting(NamedTuple):
    """What is the same for all demands of a plan.

    Args:
        network: Where from.
        days: When each warehouse takes on what comes now.
        policy: What counts.
    """

    network: Compiled
    days: Days
    policy: Policy

    def offers(self, demand: Demand, traits: frozenset[str] = frozenset()) -> Offers:
        """Return the offers for goods of a demand with these traits."""
        return self.network.offers(demand, self.days, self.policy.late_minor, traits)


class Problem:
    """One demand on the stock at its turn.

    Args:
        demand: What is asked for.
        stock: Pieces of its SKUs by warehouse position.
        setting: Where from, when, and what counts.
        positions: The warehouses that may be asked, in order of preference.
    """

    def __init__(
        self, demand: Demand, stock: Mapping[str, list[int]], setting: Setting, positions: tuple[int, ...]
    ) -> None:
        self.demand = demand
        self.stock = stock
        self.setting = setting
        self.network = setting.network
        self.policy = setting.policy
        self.positions = positions
        self.bags = Bags(atoms_of(demand))
        self.units = demand.units
        self.whole_only = demand.ship_complete or not self.policy.partial
        self._offers: dict[frozenset[str], Offers] = {}
        self._parcels: dict[tuple[int, int], Packed | None] = {}
        self._limits: dict[int, list[int]] = {}

    def offers(self, traits: frozenset[str] = frozenset()) -> Offers:
        """Return the offers for goods with these traits."""
        found = self._offers.get(traits)
        if found is None:
            found = self.setting.offers(self.demand, traits)
            self._offers[traits] = found
        return found

    def parcel(self, position: int, bag: int) -> Packed | None:
        """Return the cheapest way to send a bag as one parcel; None when there is none."""
        key = (position, bag)
        if key in self._parcels:
            return self._parcels[key]
        units, weight_g, volume_cm3, traits = self.bags.load(bag)
        offers = self.offers(traits)
        best = offers.best(position, weight_g, volume_cm3)
        found = None if best is None else (bag, best[0] + offers.unit_minor[position] * units, best[1])
        self._parcels[key] = found
        return found

    def limits(self, position: int) -> list[int]:
        """Return how many of each atom alone a warehouse has."""
        known = self._limits.get(position)
        if known is not None:
            return known
        code = self.network.warehouses[position].code
        found = self._limits[position] = []
        for atom in self.bags.atoms:
            most = 0 if code in atom.barred else atom.wanted
            for sku, pieces in atom.needs if most else ():
                most = min(most, self.stock[sku][position] // pieces)
            found.append(most)
        return found

    def has(self, position: int, bag: int) -> bool:
        """Whether a warehouse has every SKU of a bag, summed over its lines."""
        stock = self.stock
        return all(stock[sku][position] >= pieces for sku, pieces in self.bags.needs(bag).items())

    def total(self, parcels: int, cost: int, units: int) -> int:
        """Return the cost of a plan of so many parcels, at so much, for so many units."""
        split = (parcels - 1) * self.policy.split_minor if parcels > 1 else 0
        return cost + split + (self.units - units) * self.policy.unfilled_minor
