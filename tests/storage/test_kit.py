"""Every storage passes the kit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

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
