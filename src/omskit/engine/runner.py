"""The runner: takes waiting orders batch by batch, lets the process act on each, saves each batch at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from attrs import define, field, frozen

from omskit.core import Refusal, to_ms
from omskit.engine.units import Shop, save
from omskit.flow import Facts, Process, advance, ask
from omskit.orders import ORDERS
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
    moved: Mapping[str, int] = field(factory=dict)
    refused: tuple[Refusal, ...] = ()


@frozen
class Runner:
    """Runs one process.

    Args:
        shop: The engine's parts.
        process: What is run.
        batch: Most orders in one unit.
    """

    shop: Shop
    process: Process
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
        stored = unit.of(ORDERS).claim(
            Where("status", Op.IN, self.process.waiting),
            Where("wake", Op.LE, to_ms(now)),
            limit=limit,
            by="rank",
            after=after,
        )
        if not stored:
            return _Page(0, None)
        work = self.shop.workspace(unit, "omskit", keys=4 * len(stored))
        work.know_orders(stored)
        orders = [one.state for one in stored.values()]
        facts = Facts(work.at, work.new_key, ask(self.process, unit, orders, lock=lock))
        done = advance(self.process, work, tuple(stored), facts)
        save(unit, work, joined=self.shop.joined)
        return _Page(len(stored), After(orders[-1].rank, orders[-1].key), done.moved, done.refused)
