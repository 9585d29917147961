"""Databases to break: a SQLite file and a PostgreSQL database, and how much of the catalogue to run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from many_shops import close, open_shop

from omskit.engine import Oms


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        given: str = request.getfixturevalue("postgres_url")
        return given
    return f"sqlite:///{tmp_path}/shop.db"


@pytest.fixture
def oms(url: str) -> Iterator[Oms]:
    oms = open_shop(url)
    yield oms
    close(oms)


@pytest.fixture
def long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--long"))
