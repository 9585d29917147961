"""Options: all parcels a case could be sent in, worked out once, and its best plan under prices of scarce things.

A batch asks for the same case again and again, each time under other prices. What a bag of atoms costs from a
warehouse does not change; only the prices on top do. So each warehouse keeps what every bag costs from it, prices
are added to whole lists, and the best partition into bags follows (:mod:`omskit.allocation.partition`).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, itemgetter, sub

from omskit.allocation.case import Case, Stock
from omskit.allocation.columns import Column, Scarce
from omskit.allocation.lattice import pairs_of
from omskit.allocation.offers import best
from omskit.allocation.partition import Order, Packed, Senders, cheapest
from omskit.allocation.rooms import Room, rooms_of
from omskit.allocation.senders import Bid, Left, Lots, Priced, Sender, cheapest_bid, worthy
from omskit.allocation.tables import Question, Table, parcel_of
from omskit.allocation.weights import SHIFT

#: Bags where there is one thing to send.
_ONE = 2


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


def _sender(case: Case, room: Room, table: Table, scarce: Scarce) -> Sender:
    """Return what a warehouse has, with what it costs there."""
    caps, (toll, pulls) = tuple(room.caps), scarce.pulls(case, room.position)
    bags = table.lattice.within(caps)
    costs = tuple([weight >> SHIFT for weight in table.take(room, bags)])
    return Sender(caps, costs, toll, tuple(pulls))


def _bids_of_one(case: Case, rooms: Sequence[Room], shape: tuple[int, ...], scarce: Scarce) -> list[Bid]:
    """Return what the only thing to send costs where, as far as it can be the least under some prices."""
    units, grams, bulk = case.weighed(shape)
    picking, bids = case.setting.network.picking, []
    for number, room in enumerate(rooms):
        found = best(case.row(room.position, shape), grams, bulk)
        if found is not None:
            uses = scarce.uses(case, room.position, shape)
            bids.append((found[0] + picking[room.position] * units >> SHIFT, uses, number))
    return worthy(bids)


class Options:
    """All parcels of one case.

    Args:
        question: What is asked and where it could come from.
        shape: How many of each atom there are.
        scarce: The things that have prices.
    """

    __slots__ = (
        "_case", "_forced", "_known", "_last", "_lots", "_nothing", "_order", "_positions", "_possible", "_prices",
        "_scarce", "_watch",
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
        self._positions = tuple([room.position for room in question.rooms])
        if lattice.size == _ONE and all([room.free for room in question.rooms]):
            bids = _bids_of_one(case, question.rooms, shape, scarce)
            self._lots = Lots(lattice, (), ((), tuple(bids)), ())
            things = sorted({thing for _, uses, _ in bids for thing, _ in uses})
        else:
            table = Table(case, lattice, (), None, question.stock)
            senders = [_sender(case, room, table, scarce) for room in question.rooms]
            self._lots = Lots.of(lattice, senders)
            things = sorted({thing for one in senders for thing in one.things})
            case.forget()
        self._known: dict[tuple[Packed, ...], Column] = {}
        #: The prices that matter, as they were and what was found then.
        self._prices = itemgetter(*things, *things[:1]) if things else None
        self._watch: tuple[int, ...] = ()
        self._last: tuple[int, Column | None] | None = None

    @property
    def bags(self) -> int:
        """How many bags there are: what a search costs."""
        return self._order.lattice.size

    def best(self, prices: Sequence[int], slack: int = 0) -> tuple[int, Column | None]:
        """Return what the best plan costs with prices, or a bound on that where there is no plan.

        Args:
            prices: Of each scarce thing, in minor units.
            slack: What was found before is good enough if prices moved no more than this, in all, for each time
                that the bags double.
        """
        if not self._possible or self._prices is None:
            return self._last or self._found(prices)
        now = self._prices(prices)
        if self._last is not None:
            near = slack * self.bags.bit_length()
            if now == self._watch or (near and sum(map(abs, map(sub, now, self._watch))) <= near):
                return self._last
        self._watch = now
        return self._found(prices)

    def _found(self, prices: Sequence[int]) -> tuple[int, Column | None]:
        if not self._possible:
            self._last = self._nothing.cost, self._nothing
        elif self._order.lattice.size == _ONE:
            self._last = self._best_of_one(prices)
        else:
            most, before = self._nothing.cost, self._nothing
            if self._last is not None and self._last[1] is not None:
                before = self._last[1]
                most = before.cost + sum([prices[thing] * amount for thing, amount in before.uses])
            self._last = self._chosen(Priced(self._lots, prices), self._scarce.caps, most, before)
        return self._last

    def under(self, prices: Sequence[int]) -> Column | None:
        """Return the best plan with prices that do not stay; None where there is none with these parcels."""
        if not self._possible:
            return self._nothing
        if self._order.lattice.size == _ONE:
            return self._best_of_one(prices)[1]
        return self._chosen(Priced(self._lots, prices), self._scarce.caps, self._nothing.cost, self._nothing)[1]

    def within(self, left: Sequence[int]) -> Column | None:
        """Return the best plan for which there is enough left; None where there is none with these parcels."""
        if not self._possible:
            return self._nothing
        return self._chosen(Left(self._lots, left), left, self._nothing.cost, self._nothing)[1]

    def _best_of_one(self, prices: Sequence[int]) -> tuple[int, Column]:
        """Return the same where there is one thing to send."""
        least, chosen = cheapest_bid(self._lots.only, prices, self._order.away[1])
        if chosen < 0:
            return self._nothing.cost, self._nothing
        return least + self._forced, self._column(((chosen, 1),))

    def _chosen(
        self, senders: Senders, left: Sequence[int], most: int, before: Column
    ) -> tuple[int, Column | None]:
        """Return the least value, and the plan that has it where there is enough left for it.

        ``before`` is a plan of the value ``most``, which counts where there is none of less.
        """
        most = min(most, self._nothing.cost)
        found = cheapest(self._order, senders, most - self._forced)
        if found is None:
            return most, before if most < self._nothing.cost else self._nothing
        value, packed = found
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
            counts, positions = self._order.lattice.counts, self._positions
            some = [parcel_of(self._case, positions[n], counts(bag), None) for n, bag in packed]
            some.sort(key=lambda one: (one.position, [-count for count in one.counts]))
            found = self._known[packed] = self._scarce.column(self._case, tuple(some))
        return found
