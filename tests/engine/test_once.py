"""Calls with a key: made twice they change things once, on every storage."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from shop import Clock, shop

from omskit.core import Cell, Level, Refused, UsageError
from omskit.engine import Oms
from omskit.storage import Storage

CELL = Cell("A", "BER")
CALLS: dict[str, Callable[[Oms, int, str], object]] = {
    "receive": lambda oms, pieces, key: oms.stock.receive("BER", {"A": pieces}, actor="amy", key=key),
    "adjust": lambda oms, pieces, key: oms.stock.adjust("BER", {"A": -pieces}, actor="amy", reason="x", key=key),
    "spoil": lambda oms, pieces, key: oms.stockroom.move("spoiled", "BER", {"A": pieces}, actor="amy", key=key),
    "transfer": lambda oms, n, key: oms.transfers.request("BER", "POZ", [("A", n)], actor="amy", key=key),
}


@pytest.fixture
def oms(storage: Storage) -> Oms:
    made = shop(storage, Clock())
    made.stock.receive("BER", {"A": 10}, actor="amy")
    return made


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_same_call_with_its_key_changes_nothing_a_second_time(
    oms: Oms, call: Callable[[Oms, int, str], object]
) -> None:
    first = call(oms, 3, "k")
    level, moved = oms.stock.levels(["A"]), oms.stock.movements("A", "BER")
    assert call(oms, 3, "k") == first
    assert (oms.stock.levels(["A"]), oms.stock.movements("A", "BER")) == (level, moved)
    assert oms.verify().is_sound


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_key_that_comes_with_something_else_is_an_error_and_changes_nothing(
    oms: Oms, call: Callable[[Oms, int, str], object]
) -> None:
    call(oms, 3, "k")
    before = oms.stock.levels(["A"])
    with pytest.raises(UsageError) as error:
        call(oms, 4, "k")
    assert (error.value.code, oms.stock.levels(["A"])) == ("key_reused", before)


def test_keys_of_different_calls_are_apart(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": 3}, actor="amy", key="k")
    oms.stockroom.move("spoiled", "BER", {"A": 3}, actor="amy", key="k")
    assert oms.stock.levels(["A"])[CELL] == Level(10)


def test_a_refused_call_leaves_its_key_unused(oms: Oms) -> None:
    with pytest.raises(Refused):
        oms.stock.adjust("BER", {"A": -11}, actor="amy", reason="x", key="k")
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    oms.stock.adjust("BER", {"A": -11}, actor="amy", reason="x", key="k")
    assert oms.stock.levels(["A"])[CELL] == Level(0)


def test_ten_workers_with_one_key_book_once(oms: Oms) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: oms.stock.receive("BER", {"A": 5}, actor="amy", key="asn-7"), range(10)))
    assert oms.stock.levels(["A"])[CELL] == Level(15)
    assert oms.verify().is_sound


def test_without_a_key_every_call_counts(oms: Oms) -> None:
    for _ in range(2):
        oms.stock.receive("BER", {"A": 5}, actor="amy")
    assert oms.stock.levels(["A"])[CELL] == Level(20)
