"""The main job against its floor: orders are received and run to their release, and the same rows written raw.

python benchmarks/pipeline.py                      # SQLite, PostgreSQL with 1 and 4 processes, 10,000 orders
python benchmarks/pipeline.py --orders 2000 --rounds 3 --only sqlite
python benchmarks/pipeline.py --growth             # cost per order at 1,000, 10,000 and 100,000 stored orders
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

import floor
import harness
import workload
from attrs import evolve, frozen
from databases import Databases, PostgresDatabases, SqliteFiles

from omskit.engine import KINDS, Oms
from omskit.flow import Facts, Process
from omskit.orders import Command, Order
from omskit.storage.sql import SqlStorage, open_engine

BATCH = 1_000
SEED = 7


def timed(process: Process, spent: list[float]) -> Process:
    """Return the process with the CPU seconds of its source step, which plans, added to a list."""
    source = next(step for step in process.steps if step.name == "source")

    def run(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
        began = time.process_time()
        commands = source.run(orders, facts)
        spent.append(time.process_time() - began)
        return commands

    return process.replace("source", evolve(source, run=run))


@frozen
class Pipeline:
    """The job of receiving orders and running them until none waits; each worker takes every n-th payload.

    Args:
        url: Where the orders go.
        orders: How many.
        processes: How many workers share them.
        first: Number of the first order.
        spared: Whether the collector of the worker is told to look less often.
    """

    url: str
    orders: int
    processes: int = 1
    first: int = 0
    spared: bool = False

    def __call__(self, number: int, barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Connect, and have the payloads ready."""
        spent: list[float] = []
        oms = open_oms(self.url, timed(workload.process(), spent))
        made = workload.payloads(self.orders, batch=BATCH, seed=SEED, first=self.first)
        mine = list(made)[number :: self.processes]
        oms.run(1)
        if self.spared:
            harness.spare_collector()

        def go() -> Mapping[str, float]:
            for payload in mine:
                oms.receive("web", payload)
            barrier.wait()
            while oms.run(self.orders).looked:
                pass
            return {"source step": sum(spent)}

        return go


def open_oms(url: str, process: Process) -> Oms:
    """Return the system over a database that is there."""
    return workload.oms(SqlStorage(open_engine(url), KINDS), process, batch=BATCH)


def checked(url: str, orders: int) -> None:
    """Refuse figures of a run that is not sound, or that did not release every order."""
    oms = open_oms(url, workload.process())
    verified = oms.verify()
    released = sum(order.status == "released" for order in oms.orders())
    if not verified.is_sound or released != orders:
        problem = f"{released} of {orders} released; drift: {verified.drift[:5]}"
        raise SystemExit(problem)


def capture(databases: Databases, orders: int, folder: Path) -> Path:
    """Run the pipeline once, check it, and return a file with the rows that it wrote."""
    url = databases.copy()
    oms = open_oms(url, workload.process())
    for payload in workload.payloads(orders, batch=BATCH, seed=SEED):
        oms.receive("web", payload)
    before = floor.snapshot(url)
    oms.run(orders)
    checked(url, orders)
    path = folder / "captured.pickle"
    path.write_bytes(pickle.dumps(floor.captured(before, floor.snapshot(url), batch=BATCH)))
    return path


def _floor_job(databases: Databases, rows: Path, processes: int) -> floor.Floor:
    return floor.Floor(databases.copy(), rows, processes)


def _pipeline_job(databases: Databases, orders: int, processes: int, *, spared: bool) -> Pipeline:
    return Pipeline(databases.copy(), orders, processes, spared=spared)


def _checked_latest(databases: Databases, orders: int) -> None:
    checked(databases.latest, orders)


def against_floor(databases: Databases, orders: int, rounds: int, processes: Sequence[int], title: str) -> str:
    """Measure the pipeline and its floor in interleaved rounds; print a table, return a line of JSON."""
    with TemporaryDirectory(prefix="omskit-floor-") as folder:
        rows = capture(databases, orders, Path(folder))
        variants, floors = [], {}
        for count in processes:
            several = "processes" if count > 1 else "process"
            raw, real = f"floor, {count} {several}", f"omskit, {count} {several}"
            variants.append(
                harness.Variant(raw, partial(_floor_job, databases, rows, count), count, databases.server)
            )
            for name, spared in ((real, False), (f"{real}, collector spared", True)):
                floors[name] = raw
                job = partial(_pipeline_job, databases, orders, count, spared=spared)
                check = partial(_checked_latest, databases, orders)
                variants.append(harness.Variant(name, job, count, databases.server, check))
        costs = harness.rounds(variants, rounds)
    print(f"\n{title}: {orders:,} orders, {BATCH:,} a batch, {rounds} rounds\n")
    print(harness.table(costs, orders=orders, floors=floors), flush=True)
    return harness.as_json(title, orders, costs)


def growth(databases: Databases, steps: Sequence[int], samples: int, title: str) -> str:
    """Measure batches at several numbers of stored orders; print a table, return a line of JSON."""
    url, stored = databases.copy(), 0
    costs: dict[str, list[harness.Cost]] = {}
    for step in steps:
        if step > stored:
            harness.Variant("fill", partial(Pipeline, url, step - stored, first=stored)).run()
            stored = step
        name = f"{step:,} stored"
        costs[name] = []
        for _ in range(samples):
            job = partial(Pipeline, url, BATCH, first=stored)
            costs[name].append(harness.Variant(name, job, 1, databases.server).run())
            stored += BATCH
    base = next(iter(costs))
    print(f"\n{title}: one more batch of {BATCH:,} orders, {samples} samples, against the first row's cost\n")
    print(harness.table(costs, orders=BATCH, floors=dict.fromkeys(costs, base)), flush=True)
    return harness.as_json(f"{title}, growth", BATCH, costs)


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--stored", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--json", type=Path, help="append one line of JSON for each table")
    asked = parser.parse_args()
    places: dict[str, tuple[AbstractContextManager[Databases], list[int]]] = {
        "sqlite": (SqliteFiles.opened(), [1]),
        "postgres": (PostgresDatabases.opened(), asked.processes),
    }
    for name, (place, processes) in places.items():
        if asked.only in (None, name):
            with place as databases:
                if asked.growth:
                    line = growth(databases, asked.stored, asked.rounds, name)
                else:
                    line = against_floor(databases, asked.orders, asked.rounds, processes, name)
            if asked.json:
                with asked.json.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")


if __name__ == "__main__":
    main()
