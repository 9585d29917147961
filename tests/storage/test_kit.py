"""Every storage passes the kit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import postgres_server
import pytest
from kit_storages import SqlOpener, wiped

from omskit.storage import MemoryStorage, Storage
from omskit.testing import StorageKit


class TestMemoryStorage(StorageKit):
    @pytest.fixture
    def opener(self) -> Callable[[], Storage]:
        return MemoryStorage


class TestSqlStorageOnSqlite(StorageKit):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Iterator[Callable[[], Storage]]:
        opener = SqlOpener(f"sqlite:///{tmp_path}/kit.db")
        yield opener
        opener.close()


@pytest.mark.postgres
class TestSqlStorageOnPostgres(StorageKit):
    """One database for all tests, emptied before each: a fresh one each takes longer than the test."""

    @pytest.fixture(scope="class")
    def database(self, postgres_server_url: str, worker_id: str) -> Iterator[SqlOpener]:
        with postgres_server.database(postgres_server_url, f"omskit_kit_{worker_id}") as url:
            opener = SqlOpener(url)
            opener()
            yield opener
            opener.close()

    @pytest.fixture
    def opener(self, database: SqlOpener) -> Iterator[Callable[[], Storage]]:
        opener = SqlOpener(database.url)
        wiped(opener())
        yield opener
        opener.close()
