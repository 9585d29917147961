"""Looking again: units that warehouses hold and nobody works on yet, planned anew together with what they hold.

Every order keeps what it was promised: all of its units go, and a day of arrival that was promised counts like one
that was asked for. An order is moved only where that saves more than a change costs. What is found is never worse
than leaving everything as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time

from attrs import evolve, frozen

from omskit.allocation import (
    Compiled,
    Decision,
    Demand,
    OpportunityCost,
    PlannedParcel,
    Policy,
    Supply,
    moved,
    plan_batch,
)
from omskit.core import Cell, Component
from omskit.flow.answers import answers
from omskit.flow.deliveries import Delivery, deliveries
from omskit.orders import Assign, Command, Consignment, Order, SplitPolicy, Unassign

#: Stands in the history as the reason.
LOOKED_AGAIN = "looked again"
#: The weight of a unit left out: what is promised is not given up for money.
_PROMISED = 1 << 36


@frozen
class Looking:
    """How to look again.

    Args:
        network: Where from.
        policy: What counts.
        change_minor: What moving an order has to save at least.
        splitting: How what leaves together is cut.
        solver: Whether plans come from HiGHS: the extra ``solver``.
        opportunity: What scarce things are worth to expected demand.
    """

    network: Compiled
    policy: Policy
    change_minor: int = 0
    splitting: SplitPolicy | None = None
    solver: bool = False
    opportunity: OpportunityCost | None = None


@frozen
class Found:
    """What looking again has found.

    Args:
        looked: Orders that were looked at.
        commands: For each order to move.
        before_minor: What the parcels of all of them cost today.
        after_minor: What they cost after the moves.
    """

    looked: int
    commands: Mapping[int, tuple[Command, ...]]
    before_minor: int = 0
    after_minor: int = 0


def look_again(orders: Iterable[Order], available: Mapping[Cell, int], looking: Looking, at: datetime) -> Found:
    """Return the moves that are worth it.

    Orders that a hold blocks stay as they are, and those whose units a split policy cuts into several deliveries.

    Args:
        orders: Some that warehouses hold units for.
        available: Pieces that can be promised, without what these orders hold.
        looking: How.
        at: Now.
    """
    pending = {one.key: one for one in map(_given_back, orders) if one is not None}
    waiting = _whole(deliveries(pending.values(), at, looking.policy, looking.splitting))
    while waiting:
        there = _with_held(available, [order for one in waiting.values() for order in one.orders])
        force = {key: _in_force(one) for key, one in waiting.items()}
        asked = [_promised(one) for one in waiting.values()]
        made = plan_batch(
            asked,
            Supply(there),
            looking.network,
            evolve(looking.policy, unfilled_minor=_PROMISED),
            at=at,
            by_rank=False,
            solver=looking.solver,
            previous=force,
            change_minor=looking.change_minor,
            opportunity=looking.opportunity,
        )
        # whose parcels could not be made like this today has to be left alone, and its pieces with it
        lost = {one.key for one in made.decisions if one.unfilled or one.before_minor is None}
        if not lost:
            return _found(waiting, made.decisions, set(moved(made, force)))
        waiting = {key: one for key, one in waiting.items() if key not in lost}
    return Found(0, {})


def _found(waiting: Mapping[int, Delivery], decisions: Sequence[Decision], gone: set[int]) -> Found:
    orders = [order for key in gone for order in waiting[key].orders]
    some = [one for one in decisions if one.key in gone]
    commands: dict[int, tuple[Command, ...]] = {}
    for key, answer in sorted(answers(orders, waiting, some).items()):
        assign = Assign(tuple(answer.consignments), None, (), (*answer.why, LOOKED_AGAIN))
        commands[key] = (Unassign(0, LOOKED_AGAIN), assign)
    before = sum(one.before_minor or 0 for one in decisions)
    looked = sum(len(one.orders) for one in waiting.values())
    return Found(looked, commands, before, sum(one.cost_minor for one in decisions))


def _given_back(order: Order) -> Order | None:
    """Return an order as if what no warehouse works on yet were open; None when there is nothing like that."""
    if order.is_held or order.held_lines or order.has_open:
        return None
    units: dict[int, int] = {}
    for one in order.at_fulfillment(0):
        for number, count in one.lines:
            units[number] = units.get(number, 0) + count
    if not units:
        return None
    lines = [
        line.moved(open=units[line.number], reserved=-units[line.number]) if line.number in units else line
        for line in order.lines
    ]
    return evolve(order, lines=tuple(lines))


def _whole(asked: Iterable[Delivery]) -> dict[int, Delivery]:
    """Return the deliveries that are all that their orders ask for, by key."""
    seen: dict[int, int] = {}
    known = list(asked)
    for one in known:
        for order in one.orders:
            seen[order.key] = seen.get(order.key, 0) + 1
    return {one.demand.key: one for one in known if all(seen[order.key] == 1 for order in one.orders)}


def _with_held(available: Mapping[Cell, int], orders: Iterable[Order]) -> dict[Cell, int]:
    there = dict(available)
    for order in orders:
        for one in order.at_fulfillment(0):
            for number, count in one.lines:
                line = order.line(number)
                for part in line.components or (Component(line.sku),):
                    cell = Cell(part.sku, one.warehouse)
                    there[cell] = there.get(cell, 0) + part.per * count
    return there


def _in_force(delivery: Delivery) -> tuple[PlannedParcel, ...]:
    """Return what a delivery's orders hold as parcels; what a group sends at once by one service is one parcel."""
    numbers = {delivery.place(line.number): line.number for line in delivery.demand.lines}
    found: dict[tuple[object, ...], tuple[Consignment, list[tuple[int, int]]]] = {}
    for order in delivery.orders:
        for one in order.at_fulfillment(0):
            alone = 0 if order.merged else one.number
            together = (alone, one.warehouse, one.courier, one.service, one.ship_on)
            _, units = found.setdefault(together, (one, []))
            units += [(numbers[order.key, number], count) for number, count in one.lines]
    return tuple(
        PlannedParcel(
            one.warehouse,
            one.service,
            one.courier,
            tuple(sorted(units)),
            0,
            0,
            0,
            one.ship_on or date.min,
            one.arrive_on or date.min,
        )
        for one, units in found.values()
    )


def _promised(delivery: Delivery) -> Demand:
    """Return what a delivery asks for, with the day that was promised where none was asked for."""
    demand = delivery.demand
    days = [one.arrive_on for order in delivery.orders for one in order.at_fulfillment(0) if one.arrive_on]
    if demand.arrive_by is not None or not days:
        return demand
    # noon of UTC lies on the same date in nearly every zone
    return evolve(demand, arrive_by=datetime.combine(max(days), time(12), UTC))
