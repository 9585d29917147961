"""What can be sold, what channels are told of it and what runs low, through the facade, on every storage."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from shop import AT, Clock, order, payload, process, read

from omskit.adapters.channels import woocommerce
from omskit.channels import Channel, Listing, Listings, Meaning, StockNotice, StockUpdate
from omskit.core import Cell, Component, UsageError, readable
from omskit.engine import Oms, Request
from omskit.flow import Offering
from omskit.fulfillment import FULFILLMENTS, HandOver
from omskit.inventory import Ahead, Allotment, Dated, Formula, Pool
from omskit.inventory.replenishment import AlertKind, Bounds
from omskit.inventory.transfers import Receive, Send
from omskit.storage import Delivery, Storage

LISTINGS = Listings(
    {
        "SET": Listing("SET", components=(Component("A"), Component("B", 2))),
        "POST": Listing("postage", Meaning.CHARGE),
    },
    open=True,
)
TODAY = AT.date()
#: Only what runs low.
BOUNDS = Bounds(soon_days=0, over_days=9999)


def opened(storage: Storage, clock: Clock | None = None, **offering: Any) -> Oms:
    channels = [Channel("x", read, LISTINGS), Channel("y", read, LISTINGS)]
    oms = Oms(storage, channels, process(), clock=clock or Clock(), offering=Offering(**offering))
    oms.stock.receive("BER", {"A": 5, "B": 9}, actor="amy")
    return oms


def shown(oms: Oms) -> dict[str, dict[str, int]]:
    """Relay everything, and return the last number that every channel was told of its items."""
    found: dict[str, dict[str, int]] = {}

    def send(request: Request) -> Delivery:
        if isinstance(request.document, StockNotice):
            there = found.setdefault(request.document.channel, {})
            there |= {one.item: one.available for one in request.document.updates}
        return Delivery.DONE

    oms.relay(send)
    return found


def test_two_channels_share_five_and_what_one_sells_is_gone_for_the_other_at_once(storage: Storage) -> None:
    oms = opened(storage)
    for channel in ("x", "y"):
        oms.offers.publish(channel, ["A"])
    assert shown(oms) == {"x": {"A": 5}, "y": {"A": 5}}
    oms.receive("x", payload(order("1", ("A", 5))))
    told = {channel: oms.offers.publish(channel, ["A"]) for channel in ("x", "y")}
    assert shown(oms) == {"y": {"A": 0}}
    assert (told["x"].unchanged, [one.before for one in told["y"].now]) == (1, [5])
    oms.run()
    assert oms.offers.available(["A"])["A"].free == 0
    assert not [oms.offers.publish(channel, ["A"]).now for channel in ("x", "y") if shown(oms)]
    assert oms.verify().is_sound


def test_a_sale_while_a_number_is_on_its_way_is_told_again(storage: Storage) -> None:
    oms = opened(storage)
    oms.offers.publish("x", ["A"])
    oms.receive("x", payload(order("1", ("A", 2))))
    assert shown(oms) == {"x": {"A": 5}}
    assert [one.pieces for one in oms.offers.publish("x", ["A"]).now] == [3]
    assert shown(oms) == {"x": {"A": 3}}
    assert oms.offers.publish("x", ["A"]).unchanged == 1


def test_a_sale_from_before_the_channel_took_its_number_is_told_again(storage: Storage) -> None:
    clock = Clock()
    oms = opened(storage, clock)
    clock.forward(minutes=5)
    oms.offers.publish("x", ["A"])
    assert shown(oms) == {"x": {"A": 5}}
    oms.receive("x", payload(order("1", ("A", 2))))
    assert [one.pieces for one in oms.offers.publish("x", ["A"]).now] == [3]


def test_an_older_number_that_is_taken_late_confirms_no_newer_one(storage: Storage) -> None:
    oms = opened(storage)
    oms.offers.publish("x", ["A"])
    oms.stock.adjust("BER", {"A": -1}, actor="amy", reason="broken")
    oms.offers.publish("x", ["A"])
    oms.relay(lambda _: Delivery.DONE, limit=1)
    oms.receive("x", payload(order("1", ("A", 1))))
    assert [one.pieces for one in oms.offers.publish("x", ["A"]).now] == [3]


def test_an_order_that_waits_for_its_review_or_its_warehouse_counts_as_sold(storage: Storage) -> None:
    oms = opened(storage)
    oms.receive("x", payload(order("1", ("SET", 2))))
    free = {"A": 3, "B": 5, "C": 0}
    assert {sku: one.free for sku, one in oms.offers.available(free).items()} == free
    oms.run()
    assert {sku: one.free for sku, one in oms.offers.available(free).items()} == free
    assert oms.offers.figures("x", ["SET"])["SET"].pieces == 2


def test_a_bundle_is_offered_as_often_as_its_parts_make_it_up(storage: Storage) -> None:
    oms = opened(storage)
    figures = oms.offers.figures("x", ["SET", "A", "POST", "nobody"])
    assert {item: one.pieces for item, one in figures.items()} == {"SET": 4, "A": 5, "nobody": 0}


def test_a_figure_says_how_it_came_about(storage: Storage) -> None:
    def formula(channel: str, item: str) -> Formula:
        return Formula(Decimal("0.5"), buffer=1) if (channel, item) == ("y", "B") else Formula()

    oms = opened(storage, formula=formula)
    assert str(oms.offers.figures("y", ["B"])["B"]) == "sellable: 9, ratio 0.5: 4, buffer 1: 3"
    assert str(oms.offers.figures("x", ["B"])["B"]) == "sellable: 9"


def test_what_is_withheld_is_not_told(storage: Storage) -> None:
    oms = opened(storage, formula=lambda channel, _: Formula(withheld=channel == "y"))
    assert oms.offers.publish("y", ["A", "B"]).withheld == 2
    assert shown(oms) == {}


def test_pools_safety_fences_and_preorders_are_seen_by_whom_they_concern(storage: Storage) -> None:
    oms = opened(
        storage,
        pools={"y": Pool("south", frozenset({"MUC"}))},
        safety=lambda cell: 1 if cell.warehouse == "BER" else 0,
        allotments=(Allotment("x", "B", 4),),
        ahead={"A": Ahead(3, 1)},
    )
    oms.stock.receive("MUC", {"A": 2, "B": 6}, actor="amy")
    assert {item: one.pieces for item, one in oms.offers.figures("x", ["A", "B"]).items()} == {"A": 8, "B": 14}
    assert {item: one.pieces for item, one in oms.offers.figures("y", ["A", "B"]).items()} == {"A": 4, "B": 2}


def test_pieces_that_cannot_be_sold_are_not_offered(storage: Storage) -> None:
    oms = opened(storage)
    oms.stockroom.move("spoiled", "BER", {"A": 2}, actor="amy")
    assert oms.offers.available(["A"])["A"].free == 3


def test_what_is_on_its_way_can_be_promised_for_the_day_it_is_expected(storage: Storage) -> None:
    oms, later = opened(storage), TODAY + timedelta(days=4)
    number = oms.transfers.request("BER", "POZ", [("A", 3)], actor="amy", expected=later)
    oms.transfers.do(number, Send("D1", ((1, 3),)), actor="ber")
    found = oms.offers.available(["A"])["A"]
    assert found.steps == (Dated(TODAY, 2), Dated(later, 5))
    assert (found.by(later - timedelta(days=1)), found.earliest(4)) == (2, later)
    oms.transfers.do(number, Receive("R1", ((1, 3, 0),)), actor="poz")
    assert oms.offers.available(["A"])["A"].steps == (Dated(TODAY, 5),)


def test_a_number_waits_for_the_interval_and_zero_does_not(storage: Storage) -> None:
    clock = Clock()
    oms = opened(storage, clock, interval=timedelta(minutes=10))
    assert [one.pieces for one in oms.offers.publish("y", ["A"]).now] == [5]
    clock.forward(minutes=1)
    oms.stock.adjust("BER", {"A": -1}, actor="amy", reason="broken")
    waits = oms.offers.publish("y", ["A"])
    assert (waits.now, [(at, one.pieces) for at, one in waits.later]) == ((), [(AT + timedelta(minutes=10), 4)])
    oms.stock.adjust("BER", {"A": -4}, actor="amy", reason="broken")
    assert [one.pieces for one in oms.offers.publish("y", ["A"]).now] == [0]
    oms.stock.receive("BER", {"A": 3}, actor="amy")
    clock.forward(minutes=10)
    assert [one.pieces for one in oms.offers.publish("y", ["A"]).now] == [3]


def test_an_echo_changes_nothing_and_another_number_is_corrected(storage: Storage) -> None:
    oms = opened(storage)
    oms.offers.publish("y", ["A"])
    oms.offers.heard("y", {"A": 5})
    assert oms.offers.publish("y", ["A"]).unchanged == 1
    oms.offers.heard("y", {"A": 7, "B": 9})
    found = oms.offers.publish("y", ["A", "B"])
    assert ([(one.sku, one.pieces, one.before) for one in found.now], found.unchanged) == ([("A", 5, 7)], 1)


def test_a_notice_is_written_in_the_channel_s_format(storage: Storage) -> None:
    shop = woocommerce.channel("woo", "EUR")
    oms = Oms(storage, [shop], process(), clock=Clock())
    oms.stock.receive("BER", {"11": 4}, actor="amy")
    oms.offers.publish("woo", ["11"])
    sent: list[StockNotice] = []

    def send(request: Request) -> Delivery:
        assert isinstance(request.document, StockNotice)
        sent.append(request.document)
        return Delivery.DONE

    oms.relay(send)
    (notice,) = sent
    assert notice == StockNotice("woo", (StockUpdate("11", 4),))
    assert b'"stock_quantity":4' in shop.write_stock(notice.updates)[0].body.replace(b" ", b"")


def test_a_channel_that_nobody_knows_is_an_error(storage: Storage) -> None:
    with pytest.raises(UsageError, match="unknown_channel"):
        opened(storage).offers.publish("z", ["A"])


def test_two_hundred_and_one_items_are_told_in_three_notices(storage: Storage) -> None:
    oms = opened(storage)
    oms.offers.publish("x", [f"I-{n:03}" for n in range(201)])
    sizes: list[int] = []

    def send(request: Request) -> Delivery:
        assert isinstance(request.document, StockNotice)
        sizes.append(len(request.document.updates))
        return Delivery.DONE

    oms.relay(send)
    assert sizes == [100, 100, 1]


def test_low_stock_is_raised_once_and_cleared_when_it_is_over(storage: Storage) -> None:
    clock = Clock()
    oms = opened(storage, clock)
    oms.receive("x", payload(order("1", ("A", 3))))
    oms.run()
    (work,) = oms.fulfillments()
    oms.do(readable(FULFILLMENTS.number, work.key), HandOver("WB-1", "post"), actor="ber")
    first = oms.offers.alerts("BER", points={"A": 4}, bounds=BOUNDS)
    assert [(one.kind, one.cell, one.pieces) for one in first.raised] == [(AlertKind.LOW, Cell("A", "BER"), 2)]
    again = oms.offers.alerts("BER", points={"A": 4}, bounds=BOUNDS, known=first.open)
    assert (again.raised, again.cleared) == ((), ())
    oms.stock.receive("BER", {"A": 30}, actor="amy")
    over = oms.offers.alerts("BER", points={"A": 4}, bounds=BOUNDS, known=first.open)
    assert over.cleared == ((AlertKind.LOW, Cell("A", "BER")),)


def test_what_sells_fast_says_on_which_day_it_is_gone_and_what_does_not_sell_is_dead(storage: Storage) -> None:
    clock = Clock()
    oms = opened(storage, clock)
    oms.receive("x", payload(order("1", ("A", 3))))
    oms.run()
    (work,) = oms.fulfillments()
    oms.do(readable(FULFILLMENTS.number, work.key), HandOver("WB-1", "post"), actor="ber")
    soon = oms.offers.alerts("BER", points={}, days=2, bounds=Bounds(soon_days=1))
    out = [(one.cell.sku, one.pieces, one.on) for one in soon.raised if one.kind is AlertKind.OUT_SOON]
    assert out == [("A", 2, TODAY + timedelta(days=1))]
    clock.forward(days=10)
    dead = oms.offers.alerts("BER", points={}, days=20, bounds=Bounds(dead_days=10))
    found = [(one.cell.sku, one.on) for one in dead.raised if one.kind is AlertKind.DEAD]
    assert found == [("A", TODAY)]
    clock.forward(days=30)
    dead = oms.offers.alerts("BER", points={}, days=20, bounds=Bounds(dead_days=10))
    found = [(one.cell.sku, one.on) for one in dead.raised if one.kind is AlertKind.DEAD]
    assert found == [(sku, TODAY + timedelta(days=20)) for sku in ("A", "B")]
