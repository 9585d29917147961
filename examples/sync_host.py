"""A host in plain Python: one shop, two warehouses, from an order's payload to its shipment.

Run it: ``python examples/sync_host.py [shop.db]``. It needs nothing but omskit, and writes one SQLite file.
"""

from __future__ import annotations

import json

from output_file import new_file
from web_shop import CHANNEL

from omskit import Oms
from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.channels import PickRequest
from omskit.engine import Act, Request
from omskit.flow import direct
from omskit.fulfillment import HandOver
from omskit.storage import Delivery

PARCEL = Service("parcel", "Kranich", (Lane({"DE"}, RateCard(2_000, 490)), Lane({"*"}, RateCard(2_000, 1_490), 4)))
NETWORK = Network("EUR", (Warehouse("BERLIN"), Warehouse("VENLO", 1)), (PARCEL,))
PROCESS = direct(NETWORK, Policy())

ORDERS = json.dumps(
    [
        {
            "id": "A-1001",
            "at": "2026-03-02T08:15:00+01:00",
            "customer": "c-17",
            "ship_to": {"country": "DE", "postcode": "10115"},
            "lines": [
                {"sku": "MUG", "quantity": 2, "price": "19.80", "title": "Mug, blue"},
                {"sku": "TEAPOT", "quantity": 1, "price": "34.50", "title": "Teapot, 1 l"},
            ],
        },
        {
            "id": "A-1002",
            "at": "2026-03-02T08:20:00+01:00",
            "customer": "c-18",
            "ship_to": {"country": "FR"},
            "lines": [{"sku": "MUG", "quantity": "two", "price": "19.80"}],
        },
    ]
).encode()


def main() -> None:
    """Tell the story."""
    path = new_file("shop.db")
    oms = Oms.open(f"sqlite:///{path}", channels=[CHANNEL], process=PROCESS)
    oms.stock.receive("BERLIN", {"MUG": 10}, actor="amy")
    oms.stock.receive("VENLO", {"TEAPOT": 5}, actor="amy")

    received = oms.receive("shop", ORDERS)
    print(f"Received {len(received.placed)} order; refused:")
    for refusal in received.refused:
        print(f"  {refusal}")
    oms.run()

    asked: list[PickRequest] = []

    def send(request: Request) -> Delivery:
        """Stand in for an HTTP client: a host posts the document here, with the id as idempotency key."""
        if isinstance(request.document, PickRequest):
            asked.append(request.document)
        return Delivery.DONE

    oms.relay(send)
    for one in asked:
        goods = ", ".join(f"{line.quantity} {line.sku}" for line in one.lines)
        print(f"{one.warehouse} is asked to pick {goods}.")
    oms.do_many([Act(one.number, HandOver(f"WB-{one.warehouse}")) for one in asked], actor="warehouse")
    told = oms.relay(send).done
    print(f"The shop was told of {told} parcels.\n")

    (number,) = received.placed
    print(f"The history of {number}:\n{oms.explain(number)}\n")
    print(f"verify(): {len(oms.verify().drift)} differences.")
    oms.close()
    print(f"Written: {path}")


if __name__ == "__main__":
    main()
