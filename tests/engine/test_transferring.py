"""Transfers through the facade, on every storage: history and stock change together, each document once."""

from __future__ import annotations

import pytest
from shop import Clock, order, payload, shop

from omskit.core import Cell, Level, Refused, UsageError, readable
from omskit.engine import Oms, on_the_way
from omskit.inventory.transfers import Cancel, CloseShort, Receive, Send
from omskit.storage import Storage

BER, POZ = Cell("A", "BER"), Cell("A", "POZ")


def _stocked(storage: Storage, pieces: int = 30) -> Oms:
    oms = shop(storage, Clock())
    oms.stock.receive("BER", {"A": pieces}, actor="amy")
    return oms


def test_i13_twenty_leave_fifteen_arrive_and_five_are_lost(storage: Storage) -> None:
    oms = _stocked(storage)
    number = oms.transfers.request("BER", "POZ", [("A", 20)], actor="amy")
    oms.transfers.do(number, Send("D1", ((1, 20),)), actor="ber")
    assert on_the_way([oms.transfers.get(number)]) == {POZ: 20}
    oms.transfers.do(number, Receive("R1", ((1, 15, 0),)), actor="poz")
    closed = oms.transfers.do(number, CloseShort("lorry"), actor="amy")
    assert (closed.status, closed.lines[0].lost, on_the_way([closed])) == ("closed_short", 5, {})
    assert oms.stock.levels(["A"]) == {BER: Level(10), POZ: Level(15)}
    assert oms.verify().is_sound


def test_edge_7_a_document_that_comes_again_moves_nothing(storage: Storage) -> None:
    oms = _stocked(storage)
    number = oms.transfers.request("BER", "POZ", [("A", 20)], actor="amy")
    for _ in range(2):
        oms.transfers.do(number, Send("D1", ((1, 8),), final=False), actor="ber")
    for _ in range(2):
        oms.transfers.do(number, Receive("R1", ((1, 3, 0),)), actor="poz")
    assert oms.stock.levels(["A"]) == {BER: Level(22), POZ: Level(3)}


def test_promised_pieces_do_not_leave_and_nothing_is_half_written(storage: Storage) -> None:
    oms = _stocked(storage, 5)
    oms.receive("web", payload(order("1", ("A", 3))))
    oms.run()
    number = oms.transfers.request("BER", "POZ", [("A", 3)], actor="amy")
    with pytest.raises(Refused, match="out_of_stock"):
        oms.transfers.do(number, Send("D1", ((1, 3),)), actor="ber")
    assert oms.transfers.get(number).status == "requested"
    assert oms.stock.levels(["A"]) == {BER: Level(5, 3)}


def test_a_cancelled_transfer_is_over(storage: Storage) -> None:
    oms = _stocked(storage)
    number = oms.transfers.request("BER", "POZ", [("A", 3)], actor="amy", reason="rebalance")
    assert oms.transfers.do(number, Cancel(), actor="amy").status == "cancelled"
    with pytest.raises(Refused, match="not_allowed"):
        oms.transfers.do(number, Send("D1", ((1, 3),)), actor="ber")


def test_a_transfer_that_is_not_there_is_told(storage: Storage) -> None:
    oms = _stocked(storage)
    with pytest.raises(UsageError, match="unknown_transfer"):
        oms.transfers.do(readable("TR", 999), Cancel(), actor="amy")
    with pytest.raises(UsageError, match="unknown_transfer"):
        oms.transfers.get(readable("TR", 999))
