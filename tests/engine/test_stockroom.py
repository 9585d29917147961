"""Buckets through the facade, on every storage: what is in one cannot be sold, and its balance is proven."""

from __future__ import annotations

import pytest
from shop import Clock, order, payload, shop

from omskit.core import Cell, Destination, Level, Refused, UsageError, marked
from omskit.engine import Oms
from omskit.flow.steps.source import LEVELS
from omskit.inventory.transfers import CloseShort, Receive, Send
from omskit.orders import Order, OrderLine, Terms
from omskit.storage import Storage

BER = Cell("A", "BER")


def _stocked(storage: Storage, pieces: int) -> Oms:
    oms = shop(storage, Clock())
    oms.stock.receive("BER", {"A": pieces}, actor="amy")
    return oms


def test_spoiled_and_withheld_pieces_are_not_sold_until_they_are_fit_again(storage: Storage) -> None:
    oms = _stocked(storage, 10)
    oms.stockroom.move("spoiled", "BER", {"A": 4}, actor="amy", reason="wet")
    oms.stockroom.move("withheld", "BER", {"A": 3}, actor="amy")
    assert oms.stock.levels(["A"]) == {BER: Level(3)}
    assert oms.stockroom.buckets("A", "BER") == {"damaged": 4, "quality": 3}
    oms.stockroom.move("cleared", "BER", {"A": 2}, actor="ben")
    oms.stockroom.move("failed", "BER", {"A": 1}, actor="ben")
    oms.stockroom.move("scrapped", "BER", {"A": 5}, actor="ben")
    assert oms.stock.levels(["A"]) == {BER: Level(5)}
    assert oms.stockroom.buckets("A", "BER") == {}
    assert oms.verify().is_sound


def test_announced_pieces_can_be_sold_when_they_arrive(storage: Storage) -> None:
    oms = _stocked(storage, 1)
    oms.stockroom.move("announced", "BER", {"A": 20}, actor="amy", document="PO-1")
    assert oms.stock.levels(["A"]) == {BER: Level(1)}
    oms.stockroom.move("arrived", "BER", {"A": 15}, actor="amy", document="PO-1")
    oms.stockroom.move("called_off", "BER", {"A": 5}, actor="amy", document="PO-1")
    assert (oms.stock.levels(["A"]), oms.stockroom.buckets("A", "BER")) == ({BER: Level(16)}, {})
    assert oms.verify().is_sound


def test_promised_pieces_are_not_withheld_and_nothing_is_half_booked(storage: Storage) -> None:
    oms = _stocked(storage, 5)
    oms.stock.receive("BER", {"B": 5}, actor="amy")
    oms.receive("web", payload(order("1", ("A", 3))))
    oms.run()
    with pytest.raises(Refused, match="out_of_stock"):
        oms.stockroom.move("withheld", "BER", {"B": 5, "A": 3}, actor="amy")
    assert oms.stock.levels(["A", "B"]) == {BER: Level(5, 3), Cell("B", "BER"): Level(5)}
    assert oms.stockroom.buckets("B", "BER") == {}


def test_a_bucket_gives_no_more_than_it_has(storage: Storage) -> None:
    oms = _stocked(storage, 5)
    oms.stockroom.move("spoiled", "BER", {"A": 2}, actor="amy")
    with pytest.raises(Refused, match="out_of_stock"):
        oms.stockroom.move("restored", "BER", {"A": 3}, actor="amy")
    assert (oms.stock.levels(["A"]), oms.stockroom.buckets("A", "BER")) == ({BER: Level(3)}, {"damaged": 2})


def test_a_transfer_is_in_transit_at_its_target_until_it_is_received_or_lost(storage: Storage) -> None:
    oms = _stocked(storage, 30)
    number = oms.transfers.request("BER", "POZ", [("A", 20)], actor="amy")
    oms.transfers.do(number, Send("D1", ((1, 20),)), actor="ber")
    assert oms.stockroom.buckets("A", "POZ") == {"in_transit": 20}
    oms.transfers.do(number, Receive("R1", ((1, 12, 3),)), actor="poz")
    assert oms.stockroom.buckets("A", "POZ") == {"in_transit": 5, "damaged": 3}
    oms.transfers.do(number, CloseShort("lorry"), actor="amy")
    assert oms.stockroom.buckets("A", "POZ") == {"damaged": 3}
    assert oms.stock.levels(["A"]) == {BER: Level(10), Cell("A", "POZ"): Level(12)}
    assert oms.verify().is_sound


def test_buckets_stay_out_of_low_stock_and_full_counts(storage: Storage) -> None:
    clock = Clock()
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    oms.stockroom.move("spoiled", "BER", {"A": 2}, actor="amy")
    assert oms.stock.below(10) == {"A": 3}
    oms.stock.count("BER", {"A": 3}, as_of=clock(), actor="amy", full=True)
    assert oms.stockroom.buckets("A", "BER") == {"damaged": 2}


def test_a_movement_goes_by_the_plain_sku(storage: Storage) -> None:
    oms = _stocked(storage, 5)
    damaged = marked(BER, "damaged").sku
    with pytest.raises(UsageError, match="bad_mark"):
        oms.stockroom.move("received", "BER", {damaged: 1}, actor="amy")
    with pytest.raises(UsageError, match="bad_mark"):
        oms.stockroom.buckets(damaged, "BER")


def test_an_order_that_names_a_bucket_is_refused_and_the_others_are_placed(storage: Storage) -> None:
    oms = _stocked(storage, 5)
    oms.stockroom.move("spoiled", "BER", {"A": 4}, actor="amy")
    received = oms.receive("web", payload(order("1", (marked(BER, "damaged").sku, 3)), order("2", ("A", 1))))
    assert [one.code for one in received.refused] == ["bad_item"]
    assert len(received.placed) == 1


def test_the_source_step_never_sees_a_bucket(storage: Storage) -> None:
    oms = _stocked(storage, 5)
    oms.stockroom.move("spoiled", "BER", {"A": 4}, actor="amy")
    lines = (OrderLine(1, "A", 1, 1), OrderLine(2, marked(BER, "damaged").sku, 1, 1))
    terms = Terms("web", "1", Clock()(), "EUR", Destination("DE"), "b")
    with storage.begin(read=True) as unit:
        assert LEVELS.ask(unit, [Order(1, "approved", terms, lines)], False) == {BER: Level(1)}
