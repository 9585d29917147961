"""The simulator: the same days lived through with several planners, to see side by side what each would have cost.

Orders come when they were placed and wait for the next round. A round plans all that waits, takes stock and room,
and goes on; deliveries add stock, and what a warehouse or a courier can do in a day is renewed every day. Nothing
is read from a clock: the same input gives the same outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from omskit.allocation.carried import Commitment
from omskit.allocation.model import Demand, Supply
from omskit.allocation.outcome import Decision, Plan, PlannedParcel, Reason
from omskit.allocation.shelf import Delivery, Shelf, rest_of
from omskit.core import UsageError

#: Plans what waits on what there is, at an instant: anything that returns a plan.
Planner = Callable[[Sequence[Demand], Supply, datetime], Plan]


@frozen
class Outcome:
    """What became of all orders with one planner.

    Args:
        name: Of the planner.
        orders: How many there were.
        cost_minor: Parcels, split weights, unfilled weights, and what missing parcels of commitments cost.
        freight_minor: What couriers ask, without fees.
        parcels: How many were sent.
        split_orders: Orders in more than one parcel.
        late_parcels: Parcels that leave or arrive after they should.
        late_days: Days by which they do.
        held_orders: Orders of which something was never sent.
        unfilled: Units that were never sent, by the reason that was last.
        decisions: All decisions, round by round; an order that waited has several.
        missing: Parcels that commitments missed.
    """

    name: str
    orders: int
    cost_minor: int
    freight_minor: int
    parcels: int
    split_orders: int
    late_parcels: int
    late_days: int
    held_orders: int
    unfilled: Mapping[Reason, int]
    decisions: tuple[Decision, ...] = field(eq=False, repr=False)
    missing: int = 0

    @property
    def unfilled_units(self) -> int:
        """Units that were never sent."""
        return sum(self.unfilled.values())


def compare(
    demands: Iterable[Demand],
    supply: Supply,
    planners: Mapping[str, Planner],
    *,
    every: timedelta,
    patience: timedelta = timedelta(0),
    deliveries: Iterable[Delivery] = (),
) -> tuple[Outcome, ...]:
    """Return what each planner makes of the same orders, in the order of their names as given.

    Args:
        demands: With different keys, each with the instant it was placed at. An order is taken on in the round
            that plans it, so that cut-offs are held against that.
        supply: Stock at the beginning, and what warehouses and couriers can do in a day of UTC, and what couriers
            should have at least in one. A quota or commitment that names days is one of those days
            together, and not renewed.
        planners: By name.
        every: Time between two rounds; the first ends that long after the first order.
        patience: How long after an order was placed its units may wait; what is left then stays unfilled.
        deliveries: Stock that arrives on the way.

    Raises:
        UsageError: ``no_instant`` for a demand that was placed at no time; ``bad_period`` when no time passes
            between rounds; ``duplicate_demand``; ``oversold`` when a planner plans with what is not there;
            ``unknown_demand`` when it decides nothing for an order.
    """
    ordered = list(demands)
    if len({one.key for one in ordered}) < len(ordered):
        raise UsageError("duplicate_demand", "each demand has a key of its own")
    if every <= timedelta(0):
        raise UsageError("bad_period", f"{every} between rounds; above zero", value=every)
    arrivals: list[tuple[datetime, Demand]] = []
    for one in ordered:
        if one.placed_at is None:
            raise UsageError("no_instant", f"demand {one.key} was placed at no time", key=one.key)
        arrivals.append((one.placed_at, one))
    arrivals.sort(key=lambda pair: (pair[0], pair[1].key))
    inbound = sorted(deliveries, key=lambda one: one.at)
    course = _Course(arrivals, supply, inbound, every, patience)
    return tuple(_lived(name, planner, course) for name, planner in planners.items())


class _Course(NamedTuple):
    """What happens whoever plans."""

    arrivals: Sequence[tuple[datetime, Demand]]
    supply: Supply
    deliveries: Sequence[Delivery]
    every: timedelta
    patience: timedelta


class _Waiting(NamedTuple):
    """What is open of an order, and until when it may wait."""

    until: datetime
    demand: Demand


def _lived(name: str, planner: Planner, course: _Course) -> Outcome:
    """Live through the course with one planner."""
    coming, inbound = list(reversed(course.arrivals)), list(reversed(course.deliveries))
    shelf = Shelf(course.supply)
    account = _Account(name)
    waiting: list[_Waiting] = []
    now = course.arrivals[0][0] if course.arrivals else None
    while now is not None and (coming or waiting):
        if not waiting and coming[-1][0] > now + course.every:
            now += (coming[-1][0] - now) // course.every * course.every
        now += course.every
        fresh = shelf.renewed(now)
        account.miss(shelf.promises.renewed(now))
        while inbound and inbound[-1].at <= now:
            shelf.receive(inbound.pop())
            fresh = True
        while coming and coming[-1][0] <= now:
            placed, demand = coming.pop()
            waiting.append(_Waiting(placed + course.patience, evolve(demand, placed_at=None)))
            account.orders += 1
            fresh = True
        if fresh and waiting:
            waiting = _round(planner, shelf, account, waiting, now)
        account.give_up([one.demand for one in waiting if one.until <= now])
        waiting = [one for one in waiting if one.until > now]
    account.miss(shelf.promises.closed())
    return account.closed()


def _round(
    planner: Planner, shelf: Shelf, account: _Account, waiting: Sequence[_Waiting], now: datetime
) -> list[_Waiting]:
    """Plan what waits, take it, and return what is left of it."""
    made = planner([one.demand for one in waiting], shelf.supply(), now)
    decided = {decision.key: decision for decision in made.decisions}
    left = []
    for one in waiting:
        key = one.demand.key
        if key not in decided:
            raise UsageError("unknown_demand", f"the planner {account.name!r} decides nothing for {key}", key=key)
        decision = decided[key]
        shelf.take(account.name, one.demand, decision.parcels)
        account.enter(one.demand, decision)
        rest = rest_of(one.demand, decision)
        if rest is not None:
            left.append(one._replace(demand=rest))
    return left


class _Account:
    """What one planner has done so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.orders = 0
        self._cost = self._freight = self._late_parcels = self._late_days = 0
        self._parcels: Counter[int] = Counter()
        self._held: set[int] = set()
        self._unfilled: Counter[Reason] = Counter()
        self._last: dict[int, Decision] = {}
        self._decisions: list[Decision] = []
        self._missing = 0

    def enter(self, demand: Demand, decision: Decision) -> None:
        """Enter a decision, with the parcels that it sends."""
        before = self._parcels[decision.key]
        for parcel in decision.parcels:
            self._cost += parcel.cost_minor + parcel.credit_minor
            self._freight += parcel.freight_minor
            late = _late(demand, decision, parcel)
            self._late_days += late
            self._late_parcels += late > 0
        self._parcels[decision.key] += len(decision.parcels)
        splits = max(0, self._parcels[decision.key] - 1) - max(0, before - 1)
        self._cost += splits * decision.asked.policy.split_minor
        self._last[decision.key] = decision
        self._decisions.append(decision)

    def miss(self, commitments: Sequence[Commitment]) -> None:
        """Count what commitments have missed."""
        for one in commitments:
            self._missing += one.at_least
            self._cost += one.at_least * one.short_minor

    def give_up(self, demands: Sequence[Demand]) -> None:
        """Count units that wait no longer."""
        for demand in demands:
            self._held.add(demand.key)
            last = self._last[demand.key]
            for left in last.unfilled:
                self._unfilled[left.reason] += left.quantity
                self._cost += left.quantity * last.asked.policy.unfilled_minor

    def closed(self) -> Outcome:
        """Return the outcome."""
        return Outcome(
            self.name,
            self.orders,
            self._cost,
            self._freight,
            self._parcels.total(),
            sum(count > 1 for count in self._parcels.values()),
            self._late_parcels,
            self._late_days,
            len(self._held),
            {reason: self._unfilled[reason] for reason in Reason if self._unfilled[reason]},
            tuple(self._decisions),
            self._missing,
        )


def _late(demand: Demand, decision: Decision, parcel: PlannedParcel) -> int:
    """Return the days by which a parcel leaves or arrives after it should, the later of the two."""
    if demand.ship_by is None and demand.arrive_by is None:
        return 0
    network = decision.asked.network
    zone = ZoneInfo(network.warehouses[network.positions[parcel.warehouse]].zone)
    days = [0]
    for wanted, day in ((demand.ship_by, parcel.ship_on), (demand.arrive_by, parcel.arrive_on)):
        if wanted is not None:
            days.append((day - wanted.astimezone(zone).date()).days)
    return max(days)
