"""Hot cells keep every promise of a stock book, one test each, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import postgres_server
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from kit_storages import SqlOpener, damage_hot, wiped

from omskit.storage import Storage
from omskit.storage.sql import SqlStorage
from omskit.testing import storage_machine
from omskit.testing.storage.booking import LedgerKit, LevelKit, PostingKit, ReservationKit
from omskit.testing.storage.mending import Damage, MendingKit
from omskit.testing.storage.racing import ProcessKit, ThreadKit
from omskit.testing.storage.units import CapabilityKit, ReadingKit, UnitKit

#: The SKUs of the kit's cells; one cell of each has fewer pieces than shards in most tests.
HOT = {"A": 3, "B": 4}


class StockKit(
    LevelKit,
    ReservationKit,
    PostingKit,
    LedgerKit,
    MendingKit,
    UnitKit,
    ReadingKit,
    CapabilityKit,
    ThreadKit,
    ProcessKit,
):
    """All of the kit that books stock."""

    @pytest.fixture
    def damage(self) -> Damage:
        return damage_hot


def fresh(storage: SqlStorage) -> SqlStorage:
    wiped(storage).heat(HOT)
    return storage


@pytest.fixture(scope="module")
def database(postgres_server_url: str) -> Iterator[SqlOpener]:
    with postgres_server.database(postgres_server_url, f"omskit_{uuid4().hex}") as url:
        opener = SqlOpener(url, hot=HOT)
        yield opener
        opener.close()


@pytest.mark.long
class TestHotCellsOnSqlite(StockKit):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Iterator[Callable[[], Storage]]:
        opener = SqlOpener(f"sqlite:///{tmp_path}/kit.db", hot=HOT)
        yield opener
        opener.close()


@pytest.mark.postgres
class TestHotCellsOnPostgres(StockKit):
    @pytest.fixture
    def opener(self, database: SqlOpener) -> Callable[[], Storage]:
        fresh(database())
        return database


@pytest.mark.parametrize("where", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_hot_cells_and_memory_come_to_the_same(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue("postgres_url") if where == "postgres" else f"sqlite:///{tmp_path}/kit.db"
    examples = 600 if request.config.getoption("--long") else 15
    opener = SqlOpener(url)
    machine = storage_machine(partial(fresh, opener()))
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=15))
    opener.close()
