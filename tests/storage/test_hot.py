"""Hot SKUs: their shards are nobody's business, and as many units as there are shards take pieces at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from omskit.core import Cell, Level, Refused, UsageError
from omskit.engine import KINDS, Oms
from omskit.flow import Process
from omskit.storage import Storage
from omskit.storage.sql import SqlStorage, open_engine
from omskit.storage.sql.hot import PLENTY
from omskit.testing.storage.booking import drift, levels, refused
from omskit.testing.storage.hands import in_threads
from omskit.testing.storage.tickets import A, B, C, coming, moving, post, reserving, shipping


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        given: str = request.getfixturevalue("postgres_url")
        return given
    return f"sqlite:///{tmp_path}/hot.db"


@pytest.fixture
def storage(url: str) -> Iterator[SqlStorage]:
    storage = SqlStorage(open_engine(url), KINDS)
    storage.create()
    yield storage
    storage.close()


@pytest.fixture
def other(storage: SqlStorage) -> SqlStorage:
    """Return the storage of a process that has seen nothing yet."""
    return SqlStorage(storage.engine, KINDS)


def shards(storage: SqlStorage, cell: Cell = A) -> list[tuple[int, int]]:
    """Return on hand and reserved of each shard of a cell."""
    query = "SELECT on_hand, reserved FROM oms_shards WHERE sku = :sku AND warehouse = :house ORDER BY shard"
    with storage.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text(query), {"sku": cell.sku, "house": cell.warehouse})]


def test_heating_changes_no_level_and_lays_the_pieces_out_evenly(storage: SqlStorage) -> None:
    post(storage, coming(A, 10), coming(B, 2), coming(C, 1), reserving(A, 3))
    storage.heat({"A": 4})
    assert levels(storage) == {A: Level(10, 3), C: Level(1), B: Level(2)}
    assert [on_hand - reserved for on_hand, reserved in shards(storage)] == [2, 2, 2, 1]
    assert shards(storage, C) == [(1, 0), (0, 0), (0, 0), (0, 0)]
    assert (shards(storage, B), drift(storage)) == ([], [])


def test_the_number_of_shards_changes_while_the_levels_stay(storage: SqlStorage) -> None:
    post(storage, coming(A, 10), reserving(A, 3))
    for number in (4, 7, 2, 1, 3):
        storage.heat({"A": number})
        assert len(shards(storage)) == number
        assert levels(storage) == {A: Level(10, 3)}
    assert drift(storage) == []


def test_a_warehouse_that_a_hot_sku_comes_to_later_has_shards_too(storage: SqlStorage) -> None:
    storage.heat({"A": 3})
    post(storage, coming(A, 7), coming(B, 1))
    assert shards(storage) == [(3, 0), (2, 0), (2, 0)]
    assert levels(storage) == {A: Level(7), B: Level(1)}


def test_a_process_that_does_not_know_that_a_sku_is_hot_books_the_same_pieces(
    storage: SqlStorage, other: SqlStorage
) -> None:
    post(other, coming(A, 5))
    storage.heat({"A": 3})
    post(other, reserving(A, 4))
    post(storage, reserving(A, 1, 2))
    assert refused(other, reserving(A, 1, 3)).facts["cells"] == (("A", "BER", 1, 0),)
    assert (levels(storage), drift(storage)) == ({A: Level(5, 5)}, [])


def test_a_process_that_takes_a_sku_for_hot_that_is_not_books_its_level(storage: SqlStorage) -> None:
    storage.heat({"A": 3})
    post(storage, coming(A, 5))
    with storage.engine.begin() as connection:
        connection.execute(text("DELETE FROM oms_shards"))
        connection.execute(text("DELETE FROM oms_hot"))
        connection.execute(text("INSERT INTO oms_levels VALUES ('A', 'BER', 5, 0)"))
    post(storage, reserving(A, 5))
    assert (levels(storage), drift(storage)) == ({A: Level(5, 5)}, [])


def test_a_level_that_was_left_beside_shards_is_booked_like_one_of_them(
    storage: SqlStorage, other: SqlStorage
) -> None:
    storage.heat({"A": 3})
    post(storage, coming(A, 2), coming(B, 3))
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE oms_levels SET sku = 'A'"))
        connection.execute(text("UPDATE oms_movements SET sku = 'A'"))
    assert levels(storage) == {A: Level(5)}
    post(other, reserving(A, 4))
    assert refused(storage, reserving(A, 2, 2)).facts["cells"] == (("A", "BER", 2, 1),)
    post(storage, reserving(A, 1, 2))
    assert (levels(storage), list(storage_locked(storage).values())) == ({A: Level(5, 5)}, [Level(5, 5)])
    storage.heat({"A": 3})
    assert (sum(on_hand for on_hand, _ in shards(storage)), drift(storage)) == (5, [])


def storage_locked(storage: SqlStorage) -> dict[Cell, Level]:
    with storage.begin() as unit:
        return dict(unit.stock.levels(["A"], lock=True))


def test_more_than_one_shard_has_is_booked_while_the_sum_is_enough(storage: SqlStorage) -> None:
    storage.heat({"A": 4})
    post(storage, coming(A, 8))
    post(storage, reserving(A, 7))
    post(storage, shipping(A, 7))
    assert refused(storage, moving(A, -2, 0)).facts["cells"] == (("A", "BER", 2, 1),)
    post(storage, moving(A, -1, 0))
    assert (levels(storage), shards(storage)) == ({A: Level()}, [(0, 0)] * 4)


def test_a_refusal_takes_back_what_was_laid_out_anew_and_cells_that_were_made(storage: SqlStorage) -> None:
    storage.heat({"A": 3, "B": 2})
    post(storage, coming(A, 5), coming(B, 1))
    cold = Cell("X", "BER")
    with storage.begin() as unit:
        with pytest.raises(Refused) as caught:
            unit.stock.post([reserving(A, 4), coming(C, 1), coming(cold, 1), reserving(B, 2)])
        assert caught.value.facts["cells"] == (("B", "BER", 2, 1),)
        assert dict(unit.stock.all_levels()) == {A: Level(5), B: Level(1)}
        unit.stock.post([reserving(A, 5)])
    assert (levels(storage), drift(storage)) == ({A: Level(5, 5), B: Level(1)}, [])


@pytest.mark.parametrize("number", [0, -1, 257, "8", 2.0])
def test_a_number_of_shards_that_cannot_be_is_refused_by_every_storage(url: str, number: Any) -> None:
    for one in (url, "memory:"):
        with pytest.raises(UsageError) as caught:
            Oms.open(one, process=Process("none", ()), hot={"A": number})
        assert caught.value.code == "bad_shards"


def test_a_shop_is_opened_with_hot_skus_and_another_that_names_none_finds_them(url: str) -> None:
    shop = Oms.open(url, process=Process("none", ()), hot={"A": 4})
    second = Oms.open(url, process=Process("none", ()))
    second.stock.receive("BER", {"A": 9}, actor="amy")
    assert isinstance(shop.storage, SqlStorage)
    assert isinstance(second.storage, SqlStorage)
    assert len(shards(shop.storage)) == 4
    assert shop.stock.levels(["A"]) == {A: Level(9)}
    shop.storage.close()
    second.storage.close()


def test_levels_of_many_cells_come_in_order_hot_or_not(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omskit.storage.sql.stock._PAGE", 3)
    cells = [Cell(sku, house) for sku in "ABCDEFG" for house in ("BER", "PAR")]
    storage.heat({"B": 2, "C": 3, "G": 5})
    post(storage, *(coming(cell, at) for at, cell in enumerate(cells, 1)))
    assert list(levels(storage).items()) == [(cell, Level(at)) for at, cell in enumerate(cells, 1)]


@pytest.mark.postgres
def test_as_many_units_as_there_are_shards_take_pieces_at_once(postgres_url: str) -> None:
    storages = [SqlStorage(open_engine(postgres_url), KINDS) for _ in range(4)]
    storages[0].create()
    storages[0].heat({"A": 4})
    post(storages[0], coming(A, 40))
    with ExitStack() as open_units:
        units = [open_units.enter_context(one.begin()) for one in storages]
        for number, unit in enumerate(units, 1):
            unit.stock.post([reserving(A, 1, number)])
    assert levels(storages[0]) == {A: Level(40, 4)}
    for one in storages:
        one.close()


@pytest.mark.postgres
def test_booking_one_cell_and_all_its_records_is_one_statement_hot_or_not(postgres_url: str) -> None:
    storage = SqlStorage(open_engine(postgres_url), KINDS)
    storage.create()
    storage.heat({"A": 4})
    post(storage, coming(A, 4 * PLENTY + 8), coming(B, 9))
    post(storage, reserving(A, 1))  # nobody knows yet that there is plenty, and the look can be undone
    said: list[str] = []
    event.listen(storage.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    for cell in (A, B):
        post(storage, reserving(cell, 1))
        assert len(said) == 1
        said.clear()
    storage.close()


def take_one(storage: Storage, number: int) -> int:
    """Take single pieces until there is none; return how many."""
    taken = 0
    while True:
        try:
            post(storage, reserving(A, 1, 1_000 * number + taken + 1))
        except Refused:
            return taken
        taken += 1


def heat_up_and_down(storage: Storage, number: int) -> int:
    if number:
        return take_one(storage, number)
    assert isinstance(storage, SqlStorage)
    for shards in (5, 2, 8, 1, 3):
        storage.heat({"A": shards})
    return 0


def test_shards_come_and_go_while_others_drain_the_cell(storage: SqlStorage) -> None:
    post(storage, coming(A, 60))
    outcomes = in_threads(storage, heat_up_and_down, hands=5)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert sum(one for one in outcomes if isinstance(one, int)) == 60
    assert (levels(storage), len(shards(storage)), drift(storage)) == ({A: Level(60, 60)}, 3, [])
