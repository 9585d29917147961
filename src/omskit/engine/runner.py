"""The runner: takes waiting orders batch by batch, lets the process act on each, saves each batch at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import define, field, frozen

from omskit.core import Refusal, to_ms
from omskit.engine.units import Shop, save
from omskit.flow import Advance, Facts, Process, Processes, Workspace, advance, ask
from omskit.orders import ORDERS, Order
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

    def run(self, limit: int, progress: Callable[[int], object]) -> Run:
        """Look at up to ``limit`` waiting orders, the most urgent first, each once.

        ``progress`` hears how many orders were looked at, after each batch.
        """
        looked, batches = 0, 0
        moved: dict[str, int] = {}
        refused: list[Refusal] = []
        after: After | None = None
        while looked < limit:
            page = self.shop.attempt(partial(self._page, min(self.batch, limit - looked), after))
            if not page.looked:
                break
            looked, batches, after = looked + page.looked, batches + 1, page.last
            for step, count in page.moved.items():
                moved[step] = moved.get(step, 0) + count
            refused += page.refused
            progress(looked)
        return Run(looked, moved, tuple(refused), batches)

    def _page(self, limit: int, after: After | None, unit: Unit, lock: bool) -> _Page:  # noqa: FBT001
        now = self.shop.now()
        where = (Where("status", Op.IN, self.processes.waiting), Where("wake", Op.LE, to_ms(now)))
        stored = unit.of(ORDERS).claim(*where, limit=limit, by="rank", after=after)
        if not stored:
            return _Page(0, None)
        *_, last = stored.values()
        page = _Page(len(stored), After(last.state.rank, last.state.key))
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
