"""Tables of allocation: every strategy on every instance, in fresh processes that take turns; and growth.

python benchmarks/allocation_table.py INSTANCE.json ... [--strategies NAME ...] [--rounds N]
python benchmarks/allocation_table.py --growth DIRECTORY [--strategies NAME ...]

Instances are those of ``allocation.py``, whose line of figures each process prints; a growth directory has one
instance a size. The gap of all strategies is that to the best bound that any run of the instance proved.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from allocation import STRATEGIES

_DRIVER = Path(__file__).with_name("allocation.py")
_COLUMNS = ("instance", "orders", "strategy", "orders/CPU s", "unfilled", "parcels", "gap", "own gap", "peak MB")


def run(instance: Path, strategy: str) -> dict[str, Any]:
    """Return the figures of one strategy on one instance, planned in a process of its own."""
    command = [sys.executable, str(_DRIVER), str(instance), "--strategy", strategy]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    figures: dict[str, Any] = json.loads(said)
    return figures


def rows(instance: Path, runs: Sequence[dict[str, Any]], strategies: Sequence[str]) -> list[str]:
    """Return the lines of one instance."""
    orders = len(json.loads(instance.read_text())["orders"])
    bounds = [one["bound"] for one in runs if one["bound"] is not None]
    best = max(bounds, default=None)
    found = []
    for strategy in strategies:
        mine = [one for one in runs if one["strategy"] == strategy]
        one = mine[0]
        speed = round(orders / median([each["seconds"] for each in mine]))
        gap = "" if best is None else f"{100 * (one['cost'] - best) / best:.2f} %"
        own = "" if one["gap"] is None else f"{100 * one['gap']:.2f} %"
        peak = max([each["peak_memory_mb"] for each in mine])
        found.append(
            f"| {instance.stem} | {orders:,} | {strategy} | {speed:,} | {one['unfilled_units']:,} "
            f"| {one['parcels']:,} | {gap} | {own} | {peak:.0f} |"
        )
    return found


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path, nargs="*")
    parser.add_argument("--growth", type=Path)
    parser.add_argument("--strategies", choices=STRATEGIES, nargs="+")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    instances = list(args.instances)
    strategies = args.strategies or STRATEGIES
    if args.growth:
        instances += sorted(args.growth.glob("*.json"), key=lambda one: one.stat().st_size)
        strategies = args.strategies or ("exact", "batch")
    print("| " + " | ".join(_COLUMNS) + " |")
    print("|" + "---|" * len(_COLUMNS))
    made: dict[Path, list[dict[str, Any]]] = {one: [] for one in instances}
    for _ in range(args.rounds):
        for instance in instances:
            made[instance] += [run(instance, strategy) for strategy in strategies]
    for instance, runs in made.items():
        print("\n".join(rows(instance, runs, strategies)), flush=True)


if __name__ == "__main__":
    main()
