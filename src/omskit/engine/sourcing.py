"""The sourcing desk: promise dates, looking again, what stock is worth to orders to come, replays of the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from attrs import field, frozen

from omskit.allocation import (
    Compiled,
    Network,
    OpportunityCost,
    Planner,
    Policy,
    Promised,
    Supply,
    compile_network,
    expected_from,
    opportunity_cost,
)
from omskit.channels import Channel
from omskit.core import SEPARATOR, Cell, UsageError, aware, readable, to_ms
from omskit.engine.promising import Promising
from omskit.engine.replaying import Course, Replay, replay
from omskit.engine.units import Shop, save
from omskit.flow import (
    Found,
    Looking,
    Offering,
    Outlook,
    Processes,
    Wish,
    asked_before,
    look_again,
    placed_before,
    react,
)
from omskit.orders import ORDERS, Order, SplitPolicy
from omskit.orders.machine import HOLDS_STOCK, REPLACED
from omskit.storage import Op, Unit, Where

#: Orders that are read in one step.
_PAGE = 1000


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
        channels: By code.
        offering: What the host decides of offering stock.
        catalog: Whether items are looked up in the catalog.
    """

    shop: Shop
    processes: Processes
    channels: Mapping[str, Channel] = field(factory=dict)
    offering: Offering = field(factory=Offering)
    catalog: bool = False

    def promise(
        self,
        network: Network | Compiled,
        policy: Policy,
        asked: Sequence[Wish | str],
        *,
        outlook: Outlook | None = None,
    ) -> list[Promised]:
        """Return when things can leave and arrive: what a product page shows, what lies in a cart, orders.

        Each is planned by itself, as if nobody else asked for anything more, on what is there and what is due
        (transfers and announced goods), after all who wait for it already. So a date is what the source step would
        give if nothing changed. An order is dated as if nothing held it, after those that go before it, and as far
        as its units have no warehouse yet; what is planned already stands in its consignments. Every order that
        waits for a warehouse is read once, however much is asked.

        Args:
            network: Where from.
            policy: What counts.
            asked: Wishes, and readable numbers of orders.
            outlook: How goods become dates; by default without limits to a day's work, four weeks ahead.

        Raises:
            UsageError: ``unknown_channel``; ``unknown_item`` for one that stands for no goods; ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        compiled = network if isinstance(network, Compiled) else compile_network(network)
        terms = (self.shop, self.channels, self.offering, self.catalog)
        return Promising(*terms, compiled, policy, outlook or Outlook()).of(asked)

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

    def worth(
        self,
        network: Network | Compiled,
        policy: Policy,
        *,
        past: timedelta,
        ahead: timedelta,
        forecast: Mapping[str, int] | None = None,
        limit: int = 100_000,
        solver: bool = False,
    ) -> OpportunityCost:
        """Return what stock is worth to orders to come, for the source step and :meth:`look_again`.

        Orders of the past come again as often as they did (:func:`omskit.allocation.expected_from`), and are
        planned as if they could be shared out over the stock as it is now. Ask for it when stock has come or a
        good part of it has gone, a few times a day: it reads all orders of the past stretch, and solves a linear
        program.

        Args:
            network: Where from.
            policy: What counts.
            past: How far back orders were placed that are looked at.
            ahead: How long until stock is renewed.
            forecast: Pieces of a SKU that will be asked for in that time, where that is known better.
            limit: Most orders, the first of that stretch.
            solver: Whether prices come from HiGHS: the extra ``solver``.

        Raises:
            UsageError: ``bad_period`` unless both stretches are above zero; ``bad_quantity`` for a negative
                forecast.
        """
        if min(past, ahead) <= timedelta(0):
            shorter = min(past, ahead)
            raise UsageError("bad_period", f"{past} back and {ahead} ahead; both above zero", value=shorter)
        now = self.shop.now()
        compiled = network if isinstance(network, Compiled) else compile_network(network)
        with self.shop.storage.begin(read=True) as unit:
            orders = self._placed(unit, now - past, limit)
            available = _available(unit, orders, lock=False)
        currency = compiled.network.currency
        asked = [one for one in map(asked_before, orders) if one is not None and one.currency == currency]
        expected = expected_from(asked, len(asked) * ahead // past, forecast=forecast)
        return opportunity_cost(expected, Supply(available), compiled, policy, at=now, solver=solver)

    def replay(
        self,
        planners: Mapping[str, Planner],
        *,
        warehouses: Iterable[str],
        since: datetime,
        until: datetime,
        every: timedelta = timedelta(hours=1),
        patience: timedelta = timedelta(days=3),
        limit: int = 100_000,
    ) -> Replay:
        """Plan orders of the past again, once by each planner, and say what that would have changed.

        Each order is planned by itself as it was placed, less what was cancelled of it, in rounds, on the stock of
        the time (:func:`omskit.allocation.compare`). Nothing is written. A planner is any function from demands, a
        supply and an instant to a plan: give the policy in force first, and others after it.

        Args:
            planners: By name; the others are held against the first.
            warehouses: Codes of those whose stock counts.
            since: From when on orders were placed; aware.
            until: Orders that were placed before that; aware.
            every: Time between two rounds of planning.
            patience: How long units may wait for stock before they count as never sent.
            limit: Most orders, the first of that stretch.

        Raises:
            UsageError: ``bad_period`` unless time passes; ``no_planner``; ``naive_datetime``; as ``compare`` says.
        """
        if not planners:
            raise UsageError("no_planner", "a replay has at least one planner")
        course = Course(aware(since), aware(until), every, patience)
        with self.shop.storage.begin(read=True) as unit:
            orders = self._placed(unit, course.since, limit, until=course.until)
            asked = [placed_before(order) for order in orders]
            return replay(unit, [one for one in asked if one is not None], warehouses, planners, course)

    def _placed(self, unit: Unit, since: datetime, limit: int, until: datetime | None = None) -> list[Order]:
        """Return orders that were placed in a stretch of time, but for those that others stand for."""
        where = [Where("placed_at", Op.GE, to_ms(since))]
        where += [] if until is None else [Where("placed_at", Op.LE, to_ms(until) - 1)]
        keys = unit.of(ORDERS).find(*where, limit=limit, by="placed_at")
        found: list[Order] = []
        for start in range(0, len(keys), _PAGE):
            found += [one.state for one in unit.of(ORDERS).load(keys[start : start + _PAGE]).values()]
        machines = {order.process: self.processes.rules_of(order.process).orders for order in found}
        return [order for order in found if not machines[order.process].has(order.status, REPLACED)]

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
