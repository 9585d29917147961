"""Counts through the facade, on every storage: absolute, once, safe with work in flight, flat in statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from shop import AT, Clock, order, payload, shop
from sqlalchemy import Connection, event

from omskit.core import Cell, Level, Refused, readable
from omskit.engine import KINDS, Oms
from omskit.fulfillment import HandOver
from omskit.inventory import Tolerance
from omskit.storage import Storage
from omskit.storage.sql import SqlStorage, open_engine
from omskit.storage.sql.stock import SqlStockBook

MINUTE = timedelta(minutes=1)


def _level(oms: Oms, sku: str = "A") -> Level:
    return oms.stock.levels([sku])[Cell(sku, "BER")]


def test_i12_what_moved_after_the_instant_stands(storage: Storage) -> None:
    clock = Clock()
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": 45}, actor="amy")
    clock.forward(minutes=5)
    oms.stock.adjust("BER", {"A": -3}, actor="amy", reason="broken")
    found = oms.stock.count("BER", {"A": 42}, as_of=AT + MINUTE, actor="bo", document="C1")
    assert [one.difference for one in found.variances] == [-3]
    assert _level(oms) == Level(39)
    assert oms.stock.movements("A", "BER")[0].document == "C1"
    assert oms.verify().is_sound


def test_edge_5_an_older_snapshot_and_the_same_one_again_change_nothing(storage: Storage) -> None:
    oms = shop(storage, Clock())
    oms.stock.count("BER", {"A": 7}, as_of=AT, actor="wms")
    for quantity, at in ((9, AT), (3, AT - MINUTE)):
        found = oms.stock.count("BER", {"A": quantity}, as_of=at, actor="wms")
        assert len(found.ignored) == 1
    assert _level(oms) == Level(7)


def test_edge_5_a_snapshot_without_what_is_picked_lets_the_order_ship(storage: Storage) -> None:
    clock = Clock()
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    oms.receive("web", payload(order("1", ("A", 1))))
    oms.run()
    clock.forward(minutes=5)
    found = oms.stock.count("BER", {"A": 0}, as_of=clock(), actor="wms", picked_included=False)
    assert (found.booked, found.variances[0].explained) == ((), 1)
    assert _level(oms) == Level(1, 1)
    (work,) = oms.fulfillments()
    oms.do(readable("FO", work.key), HandOver("WB", "post"), actor="wms")
    assert _level(oms) == Level(0, 0)
    assert oms.verify().is_sound


def test_a_full_snapshot_empties_what_it_does_not_name(storage: Storage) -> None:
    oms = shop(storage, Clock())
    oms.stock.receive("BER", {"A": 5, "B": 2}, actor="amy")
    oms.stock.receive("POZ", {"B": 2}, actor="amy")
    oms.stock.count("BER", {"A": 4}, as_of=AT, actor="wms", full=True)
    assert oms.stock.levels(["A", "B"]) == {
        Cell("A", "BER"): Level(4),
        Cell("B", "BER"): Level(0),
        Cell("B", "POZ"): Level(2),
    }


def test_a_variance_beyond_the_tolerance_is_booked_when_somebody_approves(storage: Storage) -> None:
    oms = shop(storage, Clock())
    oms.stock.receive("BER", {"A": 50}, actor="amy")
    found = oms.stock.count("BER", {"A": 40}, as_of=AT, actor="bo", tolerance=Tolerance(pieces=2))
    assert _level(oms) == Level(50)
    oms.stock.approve("BER", found.to_approve, actor="amy")
    oms.stock.approve("BER", found.to_approve, actor="amy")
    assert _level(oms) == Level(40)
    assert oms.verify().is_sound


def test_an_approval_of_pieces_promised_since_is_refused_as_a_whole(storage: Storage) -> None:
    oms = shop(storage, Clock())
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    found = oms.stock.count("BER", {"A": 1}, as_of=AT, actor="bo", tolerance=Tolerance(pieces=0))
    oms.receive("web", payload(order("1", ("A", 3))))
    oms.run()
    with pytest.raises(Refused, match="out_of_stock"):
        oms.stock.approve("BER", found.to_approve, actor="amy")
    assert _level(oms) == Level(5, 3)


def test_a_count_of_nothing_is_nothing(storage: Storage) -> None:
    assert shop(storage, Clock()).stock.count("BER", {}, as_of=AT, actor="bo").variances == ()


def test_a_count_beside_other_movements_loses_none_of_them(storage: Storage) -> None:
    """Receipts run while snapshots are booked; each snapshot was seen before all of them."""
    clock = Clock()
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    clock.forward(minutes=5)

    def receive() -> None:
        for _ in range(10):
            oms.stock.receive("BER", {"A": 1}, actor="amy")

    threads = [Thread(target=receive) for _ in range(2)]
    for thread in threads:
        thread.start()
    for second in range(5):
        oms.stock.count("BER", {"A": 20 + second}, as_of=AT + timedelta(seconds=second + 1), actor="wms")
    for thread in threads:
        thread.join()
    assert _level(oms) == Level(24 + 20)
    assert oms.verify().is_sound


@pytest.mark.postgres
def test_a_movement_between_two_reads_of_a_count_is_not_taken_for_an_older_one(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone receives a piece right after the levels were read: the cells are locked, it comes after."""
    engine = open_engine(postgres_url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    clock = Clock()
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    clock.forward(minutes=5)
    other = Thread(target=lambda: oms.stock.receive("BER", {"A": 1}, actor="amy"))
    read = SqlStockBook.levels

    def read_slowly(book: SqlStockBook, skus: Collection[str], *, lock: bool = False) -> Mapping[Cell, Level]:
        found = read(book, skus, lock=lock)
        other.start()
        other.join(timeout=0.5)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(SqlStockBook, "levels", read_slowly)
        oms.stock.count("BER", {"A": 12}, as_of=AT + MINUTE, actor="wms")
    other.join()
    assert _level(oms) == Level(13)
    engine.dispose()


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_ten_skus_and_a_thousand_take_the_same_number_of_statements(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else f"sqlite:///{tmp_path}/shop.db"
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    oms, sent = shop(storage, Clock()), 0

    def counted(_connection: Connection, *_what: object) -> None:
        nonlocal sent
        sent += 1

    event.listen(engine, "before_cursor_execute", counted)
    taken = []
    for number, count in enumerate((10, 1000)):
        oms.stock.receive("BER", {f"{number}-{n}": 5 for n in range(count)}, actor="amy")
        sent = 0
        oms.stock.count("BER", {f"{number}-{n}": n % 9 for n in range(count)}, as_of=AT, actor="wms")
        taken.append(sent)
    engine.dispose()
    assert taken[0] == taken[1] < 15
