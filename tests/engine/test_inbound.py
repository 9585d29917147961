"""What suppliers announce is promised from its day on, received in parts, and goes to who waits by priority."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from carts import carts, free, level
from shop import AT, Clock, order, payload

from omskit.channels import StockNotice
from omskit.core import Cell, Refused, UsageError
from omskit.engine import Oms, Request
from omskit.flow import Offering
from omskit.inventory.inbound import AddExpected, SetDay, SetExpected
from omskit.orders import PutOnHold
from omskit.storage import Delivery, MemoryStorage

TODAY = AT.date()
TOMORROW, WED, FRI = (TODAY + timedelta(days=days) for days in (1, 2, 4))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def oms(clock: Clock) -> Oms:
    return carts(MemoryStorage(), clock)


def announce(oms: Oms, *goods: tuple[str, int, date], document: str = "PO-1", tolerance: int = 0) -> None:
    lines = goods or (("A", 10, WED),)
    oms.inbound.announce(document, "W2", lines, actor="amy", tolerance_percent=tolerance)


def place(oms: Oms, id_: str, *lines: tuple[str, int], **terms: object) -> str:
    (number,) = oms.receive("web", payload(order(id_, *lines, terms=terms))).placed
    return number


def sound(oms: Oms) -> None:
    assert oms.verify().drift == ()


def test_what_is_announced_is_promised_from_its_day_on_and_never_at_once(oms: Oms) -> None:
    announce(oms, ("A", 10, WED), ("A", 5, FRI))
    found = oms.offers.available(["A"])["A"]
    assert (found.free, found.by(TOMORROW), found.by(WED), found.by(FRI)) == (8, 8, 18, 23)
    assert oms.stockroom.buckets("A", "W2") == {"inbound": 10 + 5}
    sound(oms)


def test_what_is_due_today_and_has_not_come_counts_from_tomorrow(oms: Oms) -> None:
    announce(oms, ("A", 10, TODAY))
    found = oms.offers.available(["A"])["A"]
    assert (found.free, found.by(TOMORROW)) == (8, 18)


def test_what_is_late_is_flagged_and_promised_to_nobody_until_it_has_another_day(oms: Oms, clock: Clock) -> None:
    announce(oms, ("A", 10, WED), ("B", 5, FRI))
    assert oms.inbound.late() == ()
    clock.forward(days=3)
    (late,) = oms.inbound.late()
    assert [(line.sku, line.day) for line in late.late(clock().date())] == [("A", WED)]
    found = oms.offers.available(["A", "B"])
    assert (found["A"].by(FRI), found["B"].by(FRI)) == (8, 9)
    oms.inbound.revise("PO-1", [SetDay(1, FRI)], actor="amy", reason="lorry")
    assert oms.inbound.late() == ()
    assert oms.offers.available(["A"])["A"].by(FRI) == 18


def test_orders_that_wait_come_off_what_is_promised_of_it(oms: Oms) -> None:
    announce(oms)
    place(oms, "1", ("A", 12))
    found = oms.offers.available(["A"])["A"]
    assert (found.free, found.by(WED)) == (0, 6)


def test_a_channel_with_a_horizon_sells_what_is_due_within_it(clock: Clock) -> None:
    oms = carts(MemoryStorage(), clock)
    oms = evolve(
        oms,
        channels=tuple(oms.channels.values()),
        offering=Offering(horizon=lambda _, item: timedelta(days=2 if item == "A" else 0)),
    )
    announce(oms, ("A", 10, WED), ("A", 5, FRI), ("B", 10, WED))
    figures = oms.offers.figures("web", ["A", "B"])
    assert {item: one.pieces for item, one in figures.items()} == {"A": 18, "B": 4}
    said: list[StockNotice] = []

    def send(request: Request) -> Delivery:
        assert isinstance(request.document, StockNotice)
        said.append(request.document)
        return Delivery.DONE

    oms.offers.publish("web", ["A"])
    oms.relay(send)
    assert [(one.item, one.available) for one in said[0].updates] == [("A", 18)]


def test_a_cart_holds_nothing_that_is_only_due(oms: Oms) -> None:
    announce(oms, ("A", 10, TODAY))
    with pytest.raises(Refused, match="out_of_stock"):
        oms.reservations.hold("web", "c1", {"A": 9}, minutes=15, actor="shop")


def test_goods_come_in_parts_and_reduce_what_is_expected(oms: Oms) -> None:
    announce(oms)
    part = oms.inbound.receive("PO-1", {"A": 6}, damaged={"A": 1}, receipt="GRN-1", actor="wms")
    again = oms.inbound.receive("PO-1", {"A": 6}, damaged={"A": 1}, receipt="GRN-1", actor="wms")
    assert part == again
    assert (part.status, part.outstanding, level(oms, "A", "W2").on_hand) == ("receiving", 3, 6)
    assert oms.stockroom.buckets("A", "W2") == {"inbound": 3, "damaged": 1}
    assert (free(oms), oms.offers.available(["A"])["A"].by(WED)) == (14, 17)
    oms.inbound.close("PO-1", actor="amy", reason="sold out")
    assert oms.offers.available(["A"])["A"].by(FRI) == 14
    assert list(oms.inbound.expected()) == []
    sound(oms)


def test_more_than_the_tolerance_is_refused_and_books_nothing_and_within_it_it_is_reported(oms: Oms) -> None:
    announce(oms, tolerance=10)
    with pytest.raises(Refused, match="too_many_pieces"):
        oms.inbound.receive("PO-1", {"A": 12}, receipt="GRN-1", actor="wms")
    assert Cell("A", "W2") not in oms.stock.levels(["A"])
    assert oms.inbound.receive("PO-1", {"A": 11}, receipt="GRN-1", actor="wms").over == {"A": 1}
    assert level(oms, "A", "W2").on_hand == 11
    sound(oms)


def test_a_change_set_is_taken_once_for_each_key(oms: Oms) -> None:
    announce(oms)
    for _ in range(2):
        oms.inbound.revise("PO-1", [SetExpected(1, 4), AddExpected("B", 2, FRI)], actor="amy", key="k1")
    assert [(line.sku, line.open) for line in oms.inbound.get("PO-1").lines] == [("A", 4), ("B", 2)]
    assert oms.stockroom.buckets("A", "W2") == {"inbound": 4}
    with pytest.raises(UsageError, match="key_reused"):
        oms.inbound.revise("PO-1", [SetExpected(1, 5)], actor="amy", key="k1")
    assert [entry.cause for entry in oms.inbound.history("PO-1")] == ["announce", "revise"]
    sound(oms)


def test_a_cancelled_announcement_is_promised_to_nobody(oms: Oms) -> None:
    announce(oms)
    oms.inbound.cancel("PO-1", actor="amy", reason="wrong item")
    assert oms.offers.available(["A"])["A"].by(FRI) == 8
    assert oms.stockroom.buckets("A", "W2") == {}
    sound(oms)


def test_announcing_the_same_document_again_changes_nothing(oms: Oms) -> None:
    announce(oms)
    announce(oms)
    with pytest.raises(Refused, match="already_announced"):
        announce(oms, ("A", 11, WED))
    assert oms.stockroom.buckets("A", "W2") == {"inbound": 10}


@pytest.mark.parametrize("call", ["get", "cancel", "close", "receive", "revise"])
def test_a_document_that_nobody_announced_is_unknown(oms: Oms, call: str) -> None:
    desk = oms.inbound
    calls = {
        "get": lambda: desk.get("X"),
        "cancel": lambda: desk.cancel("X", actor="amy"),
        "close": lambda: desk.close("X", actor="amy", reason="r"),
        "receive": lambda: desk.receive("X", {"A": 1}, receipt="R", actor="amy"),
        "revise": lambda: desk.revise("X", [], actor="amy"),
    }
    with pytest.raises(UsageError, match="unknown_announcement"):
        calls[call]()
    assert oms.inbound.history("X") == ()


def test_arriving_goods_go_to_those_who_wait_by_priority_and_not_to_who_looks_first(
    oms: Oms, clock: Clock
) -> None:
    early = place(oms, "1", ("A", 10))
    oms.run()
    clock.forward(hours=3)
    urgent = place(oms, "2", ("A", 4), urgent=True)
    other = place(oms, "3", ("B", 9))
    oms.run()
    announce(oms)
    oms.inbound.receive("PO-1", {"A": 5}, receipt="GRN-1", actor="wms")
    clock.forward(minutes=30)
    assert oms.run().looked == 0
    heard: list[int] = []
    run = oms.inbound.fill(["A"], progress=heard.append)
    assert (run.looked, run.moved["source"], heard) == (3, 2, [3])
    assert [oms.order(number).lines[0].open for number in (early, urgent, other)] == [1, 0, 5]
    sound(oms)


def test_a_held_order_gets_nothing_of_what_comes(oms: Oms) -> None:
    place(oms, "1", ("A", 8))
    blocked = place(oms, "2", ("A", 1))
    oms.run()
    oms.do(blocked, PutOnHold("fraud"), actor="amy")
    announce(oms, ("A", 1, WED))
    oms.inbound.receive("PO-1", {"A": 1}, receipt="GRN-1", actor="wms")
    oms.inbound.fill(["A"])
    assert oms.order(blocked).lines[0].open == 1


def test_verify_finds_goods_that_left_the_bucket_by_hand(oms: Oms) -> None:
    announce(oms)
    oms.stockroom.move("called_off", "W2", {"A": 3}, actor="bug")
    (drift,) = oms.verify().drift
    assert (drift.found, drift.expected) == (7, 10)
    with pytest.raises(Refused, match="out_of_stock"):
        oms.inbound.receive("PO-1", {"A": 10}, receipt="GRN-1", actor="wms")
    assert oms.inbound.get("PO-1").outstanding == 10


def test_what_is_announced_by_hand_beside_documents_is_no_drift(oms: Oms) -> None:
    announce(oms)
    oms.stockroom.move("announced", "W2", {"A": 3}, actor="amy")
    assert oms.verify().drift == ()
    assert oms.inbound.get("PO-1").outstanding == 10


@pytest.mark.parametrize(
    ("document", "day", "code"),
    [
        ("", WED, "no_number"),
        ("PO-2", datetime(2026, 3, 4, 9, tzinfo=UTC), "bad_day"),
        ("PO-2", "2026-03-04", "bad_day"),
    ],
)
def test_what_has_no_number_or_no_day_is_not_announced(oms: Oms, document: str, day: Any, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        oms.inbound.announce(document, "W2", [("A", 1, day)], actor="amy")
    assert caught.value.code == code
    assert list(oms.inbound.expected()) == []


def test_a_receipt_without_a_number_books_nothing(oms: Oms) -> None:
    announce(oms)
    with pytest.raises(UsageError, match="no_number"):
        oms.inbound.receive("PO-1", {"A": 1}, receipt="", actor="wms")
    assert oms.inbound.get("PO-1").outstanding == 10
