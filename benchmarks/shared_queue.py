"""Workers share the queue of waiting orders on PostgreSQL: ``python benchmarks/shared_queue.py [--orders N]``.

Orders that are placed are run to release by 1, 2 and 4 processes side by side. Each run is checked afterwards:
every order looked at once, released once, and nothing that its history does not explain.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.synchronize import Barrier

import databases
import harness
import workload
from attrs import frozen

from omskit.engine import KINDS, Oms
from omskit.storage.sql import SqlStorage, open_engine

WORKERS, BATCH, SEED = (1, 2, 4), 100, 7


def opened(url: str) -> Oms:
    """Return the system over a database that is there."""
    return workload.oms(SqlStorage(open_engine(url), KINDS), workload.process(), batch=BATCH)


@frozen
class Running:
    """The job of running orders until none is left for this worker."""

    url: str
    orders: int

    def __call__(self, _number: int, _barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Connect."""
        oms = opened(self.url)
        oms.stock.levels(["SKU-00000"])
        return lambda: {"looked": oms.run(self.orders).looked}


def placed(stores: databases.PostgresDatabases, orders: int) -> harness.Job:
    """Return the job over a fresh database in which orders wait."""
    url = stores.copy()
    oms = opened(url)
    for payload in workload.payloads(orders, batch=1_000, seed=SEED):
        oms.receive("web", payload)
    oms.close()
    return Running(url, orders)


def check(stores: databases.PostgresDatabases, orders: int) -> None:
    """Refuse figures of a run that did not release every order, or that is not sound."""
    oms = opened(stores.latest)
    released = sum(order.status == "released" for order in oms.orders())
    verified = oms.verify()
    oms.close()
    if released != orders or not verified.is_sound:
        problem = f"{released} of {orders} released; drift: {verified.drift[:5]}"
        raise SystemExit(problem)


def main(orders: int, rounds: int) -> None:
    """Measure with each number of workers in interleaved rounds, and print a table."""
    with databases.PostgresDatabases.opened() as stores:
        job, proof = partial(placed, stores, orders), partial(check, stores, orders)
        variants = [harness.Variant(f"{count}", job, count, stores.server, proof) for count in WORKERS]
        costs = harness.rounds(variants, rounds)
    print("| workers | orders/wall s | CPU us/order | looked at |\n|---|---|---|---|")
    for name, runs in costs.items():
        best = min(runs, key=lambda run: run.wall)
        looked = {int(run.parts["looked"]) for run in runs}
        print(f"| {name} | {orders / best.wall:,.0f} | {best.total / orders * 1e6:,.0f} | {looked} |")
        if looked != {orders}:
            problem = f"{name}: {looked} looked at of {orders}"
            raise SystemExit(problem)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--orders", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=2)
    asked = options.parse_args()
    main(asked.orders, asked.rounds)
