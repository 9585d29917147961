"""The source step: plans which warehouses send the open units of orders, on the stock as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from omskit.allocation import (
    Compiled,
    Demand,
    Network,
    Policy,
    Supply,
    compile_network,
    plan,
    plan_batch,
)
from omskit.core import SEPARATOR, Cell, Level, UsageError
from omskit.flow.answers import Answer, answers
from omskit.flow.deliveries import deliveries
from omskit.flow.process import Facts, Need, Step
from omskit.orders import Assign, Command, Order, SplitPolicy
from omskit.orders.machine import RESERVE
from omskit.storage import Unit

_MILLISECOND = timedelta(milliseconds=1)
#: Why a line stays open that a hold blocks, or that has to leave with one that is blocked.
HELD = "held"


def _levels(unit: Unit, orders: Sequence[Order], lock: bool) -> Mapping[Cell, Level]:  # noqa: FBT001
    lines = [line for order in orders for line in order.lines if line.open]
    skus = {line.sku for line in lines if not line.components}
    skus.update(part.sku for line in lines for part in line.components)
    return unit.stock.levels([sku for sku in skus if SEPARATOR not in sku], lock=lock)


#: The levels of every SKU that the orders of a batch still need.
LEVELS: Need[Mapping[Cell, Level]] = Need("levels", _levels)


def source_step(
    network: Network | Compiled,
    policy: Policy,
    *,
    splitting: SplitPolicy | None = None,
    retry: timedelta = timedelta(hours=4),
    together: timedelta | None = None,
) -> Step:
    """Return the step that gives open units to warehouses, at the least cost that a plan finds.

    Orders are planned one by one, the first in rank first; what one takes is gone for the next. With ``together``
    ranks that lie in one such span of time, counted from 1970 on, are equal, and the orders of a span are planned
    with each other: what is short goes where it saves most. An earlier span never loses anything to a later one.

    Orders of one merge group are planned as one, and the parts into which a split policy cuts them by themselves.
    Units that find no warehouse stay open with their reasons, and are looked at again after ``retry``, or as soon
    as a hold of a line or a bar ends by itself. Lines that a hold blocks stay open (``held``), and with them the
    rest of their group and of an order that goes as a whole.

    Raises:
        UsageError: ``bad_span`` for a span below a millisecond.
    """
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    span_ms = None if together is None else together // _MILLISECOND
    if span_ms is not None and span_ms < 1:
        raise UsageError("bad_span", f"orders of {together} are planned together; at least 1 ms", value=together)

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        at = facts.at
        open_ = [order for order in orders if order.has_open]
        asked = {one.demand.key: one for one in deliveries(open_, at, policy, splitting)}
        supply = Supply({cell: level.available for cell, level in facts.of(LEVELS).items()})
        demands = [one.demand for one in asked.values()]
        if span_ms is None:
            made = plan(demands, supply, compiled, policy, at=at)
        else:
            made = plan_batch(_spans(demands, span_ms), supply, compiled, policy, at=at)
        found = answers(open_, asked, made.decisions)
        return {key: (_assign(answer, _next_look(answer.order, at, retry)),) for key, answer in found.items()}

    return Step("source", RESERVE, run, (LEVELS,))


def _spans(demands: Iterable[Demand], span_ms: int) -> list[Demand]:
    """Return demands ranked by the span of time in which their rank lies."""
    return [evolve(demand, rank=demand.rank // span_ms) for demand in demands]


def _next_look(order: Order, at: datetime, retry: timedelta) -> datetime:
    """Return when open units are worth another look."""
    ends = [hold.until for hold in order.holds if hold.line and hold.until]
    ends += [bar.until for bar in order.barred]
    return min((end for end in ends if at < end < at + retry), default=at + retry)


def _assign(answer: Answer, retry_at: datetime) -> Assign:
    waiting = (line.number for line in answer.order.lines if line.open and line.number not in answer.asked)
    left = (*answer.left, *((number, HELD) for number in waiting))
    return Assign(tuple(answer.consignments), retry_at, left, tuple(answer.why))
