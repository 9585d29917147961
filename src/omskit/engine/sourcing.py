"""The sourcing desk: what was given to warehouses looked at again, and what stock is worth to orders to come."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from attrs import frozen

from omskit.allocation import Compiled, Network, OpportunityCost, Policy, compile_network
from omskit.core import SEPARATOR, Cell, readable
from omskit.engine.units import Shop, save
from omskit.flow import Found, Looking, Processes, look_again, react
from omskit.orders import ORDERS, Order, SplitPolicy
from omskit.orders.machine import HOLDS_STOCK
from omskit.storage import Op, Unit, Where


@frozen
class LookedAgain:
    """What became of orders that were looked at again.

    Args:
        looked: How many there were.
        moved: Readable numbers of those whose parcels are others now; only they have to be told to anybody.
        before_minor: What the parcels of all of them would cost today.
        after_minor: What they cost now; never more than before.
    """

    looked: int
    moved: tuple[str, ...]
    before_minor: int
    after_minor: int


@frozen
class SourcingDesk:
    """Sourcing beyond the source step; made by :attr:`omskit.engine.Oms.sourcing`.

    Args:
        shop: The engine's parts.
        processes: How orders go.
    """

    shop: Shop
    processes: Processes

    def look_again(
        self,
        network: Network | Compiled,
        policy: Policy,
        *,
        actor: str,
        change_minor: int = 0,
        limit: int = 10_000,
        splitting: SplitPolicy | None = None,
        solver: bool = False,
        opportunity: OpportunityCost | None = None,
    ) -> LookedAgain:
        """Plan units anew that warehouses hold and that no fulfillment order works on yet, all orders together.

        Each order that moves has to save ``change_minor`` in the sum of all; all of its units still go, and a
        promised day of arrival counts like one that was asked for. Everything is written in one unit, or nothing
        is: when somebody else was faster, it is all looked at again.

        Args:
            network: Where from.
            policy: What counts.
            actor: Who looks.
            change_minor: What moving an order has to save at least.
            limit: Most orders, the most urgent first.
            splitting: As the source step has it.
            solver: Whether plans come from HiGHS: the extra ``solver``.
            opportunity: What scarce things are worth to expected demand.
        """
        compiled = network if isinstance(network, Compiled) else compile_network(network)
        looking = Looking(compiled, policy, change_minor, splitting, solver, opportunity)
        return self.shop.attempt(partial(self._again, looking, limit, actor))

    def _again(
        self,
        looking: Looking,
        limit: int,
        actor: str,
        unit: Unit,
        lock: bool,  # noqa: FBT001
    ) -> LookedAgain:
        machines = [process.rules.orders for process in self.processes.all]
        statuses = sorted({s for machine in machines for s in machine.states if machine.has(s, HOLDS_STOCK)})
        keys = unit.of(ORDERS).find(Where("status", Op.IN, tuple(statuses)), limit=limit, by="rank")
        stored = unit.of(ORDERS).load(keys, lock=lock)
        orders = [one.state for one in stored.values() if one.state.at_fulfillment(0)]
        work = self.shop.workspace(unit, actor)
        found = look_again(orders, _available(unit, orders, lock=lock), looking, work.at)
        work.know_orders({key: stored[key] for key in found.commands})
        for key, commands in found.commands.items():
            for command in commands:
                work.order(key, command, "look_again")
        react(work)
        save(unit, work, joined=self.shop.joined)
        return _said(found)


def _available(unit: Unit, orders: Sequence[Order], *, lock: bool) -> dict[Cell, int]:
    skus = {line.sku for order in orders for line in order.lines if not line.components}
    skus.update(part.sku for order in orders for line in order.lines for part in line.components)
    levels = unit.stock.levels(sorted(sku for sku in skus if SEPARATOR not in sku), lock=lock)
    return {cell: max(0, level.available) for cell, level in levels.items()}


def _said(found: Found) -> LookedAgain:
    numbers = tuple(readable(ORDERS.number, key) for key in found.commands)
    return LookedAgain(found.looked, numbers, found.before_minor, found.after_minor)
