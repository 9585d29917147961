"""The life of one shop in which every method that writes is called.

What a call needs is made by the calls before it, so that each is made on data as they are in a shop that works.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve
from counters import COUPON, HOT, coupon, draft, pricing
from entrances import Call, Method
from shop import AT, WEB, Clock, order, payload, process, read, refund

from omskit import catalog as c
from omskit.allocation import (
    Demand,
    Lane,
    Network,
    Plan,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
    plan,
)
from omskit.channels import Channel, Listings, RefundRequest
from omskit.core import Cell, Refusal, readable
from omskit.engine import Act, LotIn, Oms, Opening, Parcel, Scan
from omskit.flow import Offering
from omskit.fulfillment import DELIVERED, FULFILLMENTS, AwaitPickup, Fact, HandOver, LotPieces, Ship
from omskit.fulfillment import Parcel as Box
from omskit.inventory import Counted, Variance
from omskit.inventory.costs import CostScope
from omskit.inventory.inbound import AddExpected, SetExpected
from omskit.inventory.lots import LotRule
from omskit.inventory.transfers import TRANSFERS, Receive, Send
from omskit.orders import ORDERS, AddLine, Approve, Assign, Consignment
from omskit.pricing import PriceChange, PriceEntry, allowances, changes
from omskit.returns import CaseKind, Found
from omskit.storage import Delivery, Storage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: A channel whose items somebody has to explain.
MALL = Channel("mall", read, Listings())
COLUMNS = c.standard_columns(c.OPEN_SCHEMA)
EU = CostScope("EU", "EUR", ("BER", "MUC"))
#: An order that a person gives to Munich, though sending it from Berlin costs less.
FAR = Assign((Consignment(1, "MUC", ((1, 1),)),), AT)
LANES = tuple(Lane({"DE"}, RateCard(1000, cost), 1, {code}) for code, cost in (("BER", 500), ("MUC", 900)))
NEAR_FIRST = Network("EUR", (Warehouse("BER"), Warehouse("MUC", 1)), (Service("std", "post", LANES),))


def refunds(payload: bytes) -> list[RefundRequest | Refusal]:
    return [one for one in read(payload) if isinstance(one, RefundRequest | Refusal)]


def live(storage: Storage, **options: Any) -> Oms:
    """Open the shop; its clock stands where the calls put it."""
    web = evolve(WEB, read_refunds=refunds)
    priced = pricing(HOT, COUPON, hold_for=HOUR)
    rules = {"L": LotRule(), "N": LotRule(serial=True)}
    more = {"pricing": priced, "offering": Offering(), "valued": [EU], "lot_rules": rules, **options}
    return Oms(storage, [web, MALL], process(), clock=Clock(), **more)


# what the calls are about, by what people outside know of it


def so(oms: Oms, *external_ids: str) -> Any:
    found = {one.terms.external_id: readable(ORDERS.number, one.key) for one in oms.orders()}
    numbers = [found[one] for one in external_ids]
    return numbers[0] if len(numbers) == 1 else numbers


def fo(oms: Oms, external_id: str) -> str:
    number = so(oms, external_id)
    (key,) = [one.key for one in oms.fulfillments() if readable(ORDERS.number, one.lines[0].order) == number]
    return readable(FULFILLMENTS.number, key)


def ra(oms: Oms, reason: str) -> str:
    (number,) = [one.number for one in oms.cases() if one.reason == reason]
    return number


def ownerless(oms: Oms) -> str:
    (number,) = [one.number for one in oms.cases() if "RW-9" in one.waybills]
    return number


def transfer(oms: Oms) -> str:
    with oms.storage.begin(read=True) as unit:
        (key,) = unit.of(TRANSFERS).find(limit=2)
    return readable(TRANSFERS.number, key)


def price_change(oms: Oms) -> str:
    (number,) = oms.prices.changes()
    return number


def opening(external_id: str, kind: CaseKind, oms: Oms, **more: Any) -> Opening:
    """Return what opens a case about one unit; its reason is how the calls find it."""
    said = f"{kind.value} {external_id}"
    authorised = more.pop("authorised", True)
    return Opening(
        so(oms, external_id), kind, {1: 1}, said, warehouse="BER", authorised=authorised, key=said, **more
    )


def hold(do: Method, cart: str, pieces: dict[str, int]) -> object:
    return do("web", cart, pieces, minutes=15, actor="shop")
def near_first(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
    return plan(demands, supply, NEAR_FIRST, Policy(), at=at)


def product(code: str) -> c.Create:
    return c.Create(c.Product(0, code))


def table(*codes: str) -> c.Table:
    return c.Table(("code", "name"), tuple(c.Row(n, (one, one)) for n, one in enumerate(codes, 2)))


def listing(item: str, code: str) -> c.Listing:
    return c.Listing(0, "mall", item, code)


def price(minor: int) -> PriceChange:
    return PriceChange(0, "", "base", AT + HOUR, (PriceEntry.of("A", minor),))


#: What a count of B has found, and somebody may approve.
FEWER = Variance(Counted(Cell("B", "BER"), 30, AT + 5 * DAY, "count"), book=32, in_flight=0, difference=-2)
SOLD = [order(str(number), ("A", 2), ("B", 1)) for number in range(1, 9)]
PICKUP = order("store", ("A", 1), terms={"kind": "pickup"})
CARTED = order("carted", ("A", 3), terms={"cart": "c1"})
PART = Assign((Consignment(1, "BER", ((1, 2),)),), AT + 7 * DAY)
#: When goods are due.
DUE = (AT + 9 * DAY).date()
LOTTED = [order("by lot", ("L", 2), ("N", 1)), order("by number", ("N", 1))]
#: When lots expire.
LATER = (AT + 60 * DAY).date()
#: Pieces with a number.
NUMBERS = (LotIn("N", "N1", maker_code="W"), LotIn("N", "N2"))
#: What leaves of them.
BOX = Box(1, "WB-L", ((1, 2), (2, 1)), lots=(LotPieces(1, "L", "L1", 2), LotPieces(2, "N", "N1")))
EXTRA = [order(one, ("A", 2)) for one in ("whole", "halves", "thirds")]

#: Every method that writes, in an order in which a shop could call them.
LIFE: tuple[Call, ...] = (
    Call("catalog.product", lambda _, do: do("B", product("B"), actor="amy"), again="already_created"),
    Call("catalog.load", lambda _, do: do(table("A", "TEA"), COLUMNS, actor="amy")),
    Call(
        "catalog.tree",
        lambda _, do: do("shop", c.Plant(c.Tree(0, "shop", (c.Node("tea"),))), actor="amy"),
        again="already_planted",
    ),
    Call("stock.receive", lambda _, do: do("BER", {"A": 60, "B": 40}, actor="amy", key="asn-1")),
    Call(
        "lots.receive",
        lambda _, do: do("BER", [LotIn("L", "L1", 5, LATER), *NUMBERS], actor="amy", key="gr-1"),
    ),
    Call("offers.heard", lambda _, do: do("web", {"A": 3})),
    Call("offers.publish", lambda _, do: do("web", ["A"])),
    Call("offers.publish", lambda _, do: do("web", ["B"])),
    Call("relay", lambda _, do: do(lambda _: Delivery.DONE), units=True, wait=HOUR),
    Call("receive", lambda _, do: do("web", payload(*SOLD, PICKUP, *LOTTED))),
    Call("receive", lambda _, do: do("mall", payload(order("m1", ("60001", 1)), order("m2", ("60002", 1))))),
    Call("catalog.list_items", lambda _, do: do([listing("60001", "TEA"), listing("60003", "B")], actor="amy")),
    Call("catalog.listing", lambda _, do: do("mall", "60001", c.Remap("A"), actor="amy")),
    Call("items.explain", lambda _, do: do("mall"), units=True),
    Call("items.explain_line", lambda oms, do: do(so(oms, "m2"), 1, "B", actor="amy")),
    Call("run", lambda _, do: do(100), units=True),
    Call("do", lambda oms, do: do(fo(oms, "1"), HandOver("WB-1", "post"), actor="wms", key="handed")),
    Call(
        "do_many",
        lambda oms, do: do(
            [Act(fo(oms, one), HandOver(f"WB-{one}", "post")) for one in "23"], actor="wms", key="handed"
        ),
    ),
    Call("do", lambda oms, do: do(fo(oms, "store"), AwaitPickup("4711", AT + 3 * HOUR), actor="store")),
    Call("do", lambda oms, do: do(fo(oms, "by lot"), Ship((BOX,)), actor="wms")),
    Call("shipments.track", lambda _, do: do([Scan("WB-1", (Fact(DELIVERED, AT + HOUR),))], actor="post")),
    Call("shipments.reject", lambda oms, do: do(fo(oms, "4"), "B", reason="broken", actor="wms")),
    Call("cancel", lambda oms, do: do(so(oms, "5"), actor="amy")),
    Call("cancel_many", lambda oms, do: do(so(oms, "6", "7"), actor="amy", key="storm"), units=True),
    # orders that are divided
    Call("receive", lambda _, do: do("web", payload(*EXTRA))),
    Call(
        "do_many",
        lambda oms, do: do(
            [Act(one, Approve()) for one in so(oms, "whole", "halves", "thirds")], actor="amy", key="ok"
        ),
    ),
    Call("divide", lambda oms, do: do(so(oms, "whole"), ({1: 1}, {1: 1}), actor="amy"), again="not_allowed"),
    Call("rejoin", lambda oms, do: do(so(oms, "whole"), actor="amy"), again="not_allowed"),
    Call(
        "divide_many",
        lambda oms, do: do(
            [(one, ({1: 1}, {1: 1})) for one in so(oms, "halves", "thirds")], actor="amy", key="split"
        ),
        units=True,
    ),
    # orders that people take down
    Call("prices.open", lambda _, do: do([coupon("X7")], actor="amy"), again="duplicate_key"),
    Call("prices.allowance", lambda _, do: do("coupon:X7", allowances.Resize(5), actor="amy")),
    Call("counter.place", lambda _, do: do([draft("P1", ("A", 2)), draft("P2", ("A", 1))], actor="amy")),
    Call("counter.amend", lambda oms, do: do(so(oms, "P1"), [AddLine("B", 1)], actor="amy", key="more")),
    Call("counter.give_back", lambda oms, do: do(so(oms, "P1"), {1: 1}, actor="amy", key="less")),
    Call("prices.submit", lambda _, do: do(changes.Submit(price(1200)), actor="amy", key="spring")),
    Call("prices.do", lambda oms, do: do(price_change(oms), changes.Approve(), actor="bob")),
    Call("prices.apply", lambda _, do: do(), after=HOUR),
    Call("prices.expire", lambda _, do: do(), after=2 * HOUR),
    # goods that come back
    Call("returns.open", lambda oms, do: do(opening("1", CaseKind.RETURN, oms), actor="amy"), after=DAY),
    Call(
        "returns.open_many",
        lambda oms, do: do(
            [
                opening("2", CaseKind.PRICE, oms),
                opening("3", CaseKind.EXCHANGE, oms),
                opening("2", CaseKind.RETURN, oms, deadline=AT + 2 * DAY),
            ],
            actor="amy",
        ),
        after=DAY,
    ),
    Call(
        "returns.reorder",
        lambda oms, do: do(ra(oms, "exchange 3"), [AddLine("B", 1, 100)], actor="amy", key="other"),
        after=DAY,
    ),
    Call(
        "returns.scan",
        lambda oms, do: do(Parcel("S1", "BER", (Found("A", 1),), case=ra(oms, "return 1")), actor="wms"),
        after=DAY,
    ),
    Call(
        "returns.scan_many",
        lambda oms, do: do(
            [
                Parcel("S2", "BER", (Found("A", 1),), case=ra(oms, "exchange 3")),
                Parcel("S3", "BER", (Found("A", 1),), waybill="RW-9"),
            ],
            actor="wms",
        ),
        after=DAY,
    ),
    Call("returns.claim", lambda oms, do: do(ownerless(oms), so(oms, "2"), actor="amy"), after=DAY),
    Call("returns.agree", lambda oms, do: do(ra(oms, "return 1"), actor="amy"), after=DAY),
    Call(
        "returns.agree_many",
        lambda oms, do: do([(ra(oms, "price 2"), 50)], actor="amy", key="kind"),
        after=DAY,
        units=True,
    ),
    Call(
        "receive_refunds",
        lambda _, do: do("web", payload(refund("R1", "3", 40, ("A", 1, "L1"), kind="price"))),
        after=DAY,
    ),
    # stock by hand
    Call(
        "stock.adjust",
        lambda _, do: do("BER", {"A": -1, "B": 2}, actor="amy", reason="found", key="adj-1"),
        after=DAY,
    ),
    Call("stock.count", lambda _, do: do("BER", {"A": 55}, as_of=AT + DAY, actor="wms"), after=DAY),
    Call("stock.approve", lambda _, do: do("BER", [FEWER], actor="amy"), after=6 * DAY),
    Call("stockroom.move", lambda _, do: do("spoiled", "BER", {"A": 2}, actor="amy", key="sp-1"), after=6 * DAY),
    Call("transfers.request", lambda _, do: do("BER", "MUC", [("A", 3)], actor="amy", key="tr-1"), after=6 * DAY),
    Call("transfers.do", lambda oms, do: do(transfer(oms), Send("D1", ((1, 3),)), actor="amy"), after=6 * DAY),
    Call(
        "transfers.do", lambda oms, do: do(transfer(oms), Receive("D2", ((1, 2, 1),)), actor="amy"), after=6 * DAY
    ),
    # lots by hand
    Call(
        "stock.adjust",
        lambda _, do: do("BER", {"L": 2}, actor="amy", reason="found", key="adj-2"),
        after=6 * DAY,
    ),
    Call(
        "lots.name",
        lambda _, do: do("BER", [LotIn("L", "L2", 1, LATER)], actor="amy", key="name-1"),
        after=6 * DAY,
    ),
    Call(
        "lots.move", lambda _, do: do("spoiled", "BER", "L", {"L1": 1}, actor="amy", key="wet-1"), after=6 * DAY
    ),
    Call("lots.recall", lambda _, do: do("L", "L2", reason="glass", actor="amy"), after=6 * DAY),
    Call("lots.allow", lambda _, do: do("L", "L2", actor="amy"), after=6 * DAY),
    Call("lots.lock_up", lambda _, do: do(actor="clock", on=LATER), after=6 * DAY),
    Call("lots.settle", lambda _, do: do(actor="amy"), after=6 * DAY),
    # orders that warehouses hold and do not work on yet
    Call("stock.receive", lambda _, do: do("BER", {"C": 2}, actor="amy", key="asn-2"), after=6 * DAY),
    Call("stock.receive", lambda _, do: do("MUC", {"C": 2}, actor="amy", key="asn-3"), after=6 * DAY),
    Call("receive", lambda _, do: do("web", payload(order("far", ("C", 1)))), after=6 * DAY),
    Call("do", lambda oms, do: do(so(oms, "far"), Approve(), actor="amy", key="seen"), after=6 * DAY),
    Call("do", lambda oms, do: do(so(oms, "far"), FAR, actor="amy", key="far"), after=6 * DAY),
    Call("sourcing.look_again", lambda _, do: do(NEAR_FIRST, Policy(), actor="amy"), after=6 * DAY),
    # what goods cost
    Call(
        "costs.receive",
        lambda _, do: do("BER", {"A": (2, 500)}, actor="amy", document="P1", key="P1"),
        after=6 * DAY,
    ),
    Call("costs.tell", lambda _, do: do("BER", "P2", {"A": (3, 600)}, actor="amy", key="P2"), after=6 * DAY),
    Call("costs.value", lambda _, do: do(), after=6 * DAY, units=True),
    Call("costs.add", lambda _, do: do("BER", "P1", {"A": 30}, actor="amy", key="freight"), after=6 * DAY),
    Call("costs.revalue", lambda _, do: do("BER", {"A": -10}, actor="amy", key="down"), after=6 * DAY),
    # what carts hold, and the order of one
    Call("reservations.hold", lambda _, do: hold(do, "c1", {"A": 3, "B": 1}), after=6 * DAY),
    Call("reservations.extend", lambda _, do: do("web", "c1", minutes=30, actor="shop"), after=6 * DAY),
    Call("reservations.keep", lambda _, do: do("web", "c1", "payment", actor="shop"), after=6 * DAY),
    Call("reservations.stop_keeping", lambda _, do: do("web", "c1", "payment", actor="shop"), after=6 * DAY),
    Call("receive", lambda _, do: do("web", payload(CARTED)), after=6 * DAY),
    Call("do", lambda oms, do: do(so(oms, "carted"), Approve(), actor="amy", key="yes"), after=6 * DAY),
    Call("do", lambda oms, do: do(so(oms, "carted"), PART, actor="amy", key="part"), after=6 * DAY),
    Call("cancel", lambda oms, do: do(so(oms, "carted"), actor="amy"), after=6 * DAY),
    Call("reservations.hold", lambda _, do: hold(do, "c2", {"A": 1}), after=6 * DAY),
    Call("reservations.let_go", lambda _, do: do("web", "c2", actor="shop"), after=6 * DAY),
    Call("reservations.hold", lambda _, do: hold(do, "c3", {"B": 1}), after=6 * DAY),
    Call("reservations.expire", lambda _, do: do(), after=7 * DAY),
    # goods that suppliers announce, and an order that waits for them
    Call("receive", lambda _, do: do("web", payload(order("waits", ("C", 2)))), after=7 * DAY),
    Call("do", lambda oms, do: do(so(oms, "waits"), Approve(), actor="amy", key="wait"), after=7 * DAY),
    Call("inbound.announce", lambda _, do: do("PO-1", "BER", [("C", 4, DUE)], actor="amy"), after=7 * DAY),
    Call(
        "inbound.revise",
        lambda _, do: do("PO-1", [SetExpected(1, 5), AddExpected("B", 2, DUE)], actor="amy", key="po-1/1"),
        after=7 * DAY,
    ),
    Call(
        "inbound.receive",
        lambda _, do: do("PO-1", {"C": 3}, damaged={"C": 1}, receipt="GRN-1", actor="wms"),
        after=7 * DAY,
    ),
    Call("inbound.fill", lambda _, do: do(["C"]), after=7 * DAY, units=True),
    Call("inbound.close", lambda _, do: do("PO-1", actor="amy", reason="no more"), after=7 * DAY),
    Call("inbound.announce", lambda _, do: do("PO-2", "BER", [("C", 4, DUE)], actor="amy"), after=7 * DAY),
    Call("inbound.cancel", lambda _, do: do("PO-2", actor="amy"), after=7 * DAY),
    # what time does
    Call("shipments.expire_pickups", lambda _, do: do(actor="clock"), after=7 * DAY),
    Call("returns.expire", lambda _, do: do(actor="clock"), after=7 * DAY),
    Call("erase_contact", lambda oms, do: do(so(oms, "1"), actor="amy"), after=7 * DAY),
)
