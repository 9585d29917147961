"""Senders: what each bag of a case costs from each warehouse, and where it costs least under prices or limits.

A warehouse has costs only for the bags that it has. Where there are few bags, all costs of a bag stand in one list
as well, the least first, so that the dearer ones need not be looked at.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import add, lt
from typing import NamedTuple

from omskit.allocation.columns import Uses
from omskit.allocation.lattice import Lattice, spread
from omskit.allocation.partition import NEVER, Source


class Sender(NamedTuple):
    """One warehouse.

    Args:
        caps: How many of each atom it has.
        costs: What each bag within that costs, in minor units.
        toll: The scarce thing that a parcel uses; -1 for none.
        pulls: The scarce things that one of each atom uses.
    """

    caps: tuple[int, ...]
    costs: tuple[int, ...]
    toll: int
    pulls: tuple[Uses, ...]

    def uses(self, counts: Sequence[int]) -> Uses:
        """Return the scarce things that a parcel with so many of each atom uses."""
        found: dict[int, int] = {} if self.toll < 0 else {self.toll: 1}
        for count, pull in zip(counts, self.pulls, strict=True):
            if count:
                for thing, amount in pull:
                    found[thing] = found.get(thing, 0) + amount * count
        return tuple(found.items())

    @property
    def things(self) -> list[int]:
        """The scarce things that its parcels use."""
        return [thing for pull in self.pulls for thing, _ in pull] + [self.toll] * (self.toll >= 0)

    def adds(self, prices: Sequence[int]) -> list[int] | None:
        """Return what prices add to each bag; None for nothing."""
        base = prices[self.toll] if self.toll >= 0 else 0
        each, priced = [], base > 0
        for pull in self.pulls:
            more = 0
            for thing, amount in pull:
                more += prices[thing] * amount
            each.append(more)
            priced = priced or more > 0
        return spread(self.caps, each, (base,)) if priced else None


#: Up to so many bags, what each costs is kept in order.
_FEW = 8
#: What a bag costs from a warehouse, what it uses, and the number of the warehouse.
Bid = tuple[int, Uses, int]


class Lots(NamedTuple):
    """All warehouses of a case.

    Args:
        lattice: The bags.
        senders: The warehouses.
        bids: What each bag costs where, the least first; None where there are many bags.
        cheap: The numbers of the warehouses, those first that tend to cost least, where there are many bags.
    """

    lattice: Lattice
    senders: Sequence[Sender]
    bids: Sequence[Sequence[Bid]] | None
    cheap: Sequence[int]

    @classmethod
    def of(cls, lattice: Lattice, senders: Sequence[Sender]) -> Lots:
        """Return some warehouses."""
        if lattice.size <= _FEW:
            return cls(lattice, senders, tuple(map(tuple, _bids(lattice, senders))), ())
        return cls(lattice, senders, None, sorted(range(len(senders)), key=lambda one: _cheapness(senders[one])))

    @property
    def only(self) -> Sequence[Bid]:
        """The bids for the only bag that is not empty."""
        return () if self.bids is None else self.bids[1]


def _bids(lattice: Lattice, senders: Sequence[Sender]) -> list[list[Bid]]:
    """Return what each bag costs where, as far as it can be the least under some prices."""
    found: list[list[Bid]] = [[] for _ in range(lattice.size)]
    counts = [lattice.counts(bag) for bag in range(lattice.size)]
    for number, sender in enumerate(senders):
        for bag, cost in zip(lattice.within(sender.caps), sender.costs, strict=True):
            if cost < NEVER:
                found[bag].append((cost, sender.uses(counts[bag]), number))
    return [worthy(bids) for bids in found]


def worthy(bids: list[Bid]) -> list[Bid]:
    """Return bids in order of cost, up to the first without a price."""
    bids.sort()
    free = next((place for place, (_, uses, _) in enumerate(bids) if not uses), len(bids))
    return bids[: free + 1]


def cheapest_bid(bids: Sequence[Bid], prices: Sequence[int], least: int) -> tuple[int, int]:
    """Return what the cheapest bid below ``least`` costs at prices, and whose it is; -1 where none is."""
    number = -1
    for cost, uses, who in bids:
        if cost >= least:
            break
        for thing, amount in uses:
            cost += prices[thing] * amount  # noqa: PLW2901 - hot
        if cost < least:
            least, number = cost, who
    return least, number


def _cheapness(sender: Sender) -> tuple[int, int]:
    """Return what is small for a warehouse that has many bags, and of these for one that costs little."""
    return -len(sender.costs), sender.costs[-1]


#: The number of a warehouse, its bags in order, and what these cost.
_Stall = tuple[int, Sequence[int], Sequence[int]]


class _Offering(ABC):
    """The warehouses of a case, where something makes them dearer or leaves them less."""

    __slots__ = ("_asked", "_lots", "least")

    def _look_at(self, lots: Lots) -> None:
        self._lots = lots
        #: The warehouses that cost least for some bag, where bags have no bids.
        self._asked: list[_Stall] = []
        if lots.bids is None:
            self.least = [NEVER] * lots.lattice.size
            for number in lots.cheap:
                self._look(number)
        else:
            #: Of each bag, what it costs from where it costs least.
            self.least = [self._best(some)[0] for some in lots.bids]

    @abstractmethod
    def _best(self, bids: Sequence[Bid]) -> tuple[int, int]:
        """Return the least cost of a bag, and the number of the warehouse."""

    @abstractmethod
    def _stall(self, number: int) -> _Stall:
        """Return the bags of a warehouse with their costs."""

    @abstractmethod
    def caps(self, number: int) -> Sequence[int]:
        """Return how many of each atom a warehouse has."""

    def _look(self, number: int) -> None:
        """Take what a warehouse sends at less than those before it."""
        least, sender = self.least, self._lots.senders[number]
        if len(sender.costs) == len(least):
            known: Iterable[int] = least
        else:
            known = map(least.__getitem__, self._lots.lattice.within(sender.caps))
        if not any(map(lt, sender.costs, known)):
            return
        stall = self._stall(number)
        _, bags, costs = stall
        self._asked.append(stall)
        if len(bags) == len(least):
            self.least = list(map(min, least, costs))
            return
        for bag, cost in zip(bags, costs, strict=True):
            if cost < least[bag]:
                least[bag] = cost

    def number(self, bag: int) -> int:
        """Return the number of a warehouse from which a bag costs least."""
        bids, cost = self._lots.bids, self.least[bag]
        if bids is not None:
            return self._best(bids[bag])[1]
        for number, bags, costs in self._asked:
            place = bisect_left(bags, bag)
            if place < len(bags) and bags[place] == bag and costs[place] == cost:
                return number
        raise AssertionError("some warehouse sends a bag at the least that it costs")

    def sources(self) -> list[Source]:
        """Return each warehouse with what every bag costs there."""
        found = []
        for which in range(len(self._lots.senders)):
            number, bags, costs = self._stall(which)
            every = [NEVER] * self._lots.lattice.size
            for bag, cost in zip(bags, costs, strict=True):
                every[bag] = cost
            found.append(Source(number, every, self.caps(number)))
        return found


class Priced(_Offering):
    """The warehouses with prices on what they use.

    Args:
        lots: The warehouses.
        prices: Of each scarce thing, in minor units.
    """

    __slots__ = ("_prices",)

    def __init__(self, lots: Lots, prices: Sequence[int]) -> None:
        self._prices = prices
        self._look_at(lots)

    def _best(self, bids: Sequence[Bid]) -> tuple[int, int]:
        return cheapest_bid(bids, self._prices, NEVER)

    def _stall(self, number: int) -> _Stall:
        sender = self._lots.senders[number]
        bags, adds = self._lots.lattice.within(sender.caps), sender.adds(self._prices)
        return number, bags, sender.costs if adds is None else list(map(add, sender.costs, adds))

    def caps(self, number: int) -> Sequence[int]:
        """Return how many of each atom a warehouse has."""
        return self._lots.senders[number].caps


class Left(_Offering):
    """The warehouses with what is left of the things they use.

    Args:
        lots: The warehouses.
        left: Of each scarce thing.
    """

    __slots__ = ("_left",)

    def __init__(self, lots: Lots, left: Sequence[int]) -> None:
        self._left = left
        self._look_at(lots)

    def _best(self, bids: Sequence[Bid]) -> tuple[int, int]:
        left = self._left
        for cost, uses, number in bids:
            for thing, amount in uses:
                if left[thing] < amount:
                    break
            else:
                return cost, number
        return NEVER, -1

    def _stall(self, number: int) -> _Stall:
        sender, caps = self._lots.senders[number], self.caps(number)
        bags = self._lots.lattice.within(caps)
        if len(bags) == len(sender.costs):
            return number, bags, sender.costs
        known = dict(zip(self._lots.lattice.within(sender.caps), sender.costs, strict=True))
        return number, bags, [known[bag] for bag in bags]

    def caps(self, number: int) -> Sequence[int]:
        """Return how many of each atom a warehouse has of what is left."""
        left, sender = self._left, self._lots.senders[number]
        if sender.toll >= 0 and left[sender.toll] <= 0:
            return [0] * len(sender.caps)
        return [
            min([cap, *[left[thing] // amount for thing, amount in pull]]) if cap else 0
            for cap, pull in zip(sender.caps, sender.pulls, strict=True)
        ]
