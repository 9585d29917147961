"""Random units come to the same on every storage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dict_storage
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from kit_storages import SqlOpener, wiped

from omskit.storage import MemoryStorage, Storage
from omskit.testing import storage_machine


def check_same(fresh: Callable[[], Storage], request: pytest.FixtureRequest, examples: int) -> None:
    long = request.config.getoption("--long")
    machine = storage_machine(fresh)
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=40 * examples if long else examples, stateful_step_count=15),
    )


def test_memory_and_dicts_come_to_the_same(request: pytest.FixtureRequest) -> None:
    check_same(dict_storage.DictStorage, request, 60)


def test_memory_comes_to_the_same_twice(request: pytest.FixtureRequest) -> None:
    check_same(MemoryStorage, request, 5)


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_sql_and_memory_come_to_the_same(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else f"sqlite:///{tmp_path}/kit.db"
    opener = SqlOpener(url)
    storage = opener()
    check_same(lambda: wiped(storage), request, 15)
    opener.close()
