"""A case: one demand in the form that searches read, ints and tuples only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from omskit.allocation.atoms import atoms_of
from omskit.allocation.compiled import Compiled, Days
from omskit.allocation.contracts import Contracts
from omskit.allocation.lattice import Lattice, Shape
from omskit.allocation.model import Demand
from omskit.allocation.offers import Offer, Rate, Row, steps_of
from omskit.allocation.policy import Policy
from omskit.allocation.weights import SHIFT, left_weight

#: Most pairs of bags that the search looks at for one demand.
DEFAULT_BUDGET = 500_000
#: What a warehouse or a courier can still do where nothing limits it.
UNLIMITED = 1 << 60


class Stock(NamedTuple):
    """What is left to plan on.

    Args:
        rows: Pieces of each SKU by warehouse position.
        parcels: Parcels that each position can still pack.
        units: Units that each position can still pick.
        quotas: Parcels that count for a quota that there can still be, by number; no limit for what is not in it.
    """

    rows: dict[str, list[int]]
    parcels: list[int]
    units: list[int]
    quotas: dict[int, int]


class Prices(NamedTuple):
    """What using up scarce things costs beside money, as weights.

    Args:
        cells: Of a piece, by SKU and warehouse position.
        parcels: Of a parcel, by warehouse position.
        units: Of a unit, by warehouse position.
        quotas: Of a parcel, by number of a quota that it counts for.
    """

    cells: Mapping[str, list[int]]
    parcels: list[int]
    units: list[int]
    quotas: dict[int, int]


class Parcel(NamedTuple):
    """A parcel of a solution: warehouse position, how many of each atom, what it costs, by which offer."""

    position: int
    counts: tuple[int, ...]
    cost: int
    offer: Offer


class Solution(NamedTuple):
    """A plan of one case.

    Args:
        weight: What it weighs, prices included.
        parcels: In order of warehouse.
        single: Whether one parcel proved itself.
        bound: No plan weighs less.
    """

    weight: int
    parcels: tuple[Parcel, ...]
    single: bool
    bound: int


class Setting(NamedTuple):
    """What is the same for all demands of a plan.

    Args:
        network: Where from.
        days: When each warehouse takes on what comes now.
        policy: What counts.
        contracts: What couriers take at most and should have at least.
    """

    network: Compiled
    days: Days
    policy: Policy
    contracts: Contracts | None = None

    def case(self, demand: Demand) -> Case:
        """Return a demand made ready for searches."""
        return Case(demand, self)


class Loads:
    """What every bag of a shape weighs, and how many steps of weight it pays at each rate."""

    __slots__ = ("_steps", "bulk", "grams", "lattice", "traits")

    def __init__(self, case: Case, lattice: Lattice) -> None:
        atoms = case.atoms
        self.lattice = lattice
        self.grams = lattice.spread([atom.weight_g for atom in atoms])
        self.bulk = lattice.spread([atom.volume_cm3 for atom in atoms]) if case.bulky else None
        self.traits = self._traits(case, lattice) if case.special else None
        self._steps: dict[Rate, list[int]] = {}

    @staticmethod
    def _traits(case: Case, lattice: Lattice) -> list[frozenset[str]]:
        found = [frozenset[str]()]
        for atom, count in zip(case.atoms, lattice.shape, strict=True):
            found = [one for base in found for one in (base, *((base | atom.traits,) * count))]
        return found

    def steps(self, rate: Rate) -> list[int]:
        """Return the steps that every bag pays at a rate; -1 for those that are too heavy."""
        found = self._steps.get(rate)
        if found is None:
            found = self._steps[rate] = steps_of(rate, self.grams, self.bulk)
        return found


class Case:
    """One demand, ready for searches.

    Args:
        demand: What is asked for.
        setting: Where from, when, and what counts.
    """

    __slots__ = (
        "_loads", "atoms", "bulky", "demand", "entangled", "guarded", "left", "limit", "market", "positions",
        "setting", "shape", "special", "split", "units", "unsplit", "whole_only",
    )  # fmt: skip

    def __init__(self, demand: Demand, setting: Setting) -> None:
        network, days, policy, contracts = setting
        if demand.placed_at is not None:
            days = network.days(demand.placed_at)
        self.demand = demand
        self.setting = setting
        self.atoms = atoms = atoms_of(demand)
        self.shape: Shape = tuple([atom.wanted for atom in atoms])
        self.positions = network.serving(demand)
        self.market = network.market(demand, days, policy.late_minor)
        if contracts is not None:
            self.market = contracts.market(self.market)
        units = 0
        special = bulky = barred = False
        skus: list[tuple[str, int]] = []
        for _, wanted, each, needs, _, volume_cm3, traits, codes in atoms:
            units += wanted * each
            bulky = bulky or volume_cm3 > 0
            special = special or bool(traits)
            barred = barred or bool(codes)
            skus += needs
        self.units = units
        #: Whether some goods ask for something, whether volume may count, whether atoms share a SKU.
        self.special, self.bulky = special, bulky
        self.entangled = len(atoms) > 1 and len({sku for sku, _ in skus}) < len(skus)
        #: Whether some warehouse may not send some of it.
        self.guarded = barred or special
        self.whole_only = demand.ship_complete or not policy.partial
        most, mine = policy.max_parcels, demand.max_parcels
        self.limit = mine if 0 < mine < most else most
        self.split = policy.split_minor << SHIFT
        self.left = left_weight(policy.unfilled_minor, units)
        self._loads: dict[Shape, Loads] = {}
        self.unsplit = units == 1 or (len(atoms) == 1 and atoms[0].wanted == 1)

    def only(self, members: Sequence[int]) -> Case:
        """Return the case without its other atoms; those count as left out."""
        found = Case.__new__(Case)
        for name in _SHARED:
            setattr(found, name, getattr(self, name))
        found.atoms = tuple([self.atoms[number] for number in members])
        found.shape = tuple([atom.wanted for atom in found.atoms])
        found._loads = {}  # noqa: SLF001 - of the same class
        return found

    def without(self, quotas: frozenset[int]) -> Case:
        """Return the case with only the offers that count for none of these quotas."""
        contracts = self.setting.contracts
        if contracts is None:
            return self
        found = self._copied()
        found.market = contracts.market(self.market, quotas)
        return found

    def with_left(self, weight: int) -> Case:
        """Return the case with another weight of a unit left out."""
        found = self._copied()
        found.left = weight
        return found

    def _copied(self) -> Case:
        found = Case.__new__(Case)
        for name in Case.__slots__:
            setattr(found, name, getattr(self, name))
        return found

    def loads(self, lattice: Lattice) -> Loads:
        """Return what the bags of a lattice weigh."""
        found = self._loads.get(lattice.shape)
        if found is None:
            found = self._loads[lattice.shape] = Loads(self, lattice)
        return found

    def forget(self) -> None:
        """Give back the memory of what bags weigh; it is worked out anew where it is asked for again."""
        self._loads.clear()

    def row(self, position: int, counts: tuple[int, ...]) -> Row:
        """Return the offers for so many of each atom."""
        if not self.special:
            return self.market.row(position)
        traits = frozenset(
            trait for atom, count in zip(self.atoms, counts, strict=True) if count for trait in atom.traits
        )
        return self.market.row(position, traits)

    def weighed(self, counts: tuple[int, ...]) -> tuple[int, int, int]:
        """Return the units, grams and cubic centimetres of so many of each atom."""
        units = grams = bulk = 0
        for atom, count in zip(self.atoms, counts, strict=True):
            if count:
                units += count * atom.units
                grams += count * atom.weight_g
                bulk += count * atom.volume_cm3
        return units, grams, bulk


#: What a case has in common with one of some of its atoms.
_SHARED = tuple(sorted({*Case.__slots__} - {"_loads", "atoms", "shape"}))
