"""Look at waiting orders again: what a joint plan saves over the plan in force, and how many orders it moves.

python benchmarks/allocation_again.py INSTANCE.json [--changes 0 20 100 500] [--rounds 3]

The plan in force is that of orders that came one by one. It is given back as a whole and planned again together,
with a weight on each order whose parcels change. Then the same is asked again with the new plan in force: who has
just looked moves nothing, or little. Seconds are of the processor; a network compiled anew is part of them.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from allocation_instance import DAY, Instance, read
from harness import spare_collector

from omskit.allocation import Plan, PlannedParcel, moved, plan, plan_batch

Parcels = Mapping[int, Sequence[PlannedParcel]]


def again(instance: Instance, force: Parcels, change: int) -> tuple[Plan, float]:
    """Return the plan of all orders with a plan in force, and the seconds that it took."""
    begun = time.process_time()
    made = plan_batch(
        instance.demands,
        instance.supply,
        instance.network,
        instance.policy,
        at=DAY,
        by_rank=False,
        previous=force,
        change_minor=change,
    )
    return made, time.process_time() - begun


def in_force(made: Plan) -> Parcels:
    """Return the parcels of a plan by order."""
    return {one.key: one.parcels for one in made.decisions}


def main() -> None:
    """Read, plan one by one, look again, print a line for each weight of a change and round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--changes", type=int, nargs="+", default=[0, 20, 100, 500])
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    instance = read(json.loads(args.instance.read_text()))
    spare_collector()
    one_by_one = plan(instance.demands, instance.supply, instance.network, instance.policy, at=DAY)
    for change in args.changes:
        before = one_by_one
        for number in range(1, args.rounds + 1):
            force = in_force(before)
            made, seconds = again(instance, force, change)
            gone = len(moved(made, force))
            saved = before.cost_minor - made.cost_minor
            if saved < gone * change:
                problem = f"looking again cost more than it saved: {saved} for {gone} changes of {change}"
                raise SystemExit(problem)
            said = {
                "orders": len(instance.demands),
                "change": change,
                "round": number,
                "before": before.cost_minor,
                "after": made.cost_minor,
                "bound": made.bound_minor,
                "saved": round(saved / before.cost_minor, 5),
                "moved": gone,
                "moved_share": round(gone / len(instance.demands), 4),
                "seconds": round(seconds, 2),
                "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            }
            print(json.dumps(said), flush=True)
            before = made


if __name__ == "__main__":
    main()
