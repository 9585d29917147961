"""What one order costs to plan, by its number of lines, and a mixed load, cold and warm.

python benchmarks/allocation_single.py INSTANCE.json ... [--rounds 5] [--lines 1 2 3 5 8 10]

Orders of ``n`` lines are drawn from the instance: the lines of its orders in turn, one unit of each, for different
SKUs, with the destination, the promise and the instant of the first of these orders. All of them are planned on
the whole stock, each in a plan of its own, by :func:`omskit.allocation.plan` on a compiled network, so that a
figure holds the ledger and the values of the outcome too. ``search`` is the search alone. Every decision is exact.

``mixed`` plans the orders of the instance one after another, as they are, in one plan: cold with the network
compiled anew, warm with one that has planned the same orders before. ``batch`` plans them together.

Seconds are of the processor; the least and the median of the rounds are printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from allocation_instance import DAY, Instance, read
from attrs import evolve

from omskit.allocation import Compiled, Demand, compile_network, plan, plan_batch
from omskit.allocation.case import DEFAULT_BUDGET, Setting
from omskit.allocation.quotas import solve_within
from omskit.allocation.remaining import Ledger


def drawn(instance: Instance, lines: int, most: int) -> Iterator[Demand]:
    """Yield orders of so many lines of one unit."""
    taken, first, count = {}, None, 0
    for demand in instance.demands:
        first = first or demand
        for line in demand.lines:
            if len(taken) < lines:
                taken.setdefault(line.sku, line)
        if len(taken) == lines:
            made = tuple(
                evolve(line, number=number, quantity=1, group="") for number, line in enumerate(taken.values())
            )
            yield evolve(first, key=count, lines=made, ship_complete=False, max_parcels=0)
            taken, first, count = {}, None, count + 1
            if count == most:
                return


def single(instance: Instance, compiled: Compiled, demands: list[Demand]) -> tuple[float, float]:
    """Return the microseconds of a plan of one order, and of its search."""
    setting = Setting(compiled, compiled.days(DAY), instance.policy)
    ledger = Ledger(instance.supply, compiled)
    for one in demands:
        ledger.know(setting.case(one))
    begun = time.process_time()
    for one in demands:
        solve_within(setting.case(one), ledger.stock, DEFAULT_BUDGET)
    searched = time.process_time() - begun
    made = []
    alone = [(one, evolve(instance.supply, available=only(instance, one))) for one in demands]
    begun = time.process_time()
    for one, supply in alone:
        made.append(plan((one,), supply, compiled, instance.policy, at=DAY).decisions[0])
    planned = time.process_time() - begun
    assert all(decision.exact for decision in made)
    return planned / len(demands) * 1e6, searched / len(demands) * 1e6


def only(instance: Instance, demand: Demand) -> dict:
    skus = {line.sku for line in demand.lines}
    return {cell: count for cell, count in instance.supply.available.items() if cell.sku in skus}


def timed(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, nargs="+", default=[1, 2, 3, 5, 8, 10])
    parser.add_argument("--batch", action="store_true")
    args = parser.parse_args()
    for path in args.instances:
        instance = read(json.loads(path.read_text()))
        asked = instance.demands, instance.supply
        compiled = compile_network(instance.network)
        found: dict[str, list[float]] = {}
        by_lines = {lines: list(drawn(instance, lines, 400 if lines < 6 else 30)) for lines in args.lines}
        for _ in range(args.rounds):
            for lines, demands in by_lines.items():
                planned, searched = single(instance, compiled, demands)
                found.setdefault(f"{lines} lines plan us", []).append(planned)
                found.setdefault(f"{lines} lines search us", []).append(searched)
            cold = timed(lambda: plan(*asked, compile_network(instance.network), instance.policy, at=DAY))
            found.setdefault("cold us", []).append(cold / len(instance.demands) * 1e6)
            warm = timed(lambda: plan(*asked, compiled, instance.policy, at=DAY))
            found.setdefault("warm us", []).append(warm / len(instance.demands) * 1e6)
            if args.batch:
                cold = timed(lambda: plan_batch(*asked, instance.network, instance.policy, at=DAY))
                found.setdefault("batch us", []).append(cold / len(instance.demands) * 1e6)
                warm = timed(lambda: plan_batch(*asked, compiled, instance.policy, at=DAY))
                found.setdefault("batch warm us", []).append(warm / len(instance.demands) * 1e6)
        print(path.stem)
        for name, figures in found.items():
            print(f"  {name:24} least {min(figures):9.1f}  median {statistics.median(figures):9.1f}")


if __name__ == "__main__":
    main()
