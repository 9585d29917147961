"""Cases found again: by any of their waybills, by deadline in every process, and all of an order together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from attrs import evolve
from shop import AT, WEB, Clock, fulfillments, order, payload, process, shop

from omskit import returns as r
from omskit.core import Change, Entry, key_of
from omskit.engine import Done, MatchedBy, Oms, Opening, Parcel, Scanned
from omskit.flow import Processes, Rules
from omskit.fulfillment import HandOver
from omskit.orders import When
from omskit.returns import CUSTODY_MACHINE, RETURNS, AnnounceWaybill, CaseKind, Found, Scan
from omskit.storage import Storage


def sold(oms: Oms, id_: str, units: int, **terms: str) -> str:
    oms.stock.receive("BER", {"A": units}, actor="dock")
    (number,) = oms.receive("web", payload(order(id_, ("A", units), terms=terms))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, HandOver(f"WB-{id_}", "post"), actor="wms")
    return number


def opened(oms: Oms, number: str, units: int, **more: Any) -> str:
    opening = Opening(number, CaseKind.RETURN, {1: units}, warehouse="BER", authorised=True)
    return oms.returns.open(evolve(opening, **more), actor="amy")


def test_a_parcel_is_known_by_every_waybill_that_was_announced(storage: Storage) -> None:
    oms = shop(storage)
    case = opened(oms, sold(oms, "1", 4), 4)
    for waybill in ("RW-1", "RW-2", "RW-3", "RW-4"):
        oms.do(case, AnnounceWaybill(waybill), actor="buyer")
    parcels = [Parcel(f"S{n}", "BER", (Found("A", 1),), waybill=f"RW-{n}") for n in (2, 3, 1, 4)]
    assert oms.returns.scan_many(parcels[:2], actor="wms") == [Scanned(case, MatchedBy.WAYBILL)] * 2
    assert oms.returns.scan_many(parcels[2:], actor="wms") == [Scanned(case, MatchedBy.WAYBILL)] * 2
    assert (len(list(oms.cases())), oms.case(case).is_complete) == (1, True)
    assert oms.verify().is_sound


def test_cases_expire_and_are_expected_in_every_process(storage: Storage) -> None:
    renamed = CUSTODY_MACHINE.renamed({status: f"x_{status}" for status in CUSTODY_MACHINE.states})
    other = evolve(process(Rules(custody=renamed)), name="other")
    clock = Clock()
    chosen = Processes(process(), ((When(kinds=frozenset({"wholesale"})), other),))
    oms = Oms(storage, [WEB], chosen, clock=clock)
    ends = AT + timedelta(days=7)
    cases = [
        opened(oms, sold(oms, "1", 1), 1, deadline=ends),
        opened(oms, sold(oms, "2", 1, kind="wholesale"), 1, deadline=ends),
    ]
    assert [one.number for one in oms.returns.expected("BER")] == cases
    clock.forward(days=7)
    assert oms.returns.expire(actor="clock") == [
        Done(cases[0], "expired/declined"),
        Done(cases[1], "x_expired/declined"),
    ]
    assert list(oms.returns.expected("BER")) == []


def test_pieces_that_two_cases_of_an_order_have_accepted_together_are_held_against_it(storage: Storage) -> None:
    oms = shop(storage)
    number = sold(oms, "1", 3)
    cases = [opened(oms, number, 1) for _ in range(2)]
    for at, case in enumerate(cases):
        oms.returns.scan(Parcel(f"S{at}", "BER", (Found("A", 1),), case=case), actor="wms")
    assert (oms.order(number).lines[0].returned, oms.verify().drift) == (2, ())
    key = key_of(cases[1], RETURNS.number)
    with storage.begin() as unit:
        stored = unit.of(RETURNS).load([key])[key]
        event = r.Received("received", Scan("X", "BER", (Found("A", 1, 1),)))
        entry = Entry(key, stored.version + 1, AT, "x", "x", event)
        after = r.evolve(stored.state, event)
        unit.of(RETURNS).save([Change(key, stored.version, after, (entry,))])
    assert oms.case(cases[1]).lines[0].accepted == 2
    assert [(one.subject, one.found, one.expected) for one in oms.verify().drift] == [
        (f"returns of {number} line 1 A accepted", 3, 2)
    ]
