"""Inside a transaction of the host: nothing is kept but by the host, and nothing of the host's is touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, create_engine, event, inspect

from omskit.channels import Channel, ChannelLine, ChannelOrder
from omskit.core import Cell, Destination, Duplicate, Level, Refused, StorageError, UsageError
from omskit.engine import KINDS, Oms
from omskit.flow import Process
from omskit.orders import Approve, Assign, Consignment
from omskit.storage import MemoryStorage, Message, Receipt
from omskit.storage.sql import SqlStorage, define_tables, open_engine

AT = datetime(2026, 3, 2, tzinfo=UTC)
SHOP = Channel(
    "shop", lambda _: [ChannelOrder("1", AT, "EUR", Destination("DE"), (ChannelLine("A", 2, 990),), "ida")]
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def host() -> MetaData:
    metadata = MetaData()
    Table("carts", metadata, Column("id", Integer, primary_key=True), Column("note", Text))
    return metadata


@pytest.fixture
def storage(engine: Engine, host: MetaData) -> SqlStorage:
    tables = define_tables(host, KINDS, prefix="shop_")
    host.create_all(engine)
    return SqlStorage(engine, KINDS, tables)


def _statements(connection: Connection) -> list[str]:
    said: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: said.append(args[2]))
    return said


def _work(storage: SqlStorage, connection: Connection) -> None:
    connection.exec_driver_sql("INSERT INTO carts VALUES (1, 'bought')")
    with storage.joined(connection) as unit:
        unit.inbox.record("web", [Receipt("1", "f", "{}")], at=AT)
        unit.outbox.put([Message(unit.keys(1)[0], "warehouse:BER", "k", "t", "{}", AT)])


def _swallow(storage: SqlStorage, connection: Connection) -> None:
    with storage.joined(connection) as unit:
        twice = [Receipt("1", "f", "{}"), Receipt("1", "f", "{}")]
        with pytest.raises(Duplicate):
            unit.inbox.record("web", twice, at=AT)


def test_what_the_host_commits_is_kept(storage: SqlStorage) -> None:
    with storage.engine.begin() as connection:
        _work(storage, connection)
    with storage.begin(read=True) as unit:
        assert (set(unit.inbox.seen("web", ["1"])), unit.outbox.waiting()) == ({"1"}, {None: 1})


def test_what_the_host_rolls_back_never_was(storage: SqlStorage) -> None:
    with storage.engine.connect() as connection:
        _work(storage, connection)
        connection.rollback()
    with storage.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM carts").scalar() == 0
    with storage.begin(read=True) as unit:
        assert (unit.inbox.seen("web", ["1"]), unit.outbox.waiting()) == ({}, {})


def test_no_savepoint_is_opened_and_nothing_is_committed(storage: SqlStorage) -> None:
    with storage.engine.connect() as connection:
        said = _statements(connection)
        _work(storage, connection)
        assert connection.in_transaction()
        connection.rollback()
    assert said
    assert not [one for one in said if one.split()[0].upper() in {"SAVEPOINT", "COMMIT", "ROLLBACK", "RELEASE"}]


def test_a_storage_error_that_was_swallowed_comes_up_again_so_that_the_host_does_not_commit(
    storage: SqlStorage,
) -> None:
    with storage.engine.connect() as connection:
        with pytest.raises(StorageError) as caught:
            _swallow(storage, connection)
        assert caught.value.code == "unit_broken"


def test_an_engine_of_the_host_that_is_not_prepared_is_refused(storage: SqlStorage, tmp_path: Path) -> None:
    other = create_engine(f"sqlite:///{tmp_path}/other.db")
    with other.connect() as connection, pytest.raises(UsageError) as caught, storage.joined(connection):
        pytest.fail("it would lose updates")
    other.dispose()
    assert caught.value.code == "unprepared_engine"


def test_only_a_storage_of_sqlalchemy_can_be_joined(engine: Engine) -> None:
    oms = Oms(MemoryStorage(), (), Process("none", ()))
    with engine.connect() as connection, pytest.raises(UsageError) as caught, oms.joined(connection):
        pytest.fail("memory has no transaction of the host")
    assert caught.value.code == "not_joinable"


def test_the_facade_works_inside_the_host_s_transaction(storage: SqlStorage) -> None:
    oms = Oms(storage, (), Process("none", ()), clock=lambda: AT)
    with storage.engine.connect() as connection:
        with oms.joined(connection) as inside:
            inside.stock.receive("BER", {"A": 3}, actor="amy")
            assert inside.stock.levels(["A"]) == {Cell("A", "BER"): Level(3, 0)}
        connection.rollback()
    assert oms.stock.levels(["A"]) == {}


def test_the_tables_stand_on_the_host_s_metadata_under_its_prefix(storage: SqlStorage, host: MetaData) -> None:
    ours = {name for name in host.tables if name.startswith("shop_")}
    assert ours == {
        "shop_order",
        "shop_order_lines",
        "shop_fulfillment",
        "shop_return",
        "shop_return_lines",
        "shop_transfer",
        "shop_product",
        "shop_product_numbers",
        "shop_tree",
        "shop_listing",
        "shop_price_change",
        "shop_redemption",
        "shop_allowance",
        "shop_parcels",
        "shop_entries",
        "shop_levels",
        "shop_hot",
        "shop_shards",
        "shop_reservations",
        "shop_movements",
        "shop_outbox",
        "shop_inbox",
        "shop_counter",
        "shop_contact",
        "shop_cost_card",
        "shop_cost_steps",
        "shop_lot",
        "shop_soft_reservation",
        "shop_announcement",
    }
    assert ours | {"carts"} == set(inspect(storage.engine).get_table_names())


def test_creating_again_changes_nothing(engine: Engine) -> None:
    storage = SqlStorage(engine, KINDS)
    storage.create()
    with storage.begin() as unit:
        unit.inbox.record("web", [Receipt("1", "f", "{}")], at=AT)
    storage.create()
    with storage.begin(read=True) as unit:
        assert set(unit.inbox.seen("web", ["1"])) == {"1"}


@pytest.mark.postgres
def test_a_schema_keeps_two_installations_apart(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA one")
        connection.exec_driver_sql("CREATE SCHEMA two")
    one, two = (
        SqlStorage(engine, KINDS, define_tables(MetaData(), KINDS, schema=schema)) for schema in ("one", "two")
    )
    one.create()
    two.create()
    with one.begin() as unit:
        unit.inbox.record("web", [Receipt("1", "f", "{}")], at=AT)
    with two.begin(read=True) as unit:
        assert unit.inbox.seen("web", ["1"]) == {}
    engine.dispose()


def test_a_refusal_that_the_host_catches_leaves_its_transaction_as_it_was(storage: SqlStorage) -> None:
    oms = Oms(storage, (SHOP,), Process("none", ()), clock=lambda: AT)
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    (number,) = oms.receive("shop", b"").placed
    oms.do(number, Approve(), actor="amy")
    assign = Assign((Consignment(1, "BER", ((1, 2),)),))
    with storage.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO carts VALUES (1, 'bought')")
        with oms.joined(connection) as inside, pytest.raises(Refused) as caught:
            inside.do(number, assign, actor="amy")
    assert caught.value.code == "out_of_stock"
    assert oms.order(number).consignments == ()
    assert oms.verify().is_sound
