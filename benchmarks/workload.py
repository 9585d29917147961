"""The workload of the pipeline's figures: orders of 2.5 lines over 20,000 SKUs in 10 warehouses."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.channels import Channel, ChannelLine, ChannelOrder
from omskit.core import Destination
from omskit.engine import Oms
from omskit.flow import Process, direct
from omskit.storage import Storage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SKUS = 20_000
WAREHOUSES = tuple(f"W{n}" for n in range(10))
COUNTRIES = ("DE", "PL", "FR", "NL", "AT", "CZ", "BE", "DK", "IT", "ES")


def read(payload: bytes) -> Iterator[ChannelOrder]:
    """Read a JSON array of orders, as a shop's API would send them."""
    for said in json.loads(payload):
        lines = tuple(
            ChannelLine(line["sku"], line["quantity"], line["price"], external_id=line["id"], title=line["title"])
            for line in said["lines"]
        )
        yield ChannelOrder(
            said["id"], AT, "EUR", Destination(said["country"], postcode=said["postcode"]), lines, said["buyer"]
        )


CHANNEL = Channel("web", read)


def payloads(orders: int, *, batch: int, seed: int, first: int = 0) -> Iterator[bytes]:
    """Yield payloads of ``batch`` orders each; SKUs follow Zipf's law, 1 to 4 lines an order, 2.5 on average."""
    draw = random.Random(seed)
    ranks = [1 / (rank + 10) for rank in range(SKUS)]
    total = 0.0
    cumulative = [total := total + weight for weight in ranks]
    for start in range(first, first + orders, batch):
        some = []
        for n in range(start, min(start + batch, first + orders)):
            skus = draw.choices(range(SKUS), cum_weights=cumulative, k=draw.randint(1, 4))
            lines = [
                {
                    "id": f"{n}-{position}",
                    "sku": f"SKU-{sku:05}",
                    "title": f"Article {sku} in its usual colour",
                    "quantity": draw.randint(1, 3),
                    "price": draw.randint(100, 9900),
                }
                for position, sku in enumerate(dict.fromkeys(skus), 1)
            ]
            some.append(
                {
                    "id": f"WEB-{n:08}",
                    "country": draw.choice(COUNTRIES),
                    "postcode": f"{draw.randint(10000, 99999)}",
                    "buyer": f"buyer-{draw.randint(1, 50_000)}",
                    "lines": lines,
                }
            )
        yield json.dumps(some).encode()


def stock(*, pieces: int) -> dict[str, dict[str, int]]:
    """Return pieces by SKU for each warehouse: every SKU lies in four of them, by its number."""
    book: dict[str, dict[str, int]] = {warehouse: {} for warehouse in WAREHOUSES}
    for sku in range(SKUS):
        for step in (0, 3, 5, 8):
            book[WAREHOUSES[(sku + step) % len(WAREHOUSES)]][f"SKU-{sku:05}"] = pieces
    return book


#: One courier, ten warehouses, one price for each pair of countries: planning is as plain as it gets in practice.
NETWORK = Network(
    "EUR",
    tuple(
        Warehouse(code, n, parcel_minor=60, unit_minor=2, cut_off=time(16)) for n, code in enumerate(WAREHOUSES)
    ),
    (
        Service(
            "parcel",
            "Kranich",
            tuple(
                Lane({country}, RateCard(2_000, 420 + 40 * ((at - n) % len(WAREHOUSES)), 1_000, 35), 2, {code})
                for n, code in enumerate(WAREHOUSES)
                for at, country in enumerate(COUNTRIES)
            ),
        ),
    ),
)


def process() -> Process:
    """Return the process that is measured: review, source, release."""
    return direct(NETWORK, Policy())


def oms(storage: Storage, process: Process, *, batch: int) -> Oms:
    """Return the system over a storage, at a clock that stands a minute after the orders were placed."""
    return Oms(storage, [CHANNEL], process, clock=lambda: AT + timedelta(minutes=1), batch=batch)
