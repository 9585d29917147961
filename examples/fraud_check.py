"""A step of the host's own: orders that look fraudulent are held before their review, with a typed reason.

Run it: ``python examples/fraud_check.py [shop.db]``. It needs nothing but omskit, and writes one SQLite file.

The step names what it has to know as a need, and is told for the whole batch at once: here, how many orders each
buyer has placed before. Everything else about it is a pure function over orders.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from output_file import new_file
from sync_host import PROCESS
from web_shop import CHANNEL

from omskit import Oms
from omskit.core import format_amount, readable
from omskit.flow import Facts, Need, Step
from omskit.orders import ORDERS, Command, Order, PutOnHold, ReleaseHold
from omskit.storage import Op, Unit, Where

HOLD = "fraud_suspected"
#: From this on a first order is looked at by a person, in minor units.
LARGE_MINOR = 50_000
#: From this number of orders of one buyer in a batch on, someone tries out stolen cards.
BURST = 3


def _orders_of(unit: Unit, orders: Sequence[Order], _lock: bool) -> Mapping[str, int]:  # noqa: FBT001
    """Ask how many orders each buyer of the batch has, with those in the batch, in two queries for all."""
    buyers = tuple(sorted({order.terms.buyer for order in orders if order.terms.buyer}))
    collection = unit.of(ORDERS)
    keys = collection.find(Where("buyer", Op.IN, buyers), limit=10_000)
    return Counter(stored.state.terms.buyer for stored in collection.load(keys).values())


ORDERS_OF: Need[Mapping[str, int]] = Need("orders of the buyers", _orders_of)


def check(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    """Say which orders are held; the others are left to the steps behind."""
    known = facts.of(ORDERS_OF)
    batch = Counter(order.terms.buyer for order in orders)
    holds: dict[int, Sequence[Command]] = {}
    for order in orders:
        buyer = order.terms.buyer
        if not buyer or HOLD in order.cleared:
            continue
        if batch[buyer] >= BURST:
            holds[order.key] = (PutOnHold(HOLD, f"{batch[buyer]} orders of this buyer at once"),)
        elif order.total_minor >= LARGE_MINOR and known[buyer] == 1:
            total = format_amount(order.total_minor, order.terms.currency)
            holds[order.key] = (PutOnHold(HOLD, f"a first order of {total}"),)
    return holds


FRAUD_CHECK = Step("fraud check", "approve", check, (ORDERS_OF,))


def order(id_: str, customer: str, price: str) -> dict[str, object]:
    """Return an order for a teapot, as the web shop sends it."""
    lines = [{"sku": "TEAPOT", "quantity": 1, "price": price}]
    common = {"at": "2026-03-02T08:15:00Z", "ship_to": {"country": "DE"}}
    return {"id": id_, "customer": customer, "lines": lines, **common}


def main() -> None:
    """Tell the story."""
    path = new_file("shop.db")
    process = PROCESS.insert(FRAUD_CHECK, before="review")
    oms = Oms.open(f"sqlite:///{path}", channels=[CHANNEL], process=process)
    oms.stock.receive("BERLIN", {"TEAPOT": 100}, actor="amy")
    print(f"The process: {' -> '.join(step.name for step in process.steps)}")

    said = [order("1", "amy", "34.50"), order("2", "bob", "690.00")]
    said += [order(f"3-{n}", "carl", "34.50") for n in range(3)]
    oms.receive("shop", json.dumps(said).encode())
    oms.run()
    for one in oms.orders():
        held = "".join(f", held: {hold.code}, {hold.reason}" for hold in one.holds)
        print(f"  {one.terms.external_id:4} of {one.terms.buyer:4} is {one.status}{held}")

    (held_one,) = oms.orders(Where("external_id", Op.EQ, "2"))
    number = readable(ORDERS.number, held_one.key)
    print("Amy has called bob, and lifts the hold.")
    oms.do(number, ReleaseHold(HOLD), actor="amy")
    oms.run()
    print(f"  2    of bob  is {oms.order(number).status}: a hold that was lifted is not put again")
    print(f"verify(): {len(oms.verify().drift)} differences.")
    oms.close()
    print(f"Written: {path}")


if __name__ == "__main__":
    main()
