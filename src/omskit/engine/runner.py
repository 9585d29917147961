"""The runner: takes waiting orders batch by batch, lets the process act on each, saves each batch at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import define, field, frozen

from omskit.core import Refusal, to_ms
from omskit.engine.units import Shop, save
from omskit.flow import Advance, Facts, Process, Processes, Workspace, advance, ask, open_pieces
from omskit.orders import ORDERS, SOURCEABLE, Order
from omskit.storage import After, Op, Unit, Where


@frozen
class Run:
    """What a run did.

    Args:
        looked: Orders that were looked at.
        moved: Orders that each step gave commands to.
        refused: Orders that a command was refused for, while the others went on.
        batches: Units that were saved.
    """

    looked: int = 0
    moved: Mapping[str, int] = field(factory=dict)
    refused: tuple[Refusal, ...] = ()
    batches: int = 0


@define
class _Page:
    looked: int
    last: After | None
    moved: dict[str, int] = field(factory=dict)
    refused: list[Refusal] = field(factory=list)

    def add(self, done: Advance) -> None:
        for step, count in done.moved.items():
            self.moved[step] = self.moved.get(step, 0) + count
        self.refused += done.refused


@frozen
class Runner:
    """Runs the processes of a host.

    Args:
        shop: The engine's parts.
        processes: What is run; each order goes by the one it started with.
        batch: Most orders in one unit.
    """

    shop: Shop
    processes: Processes
    batch: int

    def run(
        self, limit: int, progress: Callable[[int], object], goods: frozenset[str] = frozenset()
    ) -> Run:
        """Look at up to ``limit`` waiting orders, the most urgent first, each once.

        Args:
            limit: At most so many.
            progress: Hears how many orders were looked at, after each batch.
            goods: Look at those that wait for a warehouse for some of these SKUs, and at no others, whether or not
                their next look is due.
        """
        looked, batches = 0, 0
        moved: dict[str, int] = {}
        refused: list[Refusal] = []
        after: After | None = None
        while looked < limit:
            page = self.shop.attempt(partial(self._page, min(self.batch, limit - looked), after, goods))
            if not page.looked:
                break
            looked, batches, after = looked + page.looked, batches + 1, page.last
            for step, count in page.moved.items():
                moved[step] = moved.get(step, 0) + count
            refused += page.refused
            progress(looked)
        return Run(looked, moved, tuple(refused), batches)

    def _where(self, goods: frozenset[str]) -> tuple[Where, ...]:
        if not goods:
            now = to_ms(self.shop.now())
            return (Where("status", Op.IN, self.processes.waiting), Where("wake", Op.LE, now))
        rules = self.processes.all_rules()
        statuses = {status for one in rules for status in one.orders.with_trait(SOURCEABLE)}
        return (Where("status", Op.IN, tuple(sorted(statuses))),)

    def _page(
        self,
        limit: int,
        after: After | None,
        goods: frozenset[str],
        unit: Unit,
        lock: bool,  # noqa: FBT001
    ) -> _Page:
        where = self._where(goods)
        stored = unit.of(ORDERS).claim(*where, limit=limit, by="rank", after=after)
        if not stored:
            return _Page(0, None)
        *_, last = stored.values()
        page = _Page(len(stored), After(last.state.rank, last.state.key))
        if goods:
            stored = {key: one for key, one in stored.items() if goods & open_pieces(one.state).keys()}
        work = self.shop.workspace(unit, "omskit", keys=4 * len(stored))
        work.know_orders(stored)
        for process, orders in self._by_process([one.state for one in stored.values()]):
            page.add(self._advance(process, orders, where, unit, work, lock=lock))
        save(unit, work, joined=self.shop.joined)
        return page

    def _by_process(self, orders: Sequence[Order]) -> list[tuple[Process, list[Order]]]:
        found: dict[str, list[Order]] = {}
        for order in orders:
            found.setdefault(order.process, []).append(order)
        return [(self.processes.of(id_), some) for id_, some in found.items()]

    def _advance(
        self,
        process: Process,
        orders: list[Order],
        where: Sequence[Where],
        unit: Unit,
        work: Workspace,
        *,
        lock: bool,
    ) -> Advance:
        """Let the orders of one process go on, together with those that its steps want to look at with them."""
        for step in process.steps:
            if step.widen is not None:
                more = step.widen(unit, orders, where)
                fresh = {key: one for key, one in more.items() if key not in work.orders}
                work.know_orders(fresh)
                mine = (one.state for one in fresh.values())
                orders += [order for order in mine if self.processes.of(order.process) is process]
        facts = Facts(work.at, work.new_key, ask(process, unit, orders, work.at, lock=lock), process.rules)
        return advance(process, work, [order.key for order in orders], facts)
