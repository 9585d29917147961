"""Every promise of the engine is held on every storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omskit.engine import KINDS
from omskit.storage import MemoryStorage, Storage
from omskit.storage.sql import SqlStorage, open_engine


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Return an empty storage of each kind."""
    if request.param == "memory":
        yield MemoryStorage()
        return
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    yield storage
    engine.dispose()
