"""What it costs to plan single orders, by their number of lines, and many plain ones, cold and warm.

python benchmarks/allocation_single.py INSTANCE.json ... [--lines 1 2 3 5 8 10] [--rounds 5]

Orders of ``n`` lines are drawn from an instance of ``alloc_gen.py``: one unit each of the next ``n`` different
SKUs that its orders name, with the destination, the promise and the instant of the first of these orders. Each is
searched alone on the whole stock, from the demand to the proven plan, on a network that has seen it before.

``mixed`` plans the orders of the instance as they are, one after another, from values to values: cold on a network
that is compiled anew, warm on one that has planned them before. ``batch`` plans them together, cold.

Figures are microseconds of the processor an order: the least and the median of the rounds, in which all of them
take turns.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from allocation_instance import DAY, Instance, read
from attrs import evolve, frozen
from harness import spare_collector

from omskit.allocation import DEFAULT_BUDGET, Compiled, Demand, DemandLine, compile_network, plan, plan_batch
from omskit.allocation.case import Setting, Stock
from omskit.allocation.quotas import solve_within
from omskit.allocation.remaining import Ledger

#: Most orders of one size that are drawn; fewer where a search takes milliseconds.
MOST, MOST_LARGE = 400, 30


def drawn(instance: Instance, size: int, most: int) -> list[Demand]:
    """Return orders of so many lines, one unit each."""
    found: list[Demand] = []
    first, taken = instance.demands[0], dict[str, DemandLine]()
    for demand in instance.demands:
        first = first if taken else demand
        for line in demand.lines:
            if len(taken) < size:
                taken.setdefault(line.sku, line)
        if len(taken) == size:
            lines = tuple(
                evolve(line, number=number, quantity=1, group="") for number, line in enumerate(taken.values())
            )
            found.append(evolve(first, key=len(found), lines=lines, ship_complete=False, max_parcels=0))
            taken = {}
        if len(found) == most:
            break
    return found


@frozen
class Searches:
    """Orders of one size, searched one by one on the same stock."""

    setting: Setting
    stock: Stock
    demands: Sequence[Demand]

    def __call__(self) -> None:
        """Search all of them; each plan is proven to be the best."""
        for demand in self.demands:
            found = solve_within(self.setting.case(demand), self.stock, DEFAULT_BUDGET)
            if found.bound < found.weight:
                message = f"the search of order {demand.key} was not exact"
                raise SystemExit(message)


@frozen
class Plans:
    """All orders of an instance, planned on a network, or on one that is compiled anew each time."""

    instance: Instance
    network: Compiled | None = None
    together: bool = False

    def __call__(self) -> None:
        """Plan."""
        one, planner = self.instance, plan_batch if self.together else plan
        network = self.network or compile_network(one.network)
        planner(one.demands, one.supply, network, one.policy, at=DAY)


def jobs(instance: Instance, sizes: Sequence[int]) -> dict[str, tuple[Callable[[], None], int]]:
    """Return what is measured by name, with the number of orders."""
    network = compile_network(instance.network)
    setting, ledger = Setting(network, network.days(DAY), instance.policy), Ledger(instance.supply, network)
    found: dict[str, tuple[Callable[[], None], int]] = {}
    for size in sizes:
        demands = drawn(instance, size, MOST if size < 6 else MOST_LARGE)
        for demand in demands:
            ledger.know(setting.case(demand))
        found[f"{size} lines"] = Searches(setting, ledger.stock, demands), len(demands)
    count = len(instance.demands)
    found["mixed, cold"] = Plans(instance), count
    found["mixed, warm"] = Plans(instance, network), count
    found["batch, cold"] = Plans(instance, together=True), count
    return found


def seconds(run: Callable[[], None]) -> float:
    """Return the CPU seconds of a run, over as many as fill a tenth of a second."""
    gc.collect()
    begun, runs, spent = time.process_time(), 0, 0.0
    while spent < 0.1:
        run()
        runs, spent = runs + 1, time.process_time() - begun
    return spent / runs


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path, nargs="+")
    parser.add_argument("--lines", type=int, nargs="+", default=[1, 2, 3, 5, 8, 10])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    for path in args.instances:
        spare_collector()
        measured = jobs(read(json.loads(path.read_text(encoding="utf-8"))), args.lines)
        costs: dict[str, list[float]] = {name: [] for name in measured}
        for run, _ in measured.values():
            run()
        for _ in range(args.rounds):
            for name, (run, count) in measured.items():
                costs[name].append(seconds(run) / count * 1e6)
        print(f"\n{path.stem}\n\n| what | least us | median us | orders a CPU second |\n|---|---|---|---|")
        for name, some in costs.items():
            print(f"| {name} | {min(some):,.1f} | {statistics.median(some):,.1f} | {1e6 / min(some):,.0f} |")


if __name__ == "__main__":
    main()
