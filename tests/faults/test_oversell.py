"""F-01 to F-04: many workers reach for the same pieces, and ask for the same thing at the same moment."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from many_shops import in_threads
from shop import AT, order, payload

from omskit.core import Cell, ConcurrencyConflict, Level, OmsError, Refused, UsageError
from omskit.engine import Oms
from omskit.inventory import Move, movement
from omskit.inventory.transfers import Send
from omskit.orders import Approve, Assign, Consignment
from omskit.storage.sql.inbox import SqlInbox
from omskit.storage.sql.stock import SqlStockBook

BER = Cell("A", "BER")
WORKERS = 8


def assigned(oms: Oms, count: int) -> Callable[[int], object]:
    numbers = oms.receive("web", payload(*(order(f"{n}", ("A", 1)) for n in range(count)))).placed
    for number in numbers:
        oms.do(number, Approve(), actor="amy")
    command = Assign((Consignment(1, "BER", ((1, 1),)),), AT)
    return lambda n: oms.do(numbers[n], command, actor="amy")


def adjusted(oms: Oms, _count: int) -> Callable[[int], object]:
    return lambda n: oms.stock.adjust("BER", {"A": -1}, actor="amy", reason="lost", key=f"{n}")


def withheld(oms: Oms, _count: int) -> Callable[[int], object]:
    return lambda n: oms.stockroom.move("withheld", "BER", {"A": 1}, actor="amy", key=f"{n}")


def sent(oms: Oms, count: int) -> Callable[[int], object]:
    numbers = [oms.transfers.request("BER", "POZ", [("A", 1)], actor="amy") for _ in range(count)]
    return lambda n: oms.transfers.do(numbers[n], Send(f"D{n}", ((1, 1),)), actor="amy")


ENTRIES = {"do": assigned, "stock.adjust": adjusted, "stockroom.move": withheld, "transfers.do": sent}


def storm(oms: Oms, attempt: Callable[[int], object], count: int) -> list[Any]:
    """Make every attempt once, over eight threads; return one outcome each: None, or the refusal."""

    def some(_oms: Oms, worker: int) -> list[Any]:
        outcomes: list[Any] = []
        for number in range(worker, count, WORKERS):
            try:
                attempt(number)
            except Refused as refusal:
                outcomes.append(refusal)
            else:
                outcomes.append(None)
        return outcomes

    found = in_threads(oms, some, WORKERS)
    assert not [one for one in found if isinstance(one, OmsError)]
    return [one for part in found for one in part]


@pytest.mark.parametrize("entry", ENTRIES)
def test_twice_as_many_attempts_as_pieces_take_every_piece_and_no_more(
    oms: Oms,
    entry: str,
    is_long: bool,  # noqa: FBT001
) -> None:
    pieces = 1_000 if is_long else 20
    oms.stock.receive("BER", {"A": pieces}, actor="amy")
    outcomes = storm(oms, ENTRIES[entry](oms, 2 * pieces), 2 * pieces)
    assert [one for one in outcomes if one is None] == [None] * pieces
    assert {one.code for one in outcomes if one} == {"out_of_stock"}
    assert oms.stock.levels(["A"])[BER].available == 0
    assert oms.verify().drift == ()


def test_runners_take_every_piece_and_no_more(oms: Oms, is_long: bool) -> None:  # noqa: FBT001
    pieces = 1_000 if is_long else 20
    oms.stock.receive("BER", {"A": pieces}, actor="amy")
    oms.receive("web", payload(*(order(f"{n}", ("A", 1)) for n in range(2 * pieces))))
    outcomes = in_threads(oms, lambda one, _: one.run(), WORKERS)
    assert not [one for one in outcomes if isinstance(one, OmsError)]
    oms.run()
    assert oms.stock.levels(["A"]) == {BER: Level(pieces, pieces)}
    assert sum(one.lines[0].reserved for one in oms.orders()) == pieces
    assert oms.verify().drift == ()


def test_units_in_any_order_of_cells_wait_for_each_other_without_a_deadlock(
    oms: Oms,
    is_long: bool,  # noqa: FBT001
) -> None:
    each, skus = 1_000 if is_long else 40, "ABCDEF"
    oms.stock.receive("BER", dict.fromkeys(skus, 100_000), actor="amy")

    def work(one: Oms, worker: int) -> int:
        dice = random.Random(worker)
        for _ in range(each):
            wanted = dice.sample(skus, 3)
            moves = [movement(Move("lost", Cell(sku, "BER"), 1), at=AT, actor="amy") for sku in wanted]
            with one.storage.begin() as unit:
                unit.stock.post(moves)
        return each

    assert in_threads(oms, work, WORKERS) == [each] * WORKERS
    left = sum(level.on_hand for level in oms.stock.levels(skus).values())
    assert left == 6 * 100_000 - 3 * each * WORKERS


@pytest.mark.postgres
def test_units_that_lock_in_the_callers_order_do_deadlock(oms: Oms, monkeypatch: pytest.MonkeyPatch) -> None:
    if not oms.storage.capabilities.concurrent_units:
        pytest.skip("one writer at a time: nothing to lock")
    oms.stock.receive("BER", dict.fromkeys("AB", 1_000), actor="amy")
    whole = SqlStockBook.post
    monkeypatch.setattr(SqlStockBook, "post", lambda self, moves: [whole(self, [one]) for one in moves] and None)

    def work(one: Oms, worker: int) -> None:
        wanted = "AB" if worker % 2 else "BA"
        for _ in range(60):
            with one.storage.begin() as unit:
                unit.stock.post([movement(Move("lost", Cell(s, "BER"), 1), at=AT, actor="amy") for s in wanted])

    assert [one for one in in_threads(oms, work, WORKERS) if isinstance(one, ConcurrencyConflict)]


def test_an_order_with_one_sku_on_two_lines_is_refused_as_a_whole(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 3), ("A", 3)))).placed
    oms.do(number, Approve(), actor="amy")
    with pytest.raises(Refused) as refused:
        oms.do(number, Assign((Consignment(1, "BER", ((1, 3), (2, 3))),), AT), actor="amy")
    assert refused.value.facts["cells"] == (("A", "BER", 6, 5),)
    assert oms.stock.levels(["A"]) == {BER: Level(5)}
    assert [line.reserved for line in oms.order(number).lines] == [0, 0]


def test_a_storage_that_books_line_by_line_is_caught(oms: Oms, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SqlStockBook.post
    monkeypatch.setattr(SqlStockBook, "post", lambda self, moves: [whole(self, [one]) for one in moves] and None)
    with pytest.raises(AssertionError):
        test_an_order_with_one_sku_on_two_lines_is_refused_as_a_whole(oms)


def receiving(key: str, oms: Oms, _worker: int) -> None:
    oms.stock.receive("BER", {"A": 3}, actor="amy", key=key)


def duplicate_storm(oms: Oms, keys: int, threads: int) -> None:
    """Ask for the same under one key from many threads, then for something else; each key has one effect."""
    for key in range(keys):
        assert in_threads(oms, partial(receiving, f"{key}"), threads) == [None] * threads
        with pytest.raises(UsageError, match="key_reused"):
            oms.stock.receive("BER", {"A": 4}, actor="amy", key=f"{key}")
    assert oms.stock.levels(["A"]) == {BER: Level(3 * keys)}


def test_a_storm_of_one_key_has_one_effect(oms: Oms, is_long: bool) -> None:  # noqa: FBT001
    duplicate_storm(oms, *((200, 64) if is_long else (4, 16)))


def test_nobody_in_a_storm_is_told_that_what_was_refused_is_done(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    outcomes = in_threads(
        oms, lambda one, _: one.stock.adjust("BER", {"A": -2}, actor="amy", reason="lost", key="k"), 16
    )
    assert [one.code for one in outcomes] == ["out_of_stock"] * 16


def test_a_storage_that_forgets_receipts_is_caught(oms: Oms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlInbox, "record", SqlInbox.replace)
    monkeypatch.setattr(SqlInbox, "seen", lambda *_: {})
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        duplicate_storm(oms, 1, 8)
