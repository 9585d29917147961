"""How fast an absolute snapshot of 100,000 rows is booked in one call: ``python benchmarks/snapshot.py [url]``."""

from __future__ import annotations

import resource
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from omskit import Oms
from omskit.flow import Process

ROWS = 100_000
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def main(url: str) -> None:
    """Book a first snapshot into an empty book, one with every other row changed, and the same again."""
    now = [AT]
    oms = Oms.open(url, process=Process("count only", ()), clock=lambda: now[0])
    first = {f"SKU-{n:06}": n % 50 for n in range(ROWS)}
    other = {sku: count + (n % 2) for n, (sku, count) in enumerate(first.items())}
    runs = (("empty book", first, 1), ("half differ", other, 2), ("the same again", other, 2))
    for name, counted, minutes in runs:
        now[0] = AT + timedelta(minutes=minutes)
        wall, cpu = perf_counter(), process_time()
        found = oms.stock.count("BER", counted, as_of=now[0], actor="wms")
        wall, cpu = perf_counter() - wall, process_time() - cpu
        speed = f"{wall:6.2f} s {cpu:6.2f} CPU s {ROWS / wall:9,.0f} rows/s"
        print(f"{name:15} {speed}  {len(found.booked)} booked {len(found.ignored)} ignored")
    print(f"sound: {oms.verify().is_sound}, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'shop.db'}")
