"""Shops to break, on a SQLite file and a PostgreSQL database, and how much of the catalogue to run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from many_shops import close, open_shop

from omskit.engine import Oms


@pytest.fixture
def oms(url: str) -> Iterator[Oms]:
    oms = open_shop(url)
    yield oms
    close(oms)


@pytest.fixture
def long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--long"))
