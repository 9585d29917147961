"""Parcels that left after a stop, had not left after all, or got another label."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from shop import AT, WEB, Clock, fulfillments, order, payload, process, shop

from omskit import fulfillment as f
from omskit.channels import Reporting, SentLine, ShipmentNotice, ShipmentWithdrawn
from omskit.core import Cell, Level, Refused
from omskit.engine import Located, MatchedBy, Oms, Parcel, Request, Scan
from omskit.fulfillment import Fact, HandOver, Ship
from omskit.fulfillment import Parcel as Sent
from omskit.returns import Found
from omskit.storage import Delivery, Storage


def released(storage: Storage, *lines: tuple[str, int], oms: Oms | None = None) -> tuple[Oms, str, str]:
    """Return a shop, an order and the work for it, in one warehouse."""
    oms = oms or shop(storage)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", *lines))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    return oms, number, work


def stopped(storage: Storage, *, cancel: bool) -> tuple[Oms, str, str]:
    """Return an order of 3 units whose work was stopped, and of which a parcel left all the same."""
    oms, number, work = released(storage, ("A", 3))
    if cancel:
        oms.cancel(number, actor="amy")
    else:
        oms.do(work, f.Recall("another receiver"), actor="amy")
    oms.do(work, f.ConfirmRecall(), actor="wms")
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    return oms, number, work


def told(oms: Oms) -> list[ShipmentNotice | ShipmentWithdrawn]:
    found: list[ShipmentNotice | ShipmentWithdrawn] = []

    def send(request: Request) -> Delivery:
        if isinstance(request.document, ShipmentNotice | ShipmentWithdrawn):
            found.append(request.document)
        return Delivery.DONE

    while oms.relay(send).done:
        pass
    return found


def refused(oms: Oms, target: str, command: Any) -> str:
    with pytest.raises(Refused) as error:
        oms.do(target, command, actor="amy")
    return error.value.code


def holds(oms: Oms, number: str) -> tuple[list[str], list[str]]:
    (work,) = oms.fulfillments()
    return [hold.code for hold in oms.order(number).holds], [hold.code for hold in work.holds]


def test_case_3_a_parcel_that_left_after_the_stop_is_sent_to_its_order_when_a_person_says_so(
    storage: Storage,
) -> None:
    oms, number, work = stopped(storage, cancel=False)
    assert holds(oms, number) == (["shipped_after_stop"], ["shipped_after_stop"])
    for _ in range(2):
        oms.do(work, f.Settle(1, sold=True), actor="amy")
    line = oms.order(number).lines[0]
    assert (oms.order(number).status, line.shipped, line.open, holds(oms, number)) == ("completed", 3, 0, ([], []))
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(7, 0)}
    assert told(oms) == [ShipmentNotice("web", "1", "WB-1", "post", (SentLine("L1", "A", 3),))]
    assert refused(oms, work, f.Settle(1, sold=False)) == "nothing_to_settle"
    assert oms.verify().is_sound


def test_case_3_a_parcel_of_a_cancelled_order_is_written_off_and_comes_in_again_as_a_return(
    storage: Storage,
) -> None:
    oms, number, work = stopped(storage, cancel=True)
    assert refused(oms, work, f.Settle(1, sold=True)) == "not_open"
    for _ in range(2):
        oms.do(work, f.Settle(1, sold=False, reason="refunded"), actor="amy")
    assert (oms.order(number).status, oms.order(number).lines[0].shipped) == ("cancelled", 0)
    assert holds(oms, number) == ([], [])
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(7, 0)}
    assert told(oms) == []
    came = oms.returns.scan(Parcel("S1", "BER", (Found("A", 3),), original="WB-1"), actor="wms")
    assert came.by is MatchedBy.ORIGINAL
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 0)}
    assert (oms.case(came.case).due_minor, oms.verify().is_sound) == (0, True)


def test_case_3_a_parcel_that_had_not_left_after_the_stop_either_is_taken_back(storage: Storage) -> None:
    oms, number, work = stopped(storage, cancel=False)
    oms.do(work, f.Unship(1, "a mistake"), actor="amy")
    assert holds(oms, number) == ([], [])
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 0)}
    assert oms.order(number).lines[0].open == 3
    oms.run()
    assert (oms.order(number).status, oms.verify().is_sound) == ("released", True)


def test_case_3_two_parcels_are_settled_one_by_one_and_never_more_than_was_stopped(storage: Storage) -> None:
    oms, number, work = released(storage, ("A", 3))
    oms.do(work, f.Reject("flooded"), actor="wms")
    parcels = tuple(Sent(n, f"WB-{n}", ((1, n),), "post") for n in (1, 2))
    for parcel in parcels:
        oms.do(work, Ship((parcel,)), actor="wms")
    assert refused(oms, work, Ship((Sent(3, "WB-3", ((1, 1),)),))) == "too_many_units"
    oms.do(work, f.Settle(2, sold=True), actor="amy")
    assert holds(oms, number) == (["shipped_after_stop"], ["shipped_after_stop"])
    oms.do(work, f.Settle(1, sold=False), actor="amy")
    line = oms.order(number).lines[0]
    assert (line.shipped, line.open, holds(oms, number)) == (2, 1, ([], []))
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(7, 0)}
    assert refused(oms, work, f.Unship(1)) == "not_counted"
    oms.do(work, f.Unship(2, "lies here"), actor="amy")
    assert [(one.reserved, one.open, one.shipped) for one in oms.order(number).lines] == [(2, 1, 0)]
    assert oms.verify().is_sound


TOLD_OF_ONE = [ShipmentWithdrawn("web", "1", "WB-1", (SentLine("L1", "A", 1),), "lies here")]
TOLD_OF_ALL = [ShipmentWithdrawn("web", "1", "WB-1", (SentLine("L1", "A", 3),), "lies here")]


@pytest.mark.parametrize(
    ("policy", "first", "last"),
    [
        (Reporting.EACH, TOLD_OF_ONE, TOLD_OF_ONE),
        (Reporting.FIRST, TOLD_OF_ALL, TOLD_OF_ALL),
        (Reporting.WHOLE, [], []),
        (Reporting.ALL, [], TOLD_OF_ALL),
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_case_8_a_channel_is_told_that_a_parcel_it_has_heard_of_had_not_left(
    storage: Storage, policy: Reporting, first: list[Any], last: list[Any], *, whole: bool
) -> None:
    reporting = Oms(storage, [evolve(WEB, reporting=policy)], process(), clock=Clock())
    oms, number, work = released(storage, ("A", 3), oms=reporting)
    oms.do(work, Ship((Sent(1, "WB-1", ((1, 1),), "post"),), final=False), actor="wms")
    if whole:
        oms.do(work, Ship((Sent(2, "WB-2", ((1, 2),), "post"),)), actor="wms")
    told(oms)
    for _ in range(2):
        oms.do(work, f.Unship(1, "lies here"), actor="amy")
    assert told(oms) == (last if whole else first)
    assert oms.order(number).lines[0].shipped == (2 if whole else 0)


def test_facts_under_a_number_that_a_parcel_had_before_reach_it(storage: Storage) -> None:
    oms, number, work = released(storage, ("A", 1))
    oms.do(work, f.Pack((((1, 1),),)), actor="wms")
    oms.do(work, f.GetWaybill(1, ("post",)), actor="wms")
    oms.do(work, f.ReceiveWaybill(1, 1, "WB-1"), actor="post")
    oms.do(work, f.Dispatch((1,), final=True), actor="wms")
    for command in (f.VoidWaybill(1), f.RefuseVoid(1, 1), f.GetWaybill(1, ("swift",))):
        oms.do(work, command, actor="amy")
    oms.do(work, f.ReceiveWaybill(1, 2, "WB-9"), actor="swift")
    picked = Fact(f.PICKED_UP, AT + timedelta(hours=1))
    assert oms.shipments.track([Scan("WB-1", (picked,), "post")], actor="post") == [
        Located("WB-1", work, 1, "picked_up", changed=True)
    ]
    (unknown,) = oms.shipments.track([Scan("WB-1", (picked,), "swift")], actor="swift")
    assert getattr(unknown, "code", "") == "unknown_waybill"
    delivered = Fact(f.DELIVERED, AT + timedelta(hours=9))
    assert oms.shipments.track([Scan("WB-9", (delivered,), "swift")], actor="swift") == [
        Located("WB-9", work, 1, "delivered", changed=True)
    ]
    assert oms.shipments.delivered(number) == {1: f.Delivered(arrived=1)}
    assert oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), original="WB-1"), actor="wms").by is (
        MatchedBy.ORIGINAL
    )


def test_a_number_that_another_parcel_has_now_is_that_parcel_s(storage: Storage) -> None:
    oms, _, work = released(storage, ("A", 2))
    oms.do(work, f.Pack((((1, 1),), ((1, 1),))), actor="wms")
    oms.do(work, f.GetWaybill(1, ("post",)), actor="wms")
    oms.do(work, f.ReceiveWaybill(1, 1, "WB-1"), actor="post")
    oms.do(work, f.VoidWaybill(1), actor="amy")
    oms.do(work, f.ConfirmVoid(1, 1), actor="post")
    oms.do(work, f.GetWaybill(2, ("post",)), actor="wms")
    oms.do(work, f.ReceiveWaybill(2, 1, "WB-1"), actor="post")
    (found,) = oms.shipments.track([Scan("WB-1", (Fact(f.PICKED_UP, AT),))], actor="post")
    assert isinstance(found, Located)
    assert found.parcel == 2
