"""Plan one instance by one strategy; write its decisions and print one line of figures.

python benchmarks/allocation.py INSTANCE.json --strategy NAME [--plan DECISIONS.json] [--collector]

The figures of the plan are those of the decisions as written; seconds are of the processor, from the values of the
instance to the plan, a network compiled anew included; memory is the most that the process held. The process is
set up as a worker that lives long, in which the garbage collector looks less often; with --collector it is not.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path

from allocation_instance import DAY, Instance, read, written
from harness import spare_collector

from omskit.allocation import Chooser, Decision, Policy, plan, plan_batch, plan_by_choosers

STRATEGIES = ("priority", "nearest", "fewest", "exact", "batch", "solver")
#: Above the cost of any order.
_DOMINANT = 1_000_000


def planned(instance: Instance, strategy: str) -> tuple[Sequence[Decision], int | None]:
    """Return the decisions of a strategy, and its own lower bound where it has one."""
    asked = instance.demands, instance.supply, instance.network
    policy = instance.policy
    if strategy == "fewest":
        few = Policy(_DOMINANT, policy.late_minor, 100 * _DOMINANT, policy.max_parcels)
        return plan(*asked, few, at=DAY).decisions, None
    if strategy in {"priority", "nearest"}:
        chain = (Chooser.PRIORITY,) if strategy == "priority" else (Chooser.NEAREST,)
        made = plan_by_choosers(*asked, policy, chain, at=DAY, distances=instance.distances)
        return made.decisions, None
    if strategy in {"batch", "solver"}:
        together = plan_batch(*asked, policy, at=DAY, solver=strategy == "solver")
        return together.decisions, together.bound_minor
    return plan(*asked, policy, at=DAY).decisions, None


def figures(instance: Instance, decisions: Sequence[Decision]) -> dict[str, int]:
    """Return what decisions cost under the policy of the instance."""
    policy = instance.policy
    unfilled = sum(left.quantity for one in decisions for left in one.unfilled)
    shipped = sum(parcel.cost_minor for one in decisions for parcel in one.parcels)
    shipped += sum(max(0, len(one.parcels) - 1) for one in decisions) * policy.split_minor
    return {
        "cost": shipped + unfilled * policy.unfilled_minor,
        "shipped_cost": shipped,
        "unfilled_units": unfilled,
        "parcels": sum(len(one.parcels) for one in decisions),
    }


def main() -> None:
    """Read, plan, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--strategy", choices=STRATEGIES, default="batch")
    parser.add_argument("--plan", type=Path)
    parser.add_argument("--collector", action="store_true", help="leave Python's garbage collector as it comes")
    args = parser.parse_args()
    instance = read(json.loads(args.instance.read_text()))
    if not args.collector:
        spare_collector()
    begun = time.process_time()
    decisions, bound = planned(instance, args.strategy)
    seconds = time.process_time() - begun
    if args.plan:
        args.plan.write_text(json.dumps(written(instance, decisions)))
    said = figures(instance, decisions)
    said_bound = {
        "bound": bound,
        "gap": None if not bound else round((said["cost"] - bound) / bound, 6),
    }
    speed = {
        "seconds": round(seconds, 3),
        "orders_per_second": round(len(instance.demands) / seconds) if seconds else None,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps({"strategy": args.strategy, **said, **said_bound, **speed}))


if __name__ == "__main__":
    main()
