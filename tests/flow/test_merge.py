"""Merged orders leave as one delivery, and each keeps its money and what its channel is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.channels import (
    Channel,
    ChannelLine,
    ChannelOrder,
    Listing,
    Listings,
    PickRequest,
    ShipmentNotice,
)
from omskit.core import Component, Destination, readable
from omskit.engine import Oms, Request
from omskit.flow import direct
from omskit.fulfillment import ConfirmRecall, HandOver
from omskit.orders import ALLOW_ALL, Cancel, MergePolicy, Order, PutOnHold, ReleaseHold, ReviewPolicy, Unmerge
from omskit.storage import Delivery, MemoryStorage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NETWORK = Network(
    "EUR",
    (Warehouse("BER"), Warehouse("MUC")),
    (Service("std", "post", (Lane({"DE"}, RateCard(1000, 500, 1000, 100)),)),),
)
WEIGHTS = {"A": 500, "B": 1500}
GOODS = {sku: Listing(sku, components=(Component(sku, weight_g=grams),)) for sku, grams in WEIGHTS.items()}


def read(payload: bytes) -> Iterator[ChannelOrder]:
    for id_, buyer, lines in json.loads(payload):
        yield ChannelOrder(
            id_,
            AT,
            "EUR",
            Destination("DE"),
            tuple(ChannelLine(sku, n, 100 * n, external_id=f"{id_}/{sku}") for sku, n in lines),
            buyer,
            paid_at=AT,
            merge=f"{buyer}'s home",
        )


def shop(*orders: tuple[str, str, list[tuple[str, int]]], stock: dict[str, dict[str, int]], **options: Any) -> Oms:
    process = direct(NETWORK, Policy(), review=ReviewPolicy(rules=(ALLOW_ALL,)), merging=MergePolicy())
    web = Channel("web", read, Listings(GOODS))
    oms = Oms(MemoryStorage(), [web], process, clock=lambda: AT, **options)
    for warehouse, quantities in stock.items():
        oms.stock.receive(warehouse, quantities, actor="amy")
    oms.receive("web", json.dumps(orders).encode())
    return oms


def told(oms: Oms) -> list[Any]:
    documents: list[Any] = []

    def send(request: Request) -> Delivery:
        documents.append(request.document)
        return Delivery.DONE

    oms.relay(send)
    return documents


def by_external_id(oms: Oms) -> dict[str, Order]:
    return {order.terms.external_id: order for order in oms.orders()}


PAIR = (("1", "b1", [("A", 2)]), ("2", "b1", [("A", 1), ("B", 1)]))


def test_two_orders_leave_in_one_parcel_with_one_freight_and_a_notice_each() -> None:
    oms = shop(*PAIR, stock={"BER": {"A": 3, "B": 1}})
    assert oms.run().moved == {"review": 2, "merge": 2, "source": 2, "release": 2}
    (work,) = oms.fulfillments()
    assert [(line.sku, line.quantity) for line in work.lines] == [("A", 2), ("A", 1), ("B", 1)]
    # 3 kg in one parcel: 5.00 and two steps of 1.00, shared by weight 1,000 g to 2,000 g
    assert (work.weight_g, work.freight_minor) == (3000, 700)
    orders = by_external_id(oms)
    assert [orders[id_].consignments[0].freight_minor for id_ in ("1", "2")] == [233, 467]
    (request,) = told(oms)
    assert isinstance(request, PickRequest)
    assert (request.orders, [(line.sku, line.quantity) for line in request.lines]) == (
        ("1", "2"),
        [("A", 3), ("B", 1)],
    )
    oms.do(readable("FO", work.key), HandOver("WB1"), actor="wms")
    notices = [one for one in told(oms) if isinstance(one, ShipmentNotice)]
    assert [(one.external_id, one.waybill, [line.quantity for line in one.lines]) for one in notices] == [
        ("1", "WB1", [2]),
        ("2", "WB1", [1, 1]),
    ]
    assert {order.status for order in oms.orders()} == {"completed"}
    assert oms.verify().is_sound


def test_a_sibling_outside_of_the_batch_is_looked_at_with_it() -> None:
    oms = shop(*PAIR, ("3", "b2", [("A", 1)]), stock={"BER": {"A": 9, "B": 9}}, batch=1)
    assert oms.run(1).looked == 1
    assert {id_: order.status for id_, order in by_external_id(oms).items()} == {
        "1": "released",
        "2": "released",
        "3": "received",
    }
    assert len(list(oms.fulfillments())) == 1


def test_a_group_split_over_two_warehouses_leaves_each_of_them_once() -> None:
    oms = shop(*PAIR, stock={"BER": {"A": 3}, "MUC": {"B": 1}})
    oms.run()
    work = sorted(oms.fulfillments(), key=lambda one: one.warehouse)
    assert [(one.warehouse, [line.quantity for line in one.lines]) for one in work] == [
        ("BER", [2, 1]),
        ("MUC", [1]),
    ]
    assert oms.verify().is_sound


def test_a_held_order_stays_behind_and_the_other_leaves_alone() -> None:
    oms = shop(*PAIR, stock={"BER": {"A": 3, "B": 1}})
    first = readable("SO", by_external_id(oms)["1"].key)
    oms.do(first, PutOnHold("refund_open"), actor="amy")
    oms.run()
    assert {id_: order.status for id_, order in by_external_id(oms).items()} == {"1": "received", "2": "released"}
    oms.do(first, ReleaseHold("refund_open"), actor="amy")
    oms.run()
    assert len(list(oms.fulfillments())) == 2


def test_cancelling_one_order_of_a_parcel_stops_it_and_the_other_goes_again() -> None:
    oms = shop(*PAIR, stock={"BER": {"A": 3, "B": 1}})
    oms.run()
    first = readable("SO", by_external_id(oms)["1"].key)
    (work,) = oms.fulfillments()
    oms.cancel(first, actor="amy", reason="changed their mind")
    oms.do(readable("FO", work.key), ConfirmRecall(), actor="wms")
    assert {id_: order.status for id_, order in by_external_id(oms).items()} == {
        "1": "cancelled",
        "2": "approved",
    }
    oms.run()
    assert by_external_id(oms)["2"].status == "released"
    levels = {cell.sku: (level.on_hand, level.reserved) for cell, level in oms.stock.levels(["A", "B"]).items()}
    assert levels == {"A": (3, 1), "B": (1, 1)}
    assert oms.verify().is_sound


def test_an_unmerged_order_gives_its_stock_back_and_can_be_cancelled_alone() -> None:
    process = direct(NETWORK, Policy(), review=ReviewPolicy(rules=(ALLOW_ALL,)), merging=MergePolicy())
    oms = shop(*PAIR, stock={"BER": {"A": 3, "B": 1}})
    waiting = Oms(oms.storage, tuple(oms.channels.values()), process.without("release"), clock=lambda: AT)
    waiting.run()
    first = readable("SO", by_external_id(oms)["1"].key)
    waiting.do(first, Unmerge("another address"), actor="amy")
    waiting.do(first, Cancel(), actor="amy")
    levels = {cell.sku: (level.on_hand, level.reserved) for cell, level in oms.stock.levels(["A", "B"]).items()}
    assert levels == {"A": (3, 1), "B": (1, 1)}
    assert oms.verify().is_sound
