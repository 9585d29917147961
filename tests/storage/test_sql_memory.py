"""A unit that only looks keeps nothing of what it has looked at: a proof over any number of orders stays small."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from shop import order, payload, shop

from omskit.engine import KINDS
from omskit.orders import ORDERS
from omskit.storage.sql import SqlStorage, open_engine


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> SqlStorage:
    at_home = f"sqlite:///{tmp_path}/shop.db"
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else at_home
    made = SqlStorage(open_engine(url), KINDS)
    made.create()
    return made


@pytest.mark.parametrize("read", [True, False], ids=["looking", "writing"])
def test_a_unit_that_looks_lets_go_of_what_it_has_read_and_one_that_writes_does_not(
    storage: SqlStorage, *, read: bool
) -> None:
    shop(storage).receive("web", payload(order("1", ("A", 1))))
    with storage.begin(read=read) as unit:
        (found,) = unit.of(ORDERS).load(unit.of(ORDERS).find(limit=1)).values()
        seen = weakref.ref(found.state)
        del found
        gc.collect()
        assert (seen() is None) == read
    storage.close()
