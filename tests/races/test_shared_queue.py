"""Workers share one queue: each order is worked on by one of them, once, and nobody waits for anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from many_shops import close, in_processes, in_threads, open_shop
from shop import order, payload
from sqlalchemy import Select, event

from omskit.core import ConcurrencyConflict
from omskit.engine import Oms
from omskit.orders import ORDERS
from omskit.storage import Op, Where
from omskit.storage.sql import SqlStorage, open_engine
from omskit.storage.sql.collection import SqlCollection

pytestmark = pytest.mark.postgres
ORDERED, BATCH = 36, 4


@pytest.fixture
def oms(postgres_url: str) -> Iterator[Oms]:
    oms = open_shop(postgres_url, batch=BATCH)
    yield oms
    close(oms)


def placed(oms: Oms) -> None:
    oms.stock.receive("BER", {"A": ORDERED}, actor="amy")
    oms.receive("web", payload(*(order(str(n), ("A", 1)) for n in range(ORDERED))))


def work(oms: Oms, _hand: int) -> tuple[int, int, int]:
    """Run until nothing is left; return how many orders were looked at and released, and units done in vain."""
    assert isinstance(oms.storage, SqlStorage)
    vain: list[object] = []
    event.listen(oms.storage.engine, "rollback", vain.append)
    done = oms.run(ORDERED)
    return done.looked, done.moved.get("release", 0), len(vain)


def wrong(oms: Oms, outcomes: Sequence[Any]) -> list[str]:
    """Return what is wrong when workers have emptied the queue."""
    problems = [repr(one) for one in outcomes if not isinstance(one, tuple)]
    looked, released, vain = (sum(one[at] for one in outcomes if isinstance(one, tuple)) for at in range(3))
    if looked != ORDERED:
        problems.append(f"{looked} looked at of {ORDERED}")
    if released != ORDERED:
        problems.append(f"{released} released of {ORDERED}")
    if vain:
        problems.append("units in vain")
    if (count := len(list(oms.fulfillments()))) != ORDERED:
        problems.append(f"{count} fulfillment orders")
    return problems + [str(one) for one in oms.verify().drift]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_threads_empty_the_queue_and_each_order_is_worked_on_once(oms: Oms, workers: int) -> None:
    placed(oms)
    assert wrong(oms, in_threads(oms, work, workers)) == []


@pytest.mark.parametrize("workers", [pytest.param(2, marks=pytest.mark.long), 4])
def test_processes_empty_the_queue_and_each_order_is_worked_on_once(
    postgres_url: str, oms: Oms, workers: int
) -> None:
    placed(oms)
    assert wrong(oms, in_processes(postgres_url, work, workers, hands=1)) == []


def claim_unlocked(gate: Barrier) -> Callable[..., Any]:
    """Return the mutant that finds orders and locks none, made to find them at the same moment as another."""
    first = [True] * gate.parties

    def claim(collection: SqlCollection[Any], *where: Where, **how: Any) -> Any:
        found = collection.find(*where, **how)
        if first:
            first.pop()
            gate.wait()
        return collection.load(found)

    return claim


def test_workers_that_claim_without_a_lock_are_caught(oms: Oms, monkeypatch: pytest.MonkeyPatch) -> None:
    placed(oms)
    monkeypatch.setattr(SqlCollection, "claim", claim_unlocked(Barrier(2, timeout=60)))
    assert "units in vain" in wrong(oms, in_threads(oms, work, 2))


def waited_for(url: str) -> list[str]:
    """Let one unit claim while another holds the first orders; return what is wrong with what it gets."""
    impatient = SqlStorage(open_engine(f"{url}&options=-c%20lock_timeout%3D500"), [ORDERS])
    claim = partial(_claimed, limit=2)
    try:
        with impatient.begin() as first, SqlStorage(impatient.engine, [ORDERS]).begin() as second:
            got = claim(first), claim(second)
    except ConcurrencyConflict as conflict:
        return [str(conflict.facts["sqlstate"])]
    finally:
        impatient.close()
    return [] if got == (["0", "1"], ["2", "3"]) else [repr(got)]


def _claimed(unit: Any, limit: int) -> list[str]:
    waiting = Where("status", Op.IN, ("received", "approved"))
    found = unit.of(ORDERS).claim(waiting, limit=limit, by="rank")
    return [stored.state.terms.external_id for stored in found.values()]


def test_a_worker_passes_over_what_another_holds(postgres_url: str, oms: Oms) -> None:
    placed(oms)
    assert waited_for(postgres_url) == []


def test_workers_that_wait_for_each_other_are_caught(
    postgres_url: str, oms: Oms, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(oms)
    locked = Select.with_for_update
    monkeypatch.setattr(Select, "with_for_update", lambda query, **_: locked(query))
    assert waited_for(postgres_url) == ["55P03"]
