"""What ``verify()`` and a plan of repairs cost on a book of many orders: time and peak memory, each in a process.

python benchmarks/verify.py                                # 1,000,000 orders, 200,000 of them released
python benchmarks/verify.py --orders 100000 --run 100000
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory

import workload

from omskit.engine import KINDS, Oms
from omskit.storage.sql import SqlStorage, open_engine

BATCH = 1_000


def _opened(path: Path) -> Oms:
    storage = SqlStorage(open_engine(f"sqlite:///{path}"), KINDS)
    storage.create()
    return workload.oms(storage, workload.process(), batch=BATCH)


def fill(path: Path, orders: int, run: int) -> None:
    """Receive orders, and let the first of them run to their release."""
    oms = _opened(path)
    for warehouse, pieces in workload.stock(pieces=500).items():
        oms.stock.receive(warehouse, pieces, actor="benchmark")
    done = 0
    for payload in workload.payloads(orders, batch=BATCH, seed=7):
        oms.receive("web", payload)
        done += BATCH
        if done <= run:
            oms.run(BATCH)


def check(path: Path) -> None:
    """Verify everything, and print what it took."""
    oms = _opened(path)
    began, used = time.perf_counter(), time.process_time()
    verified = oms.verify()
    _say(f"{dict(verified.checked)}, {len(verified.drift)} differences", began, used)


def plan(path: Path) -> None:
    """Plan the repair of levels and reservations that were damaged, carry it out, and print what it took."""
    with closing(connect(path)) as console, console:
        console.execute("UPDATE oms_levels SET on_hand = on_hand + 1 WHERE reserved = 3")
        console.execute("UPDATE oms_reservations SET quantity = quantity + 1 WHERE \"order\" % 1000 = 0")
        console.execute("UPDATE oms_order SET document = replace(document, 'EUR', 'PLN') WHERE key % 1000 = 0")
    oms = _opened(path)
    began, used = time.perf_counter(), time.process_time()
    made = oms.plan_repairs()
    _say(f"a plan for {len(made.balances)} balances and {len(made.states)} states", began, used)
    began, used = time.perf_counter(), time.process_time()
    _say(f"{oms.repair(made, actor='benchmark')} repaired", began, used)


def _say(what: str, began: float, used: float) -> None:
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what}: {cpu:.1f} s CPU, {wall:.1f} s, peak {peak} MB", flush=True)


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--run", type=int, default=200_000)
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory(prefix="omskit-verify-") as folder:
        path = Path(folder) / "orders.db"
        looks = [partial(job, path) for job in (check, plan, check)]
        for job in (partial(fill, path, asked.orders, asked.run), *looks):
            process = context.Process(target=job)
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
