"""Review and merge detection of waiting orders: ``python benchmarks/review.py [--engine]``; run by hand.

First the decisions alone, then a run of both steps by the engine on an SQLite file. Every third order has a
sibling of its buyer to the same receiver; one in twenty has a memo; one in fifty is paid to its courier.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from omskit.channels import Channel, ChannelLine, ChannelOrder
from omskit.core import Destination
from omskit.engine import Oms
from omskit.flow import Process, merge_step, review_step
from omskit.orders import (
    ORDER_MACHINE,
    STANDARD_REVIEW,
    Approve,
    MergePolicy,
    Order,
    OrderLine,
    Terms,
    group,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIZES = (10_000, 30_000, 100_000)
CHUNK = 1_000
ROUNDS = 3


def terms(n: int) -> dict[str, Any]:
    """Return what differs between the orders; every third has the buyer of the one before."""
    buyer = n - 1 if n % 3 == 2 else n
    return {
        "buyer": f"b{buyer}",
        "paid_at": AT + timedelta(seconds=n),
        "memo": "ring twice" if n % 20 == 7 else "",
        "cod": n % 50 == 13,
    }


def orders(count: int) -> list[Order]:
    """Return waiting orders of two lines."""
    lines = (OrderLine(1, "A", 2, 2, list_minor=1_000), OrderLine(2, "B", 1, 1, list_minor=500))
    return [
        Order(
            n,
            "received",
            Terms("web", f"W{n}", AT, "EUR", Destination("DE"), merge_identity=f"home {said['buyer']}", **said),
            lines,
        )
        for n in range(1, count + 1)
        for said in (terms(n),)
    ]


def decide(waiting: list[Order]) -> tuple[float, float, int]:
    """Return the seconds of the review and of the merge detection, and how many groups there are."""
    began = time.perf_counter()
    verdicts = {order.key: STANDARD_REVIEW.review(order, AT) for order in waiting}
    reviewed = time.perf_counter()
    free = [order for order in waiting if isinstance(verdicts[order.key][0], Approve)]
    approved = [order.__class__(order.key, "approved", order.terms, order.lines) for order in free]
    identities = {order.key: order.terms.merge_identity for order in approved}
    ready = time.perf_counter()
    plan = group(approved, identities, MergePolicy(), ORDER_MACHINE)
    return reviewed - began, time.perf_counter() - ready, len(plan.groups)


def documents(count: int) -> Iterator[list[ChannelOrder]]:
    """Yield what a channel says, by the thousand."""
    lines = (ChannelLine("A", 2, 1_000), ChannelLine("B", 1, 500))
    for start in range(1, count + 1, CHUNK):
        yield [
            ChannelOrder(f"W{n}", AT, "EUR", Destination("DE"), lines, merge=f"home {said['buyer']}", **said)
            for n in range(start, min(start + CHUNK, count + 1))
            for said in (terms(n),)
        ]


def run(count: int) -> tuple[float, int]:
    """Return the seconds of a run of both steps, and how many orders were joined."""
    said: list[ChannelOrder] = []
    web = Channel("web", lambda _: said)
    process = Process("shape", (review_step(), merge_step()))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.db'}"
        oms = Oms.open(url, channels=[web], process=process, clock=lambda: AT)
        for some in documents(count):
            said[:] = some
            oms.receive("web", b"")
        gc.collect()
        began = time.perf_counter()
        moved = oms.run(count).moved
        return time.perf_counter() - began, moved.get("merge", 0)


def main() -> None:
    """Print both tables."""
    for count in SIZES:
        waiting = orders(count)
        rounds = [decide(waiting) for _ in range(ROUNDS)]
        review, merge = (statistics.median(one[part] for one in rounds) for part in (0, 1))
        print(f"decide {count:>7,}: review {review:6.2f} s, merge {merge:6.2f} s, {rounds[0][2]:,} groups")
    for count in SIZES if "--engine" in sys.argv else ():
        seconds, joined = run(count)
        print(f"engine {count:>7,}: {seconds:6.1f} s, {seconds / count * 1e6:4.0f} us an order, {joined:,} joined")


if __name__ == "__main__":
    main()
