"""What a SQLite engine is told, what an unprepared one risks, and how the one writer is awaited."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from omskit.core import OmsError, StorageError, UsageError
from omskit.engine import KINDS
from omskit.storage.sql import SqlStorage, open_async_engine, open_engine, prepare_sqlite


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/shop.db")
    yield engine
    engine.dispose()


@pytest.fixture
def storage(engine: Engine) -> SqlStorage:
    storage = SqlStorage(engine, KINDS)
    storage.create()
    return storage


def code_of(caught: pytest.ExceptionInfo[OmsError]) -> str:
    return caught.value.code


def test_every_connection_writes_ahead_and_waits_for_the_disk(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            reading = connection.execution_options(omskit_reading=True)
            said = [reading.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
            assert said == ["wal", 2]


def test_an_unprepared_sqlite_engine_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
    with pytest.raises(UsageError, match="prepare_sqlite") as caught:
        SqlStorage(engine, KINDS)
    assert code_of(caught) == "unprepared_engine"


def test_a_host_prepares_its_own_engine_once_or_twice(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
    prepare_sqlite(engine)
    prepare_sqlite(engine)
    SqlStorage(engine, KINDS).create()
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM oms_order").scalar() == 0
    engine.dispose()


def test_preparing_is_for_sqlite() -> None:
    with pytest.raises(UsageError) as caught:
        prepare_sqlite(create_engine("postgresql+psycopg://nobody@127.0.0.1/none"))
    assert code_of(caught) == "not_sqlite"


def test_a_database_in_memory_is_refused_because_it_has_no_write_ahead_log() -> None:
    with pytest.raises(UsageError) as caught:
        SqlStorage(open_engine("sqlite://"), KINDS).create()
    assert code_of(caught) == "not_wal"


@pytest.mark.parametrize(
    ("url", "code"),
    [("not a url", "bad_url"), ("mysql://shop", "unknown_database"), ("sqlite+nothing:///a.db", "missing_driver")],
)
def test_an_unusable_url_is_refused_with_what_would_do(url: str, code: str) -> None:
    for opener in (open_engine, open_async_engine):
        with pytest.raises(UsageError) as caught:
            opener(url)
        assert code_of(caught) == code


def test_a_writer_that_never_ends_is_reported_as_busy(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
    prepare_sqlite(engine, wait_seconds=0.05)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    with engine.begin():
        with pytest.raises(StorageError) as caught, storage.begin():
            pytest.fail("the write lock was given twice")
        assert code_of(caught) == "database_busy"
    with storage.begin() as unit:
        assert list(unit.keys(2)) == [1, 2]
    engine.dispose()


def test_a_unit_that_only_looks_waits_for_nobody_and_sees_one_moment(storage: SqlStorage) -> None:
    with storage.engine.begin() as writer:
        writer.exec_driver_sql("INSERT INTO oms_levels VALUES ('A', 'BER', 1, 0)")
        with storage.begin(read=True) as unit:
            assert not unit.stock.levels(["A"])


def test_a_unit_within_a_unit_is_refused_at_once(storage: SqlStorage) -> None:
    with storage.begin(), pytest.raises(UsageError) as caught, storage.begin():
        pytest.fail("it would wait for itself")
    assert code_of(caught) == "nested_unit"


@pytest.mark.parametrize(
    "row",
    ["'A', 'BER', 1, 2", "'A', 'BER', 1, -1", "'A', 'BER', '12.5x', 0", "'A', 'BER', 1.5, 0", "NULL, 'BER', 1, 0"],
)
def test_the_tables_themselves_refuse_a_level_that_cannot_be(storage: SqlStorage, row: str) -> None:
    with pytest.raises(IntegrityError), storage.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO oms_levels VALUES ({row})"))


@pytest.mark.parametrize("counters", ["2, 0, 0, 0, 0", "1, 0, 0, 0, 1", "-1, 0, 2, 0, 0"])
def test_the_tables_refuse_a_line_whose_counters_do_not_add_up(storage: SqlStorage, counters: str) -> None:
    names = "owner, position, sku, ordered, open, reserved, shipped, cancelled, returned, paid_minor"
    with pytest.raises(IntegrityError, match="CHECK"), storage.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO oms_order_lines ({names}) VALUES (1, 0, 'A', 1, {counters}, 100)"))


def test_a_forked_process_opens_its_own_connections(storage: SqlStorage) -> None:
    with storage.begin() as unit:
        first = unit.keys(1)[0]
    child = os.fork()
    if not child:
        with storage.begin() as unit:
            second = unit.keys(1)[0]
        os._exit(second - first)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    with storage.begin() as unit:
        assert unit.keys(1)[0] == first + 2
