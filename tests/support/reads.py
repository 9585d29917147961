"""Every method that only reads, called on a shop that has lived, and what is called nowhere."""

from __future__ import annotations

from counters import draft
from entrances import Call
from shop import AT, process
from whole_life import (
    COLUMNS,
    DAY,
    HOUR,
    LATER,
    NEAR_FIRST,
    fo,
    near_first,
    price,
    price_change,
    ra,
    so,
    table,
    transfer,
)

from omskit.allocation import Policy
from omskit.core import Destination
from omskit.flow import Wish
from omskit.pricing import Customer, PriceGuard

A_PIECE = Wish((("A", 1),), Destination("DE"))

#: Every method that only reads, on the shop that has lived.
READS: tuple[Call, ...] = (
    Call("at_risk", lambda _, do: do(DAY)),
    Call("case", lambda oms, do: do(ra(oms, "return 1"))),
    Call("cases", lambda _, do: list(do())),
    Call("catalog.completeness", lambda _, do: do("mall")),
    Call("catalog.every", lambda _, do: do()),
    Call("catalog.export", lambda _, do: do()),
    Call("catalog.history", lambda _, do: do("B")),
    Call("catalog.listing_history", lambda _, do: do("mall", "60001")),
    Call("catalog.listings", lambda _, do: do("mall", ["60001"])),
    Call("catalog.plan", lambda _, do: do(table("C"), COLUMNS)),
    Call("catalog.products", lambda _, do: do(["A"])),
    Call("catalog.tree_history", lambda _, do: do("shop")),
    Call("contact", lambda oms, do: do(so(oms, "2"))),
    Call("costs.of_orders", lambda oms, do: do(so(oms, "1"))),
    Call("costs.steps", lambda _, do: list(do("A", "EU"))),
    Call("costs.turnover", lambda _, do: do(AT, AT + 9 * DAY)),
    Call("costs.unpriced", lambda _, do: do()),
    Call("costs.worth", lambda _, do: list(do())),
    Call("counter.quote", lambda _, do: do(draft("P9", ("A", 1)))),
    Call("explain", lambda oms, do: do(so(oms, "1"))),
    Call("fulfillments", lambda _, do: list(do())),
    Call("history", lambda oms, do: do(so(oms, "1"))),
    Call("inbound.expected", lambda _, do: list(do())),
    Call("inbound.get", lambda _, do: do("PO-1")),
    Call("inbound.history", lambda _, do: do("PO-1")),
    Call("inbound.late", lambda _, do: do()),
    Call("lots.check", lambda oms, do: do(fo(oms, "by number"), "N", ["N2"])),
    Call("lots.expiring", lambda _, do: do(on=LATER)),
    Call("lots.from_maker", lambda _, do: do("N", "W")),
    Call("lots.holders", lambda _, do: do("L", "L1")),
    Call("lots.of", lambda _, do: do("L", "N")),
    Call("lots.picked", lambda oms, do: do(fo(oms, "by number"))),
    Call("offers.alerts", lambda _, do: do("BER", points={"A": 5})),
    Call("offers.available", lambda _, do: do(["A"])),
    Call("offers.figures", lambda _, do: do("web", ["A"])),
    Call("order", lambda oms, do: do(so(oms, "1"))),
    Call("orders", lambda _, do: list(do())),
    Call("plan_repairs", lambda _, do: do()),
    Call("prices.allowance_history", lambda _, do: do("coupon:X7")),
    Call("prices.allowances", lambda _, do: do("coupon:X7")),
    Call("prices.book", lambda _, do: do()),
    Call("prices.changes", lambda _, do: do()),
    Call("prices.differences", lambda _, do: do(["A"], {"web": Customer("EUR", AT)}, currency="EUR")),
    Call("prices.history", lambda oms, do: do(price_change(oms))),
    Call("prices.violations", lambda _, do: do(price(100), PriceGuard(), costs={"A": 50})),
    Call("rehearse", lambda _, do: do(process())),
    Call("reservations.get", lambda _, do: do("web", "c1")),
    Call("reservations.history", lambda _, do: do("web", "c1")),
    Call("returns.differences", lambda _, do: list(do())),
    Call("returns.expected", lambda _, do: list(do("BER"))),
    Call("shipments.delivered", lambda oms, do: do(so(oms, "1"))),
    Call("shipments.of", lambda oms, do: do(so(oms, "1"))),
    Call("shipments.unscanned", lambda _, do: do(HOUR)),
    Call("sourcing.promise", lambda oms, do: do(NEAR_FIRST, Policy(), [so(oms, "1"), A_PIECE])),
    Call(
        "sourcing.replay",
        lambda _, do: do({"near": near_first}, warehouses=["BER"], since=AT, until=AT + DAY),
    ),
    Call("sourcing.worth", lambda _, do: do(NEAR_FIRST, Policy(), past=DAY, ahead=DAY)),
    Call("stock.below", lambda _, do: do(99)),
    Call("stock.levels", lambda _, do: do(["A"])),
    Call("stock.movements", lambda _, do: do("A", "BER")),
    Call("stockroom.buckets", lambda _, do: do("A", "BER")),
    Call("transfers.get", lambda oms, do: do(transfer(oms))),
    Call("verify", lambda _, do: do()),
)

#: What opens and closes a system, and what mends damage, which a life does not do; that has a test of its own.
ELSEWHERE = frozenset({"close", "joined", "repair"})
