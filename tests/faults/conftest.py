"""Faults are made on real databases: a SQLite file and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from many_shops import close, open_shop

from omskit.engine import Oms
from omskit.flow import Offering


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        given: str = request.getfixturevalue("postgres_url")
        return given
    return f"sqlite:///{tmp_path}/shop.db"


@pytest.fixture
def oms(url: str) -> Iterator[Oms]:
    oms = open_shop(url, offering=Offering())
    yield oms
    close(oms)


@pytest.fixture
def is_long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--long"))
