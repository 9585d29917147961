"""An async host: the same system over aiosqlite, with many orders on their way at once.

Run it: ``python examples/async_host.py [shop.db]``. It needs ``pip install 'omskit[async]'``, and writes one
SQLite file. Every call runs as SQLAlchemy's ``run_sync`` does, so that the event loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

from output_file import new_file
from sync_host import PROCESS
from web_shop import CHANNEL

from omskit.aio import AsyncOms
from omskit.channels import PickRequest
from omskit.engine import Act, Request
from omskit.fulfillment import HandOver
from omskit.storage import Delivery


def payload(first: int, count: int) -> bytes:
    """Return what the shop's web hook sends: some orders for a mug each."""
    line = {"sku": "MUG", "quantity": 1, "price": "9.90"}
    common = {"at": "2026-03-02T08:15:00Z", "ship_to": {"country": "DE"}, "lines": [line]}
    numbers = range(first, first + count)
    return json.dumps([{"id": f"A-{n}", "customer": f"c-{n}", **common} for n in numbers]).encode()


async def beat(stop: asyncio.Event) -> int:
    """Count how often the event loop comes round while the database is at work."""
    beats = 0
    while not stop.is_set():
        beats += 1
        await asyncio.sleep(0)
    return beats


async def main(path: Path) -> None:
    """Tell the story."""
    oms = await AsyncOms.open(f"sqlite+aiosqlite:///{path}", channels=[CHANNEL], process=PROCESS)
    await oms.call(lambda system: system.stock.receive("BERLIN", {"MUG": 25}, actor="amy"))
    stop = asyncio.Event()
    heart = asyncio.create_task(beat(stop))

    hooks = await asyncio.gather(*(oms.receive("shop", payload(first, 10)) for first in (1, 11, 21)))
    print(f"Three web hooks at once: {sum(len(one.placed) for one in hooks)} orders received.")
    run = await oms.run()
    print(f"Looked at {run.looked}, released {run.moved['release']}; 25 mugs were there.")

    asked: list[PickRequest] = []

    async def send(request: Request) -> Delivery:
        """Stand in for the host's HTTP client, which awaits an answer here."""
        if isinstance(request.document, PickRequest):
            asked.append(request.document)
        return Delivery.DONE

    await oms.relay(send)
    await oms.do_many([Act(one.number, HandOver(f"WB-{one.number}")) for one in asked], actor="warehouse")
    states = await oms.call(lambda system: Counter(order.status for order in system.orders()))
    print("Orders now:", ", ".join(f"{count} {status}" for status, count in sorted(states.items())))

    stop.set()
    print(f"The event loop came round meanwhile: {await heart > 100}.")
    print(f"verify(): {len((await oms.verify()).drift)} differences.")
    await oms.close()
    print(f"Written: {path}")


if __name__ == "__main__":
    asyncio.run(main(new_file("shop.db")))
