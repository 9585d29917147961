"""Availability and publication through the facade, on every storage: two channels, one pool, one truth."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from shop import AT, WEB, Clock, order, payload, process

from omskit.channels import Listing, Listings, StockNotice
from omskit.core import Cell, Component, UsageError, readable
from omskit.engine import Oms, Request
from omskit.fulfillment import HandOver
from omskit.inventory import Ahead, Allotment, Dated, Formula, Pool, Selling, Showing
from omskit.inventory.replenishment import AlertKind, Bounds
from omskit.inventory.transfers import Send
from omskit.storage import Delivery, Storage

BER = Cell("A", "BER")
SHOWN_BOTH = Selling({"x": Showing(), "y": Showing()})


def two_channels(storage: Storage, selling: Selling = SHOWN_BOTH, clock: Clock | None = None) -> Oms:
    channels = [evolve(WEB, code="x"), evolve(WEB, code="y")]
    return Oms(storage, channels, process(), clock=clock or Clock(), selling=selling)


def told(oms: Oms, outcome: Delivery = Delivery.DONE) -> list[tuple[str, str, int]]:
    """Relay everything; return what channels were told as (channel, item, units)."""
    heard: list[tuple[str, str, int]] = []

    def send(request: Request) -> Delivery:
        if not isinstance(request.document, StockNotice):
            return Delivery.DONE
        heard.extend((request.document.channel, one.item, one.available) for one in request.document.updates)
        return outcome

    oms.relay(send)
    return heard


def test_five_pieces_seen_by_two_channels_are_gone_for_both_as_soon_as_one_sold_them(storage: Storage) -> None:
    clock = Clock()
    oms = two_channels(storage, clock=clock)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    oms.availability.publish()
    assert told(oms) == [("x", "A", 5), ("y", "A", 5)]
    clock.forward(hours=1)
    oms.receive("x", payload(order("1", ("A", 5))))
    assert oms.availability.of(["A"], channel="y")["A"].free == 0
    oms.availability.publish("y")
    assert told(oms) == [("y", "A", 0)]
    oms.run()
    assert oms.availability.of(["A"], channel="x")["A"].free == 0
    assert oms.availability.of(["A"])["A"].unplaced == 0
    assert oms.availability.publish("y").now == ()


def test_what_has_not_changed_is_not_published_again(storage: Storage) -> None:
    oms = two_channels(storage)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    assert len(oms.availability.publish().now) == 2
    again = oms.availability.publish()
    assert (again.now, again.unchanged) == ((), 2)
    told(oms)
    assert oms.availability.publish().unchanged == 2


def test_a_channel_that_lowered_its_own_number_is_not_told_the_same_again(storage: Storage) -> None:
    clock = Clock(AT - timedelta(hours=1))
    oms = two_channels(storage, clock=clock)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    oms.availability.publish()
    told(oms)
    clock.forward(hours=2)
    oms.receive("x", payload(order("1", ("A", 2))))
    published = oms.availability.publish().now
    assert [(one.channel, one.pieces, one.before) for one in published] == [("y", 3, 5)]


def test_a_sale_before_a_number_arrived_was_overwritten_by_it_and_is_told(storage: Storage) -> None:
    clock = Clock(AT - timedelta(hours=1))
    oms = two_channels(storage, clock=clock)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    oms.availability.publish("x")
    clock.forward(hours=2)
    told(oms)
    oms.receive("x", payload(order("1", ("A", 2))))
    published = oms.availability.publish("x").now
    assert [(one.pieces, one.before) for one in published] == [(3, 5)]


def test_a_number_waits_for_the_interval_of_its_channel_and_zero_does_not(storage: Storage) -> None:
    clock = Clock()
    selling = Selling({"x": Showing(interval=timedelta(minutes=10))})
    oms = two_channels(storage, selling, clock)
    oms.stock.receive("BER", {"A": 5, "B": 5}, actor="amy")
    oms.availability.publish()
    clock.forward(minutes=1)
    oms.stock.adjust("BER", {"A": -5, "B": -1}, actor="amy", reason="count")
    found = oms.availability.publish()
    assert [(one.sku, one.pieces) for one in found.now] == [("A", 0)]
    assert [(at, one.sku, one.pieces) for at, one in found.later] == [(AT + timedelta(minutes=10), "B", 4)]
    clock.forward(minutes=9)
    assert [(one.sku, one.pieces) for one in oms.availability.publish().now] == [("B", 4)]


def test_an_echo_is_not_news_and_another_number_is_put_right(storage: Storage) -> None:
    oms = two_channels(storage)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    oms.availability.publish()
    told(oms)
    assert oms.availability.heard("x", {"A": 5}) == []
    assert oms.availability.publish().now == ()
    assert oms.availability.heard("x", {"A": 9}) == ["A"]
    assert [(one.channel, one.pieces, one.before) for one in oms.availability.publish().now] == [("x", 5, 9)]


def test_numbers_of_an_item_leave_in_the_order_in_which_they_were_true(storage: Storage) -> None:
    clock = Clock()
    oms = two_channels(storage, Selling({"x": Showing()}), clock)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    oms.availability.publish()
    assert told(oms, Delivery.FAILED) == [("x", "A", 5)]
    oms.stock.adjust("BER", {"A": -5}, actor="amy", reason="count")
    oms.availability.publish()
    assert told(oms) == []
    clock.forward(minutes=1)
    assert told(oms) == [("x", "A", 5), ("x", "A", 0)]
    shown = oms.availability.explain("x", "A").shown
    assert (shown and shown.now) == 0


def test_many_items_go_in_one_request_where_the_host_wants_that(storage: Storage) -> None:
    oms = two_channels(storage, Selling({"x": Showing(together=2)}))
    oms.stock.receive("BER", {"A": 1, "B": 2, "C": 3}, actor="amy")
    oms.availability.publish()
    sizes: list[int] = []

    def send(request: Request) -> Delivery:
        assert isinstance(request.document, StockNotice)
        sizes.append(len(request.document.updates))
        return Delivery.DONE

    oms.relay(send)
    assert sizes == [2, 1]


def test_a_channel_sees_its_pool_and_its_own_ring_fenced_pieces(storage: Storage) -> None:
    selling = Selling(
        {"x": Showing(Pool("near", frozenset({"BER"}))), "y": Showing()},
        safety={BER: 1},
        allotments=(Allotment("y", "A", 3),),
    )
    oms = two_channels(storage, selling)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    oms.stock.receive("POZ", {"A": 4}, actor="amy")
    free = {channel: oms.availability.of(["A"], channel=channel)["A"].free for channel in ("x", "y", "")}
    assert free == {"x": 6, "y": 13, "": 10}


def test_pieces_on_their_way_are_promised_from_their_day_on(storage: Storage) -> None:
    selling = Selling(
        inbound={BER: (Dated(date(2026, 3, 20), 7),)}, ahead={"A": Ahead(2, ship_by=date(2026, 4, 1))}
    )
    oms = two_channels(storage, selling)
    oms.stock.receive("POZ", {"A": 4}, actor="amy")
    number = oms.transfers.request("POZ", "BER", [("A", 4)], actor="amy", expected=date(2026, 3, 5))
    oms.transfers.do(number, Send("D1", ((1, 4),)), actor="poz")
    found = oms.availability.of(["A", "NONE"])
    assert found["A"].steps == (
        Dated(date(2026, 3, 2), 0),
        Dated(date(2026, 3, 5), 4),
        Dated(date(2026, 3, 20), 11),
    )
    assert (found["A"].earliest(4), found["A"].earliest(13)) == (date(2026, 3, 5), date(2026, 4, 1))
    assert found["NONE"].sellable() == 0


def test_a_bundle_is_the_least_of_what_its_parts_make_and_shares_them(storage: Storage) -> None:
    set_ = Listing("SET", components=(Component("A", per=2), Component("B")))
    web = evolve(WEB, code="x", listings=Listings({"set-1": set_, "a-1": Listing("A")}))
    oms = Oms(storage, [web], process(), clock=Clock(), selling=Selling({"x": Showing()}))
    oms.stock.receive("BER", {"A": 7, "B": 9}, actor="amy")
    oms.availability.publish()
    assert told(oms) == [("x", "a-1", 7), ("x", "set-1", 3)]
    oms.receive("x", payload(order("1", ("set-1", 2))))
    oms.availability.publish()
    assert told(oms) == [("x", "a-1", 3), ("x", "set-1", 1)]
    assert oms.availability.of(["SET"], channel="x")["SET"].free == 1


def test_a_published_number_is_explained(storage: Storage) -> None:
    half = Formula(ratio=Decimal("0.5"), buffer=1)
    selling = Selling({"x": Showing(formulas={"A": half, "B": Formula(withheld=True)})})
    oms = two_channels(storage, selling)
    oms.stock.receive("BER", {"A": 9, "B": 9}, actor="amy")
    assert oms.availability.publish().withheld == 1
    oms.receive("y", payload(order("1", ("A", 2))))
    assert str(oms.availability.explain("x", "A")) == (
        "x A (A): sellable: 7, ratio 0.5: 3, buffer 1: 2; at BER 9; "
        "sold without a warehouse 2, ring-fenced 0; shows 3"
    )
    with pytest.raises(UsageError, match="unknown_channel"):
        oms.availability.explain("y", "A")


def test_an_alert_is_raised_once_and_cleared_when_it_is_over(storage: Storage) -> None:
    clock = Clock()
    oms = two_channels(storage, Selling(points={BER: 4}), clock)
    oms.stock.receive("BER", {"A": 20, "B": 5}, actor="amy")
    assert oms.availability.alerts(Bounds(dead_days=90)).raised == ()
    oms.receive("x", payload(order("1", ("A", 18))))
    oms.run()
    (work,) = [readable("FO", one.key) for one in oms.fulfillments()]
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    clock.forward(hours=1)
    found = oms.availability.alerts(Bounds(dead_days=90))
    assert [(one.kind, one.cell, one.pieces) for one in found.raised] == [
        (AlertKind.LOW, BER, 2),
        (AlertKind.OUT_SOON, BER, 2),
    ]
    assert oms.availability.alerts(Bounds(dead_days=90)).raised == ()
    oms.stock.receive("BER", {"A": 50}, actor="amy")
    assert oms.availability.alerts(Bounds(dead_days=90)).cleared == (
        (AlertKind.LOW, BER),
        (AlertKind.OUT_SOON, BER),
    )
