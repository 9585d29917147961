"""Options: all parcels a case could be sent in, worked out once, and its best plan under prices of scarce things.

A batch asks for the same case again and again, each time under other prices. What a bag of atoms costs from a
warehouse does not change; only the prices on top do. So each warehouse keeps what every bag costs from it, prices
are added to whole lists, and the best partition into bags follows (:mod:`omskit.allocation.partition`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import add, itemgetter, lt, sub
from typing import NamedTuple

from omskit.allocation.case import Case, Stock
from omskit.allocation.columns import Column, Scarce, Uses
from omskit.allocation.lattice import pairs_of
from omskit.allocation.offers import best
from omskit.allocation.partition import NEVER, Order, Packed, Source, cheapest
from omskit.allocation.rooms import Room, rooms_of
from omskit.allocation.tables import Question, Table, parcel_of
from omskit.allocation.weights import SHIFT

#: Bags where there is one thing to send.
_ONE = 2


class _Offered(NamedTuple):
    """What one warehouse offers.

    Args:
        position: Of the warehouse.
        source: What each bag costs there, in minor units.
        toll: The scarce thing that a parcel uses; -1 for none.
        pulls: The scarce things that one of each atom uses.
    """

    position: int
    source: Source
    toll: int
    pulls: list[Uses]


def options_of(case: Case, stock: Stock, scarce: Scarce, pairs: int) -> Options | None:
    """Return all parcels of a case; None where these are too many, or where its atoms share what they need.

    Args:
        case: What is asked, in a batch without quotas of couriers.
        stock: All there is.
        scarce: The things that have prices.
        pairs: Most pairs of bags.
    """
    if case.entangled:
        return None
    rooms = rooms_of(case, stock, None, case.positions)
    reach = [0] * len(case.shape)
    for room in rooms:
        reach = list(map(add, reach, room.caps))
    shape = tuple(map(min, reach, case.shape))
    for room in rooms:
        room.caps[:] = map(min, room.caps, shape)
    return Options(Question(case, stock, rooms, None), shape, scarce) if pairs_of(shape) <= pairs else None


def _cost_of_one(case: Case, room: Room, shape: tuple[int, ...]) -> int:
    """Return what the only thing to send costs from a warehouse."""
    units, grams, bulk = case.weighed(shape)
    found = best(case.row(room.position, shape), grams, bulk)
    if found is None:
        return NEVER
    return (found[0] >> SHIFT) + case.setting.network.warehouses[room.position].unit_minor * units


class Options:
    """All parcels of one case.

    Args:
        question: What is asked and where it could come from.
        shape: How many of each atom there are.
        scarce: The things that have prices.
    """

    __slots__ = (
        "_case", "_cheap", "_forced", "_known", "_last", "_nothing", "_offered", "_order", "_possible", "_prices",
        "_scarce", "_single", "_watch",
    )  # fmt: skip

    def __init__(self, question: Question, shape: tuple[int, ...], scarce: Scarce) -> None:
        case = question.case
        self._case, self._scarce = case, scarce
        lattice, left = case.setting.network.lattice(shape), case.left >> SHIFT
        away = lattice.spread([left * atom.units for atom in case.atoms])
        self._order = Order(
            lattice, case.split >> SHIFT, away, min(away[1:], default=0), case.limit, case.whole_only
        )
        self._nothing = Column(left * case.units, (), ())
        #: What it costs that some of it is nowhere.
        self._forced = self._nothing.cost - away[-1]
        self._possible = bool(question.rooms) and not (self._forced and case.whole_only)
        self._offered: list[_Offered] = []
        for room in question.rooms:
            if lattice.size == _ONE and room.free:
                costs = [NEVER, _cost_of_one(case, room, shape)]
            else:
                weights = Table(case, lattice, [room], None, question.stock).weights
                costs = [weight >> SHIFT for weight in weights]
            source = Source(len(self._offered), costs, room.caps)
            self._offered.append(_Offered(room.position, source, *scarce.pulls(case, room.position)))
        self._known: dict[tuple[Packed, ...], Column] = {}
        self._cheap = sorted(self._offered, key=lambda one: (sum(one.source.costs), one.position))
        things = sorted({thing for one in self._offered for pull in one.pulls for thing, _ in pull})
        things += [one.toll for one in self._offered if one.toll >= 0]
        #: The prices that matter, as they were and what was found then.
        self._prices = itemgetter(*things, *things[:1]) if things else None
        self._watch: tuple[int, ...] = ()
        self._last: tuple[int, Column | None] | None = None
        #: Where there is one thing to send: the parcels of it with what they use, the cheapest first.
        self._single: list[tuple[int, Uses, int]] = []
        if lattice.size == _ONE:
            atom = shape.index(1)
            for number, (_, source, toll, pulls) in enumerate(self._offered):
                uses = ((toll, 1), *pulls[atom]) if toll >= 0 else pulls[atom]
                self._single.append((source.costs[1], uses, number))
            self._single.sort()

    @property
    def bags(self) -> int:
        """How many bags there are: what a search costs."""
        return self._order.lattice.size

    def best(self, prices: Sequence[int], slack: int = 0) -> tuple[int, Column | None]:
        """Return what the best plan costs with prices, or a bound on that where there is no plan.

        Args:
            prices: Of each scarce thing, in minor units.
            slack: What was found before is good enough if prices moved no more than this in all.
        """
        if not self._possible or self._prices is None:
            return self._last or self._found(prices)
        now = self._prices(prices)
        if self._last is None or (
            now != self._watch and (not slack or sum(map(abs, map(sub, now, self._watch))) > slack)
        ):
            self._watch = now
            return self._found(prices)
        return self._last

    def _found(self, prices: Sequence[int]) -> tuple[int, Column | None]:
        if not self._possible:
            self._last = self._nothing.cost, self._nothing
        elif self._order.lattice.size == _ONE:
            self._last = self._best_of_one(prices)
        else:
            sources = self._worthy(prices)
            self._last = self._chosen(sources, lambda: self._priced(prices), self._scarce.caps)
        return self._last

    def _worthy(self, prices: Sequence[int]) -> list[Source]:
        """Return the warehouses that have the least for some bag, with prices."""
        least: list[int] = []
        found = []
        for one in self._cheap:
            if not least:
                source = self._with(one, prices)
                least = list(source.costs)
            elif any(map(lt, one.source.costs, least)):
                source = self._with(one, prices)
                least = list(map(min, least, source.costs))
            else:
                continue
            found.append(source)
        return found

    def _priced(self, prices: Sequence[int]) -> list[Source]:
        return [self._with(one, prices) for one in self._offered]

    def _with(self, one: _Offered, prices: Sequence[int]) -> Source:
        """Return the costs of a warehouse with prices."""
        _, source, toll, pulls = one
        adds = [prices[toll] if toll >= 0 else 0]
        priced = adds[0] > 0
        for pull, count in zip(pulls, self._order.lattice.shape, strict=True):
            each = 0
            for thing, amount in pull:
                each += prices[thing] * amount
            priced = priced or each > 0
            if count == 1:
                adds = [base + more for base in adds for more in (0, each)]
            elif count:
                steps = [number * each for number in range(count + 1)]
                adds = [base + more for base in adds for more in steps]
        return Source(source.number, list(map(add, source.costs, adds)), source.caps) if priced else source

    def within(self, left: Sequence[int]) -> Column | None:
        """Return the best plan for which there is enough left; None where there is none with these parcels."""
        lattice, sources = self._order.lattice, []
        if not self._possible:
            return self._nothing
        for _, source, toll, pulls in self._offered:
            caps = [0] * len(pulls)
            if toll < 0 or left[toll] > 0:
                for number, (pull, cap) in enumerate(zip(pulls, source.caps, strict=True)):
                    caps[number] = min([cap, *[left[thing] // amount for thing, amount in pull]])
            if caps == source.caps:
                sources.append(source)
            elif any(caps):
                costs = [NEVER] * lattice.size
                for bag in lattice.within(caps):
                    costs[bag] = source.costs[bag]
                sources.append(Source(source.number, costs, caps))
        return self._chosen(sources, lambda: sources, left)[1] if sources else self._nothing

    def _best_of_one(self, prices: Sequence[int]) -> tuple[int, Column]:
        """Return the same where there is one thing to send."""
        least, chosen = self._order.away[1], -1
        for cost, uses, number in self._single:
            if cost >= least:
                break
            for thing, amount in uses:
                cost += prices[thing] * amount  # noqa: PLW2901 - hot
            if cost < least:
                least, chosen = cost, number
        if chosen < 0:
            return self._nothing.cost, self._nothing
        return least + self._forced, self._column(((chosen, 1),))

    def _chosen(
        self, sources: Sequence[Source], everything: Callable[[], Sequence[Source]], left: Sequence[int]
    ) -> tuple[int, Column | None]:
        """Return the least value, and the plan that has it where there is enough left for it."""
        value, packed = cheapest(self._order, sources, everything)
        value += self._forced
        if value >= self._nothing.cost:
            return self._nothing.cost, self._nothing
        if packed is None:
            return value, None
        column = self._column(tuple(sorted(packed)))
        return value, column if all([left[thing] >= amount for thing, amount in column.uses]) else None

    def _column(self, packed: tuple[Packed, ...]) -> Column:
        found = self._known.get(packed)
        if found is None:
            counts = self._order.lattice.counts
            some = [parcel_of(self._case, self._offered[n].position, counts(bag), None) for n, bag in packed]
            some.sort(key=lambda one: (one.position, [-count for count in one.counts]))
            found = self._known[packed] = self._scarce.column(self._case, tuple(some))
        return found
