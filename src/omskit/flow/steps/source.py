"""The source step: plans which warehouses send the open units of orders, on the stock as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from omskit.allocation import Compiled, Decision, Network, Policy, Rule, Supply, compile_network, plan
from omskit.core import Cell, Level
from omskit.flow.deliveries import Delivery, consignments, deliveries, reasons
from omskit.flow.process import Facts, Need, Step
from omskit.orders import Assign, Command, Order
from omskit.orders.machine import RESERVE
from omskit.storage import Unit

#: Why a line stays open that a hold blocks, or that has to leave with one that is blocked.
HELD = "held"


def _levels(unit: Unit, orders: Sequence[Order], lock: bool) -> Mapping[Cell, Level]:  # noqa: FBT001
    lines = (line for order in orders for line in order.lines if line.open)
    skus = {part.sku for line in lines for part in line.parts}
    return unit.stock.levels(skus, lock=lock)


#: The levels of every SKU that the orders of a batch still need.
LEVELS: Need[Mapping[Cell, Level]] = Need("levels", _levels)


def source_step(
    network: Network | Compiled, policy: Policy, *, retry: timedelta = timedelta(hours=4)
) -> Step:
    """Return the step that gives open units to warehouses, at the least cost that a plan finds.

    Orders of one merge group are planned as one. Units that find no warehouse stay open with their reasons, and
    are looked at again after ``retry``, or as soon as a hold of a line or a bar ends by itself. Lines that a hold
    blocks stay open (``held``), and with them the rest of their group and of an order that goes as a whole.
    """
    compiled = network if isinstance(network, Compiled) else compile_network(network)

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        at = facts.at
        open_ = {order.key: order for order in orders if order.has_open}
        asked = {one.demand.key: one for one in deliveries(open_.values(), at, policy)}
        supply = Supply({cell: level.available for cell, level in facts.of(LEVELS).items()})
        made = plan([one.demand for one in asked.values()], supply, compiled, policy, at=at)
        commands: dict[int, Sequence[Command]] = {}
        for decision in made.decisions:
            delivery = asked[decision.key]
            for key, command in _assign(delivery, decision, at, retry).items():
                commands[key] = (command,)
                del open_[key]
        for order in open_.values():
            commands[order.key] = (Assign((), _next_look(order, at, retry), _held(order, {})),)
        return commands

    return Step("source", RESERVE, run, (LEVELS,))


def _next_look(order: Order, at: datetime, retry: timedelta) -> datetime:
    """Return when open units are worth another look."""
    ends = [hold.until for hold in order.holds if hold.line and hold.until]
    ends += [bar.until for bar in order.barred]
    return min((end for end in ends if at < end < at + retry), default=at + retry)


def _held(order: Order, asked: Collection[int]) -> tuple[tuple[int, str], ...]:
    """Return the reasons of the open lines that nobody was asked for."""
    return tuple((line.number, HELD) for line in order.lines if line.open and line.number not in asked)


def _assign(delivery: Delivery, decision: Decision, at: datetime, retry: timedelta) -> dict[int, Assign]:
    planned, left = consignments(delivery, decision), reasons(delivery, decision)
    why = _WHY[decision.rule] + (_TOGETHER if len(delivery.orders) > 1 else ())
    commands = {}
    for order in delivery.orders:
        open_ = left[order.key]
        if order.holds:
            open_ += _held(order, {line for key, line in delivery.places.values() if key == order.key})
        commands[order.key] = Assign(planned[order.key], _next_look(order, at, retry), open_, why)
    return commands


_WHY: Mapping[Rule, tuple[str, ...]] = {
    Rule.ONE_PARCEL: ("the cheapest single parcel, and no split could cost less",),
    Rule.SEARCH: ("the cheapest of all ways to share it out",),
    Rule.BEST_FOUND: ("the best found within the work limit",),
    Rule.NOTHING: (),
}
_TOGETHER = ("planned together with the other orders of its group",)
