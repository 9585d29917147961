"""The source step: plans which warehouses send the open units of orders, on the stock as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, field, frozen

from omskit.allocation import (
    Carried,
    Commitment,
    Compiled,
    Demand,
    Kept,
    Network,
    OpportunityCost,
    Plan,
    Policy,
    Supply,
    compile_network,
    plan,
    plan_batch,
)
from omskit.core import SEPARATOR, Cell, Level, UsageError
from omskit.flow.answers import Answer, answers
from omskit.flow.contracts import Contract, released_need, under_contracts
from omskit.flow.deliveries import Delivery, deliveries
from omskit.flow.holding import owned_by, root_of
from omskit.flow.process import Facts, Need, Step
from omskit.orders import Assign, Command, Order, SplitPolicy
from omskit.orders.machine import RESERVE
from omskit.storage import Unit

#: Why a line stays open that a hold blocks, or that has to leave with one that is blocked.
HELD = "held"


def _levels(unit: Unit, orders: Sequence[Order], lock: bool) -> Mapping[Cell, Level]:  # noqa: FBT001
    lines = [line for order in orders for line in order.lines if line.open]
    skus = {line.sku for line in lines if not line.components}
    skus.update(part.sku for line in lines for part in line.components)
    return unit.stock.levels([sku for sku in skus if SEPARATOR not in sku], lock=lock)


#: The levels of every SKU that the orders of a batch still need.
LEVELS: Need[Mapping[Cell, Level]] = Need("levels", _levels)


def _kept(unit: Unit, orders: Sequence[Order], lock: bool) -> Mapping[int, Mapping[Cell, int]]:  # noqa: FBT001
    softs = owned_by(unit, {root_of(order) for order in orders if order.has_open}, lock=lock)
    return {
        one.state.order: {held.cell: held.quantity for held in one.state.reservations} for one in softs.values()
    }


#: What the orders of a batch own of carts, by their key and cell: it is in no level's available pieces.
KEPT: Need[Mapping[int, Mapping[Cell, int]]] = Need("kept", _kept)


@frozen
class Headroom:
    """What warehouses and couriers can still do; a code that is missing has no limit.

    Args:
        parcels: Parcels that a warehouse can still pack.
        units: Units that a warehouse can still pick.
        quotas: Parcels that a courier still takes, by his code or by which parcels they are.
        commitments: Parcels that couriers should still have at least.
    """

    parcels: Mapping[str, int] = field(factory=dict)
    units: Mapping[str, int] = field(factory=dict)
    quotas: Mapping[str, int] | Mapping[Carried, int] = field(factory=dict)
    commitments: tuple[Commitment, ...] = ()


_UNLIMITED = Headroom()


def source_step(
    network: Network | Compiled,
    policy: Policy,
    *,
    splitting: SplitPolicy | None = None,
    retry: timedelta = timedelta(hours=4),
    together: timedelta | None = None,
    solver: bool = False,
    headroom: Need[Headroom] | None = None,
    contracts: Sequence[Contract] = (),
    opportunity: Need[OpportunityCost] | None = None,
) -> Step:
    """Return the step that gives open units to warehouses, at the least cost that a plan finds.

    Orders of one merge group are planned as one, and the parts into which a split policy cuts them by themselves.
    Units that find no warehouse stay open with their reasons, and are looked at again after ``retry``, or as soon
    as a hold of a line or a bar ends by itself. Lines that a hold blocks stay open (``held``), and with them the
    rest of their group and of an order that goes as a whole.

    Args:
        network: Warehouses and couriers.
        policy: What a plan is to minimise.
        splitting: How what leaves together is cut.
        retry: When units that found no warehouse are looked at again.
        together: Orders whose ranks, the instants by which they should be dealt with, lie in the same stretch of
            this length are planned together (:func:`omskit.allocation.plan_batch`): what is scarce goes where it
            saves most among them, and they never take anything from an earlier stretch. None plans them one by
            one in order of rank, so that no order ever loses anything to a lesser one.
        solver: Whether plans of several orders come from HiGHS: the extra ``solver``.
        headroom: What warehouses and couriers can still do today, asked once for each batch; None for no limits.
            Unlike stock it is not guarded while a batch is planned: workers side by side may go beyond it by a
            batch.
        contracts: What couriers take at most and should have at least, counted by what has been released. They are
            as little guarded as ``headroom``.
        opportunity: What scarce things are worth to orders to come, asked once for each batch; see
            :meth:`omskit.engine.SourcingDesk.worth`.

    Raises:
        UsageError: ``bad_stretch`` for one of less than a millisecond, and for a solver without one.
    """
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    planned = _planner(compiled, policy, together, solver=solver)
    released = released_need(compiled, contracts) if contracts else None

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        at = facts.at
        open_ = [order for order in orders if order.has_open]
        asked = {one.demand.key: one for one in deliveries(open_, at, policy, splitting)}
        limits = facts.of(headroom) if headroom else _UNLIMITED
        available = {cell: level.on_hand - level.reserved for cell, level in facts.of(LEVELS).items()}
        kept = tuple(_shares(open_, asked, facts.of(KEPT)))
        supply = Supply(available, limits.parcels, limits.units, limits.quotas, limits.commitments, kept)
        if released is not None:
            supply = under_contracts(supply, contracts, compiled, facts.of(released), coming=len(asked), at=at)
        worth = facts.of(opportunity) if opportunity else None
        made = planned([one.demand for one in asked.values()], supply, at, worth)
        found = answers(open_, asked, made.decisions)
        return {key: (_assign(answer, at, retry),) for key, answer in found.items()}

    needs: list[Need[Any]] = [LEVELS, KEPT]
    needs += [need for need in (headroom, released, opportunity) if need is not None]
    return Step("source", RESERVE, run, tuple(needs))


def _shares(
    orders: Sequence[Order], asked: Mapping[int, Delivery], owned: Mapping[int, Mapping[Cell, int]]
) -> Iterator[Kept]:
    """Yield what is kept for deliveries: what leaves together shares what its orders own."""
    for root, pieces in owned.items():
        groups = {order.merged for order in orders if order.merged and root_of(order) == root}
        demands = {
            key
            for key, one in asked.items()
            if any(root_of(order) == root or order.merged in groups for order in one.orders)
        }
        yield Kept(frozenset(demands), pieces)


def _planner(
    network: Compiled, policy: Policy, together: timedelta | None, *, solver: bool
) -> Callable[[Sequence[Demand], Supply, datetime, OpportunityCost | None], Plan]:
    if together is None:
        if solver:
            raise UsageError("bad_stretch", "a solver plans orders together; say over how long a stretch of ranks")
        return lambda demands, supply, at, worth: plan(
            demands, supply, network, policy, at=at, opportunity=worth
        )
    stretch = together // timedelta(milliseconds=1)
    if stretch < 1:
        raise UsageError("bad_stretch", f"orders of {together} together; at least a millisecond", value=together)

    def planned(
        demands: Sequence[Demand], supply: Supply, at: datetime, worth: OpportunityCost | None
    ) -> Plan:
        alike = [evolve(demand, rank=demand.rank // stretch) for demand in demands]
        return plan_batch(alike, supply, network, policy, at=at, solver=solver, opportunity=worth)

    return planned


def _next_look(order: Order, at: datetime, retry: timedelta) -> datetime:
    """Return when open units are worth another look."""
    if not order.holds and not order.barred:
        return at + retry
    ends = [hold.until for hold in order.holds if hold.line and hold.until]
    ends += [bar.until for bar in order.barred]
    return min((end for end in ends if at < end < at + retry), default=at + retry)


def _assign(answer: Answer, at: datetime, retry: timedelta) -> Assign:
    order, left = answer.order, answer.left
    if order.holds:
        left = left + [(one.number, HELD) for one in order.lines if one.open and one.number not in answer.asked]
    retry_at = _next_look(order, at, retry)
    return Assign(tuple(answer.consignments), retry_at, tuple(left), tuple(answer.why))
