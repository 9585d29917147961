"""Real threads on real databases: of two that exclude each other exactly one wins, and nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from shop import AT, Clock, fulfillments, order, payload, shop

from omskit.core import Cell, Level, OmsError, readable
from omskit.engine import KINDS, Oms, Scan
from omskit.fulfillment import (
    DELIVERED,
    PICKED_UP,
    RETURNED,
    ConfirmRecall,
    Fact,
    GetWaybill,
    HandOver,
    Intercept,
    Pack,
    Recall,
    Reject,
)
from omskit.orders import PutOnHold
from omskit.storage.sql import SqlStorage, open_engine

ROUNDS = 12


@pytest.fixture
def oms(url: str) -> Iterator[Oms]:
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    yield shop(storage, Clock())
    engine.dispose()


def works(oms: Oms, count: int = ROUNDS) -> list[tuple[str, str]]:
    """Return released orders of one piece each, with their fulfillment orders."""
    oms.stock.receive("BER", {"A": count}, actor="amy")
    numbers = oms.receive("web", payload(*(order(str(n), ("A", 1)) for n in range(count)))).placed
    oms.run()
    return [(number, fulfillments(oms, number)[0]) for number in numbers]


def together(*deeds: Callable[[], object]) -> list[bool]:
    """Do all at the same moment, each in a thread; return which of them were allowed."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> bool:
        start.wait()
        try:
            deed()
        except OmsError:
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


def test_case_19_cancellation_and_hand_over_race_and_exactly_one_wins(oms: Oms) -> None:
    left = 0
    for number, work in works(oms):
        oms.do(number, PutOnHold("waits"), actor="amy")
        oms.do(work, Recall(), actor="amy")
        together(
            partial(oms.do, work, ConfirmRecall(), actor="wms"),
            partial(oms.do, work, HandOver(f"WB-{work}"), actor="wms"),
        )
        line = oms.order(number).lines[0]
        (state,) = (one for one in oms.fulfillments() if readable("FO", one.key) == work)
        assert (line.shipped, line.open) in {(1, 0), (0, 1)}
        assert state.status == ("shipped" if line.shipped else "conflicted")
        left += line.shipped
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(ROUNDS - left, 0)}
    assert oms.verify().is_sound


def test_interception_and_delivery_race_and_exactly_one_wins(oms: Oms) -> None:
    for position, (_, work) in enumerate(works(oms)):
        waybill = f"WB-{position}"
        oms.do(work, HandOver(waybill, "post"), actor="wms")
        delivered = Scan(waybill, (Fact(DELIVERED, AT + timedelta(hours=2)),))
        asked, _ = together(
            partial(oms.do, work, Intercept(1), actor="amy"),
            partial(oms.shipments.track, [delivered], actor="post"),
        )
        (state,) = (one for one in oms.fulfillments() if readable("FO", one.key) == work)
        assert state.parcels[0].status == "delivered"
        assert state.parcels[0].interception == ("failed" if asked else "")
    assert oms.verify().is_sound


def test_scans_that_arrive_in_several_threads_at_once_are_all_kept(oms: Oms) -> None:
    ((_, work),) = works(oms, 1)
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    story = ((PICKED_UP, 0), (DELIVERED, 2), (RETURNED, 9))
    scans = [Scan("WB-1", (Fact(kind, AT + timedelta(hours=hours)),)) for kind, hours in story]
    together(*[partial(oms.shipments.track, [scan], actor="post") for scan in scans])
    (state,) = oms.fulfillments()
    assert (state.parcels[0].status, len(state.parcels[0].facts)) == ("returned", 3)


def test_a_waybill_that_several_ask_for_at_once_is_asked_for_once(oms: Oms) -> None:
    ((_, work),) = works(oms, 1)
    oms.do(work, Pack((((1, 1),),)), actor="wms")
    together(*[partial(oms.do, work, GetWaybill(1, ("post",)), actor="wms")] * 4)
    (state,) = oms.fulfillments()
    assert len(state.parcels[0].labels) == 1


def test_case_18_a_rejection_while_the_run_goes_on_leaves_one_routing_and_no_double_promise(oms: Oms) -> None:
    found = works(oms)
    oms.stock.receive("POZ", {"A": ROUNDS}, actor="amy")
    until = AT + timedelta(days=1)
    for number, work in found:
        together(
            partial(oms.do, work, Reject("broken", until), actor="wms"),
            partial(oms.run, 1000),
        )
        oms.run()
        order = oms.order(number)
        assert [one.warehouse for one in order.consignments if one.fulfillment] == ["POZ"]
        assert [(bar.warehouse, bar.line) for bar in order.barred] == [("BER", 1)]
    levels = oms.stock.levels(["A"])
    assert {cell.warehouse: level.reserved for cell, level in levels.items()} == {"BER": 0, "POZ": ROUNDS}
    assert oms.verify().is_sound
