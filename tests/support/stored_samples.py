"""One value of everything that is stored, with every field set, to be held against what was written once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from omskit import fulfillment as f
from omskit import orders as o
from omskit.channels import (
    CONTACTS,
    DOCUMENTS,
    NOTICES,
    RECEIVERS,
    ChannelLine,
    ChannelOrder,
    ContactErased,
    ContactKept,
    GoodsState,
    KeptContact,
    News,
    PickLine,
    PickRequest,
    RecallRequest,
    Receiver,
    RefundKind,
    RefundRequest,
    RefundState,
    Reversal,
    ReversedLine,
    SentLine,
    ShipmentNotice,
    StatementLine,
)
from omskit.core import Codec, Component, Contact, Destination

AT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
HERE = datetime(2026, 3, 2, 10, 30, tzinfo=timezone(timedelta(hours=1)))
DAY = date(2026, 3, 4)

TO = Destination("DE", "BE", "10115")
TERMS = o.Terms(
    channel="shop",
    external_id="A-1001",
    placed_at=HERE,
    currency="EUR",
    destination=TO,
    buyer="c-17",
    kind="exchange",
    grade=2,
    urgent=True,
    paid_at=AT,
    cod=True,
    ship_by=AT,
    arrive_by=AT,
    ship_complete=True,
    warehouse="BERLIN",
    courier="Kranich",
    memo="bitte klingeln ✓",
)
TEA = (Component("TEAPOT", weight_g=900, volume_cm3=4_000, traits=("fragile",)), Component("MUG", per=2))
LINE = o.OrderLine(
    number=1,
    sku="TEA-FOR-TWO",
    quantity=10,
    open=1,
    reserved=2,
    shipped=3,
    cancelled=4,
    returned=1,
    list_minor=49_500,
    discount_minor=500,
    tax_minor=7_823,
    components=TEA,
    external_id="L1",
    title="Tea for two",
    group="g",
)
PLAIN = o.OrderLine(2, "MUG", 1, 1)
CHARGE = o.Charge("postage", 490, "Versand")
HOLD = o.Hold("fraud", AT, "amy", "looks odd", line=1, until=HERE)
CONSIGNMENT = o.Consignment(
    number=1,
    warehouse="BERLIN",
    lines=((1, 2), (2, 1)),
    courier="Kranich",
    service="parcel",
    weight_g=2_700,
    freight_minor=490,
    ship_on=DAY,
    arrive_on=DAY,
    fulfillment=7,
)
ORDER = o.Order(
    key=42,
    status="released",
    terms=TERMS,
    lines=(LINE, PLAIN),
    charges=(CHARGE,),
    holds=(HOLD,),
    consignments=(CONSIGNMENT,),
    planned=3,
    rank=1_772_443_815_250,
    retry_at=AT,
    barred=(o.Barred("LEIPZIG", 1, AT),),
    cleared=("no_buyer",),
)
WORK = f.WorkLine(1, 42, 1, "TEA-FOR-TWO", 6, 1, 2, 3, TEA)
PARCEL = f.Parcel(1, "WB-1", ((1, 2),), "Kranich", 2_650)
FULFILLMENT = f.FulfillmentOrder(
    key=7,
    status="shipping",
    warehouse="BERLIN",
    destination=TO,
    lines=(WORK,),
    courier="Kranich",
    service="parcel",
    weight_g=2_700,
    freight_minor=490,
    currency="EUR",
    ship_on=DAY,
    arrive_on=DAY,
    parcels=(PARCEL,),
)
CHANNEL_ORDER = ChannelOrder(
    external_id="A-1001",
    placed_at=HERE,
    currency="EUR",
    destination=TO,
    lines=(ChannelLine("TEA-FOR-TWO", 10, 49_500, 500, 7_823, "L1", "Tea for two"), ChannelLine("MUG", 1)),
    buyer="c-17",
    kind="exchange",
    grade=2,
    urgent=True,
    paid_at=AT,
    cod=True,
    ship_by=AT,
    arrive_by=AT,
    ship_complete=True,
    warehouse="BERLIN",
    courier="Kranich",
    memo="bitte klingeln ✓",
)
#: One change of each kind, told apart by the fields that only it has.
CHANGES: o.Changes = (
    o.SetQuantity(1, 3),
    o.RemoveLine(2),
    o.AddLine("MUG", 1, 990, 90, 158, TEA, "L3", "Mug", "g"),
    o.Reprice(1, 100, 10, 1),
    o.Readdress(Destination("AT"), "home"),
    o.WishCourier("Kranich"),
    o.SetMemo("bitte klingeln"),
    o.SetPaid(AT),
    o.SetDeadlines(AT, HERE),
)
PROPOSAL = o.Proposal("p1", CHANGES, "by phone")
PICK = PickRequest("FO-7-8", "BERLIN", "Kranich", "parcel", TO, DAY, (PickLine("MUG", 4),), ("A-1001",))

#: Every codec whose texts are kept in a database, or whose texts are digested into one.
CODECS: tuple[Codec[Any], ...] = (
    o.ORDERS.state,
    o.ORDERS.events,
    o.COMMANDS,
    f.FULFILLMENTS.state,
    f.FULFILLMENTS.events,
    f.COMMANDS,
    NOTICES,
    DOCUMENTS,
    RECEIVERS,
    CONTACTS.state,
    CONTACTS.events,
)

#: Codec name and tag to the values whose texts were written once.
SAMPLES: Mapping[tuple[str, str], tuple[object, ...]] = {
    ("order", "order"): (ORDER, o.Order(1, "received", o.Terms("shop", "A", AT, "EUR", TO), (PLAIN,))),
    ("order event", "placed"): (o.OrderPlaced(ORDER),),
    ("order event", "approved"): (o.Approved("approved", "allow_all"), o.Approved("approved")),
    ("order event", "advanced"): (o.Advanced("checked", "check"),),
    ("order event", "held"): (o.HoldPlaced(HOLD),),
    ("order event", "hold_released"): (o.HoldReleased("fraud", 1), o.HoldReleased("fraud")),
    ("order event", "assigned"): (
        o.Assigned("reserved", (CONSIGNMENT,), AT, ((2, "no_stock"),), ("the cheapest single parcel",)),
        o.Assigned("backordered"),
    ),
    ("order event", "released"): (o.Released("released", ((1, 7),)),),
    ("order event", "shipped"): (o.Shipped("completed", 7, ((1, 2),)),),
    ("order event", "unassigned"): (o.Unassigned("approved", (1,), "rejected", (o.Barred("BERLIN", 1, AT),)),),
    ("order event", "cancelled"): (o.Cancelled("cancelled", ((2, 1),), ((1, 1, 2),), "buyer"),),
    ("order event", "taken_back"): (o.TakenBack("completed", ((1, 1),), "BERLIN", "broken"),),
    ("order event", "merged"): (o.Merged("approved", 41),),
    ("order event", "unmerged"): (o.Unmerged("approved", (1,), "another address"),),
    ("order event", "set_apart"): (o.LinesSetApart((2,)),),
    ("order event", "proposed"): (o.Proposed(PROPOSAL),),
    ("order event", "discarded"): (o.Discarded("p1", "withdrawn"),),
    ("order event", "amended"): (o.Amended("approved", (PLAIN,), TERMS, "p1", "by phone"),),
    ("order event", "divided"): (o.Divided("divided", (43, 44)),),
    ("order event", "rejoined"): (o.Rejoined("approved"),),
    ("order event", "dissolved"): (o.Dissolved("dissolved"),),
    ("order command", "place"): (o.Place(42, TERMS, (PLAIN,), (CHARGE,), (HOLD,), AT),),
    ("order command", "approve"): (o.Approve("allow_all"), o.Approve()),
    ("order command", "advance"): (o.Advance("check"),),
    ("order command", "hold"): (o.PutOnHold("fraud", "looks odd", 1, AT),),
    ("order command", "release_hold"): (o.ReleaseHold("fraud", 1),),
    ("order command", "assign"): (o.Assign((CONSIGNMENT,), AT, ((2, "no_stock"),), ("why",)),),
    ("order command", "release"): (o.Release(((1, 7),)),),
    ("order command", "ship"): (o.Ship(7, ((1, 2),)),),
    ("order command", "unassign"): (o.Unassign(7, "rejected", AT),),
    ("order command", "cancel"): (o.Cancel(((1, 1),), "buyer"), o.Cancel()),
    ("order command", "take_back"): (o.TakeBack(((1, 1),), "BERLIN", "broken"),),
    ("order command", "satisfy"): (o.Satisfy("paid"),),
    ("order command", "merge"): (o.Merge(41),),
    ("order command", "unmerge"): (o.Unmerge("another address"),),
    ("order command", "set_apart"): (o.SetApart((2,)),),
    ("order command", "amend"): (o.Amend(CHANGES, "by phone"),),
    ("order command", "propose"): (o.Propose(PROPOSAL),),
    ("order command", "confirm"): (o.Confirm("p1"),),
    ("order command", "discard"): (o.Discard("p1", "withdrawn"),),
    ("order command", "divide"): (o.Divide((43, 44)),),
    ("order command", "rejoin"): (o.Rejoin(),),
    ("order command", "dissolve"): (o.Dissolve(),),
    ("fulfillment order", "fulfillment"): (FULFILLMENT,),
    ("fulfillment event", "opened"): (f.Opened(FULFILLMENT),),
    ("fulfillment event", "accepted"): (f.Accepted("accepted"),),
    ("fulfillment event", "rejected"): (f.Rejected("rejected", "broken", AT),),
    ("fulfillment event", "shipped"): (f.ParcelsShipped("shipping", (PARCEL,), final=False),),
    ("fulfillment event", "recalled"): (f.Recalled("recalling", "buyer"),),
    ("fulfillment event", "recall_confirmed"): (f.RecallConfirmed("recalled"),),
    ("fulfillment event", "recall_denied"): (f.RecallDenied("accepted"),),
    ("fulfillment command", "open"): (f.Open(FULFILLMENT),),
    ("fulfillment command", "accept"): (f.Accept(),),
    ("fulfillment command", "reject"): (f.Reject("broken", AT),),
    ("fulfillment command", "ship"): (f.Ship((PARCEL,), final=False),),
    ("fulfillment command", "hand_over"): (f.HandOver("WB-1", "Kranich", 2_650),),
    ("fulfillment command", "recall"): (f.Recall("buyer"),),
    ("fulfillment command", "confirm_recall"): (f.ConfirmRecall(),),
    ("fulfillment command", "deny_recall"): (f.DenyRecall(),),
    ("notice", "shipment"): (
        ShipmentNotice("shop", "A-1001", "WB-1", "Kranich", (SentLine("L1", "TEA-FOR-TWO", 2),)),
    ),
    ("notice", "pick"): (PICK,),
    ("notice", "recall"): (RecallRequest("FO-7-8", "BERLIN", "buyer"),),
    ("channel document", "order"): (CHANNEL_ORDER,),
    ("channel document", "reversal"): (
        Reversal("R-1", HERE, (ReversedLine("MUG", 1, 990, "L2"),), "c-17", "A-1001"),
    ),
    ("channel document", "refund"): (
        RefundRequest(
            "RF-1",
            HERE,
            "A-1001",
            "EUR",
            990,
            (ReversedLine("MUG", 1, 990, "L2"),),
            RefundKind.RETURN,
            RefundState.AGREED,
            GoodsState.UNKNOWN,
            "WAIT_BUYER_RETURN_GOODS",
            "broken",
            "WB-9",
            "Kranich",
            "7",
            AT,
            (("note", '"x"'),),
        ),
    ),
    ("channel document", "statement"): (
        StatementLine("S-1", AT, "EUR", -120, "commission", "A-1001", "L2", "P-1", 3, (("note", '"x"'),)),
    ),
    ("receiver", "receiver"): (
        Receiver(Contact("Ann", "0171", ("Road 1", "2nd floor"), "Ulm"), True, "OAID", "77", "330106"),
    ),
    ("contact", "contact"): (KeptContact(7, "sealed:YWJj", True),),
    ("contact event", "kept"): (ContactKept(),),
    ("contact event", "erased"): (ContactErased("asked_for"),),
    ("channel document", "news"): (News("A-1001", AT, "paid", "WAIT_SELLER_SEND_GOODS", "n-1"),),
}


def codec(name: str) -> Codec[Any]:
    """Return a codec by its name."""
    return next(one for one in CODECS if one.name == name)


if __name__ == "__main__":
    for (name, tag), values in SAMPLES.items():
        for value in values:
            print(name, tag, codec(name).dump(value), sep="\t")
