"""Workers share the queue: what one unit has claimed, another passes over, and still gets its fill."""

from __future__ import annotations

import pytest
from shop import Clock, order, payload, shop

from omskit.engine import KINDS
from omskit.orders import ORDERS
from omskit.storage import Op, Unit, Where
from omskit.storage.sql import SqlStorage, open_engine


def _claimed(unit: Unit, limit: int) -> list[str]:
    waiting = Where("status", Op.IN, ("received", "approved"))
    found = unit.of(ORDERS).claim(waiting, limit=limit, by="rank")
    return [stored.state.terms.external_id for stored in found.values()]


@pytest.mark.postgres
def test_a_unit_is_given_the_next_orders_while_another_holds_the_first_ones(postgres_url: str) -> None:
    mine, yours = open_engine(postgres_url), open_engine(postgres_url)
    storage, other = SqlStorage(mine, KINDS), SqlStorage(yours, KINDS)
    storage.create()
    shop(storage, Clock()).receive("web", payload(*(order(f"o{n}", ("A", 1)) for n in range(6))))
    with storage.begin() as first, other.begin() as second:
        assert _claimed(first, 2) == ["o0", "o1"]
        assert _claimed(second, 3) == ["o2", "o3", "o4"]
    with storage.begin() as third:
        assert _claimed(third, 10) == ["o0", "o1", "o2", "o3", "o4", "o5"]
    mine.dispose()
    yours.dispose()
