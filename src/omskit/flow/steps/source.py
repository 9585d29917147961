"""The source step: plans which warehouses send the open units of orders, on the stock as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from omskit.allocation import (
    Compiled,
    Decision,
    Demand,
    DemandLine,
    Network,
    Policy,
    Rule,
    Supply,
    compile_network,
    plan,
)
from omskit.core import Cell, Level
from omskit.flow.process import Facts, Need, Step
from omskit.orders import Assign, Command, Consignment, Order, OrderLine
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

    Units that find no warehouse stay open with their reasons, and are looked at again after ``retry``, or as soon
    as a hold of a line or a bar ends by itself. Lines that a hold blocks stay open (``held``), and with them the
    rest of their group and of an order that goes as a whole.
    """
    compiled = network if isinstance(network, Compiled) else compile_network(network)

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        at = facts.at
        open_ = {order.key: order for order in orders if order.has_open}
        demands = (demand_of(order, at, policy) for order in open_.values())
        supply = Supply({cell: level.available for cell, level in facts.of(LEVELS).items()})
        made = plan((one for one in demands if one), supply, compiled, policy, at=at)
        commands: dict[int, Sequence[Command]] = {}
        for decision in made.decisions:
            order = open_.pop(decision.key)
            commands[order.key] = (_assign(order, decision, _next_look(order, at, retry)),)
        for order in open_.values():
            commands[order.key] = (Assign((), _next_look(order, at, retry), _held(order, {})),)
        return commands

    return Step("source", RESERVE, run, (LEVELS,))


def demand_of(order: Order, at: datetime, policy: Policy) -> Demand | None:
    """Return what an order asks of the planner; None when nothing of it may be planned now."""
    held = order.held_lines
    terms = order.terms
    if held and (terms.ship_complete or not policy.partial):
        return None
    groups = {line.group for line in order.lines if line.number in held and line.group}
    barred = [bar for bar in order.barred if bar.until > at]
    lines = tuple(
        DemandLine(
            line.number,
            line.sku,
            line.open,
            line.components,
            line.group,
            frozenset(bar.warehouse for bar in barred if bar.line == line.number),
        )
        for line in order.lines
        if _free(line, held, groups)
    )
    if not lines:
        return None
    return Demand(
        order.key,
        order.rank,
        terms.destination,
        terms.currency,
        lines,
        terms.channel,
        terms.ship_complete,
        terms.ship_by,
        terms.arrive_by,
        terms.cod,
        terms.warehouse,
        terms.courier,
        frozenset(bar.warehouse for bar in barred if not bar.line),
    )


def _free(line: OrderLine, held: frozenset[int], groups: set[str]) -> bool:
    return line.open > 0 and line.number not in held and line.group not in groups


def _next_look(order: Order, at: datetime, retry: timedelta) -> datetime:
    """Return when open units are worth another look."""
    ends = [hold.until for hold in order.holds if hold.line and hold.until]
    ends += [bar.until for bar in order.barred]
    return min((end for end in ends if at < end < at + retry), default=at + retry)


def _held(order: Order, asked: Collection[int]) -> tuple[tuple[int, str], ...]:
    """Return the reasons of the open lines that nobody was asked for."""
    return tuple((line.number, HELD) for line in order.lines if line.open and line.number not in asked)


def _assign(order: Order, decision: Decision, retry_at: datetime) -> Assign:
    consignments = tuple(
        Consignment(
            number,
            parcel.warehouse,
            parcel.units,
            parcel.courier,
            parcel.service,
            parcel.weight_g,
            parcel.freight_minor,
            parcel.ship_on,
            parcel.arrive_on,
        )
        for number, parcel in enumerate(decision.parcels, order.planned + 1)
    )
    reasons = tuple((left.line, left.reason.value) for left in decision.unfilled)
    if order.holds:
        reasons += _held(order, {line.number for line in decision.asked.demand.lines})
    return Assign(consignments, retry_at, reasons, _WHY[decision.rule])


_WHY: Mapping[Rule, tuple[str, ...]] = {
    Rule.ONE_PARCEL: ("the cheapest single parcel, and no split could cost less",),
    Rule.SEARCH: ("the cheapest of all ways to share it out",),
    Rule.BEST_FOUND: ("the best found within the work limit",),
    Rule.NOTHING: (),
    Rule.CHOSEN: ("what the choosers of warehouses say",),
    Rule.TOGETHER: ("the best for all orders together",),
}
