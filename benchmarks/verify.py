"""What ``verify()`` costs on a book of many orders: time and peak memory, in a process of its own.

python benchmarks/verify.py                                # 1,000,000 orders, 200,000 of them released
python benchmarks/verify.py --orders 100000 --run 100000
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from pathlib import Path
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
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = f"{dict(verified.checked)}, {len(verified.drift)} differences"
    print(f"{found}: {cpu:.0f} s CPU, {wall:.0f} s, peak {peak} MB")


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--run", type=int, default=200_000)
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory(prefix="omskit-verify-") as folder:
        path = Path(folder) / "orders.db"
        for job, arguments in ((fill, (path, asked.orders, asked.run)), (check, (path,))):
            process = context.Process(target=job, args=arguments)
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
