"""Every storage passes the kit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import postgres_server
import pytest
from kit_storages import SqlOpener, damage_memory, damage_sql, wiped

from omskit.storage import MemoryStorage, Storage
from omskit.testing import StorageKit
from omskit.testing.storage.mending import Damage


class TestMemoryStorage(StorageKit):
    @pytest.fixture
    def opener(self) -> Callable[[], Storage]:
        return MemoryStorage

    @pytest.fixture
    def damage(self) -> Damage:
        return damage_memory


class TestSqlStorageOnSqlite(StorageKit):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Iterator[Callable[[], Storage]]:
        opener = SqlOpener(f"sqlite:///{tmp_path}/kit.db")
        yield opener
        opener.close()

    @pytest.fixture
    def damage(self) -> Damage:
        return damage_sql


@pytest.fixture(scope="module")
def database(postgres_server_url: str) -> Iterator[SqlOpener]:
    """Return the opener of one database for all tests: a fresh one for each takes longer than the test."""
    with postgres_server.database(postgres_server_url, f"omskit_{uuid4().hex}") as url:
        opener = SqlOpener(url)
        yield opener
        opener.close()


@pytest.mark.postgres
class TestSqlStorageOnPostgres(StorageKit):
    @pytest.fixture
    def opener(self, database: SqlOpener) -> Callable[[], Storage]:
        wiped(database())
        return database

    @pytest.fixture
    def damage(self) -> Damage:
        return damage_sql
