"""Orders that come one by one over scarce stock: what opportunity costs save over looking at each order alone.

python benchmarks/allocation_online.py [--instances 5] [--orders 10000] [--refreshes 20] [--no-solver] [--learned]

The design is the one of Jasin and Sinha (2015) as Ma (2023) runs it: the ten largest cities of the United States,
five fulfillment centres, 20 items of which a centre carries each with 0.75, orders of 1 to 5 items, five kinds of
order a size, 8.759 a parcel, 0.423 and 0.000541 a mile a unit, twice the fixed and twice the farthest unit cost
for what is not fulfilled, and stock of mean and half a deviation where the nearest centre serves all. Where the
centres are, and how often each kind comes, is drawn here. A figure is cost over the bound of the linear program.

With --learned nobody knows how often each kind comes: what is expected is made from as many orders that came
before.
Then orders are planned one by one, and in batches of a round each, without prices and with them.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from attrs import evolve, frozen

from omskit.allocation import (
    Chooser,
    Compiled,
    Demand,
    DemandLine,
    Expected,
    Lane,
    Network,
    OpportunityCost,
    Plan,
    Planner,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
    compare,
    compile_network,
    expected_from,
    opportunity_cost,
    plan,
    plan_batch,
    plan_by_choosers,
)
from omskit.core import Cell, Component, Destination, share

DAY = datetime(2026, 3, 2, tzinfo=UTC)
#: Latitude, longitude, population of 2010 in thousands.
CITIES = {
    "NY": (40.66, -73.94, 8175), "LA": (34.02, -118.41, 3793), "CH": (41.84, -87.68, 2696),
    "HO": (29.79, -95.39, 2100), "PH": (40.01, -75.13, 1526), "PX": (33.57, -112.09, 1446),
    "SA": (29.47, -98.53, 1327), "SD": (32.82, -117.13, 1307), "DA": (32.79, -96.77, 1198),
    "SJ": (37.30, -121.82, 946),
}  # fmt: skip
#: Towns with large centres.
SITES = {
    "AZ": (33.45, -112.07), "IN": (39.77, -86.16), "KY": (38.25, -85.76), "NV": (39.53, -119.81),
    "PA": (40.60, -75.49), "TX": (32.90, -97.04), "TN": (35.05, -85.31), "CA": (37.74, -121.43),
}  # fmt: skip
#: Thousandths of a dollar: the currency only has to have three decimals.
CURRENCY = "BHD"
FIXED, UNIT, MILE = 8759, 423, 0.541
SECOND = timedelta(seconds=1)


def miles(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the great-circle distance of two points."""
    (a, b), (c, d) = (map(math.radians, one[:2]), map(math.radians, other[:2]))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 7917.5 * math.asin(math.sqrt(half))


@frozen
class Design:
    """One instance: kinds of order with their chances, stock, and what it costs."""

    network: Compiled
    supply: Supply
    policy: Policy
    kinds: Sequence[tuple[Demand, float]]
    distances: Mapping[tuple[str, str], int]

    def expected(self, orders: int) -> list[Expected]:
        """Return how often each kind comes among so many orders."""
        counts = share(orders, [round(chance * 10**9) for _, chance in self.kinds])
        kinds = [one for one, _ in self.kinds]
        return [Expected(one, count) for one, count in zip(kinds, counts, strict=True) if count]

    def drawn(self, random: Random, orders: int) -> list[Demand]:
        """Return orders, one a second."""
        weights = [chance for _, chance in self.kinds]
        chosen = random.choices([one for one, _ in self.kinds], weights, k=orders)
        return [evolve(one, key=key, placed_at=DAY + key * SECOND) for key, one in enumerate(chosen, 1)]


def design(random: Random, orders: int) -> Design:
    """Draw an instance."""
    sites = {code: SITES[code] for code in sorted(random.sample(sorted(SITES), 5))}
    items = [f"I{number:02}" for number in range(20)]
    carried = {item: [code for code in sites if random.random() < 0.75] for item in items}
    for codes in carried.values():
        if not codes:
            codes.append(random.choice(sorted(sites)))
    costs = {
        (site, city): round(UNIT + MILE * miles(sites[site], CITIES[city])) for site in sites for city in CITIES
    }
    farthest = max(costs.values())
    lanes = [Lane({f"US-{city}"}, RateCard(0, FIXED, 1, cost), 1, {site}) for (site, city), cost in costs.items()]
    lanes.append(Lane({"US"}, RateCard(0, 2 * FIXED, 1, 2 * farthest), 1, {"none"}))
    # whoever cannot be served costs what the design says, as if another warehouse had everything
    warehouses = [Warehouse(code) for code in sites] + [Warehouse("none", priority=1)]
    network = Network(CURRENCY, tuple(warehouses), (Service("std", "post", tuple(lanes)),))
    people = sum(one[2] for one in CITIES.values())
    baskets = [tuple(sorted(random.sample(items, size))) for size in range(1, 6) for _ in range(5)]
    shares = [random.random() for _ in baskets]
    kinds: list[tuple[Demand, float]] = []
    wanted: dict[tuple[str, str], float] = {}
    for basket, part in zip(baskets, shares, strict=True):
        lines = tuple(DemandLine(n, item, 1, (Component(item, 1, 1),)) for n, item in enumerate(basket, 1))
        for city, (_, _, size) in CITIES.items():
            chance = part / sum(shares) * size / people
            kinds.append((Demand(len(kinds) + 1, 0, Destination("US", city), CURRENCY, lines), chance))
            for item in basket:
                near = min(carried[item], key=lambda site: costs[site, city])
                wanted[item, near] = wanted.get((item, near), 0.0) + chance
    stock = {Cell(item, "none"): 10**7 for item in items}
    for (item, site), mean in wanted.items():
        deviation = math.sqrt(orders * mean * (1 - mean))
        stock[Cell(item, site)] = round(orders * mean + 0.5 * deviation)
    policy = Policy(0, 0, 10**7, 5)
    return Design(compile_network(network), Supply(stock), policy, kinds, costs)


class Refreshed:
    """Opportunity costs worked out anew so often, from what is left and what is still to come."""

    def __init__(self, made: Design, orders: int, refreshes: int, *, solver: bool) -> None:
        self.made, self.orders, self.solver = made, orders, solver
        self.every = max(1, orders // refreshes)
        self.prices: OpportunityCost | None = None
        self.done = self.due = 0

    def to_come(self) -> Sequence[Expected]:
        """Return what is expected of the orders that have not come yet."""
        return self.made.expected(self.orders - self.done)

    def planned(self, demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        """Plan one by one under the prices of now."""
        made = self.made
        return plan(demands, supply, made.network, made.policy, at=at, opportunity=self.prices)

    def __call__(self, demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        """Work the prices out where they are due, and plan."""
        made = self.made
        if self.done >= self.due:
            to_come = self.to_come()
            self.due = self.done + self.every
            if to_come:
                asked = supply, made.network, made.policy
                self.prices = opportunity_cost(to_come, *asked, at=at, solver=self.solver)
        self.done += len(demands)
        return self.planned(demands, supply, at)


class Learned(Refreshed):
    """Expectations out of orders that came before."""

    def __init__(self, made: Design, past: Sequence[Demand], refreshes: int) -> None:
        super().__init__(made, len(past), refreshes, solver=False)
        self.past = past

    def to_come(self) -> Sequence[Expected]:
        """Return what is expected of the orders that have not come yet."""
        return expected_from(self.past, self.orders - self.done)


class LearnedBatches(Learned):
    """The same, a round planned together."""

    def planned(self, demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        """Plan together under the prices of now."""
        made = self.made
        return plan_batch(demands, supply, made.network, made.policy, at=at, opportunity=self.prices)


def learned(made: Design, past: Sequence[Demand], refreshes: int) -> dict[str, Planner]:
    """Return planners that know only what came before."""

    def batches(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        return plan_batch(demands, supply, made.network, made.policy, at=at)

    return {
        "batches": batches,
        "learned": Learned(made, past, refreshes),
        "learned_batches": LearnedBatches(made, past, refreshes),
    }


def main() -> None:
    """Draw instances, live through each with all planners, print one line of JSON an instance and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=5)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--refreshes", type=int, default=20)
    parser.add_argument("--no-solver", action="store_true")
    parser.add_argument("--learned", action="store_true")
    args = parser.parse_args()
    means: dict[str, list[float]] = {}
    for seed in range(1, args.instances + 1):
        random = Random(seed)
        made = design(random, args.orders)
        asked = made.network, made.policy

        def nearest(demands: Sequence[Demand], supply: Supply, at: datetime, made: Design = made) -> Plan:
            chain, near = (Chooser.NEAREST,), made.distances
            return plan_by_choosers(demands, supply, made.network, made.policy, chain, at=at, distances=near)

        def myopic(demands: Sequence[Demand], supply: Supply, at: datetime, made: Design = made) -> Plan:
            return plan(demands, supply, made.network, made.policy, at=at)

        planners: dict[str, Planner] = {"nearest": nearest, "exact": myopic}
        if args.learned:
            planners |= learned(made, made.drawn(random, args.orders), args.refreshes)
        for solver in () if args.learned else (False,) if args.no_solver else (False, True):
            name = "solver" if solver else "pure"
            planners[f"once_{name}"] = Refreshed(made, args.orders, 1, solver=solver)
            planners[f"refreshed_{name}"] = Refreshed(made, args.orders, args.refreshes, solver=solver)
        begun = time.process_time()
        price = opportunity_cost(
            made.expected(args.orders), made.supply, *asked, at=DAY, solver=not args.no_solver
        )
        said: dict[str, object] = {"seed": seed, "bound": price.bound_minor}
        said["bound_seconds"] = round(time.process_time() - begun, 2)
        every = SECOND * (args.orders // args.refreshes)
        drawn = made.drawn(random, args.orders)
        for name, planner in planners.items():
            begun = time.process_time()
            (outcome,) = compare(drawn, made.supply, {name: planner}, every=every)
            ratio = outcome.cost_minor / price.bound_minor
            means.setdefault(name, []).append(ratio)
            spent = time.process_time() - begun
            said[name] = round(ratio, 4)
            said[f"{name}_us"] = round(spent / args.orders * 1e6)
        print(json.dumps(said), flush=True)
    print(json.dumps({"mean": {name: round(statistics.mean(ratios), 4) for name, ratios in means.items()}}))


if __name__ == "__main__":
    main()
