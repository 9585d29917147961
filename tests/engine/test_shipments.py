"""Parcels end to end: confirmations, conflicts, labels, scans, pickups, and what channels are told of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from shop import AT, WEB, Clock, fulfillments, order, payload, process, shop

from omskit import fulfillment as f
from omskit.channels import (
    InterceptRequest,
    Package,
    Reporting,
    SentLine,
    ShipmentNotice,
    WaybillRequest,
    WaybillVoid,
)
from omskit.core import Cell, Change, Entry, Level, Refusal, Refused, readable
from omskit.engine import Act, Done, Located, Oms, Request, Scan
from omskit.flow import Resourcing, Rules
from omskit.fulfillment import Fact, FulfillmentOrder, HandOver, Parcel, Ship
from omskit.orders import ORDER_MACHINE, Cancel, ReleaseHold
from omskit.storage import Delivery, Op, Storage, Where


def released(storage: Storage, *lines: tuple[str, int], **options: Any) -> tuple[Oms, str]:
    """Return a shop with one released order, its stock all in one warehouse."""
    stock = options.pop("stock", {"A": 10, "B": 10})
    kind = options.pop("kind", "sale")
    oms = shop(storage, options.pop("clock", None), **options)
    oms.stock.receive("BER", stock, actor="amy")
    (number,) = oms.receive("web", payload(order("1", *lines, terms={"kind": kind}))).placed
    oms.run()
    return oms, number


def work_of(oms: Oms, number: str) -> FulfillmentOrder:
    (found,) = (one for one in oms.fulfillments() if readable("FO", one.key) == number)
    return found


def told(oms: Oms) -> list[Any]:
    """Send all that waits, and return it."""
    notices: list[Any] = []

    def send(request: Request) -> Delivery:
        notices.append(request.document)
        return Delivery.DONE

    while oms.relay(send).done:
        pass
    return notices


def refusal(oms: Oms, target: str, command: Any) -> str:
    with pytest.raises(Refused) as error:
        oms.do(target, command, actor="wms")
    return error.value.code


def test_case_13_confirmations_come_in_parts_and_each_id_counts_once(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    first = Ship((Parcel(1, "WB-1", ((1, 1),)),), final=False, id="out-1")
    oms.do(work, first, actor="wms")
    oms.do(work, first, actor="wms")
    oms.do(work, Ship((Parcel(2, "WB-2", ((1, 1),)),), final=False, id="out-2"), actor="wms")
    oms.do(work, Ship((Parcel(3, "WB-3", ((1, 1),)),), id="out-3"), actor="wms")
    assert (oms.order(number).status, oms.order(number).lines[0].shipped) == ("completed", 3)
    assert refusal(oms, work, Ship((Parcel(4, "WB-4", ((1, 1),)),), id="out-4")) == "not_allowed"
    assert work_of(oms, work).confirmed == ("out-1", "out-2", "out-3")
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(7, 0)}
    assert oms.verify().is_sound


def test_case_13_a_confirmation_after_the_final_one_is_refused_and_its_refusal_kept(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 1),)),)), actor="wms", key="out-1")
    late = Act(work, Ship((Parcel(2, "WB-2", ((1, 1),)),)), "out-2")
    for _ in range(2):
        (outcome,) = oms.do_many([late], actor="wms")
        assert isinstance(outcome, Refusal)
        assert outcome.code == "not_allowed"


def test_case_14_more_than_planned_is_refused_and_stock_stays_true(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    assert refusal(oms, work, Ship((Parcel(1, "WB-1", ((1, 4),)),))) == "too_many_units"
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 3)}
    assert work_of(oms, work).status == "requested"


def test_case_14_short_with_a_final_confirmation_is_looked_for_elsewhere(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    short = Ship((Parcel(1, "WB-1", ((1, 2),)),), short=((1, "broken"),), bar_until=AT + timedelta(days=1))
    oms.do(work, short, actor="wms")
    line = oms.order(number).lines[0]
    assert (line.shipped, line.open, line.cancelled) == (2, 1, 0)
    assert [(bar.warehouse, bar.line) for bar in oms.order(number).barred] == [("BER", 1)]
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(8, 0)}
    assert oms.verify().is_sound


def test_case_14_short_with_a_final_confirmation_is_cancelled_where_the_policy_says_so(storage: Storage) -> None:
    rules = Rules(resourcing=Resourcing(cancel=frozenset(["sold out"])))
    oms, number = released(storage, ("A", 3), ("B", 2), process=process(rules))
    (work,) = fulfillments(oms, number)
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 2),)),), short=((1, "sold out"), (2, "broken"))), actor="wms")
    lines = oms.order(number).lines
    assert [(line.shipped, line.open, line.cancelled) for line in lines] == [(2, 0, 1), (0, 2, 0)]
    assert oms.verify().is_sound


def test_case_3_a_shipment_after_a_confirmed_stop_is_kept_and_nothing_follows_by_itself(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    oms.cancel(number, actor="amy", reason="buyer")
    oms.do(work, f.ConfirmRecall(), actor="wms")
    assert oms.order(number).status == "cancelled"
    levels = oms.stock.levels(["A"])
    oms.do(work, HandOver("WB-1"), actor="wms")
    oms.do(work, HandOver("WB-1"), actor="wms")
    state = work_of(oms, work)
    assert (state.status, [hold.code for hold in state.holds]) == ("conflicted", ["shipped_after_stop"])
    assert [(parcel.waybill, parcel.lines) for parcel in state.parcels] == [("WB-1", ((1, 3),))]
    assert (oms.order(number).status, oms.order(number).lines[0].shipped) == ("cancelled", 0)
    assert oms.stock.levels(["A"]) == levels
    assert not any(isinstance(notice, ShipmentNotice) for notice in told(oms))
    assert oms.verify().is_sound


def test_case_3_an_order_whose_work_was_stopped_is_not_sent_twice(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    oms.do(work, f.Reject("flooded"), actor="wms")
    oms.do(work, HandOver("WB-1"), actor="wms")
    assert [hold.code for hold in oms.order(number).holds] == ["shipped_after_stop"]
    assert oms.run().moved == {}


def test_case_8_the_second_of_two_partial_shipments_is_undone_and_exactly_its_units_are_promised_again(
    storage: Storage,
) -> None:
    oms, number = released(storage, ("A", 3), ("B", 1))
    (work,) = fulfillments(oms, number)
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 1), (2, 1))),), final=False), actor="wms")
    oms.do(work, Ship((Parcel(2, "WB-2", ((1, 2),)),)), actor="wms")
    assert oms.order(number).status == "completed"
    oms.do(work, f.Unship(2, "never left"), actor="wms")
    oms.do(work, f.Unship(2, "never left"), actor="wms")
    lines = oms.order(number).lines
    assert [(line.shipped, line.reserved, line.open) for line in lines] == [(1, 2, 0), (1, 0, 0)]
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(9, 2)}
    assert oms.verify().is_sound
    oms.run()
    (again,) = fulfillments(oms, number)
    assert again != work
    oms.do(again, HandOver("WB-3"), actor="wms")
    assert oms.order(number).status == "completed"
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(7, 0)}
    assert oms.verify().is_sound


def test_case_8_goods_that_are_gone_are_backordered_explicitly(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3), stock={"A": 3})
    (work,) = fulfillments(oms, number)
    oms.do(work, HandOver("WB-1"), actor="wms")
    oms.do(work, f.Unship(1, "stolen", in_stock=False), actor="wms")
    oms.run()
    assert (oms.order(number).status, oms.order(number).lines[0].open) == ("backordered", 3)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(0, 0)}
    assert oms.verify().is_sound


def test_a_parcel_that_a_courier_has_scanned_did_leave(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    oms.do(work, HandOver("WB-1"), actor="wms")
    oms.shipments.track([Scan("WB-1", (Fact(f.PICKED_UP, AT),))], actor="post")
    assert refusal(oms, work, f.Unship(1)) == "not_allowed"


def test_case_18_a_line_is_rejected_and_the_rest_of_the_work_stays(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3), ("B", 2))
    oms.stock.receive("POZ", {"A": 5}, actor="amy")
    (work,) = fulfillments(oms, number)
    outcomes = oms.shipments.reject(work, "A", reason="broken", actor="wms", bar=timedelta(days=1))
    assert outcomes == [Done(work, "requested")]
    lines = oms.order(number).lines
    assert [(line.open, line.reserved) for line in lines] == [(3, 0), (0, 2)]
    assert oms.stock.levels(["A"])[Cell("A", "BER")] == Level(10, 0)
    assert [(bar.warehouse, bar.line, bar.until) for bar in oms.order(number).barred] == [
        ("BER", 1, AT + timedelta(days=1))
    ]
    assert oms.verify().is_sound


@pytest.mark.parametrize(
    ("may_split", "cascade", "left"),
    [
        (True, False, {"1": [(2, 0), (0, 1)], "2": [(0, 2), (0, 1)]}),
        (True, True, {"1": [(2, 0), (0, 1)], "2": [(2, 0), (0, 1)]}),
        (False, False, {"1": [(2, 0), (1, 0)], "2": [(0, 2), (0, 1)]}),
        (False, True, {"1": [(2, 0), (1, 0)], "2": [(2, 0), (1, 0)]}),
    ],
)
def test_case_18_a_sku_is_rejected_in_one_work_or_in_all_alone_or_with_the_rest(
    storage: Storage, *, may_split: bool, cascade: bool, left: dict[str, list[tuple[int, int]]]
) -> None:
    oms = shop(storage)
    oms.stock.receive("BER", {"A": 10, "B": 10}, actor="amy")
    orders = (order(id_, ("A", 2), ("B", 1)) for id_ in ("1", "2"))
    first, _ = oms.receive("web", payload(*orders)).placed
    oms.run()
    (work,) = fulfillments(oms, first)
    oms.shipments.reject(work, "A", reason="broken", actor="wms", may_split=may_split, cascade=cascade)
    found = {
        one.terms.external_id: [(line.open, line.reserved) for line in one.lines] for one in oms.orders()
    }
    assert found == left
    assert oms.verify().is_sound


def test_case_18_a_line_that_was_declined_too_often_waits_for_a_person(storage: Storage) -> None:
    rules = Rules(resourcing=Resourcing(attempts=2))
    oms, number = released(storage, ("A", 3), ("B", 1), process=process(rules))
    for _ in range(2):
        for work in fulfillments(oms, number):
            if any(line.sku == "A" and line.open for line in work_of(oms, work).lines):
                oms.shipments.reject(work, "A", reason="broken", actor="wms")
        oms.run()
    assert [(hold.code, hold.line) for hold in oms.order(number).holds] == [("too_many_attempts", 1)]


def test_case_18_rejected_pickup_lines_become_a_pickup_exception_and_are_never_shipped(storage: Storage) -> None:
    oms, number = released(storage, ("A", 1), kind="pickup")
    oms.stock.receive("POZ", {"A": 5}, actor="amy")
    (work,) = fulfillments(oms, number)
    oms.do(work, f.Reject("broken"), actor="store")
    assert [(hold.code, hold.line) for hold in oms.order(number).holds] == [("pickup_exception", 1)]
    assert refusal(oms, work, HandOver("WB-1")) == "pickup_only"


def test_a_pickup_is_handed_over_against_its_code_only(storage: Storage) -> None:
    oms, number = released(storage, ("A", 1), kind="pickup")
    (work,) = fulfillments(oms, number)
    oms.do(work, f.AwaitPickup("4711", AT + timedelta(days=3)), actor="store")
    assert oms.do(work, f.Collect("4712"), actor="store").status == "ready"
    assert oms.order(number).lines[0].shipped == 0
    assert oms.do(work, f.Collect("4711"), actor="store").status == "shipped"
    assert oms.order(number).status == "completed"
    assert oms.shipments.delivered(number) == {1: f.Delivered(arrived=1)}
    assert oms.verify().is_sound


def test_a_pickup_that_nobody_collects_goes_back_to_the_shelf(storage: Storage) -> None:
    clock = Clock()
    oms, number = released(storage, ("A", 1), kind="pickup", clock=clock)
    (work,) = fulfillments(oms, number)
    oms.do(work, f.AwaitPickup("4711", AT + timedelta(days=3)), actor="store")
    assert refusal(oms, work, f.ExpirePickup()) == "not_expired"
    clock.forward(days=3)
    late = Where("pickup_until", Op.LE, int(clock.at.timestamp() * 1000))
    assert [readable("FO", one.key) for one in oms.fulfillments(late)] == [work]
    assert oms.do(work, f.Collect("4711"), actor="store").status == "uncollected"
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 0)}
    assert [hold.code for hold in oms.order(number).holds] == ["pickup_exception"]
    assert oms.verify().is_sound


def test_a_sweep_sends_every_pickup_back_whose_time_is_over_and_no_other(storage: Storage) -> None:
    clock = Clock()
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    said = [order(str(n), ("A", 1), terms={"kind": "pickup"}) for n in range(3)]
    numbers = oms.receive("web", payload(*said)).placed
    oms.run()
    works = [fulfillments(oms, number)[0] for number in numbers]
    for days, work in zip((3, 2, 9), works, strict=True):
        oms.do(work, f.AwaitPickup("4711", AT + timedelta(days=days)), actor="store")
    assert oms.shipments.expire_pickups(actor="clock") == []
    clock.forward(days=3)
    assert oms.shipments.expire_pickups(actor="clock", limit=1) == [Done(works[1], "uncollected")]
    assert oms.shipments.expire_pickups(actor="clock") == [Done(works[0], "uncollected")]
    assert oms.shipments.expire_pickups(actor="clock") == []
    assert work_of(oms, works[2]).status == "ready"
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 1)}
    held = {number: [hold.code for hold in oms.order(number).holds] for number in numbers}
    assert [held[number] for number in numbers] == [["pickup_exception"], ["pickup_exception"], []]
    assert oms.verify().is_sound


def test_case_19_a_failed_waybill_asks_the_second_courier_and_there_is_never_a_double_label(
    storage: Storage,
) -> None:
    oms, number = released(storage, ("A", 2))
    (work,) = fulfillments(oms, number)
    told(oms)
    oms.do(work, f.Pack((((1, 2),),)), actor="wms")
    oms.do(work, f.GetWaybill(1, ("swift", "post")), actor="wms")
    oms.do(work, f.GetWaybill(1, ("swift", "post")), actor="wms")
    asked = told(oms)
    assert [(type(one), one.courier, one.label, one.orders) for one in asked] == [
        (WaybillRequest, "swift", 1, ("1",))
    ]
    oms.do(work, f.FailWaybill(1, 1, "no balance"), actor="swift")
    assert [(one.courier, one.label) for one in told(oms)] == [("post", 2)]
    oms.do(work, f.ReceiveWaybill(1, 2, "WB-2", "^XA"), actor="post")
    oms.do(work, f.VoidWaybill(1, "wrong service"), actor="amy")
    assert [(type(one), one.courier, one.waybill) for one in told(oms)] == [(WaybillVoid, "post", "WB-2")]
    oms.do(work, f.GetWaybill(1, ("post",)), actor="amy")
    oms.do(work, f.ReceiveWaybill(1, 3, "WB-3"), actor="post")
    oms.do(work, f.Dispatch((1,)), actor="wms")
    assert [(one.waybill, one.courier) for one in told(oms) if isinstance(one, ShipmentNotice)] == [
        ("WB-3", "post")
    ]
    assert oms.order(number).status == "completed"


def test_case_19_one_of_two_parcels_is_relabelled_after_it_left_and_nothing_is_restocked(storage: Storage) -> None:
    oms, number = released(storage, ("A", 2))
    (work,) = fulfillments(oms, number)
    oms.do(work, f.Pack((((1, 1),), ((1, 1),))), actor="wms")
    for parcel in (1, 2):
        oms.do(work, f.GetWaybill(parcel, ("post",)), actor="wms")
        oms.do(work, f.ReceiveWaybill(parcel, 1, f"WB-{parcel}"), actor="post")
    oms.do(work, f.Dispatch((1, 2)), actor="wms")
    told(oms)
    oms.do(work, f.VoidWaybill(2, "not picked up"), actor="amy")
    oms.do(work, f.RefuseVoid(2, 1, "too late"), actor="post")
    oms.do(work, f.GetWaybill(2, ("swift",)), actor="amy")
    oms.do(work, f.ReceiveWaybill(2, 2, "WB-9"), actor="swift")
    state = work_of(oms, work)
    assert [(one.waybill, one.status) for one in state.parcels] == [("WB-1", "left"), ("WB-9", "left")]
    assert [(one.status, one.reason) for one in state.parcels[1].labels] == [("kept", "too late"), ("live", "")]
    assert (oms.order(number).status, oms.order(number).lines[0].shipped) == ("completed", 2)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(8, 0)}
    assert [one.waybill for one in told(oms) if isinstance(one, ShipmentNotice)] == ["WB-9"]


def scans(*pairs: tuple[str, str, int]) -> list[Scan]:
    return [Scan(waybill, (Fact(kind, AT + timedelta(hours=hours)),)) for waybill, kind, hours in pairs]


def test_scans_find_their_parcels_by_waybill_with_one_outcome_each(storage: Storage) -> None:
    oms, number = released(storage, ("A", 2))
    (work,) = fulfillments(oms, number)
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 1),)), Parcel(2, "WB-2", ((1, 1),)))), actor="wms")
    said = scans(("WB-2", f.DELIVERED, 9), ("WB-1", f.PICKED_UP, 1), ("WB-2", f.PICKED_UP, 1), ("WB-7", f.LOST, 1))
    found = oms.shipments.track(said, actor="post")
    assert found[:3] == [
        Located("WB-2", work, 2, "delivered", changed=True),
        Located("WB-1", work, 1, "picked_up", changed=True),
        Located("WB-2", work, 2, "delivered", changed=True),
    ]
    assert [one.code for one in found if isinstance(one, Refusal)] == ["unknown_waybill"]
    assert [one.changed for one in oms.shipments.track(said[:3], actor="post") if isinstance(one, Located)] == [
        False
    ] * 3
    assert oms.shipments.delivered(number) == {1: f.Delivered(under_way=1, arrived=1)}
    assert oms.verify().is_sound


def relabelled(storage: Storage) -> tuple[Oms, str]:
    """Return a shop whose one parcel left as WB-1 of the post, and has WB-9 of another courier by now."""
    oms, number = released(storage, ("A", 2))
    (work,) = fulfillments(oms, number)
    oms.do(work, f.Pack((((1, 1),),)), actor="wms")
    oms.do(work, f.GetWaybill(1, ("post",)), actor="wms")
    oms.do(work, f.ReceiveWaybill(1, 1, "WB-1"), actor="post")
    oms.do(work, f.Dispatch((1,), final=False), actor="wms")
    oms.do(work, f.VoidWaybill(1, "not picked up"), actor="amy")
    oms.do(work, f.GetWaybill(1, ("swift",)), actor="amy")
    oms.do(work, f.ReceiveWaybill(1, 2, "WB-9"), actor="swift")
    return oms, work


def test_what_a_courier_says_of_a_waybill_that_was_taken_off_finds_its_parcel(storage: Storage) -> None:
    oms, work = relabelled(storage)
    old, new = scans(("WB-1", f.PICKED_UP, 1), ("WB-9", f.DELIVERED, 9))
    assert oms.shipments.track([old], actor="post") == [Located("WB-1", work, 1, "picked_up", changed=True)]
    assert oms.shipments.track([new], actor="swift") == [Located("WB-9", work, 1, "delivered", changed=True)]
    by_courier = [evolve(old, courier=courier) for courier in ("post", "swift")]
    found, refused = oms.shipments.track(by_courier, actor="couriers")
    assert found == Located("WB-1", work, 1, "delivered", changed=False)
    assert isinstance(refused, Refusal)
    assert refused.code == "unknown_waybill"


def test_a_waybill_that_a_courier_gave_again_belongs_to_the_parcel_that_has_it_now(storage: Storage) -> None:
    oms, work = relabelled(storage)
    oms.do(work, Ship((Parcel(2, "WB-1", ((1, 1),), "post"),)), actor="wms")
    (found,) = oms.shipments.track(scans(("WB-1", f.PICKED_UP, 1)), actor="post")
    assert found == Located("WB-1", work, 2, "picked_up", changed=True)
    assert [one.status for one in work_of(oms, work).parcels] == ["left", "picked_up"]


def test_one_waybill_of_two_couriers_is_told_apart_by_the_courier(storage: Storage) -> None:
    oms = shop(storage)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    one, two = oms.receive("web", payload(order("1", ("A", 1)), order("2", ("A", 1)))).placed
    oms.run()
    for number, courier in ((one, "post"), (two, "swift")):
        oms.do(fulfillments(oms, number)[0], HandOver("777", courier), actor="wms")
    facts = (Fact(f.DELIVERED, AT),)
    unclear, clear = oms.shipments.track([Scan("777", facts), Scan("777", facts, "swift")], actor="couriers")
    assert isinstance(unclear, Refusal)
    assert unclear.code == "ambiguous_waybill"
    assert isinstance(clear, Located)
    assert oms.shipments.delivered(two) == {1: f.Delivered(arrived=1)}
    assert oms.shipments.delivered(one) == {1: f.Delivered(under_way=1)}


def test_parcels_without_a_first_scan_are_at_risk_in_the_order_they_left(storage: Storage) -> None:
    clock = Clock()
    oms = shop(storage, clock)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    numbers = oms.receive("web", payload(*(order(str(n), ("A", 1)) for n in range(3)))).placed
    oms.run()
    for position, number in enumerate(numbers):
        oms.do(fulfillments(oms, number)[0], HandOver(f"WB-{position}", "post"), actor="wms")
        clock.forward(hours=2)
    oms.shipments.track(scans(("WB-0", f.PICKED_UP, 1), ("WB-1", f.EXCEPTION, 3)), actor="post")
    clock.at = AT + timedelta(hours=25)
    assert oms.shipments.unscanned(timedelta(hours=24)) == []
    soon = oms.shipments.unscanned(timedelta(hours=24), within=timedelta(hours=2))
    assert [(one.waybill, one.left, one.orders) for one in soon] == [
        ("WB-1", timedelta(hours=1), (numbers[1],))
    ]
    later = oms.shipments.unscanned(timedelta(hours=24), within=timedelta(hours=9))
    assert [one.waybill for one in later] == ["WB-1", "WB-2"]
    assert [one.waybill for one in oms.shipments.unscanned(timedelta(0), limit=1)] == ["WB-1"]


def test_a_parcel_refused_at_the_door_is_told_as_an_expected_return_once(storage: Storage) -> None:
    oms, number = released(storage, ("A", 2))
    (work,) = fulfillments(oms, number)
    oms.do(work, HandOver("WB-1"), actor="wms")
    for kind, hours in ((f.REFUSED, 5), (f.RETURNING, 6), (f.RETURNED, 9), (f.REFUSED, 5)):
        oms.shipments.track(scans(("WB-1", kind, hours)), actor="post")
    events = [entry.event for entry in oms.history(work)]
    assert [one for one in events if isinstance(one, f.ReturnExpected)] == [
        f.ReturnExpected(1, ((1, 2),), "refused")
    ]
    assert oms.shipments.delivered(number) == {1: f.Delivered(back=2)}
    assert oms.order(number).lines[0].returned == 0


def test_interception_and_delivery_race_and_the_parcel_s_end_decides(storage: Storage) -> None:
    oms, number = released(storage, ("A", 2))
    (work,) = fulfillments(oms, number)
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 1),), "post"), Parcel(2, "WB-2", ((1, 1),), "post"))), actor="wms")
    for parcel in (1, 2):
        oms.do(work, f.Intercept(parcel, "refunded"), actor="amy")
        oms.do(work, f.AcceptIntercept(parcel), actor="post")
    assert [one.waybill for one in told(oms) if isinstance(one, InterceptRequest)] == ["WB-1", "WB-2"]
    oms.shipments.track(scans(("WB-1", f.DELIVERED, 9), ("WB-2", f.RETURNING, 9)), actor="post")
    assert [one.interception for one in work_of(oms, work).parcels] == ["failed", "returning"]
    oms.shipments.track(scans(("WB-2", f.RETURNED, 12)), actor="post")
    assert [one.interception for one in work_of(oms, work).parcels] == ["failed", "recovered"]
    assert refusal(oms, work, f.Intercept(1)) == "not_under_way"


def reporting(storage: Storage, policy: Reporting) -> tuple[Oms, str, list[str]]:
    """Return a shop with an order of one line whose units lie in two warehouses."""
    oms = shop(storage)
    oms = Oms(storage, [evolve(WEB, reporting=policy)], process(), clock=Clock())
    oms.stock.receive("BER", {"A": 2}, actor="amy")
    oms.stock.receive("POZ", {"A": 3}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 5)))).placed
    oms.run()
    works = fulfillments(oms, number)
    told(oms)
    return oms, number, works


def shipped(oms: Oms, works: list[str]) -> list[list[ShipmentNotice]]:
    """Let each work leave, and return what the channel is told each time."""
    notices = []
    for position, work in enumerate(works, 1):
        oms.do(work, HandOver(f"WB-{position}", "post"), actor="wms")
        notices.append([one for one in told(oms) if isinstance(one, ShipmentNotice)])
    return notices


ONCE = (SentLine("L1", "A", 5),)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            Reporting.EACH,
            [
                [ShipmentNotice("web", "1", "WB-1", "post", (SentLine("L1", "A", 2),))],
                [ShipmentNotice("web", "1", "WB-2", "post", (SentLine("L1", "A", 3),))],
            ],
        ),
        (Reporting.FIRST, [[ShipmentNotice("web", "1", "WB-1", "post", ONCE)], []]),
        (Reporting.WHOLE, [[], [ShipmentNotice("web", "1", "WB-2", "post", ONCE)]]),
        (
            Reporting.ALL,
            [[], [ShipmentNotice("web", "1", "WB-2", "post", ONCE, (Package("WB-1", "post"),))]],
        ),
    ],
)
def test_case_11_a_line_in_two_warehouses_is_reported_as_its_channel_takes_it(
    storage: Storage, policy: Reporting, expected: list[list[ShipmentNotice]]
) -> None:
    oms, _, works = reporting(storage, policy)
    assert shipped(oms, works) == expected


def test_case_11_a_line_whose_rest_is_cancelled_is_reported_then(storage: Storage) -> None:
    oms, number, works = reporting(storage, Reporting.WHOLE)
    assert shipped(oms, works[:1]) == [[]]
    oms.do(works[1], f.Reject("flooded"), actor="wms")
    oms.do(number, Cancel(), actor="amy")
    assert [one for one in told(oms) if isinstance(one, ShipmentNotice)] == [
        ShipmentNotice("web", "1", "WB-1", "post", (SentLine("L1", "A", 2),))
    ]


def test_the_history_of_a_parcel_reads_as_text(storage: Storage) -> None:
    oms, number = released(storage, ("A", 2))
    (work,) = fulfillments(oms, number)
    oms.do(work, f.Pack((((1, 2),),)), actor="wms")
    oms.do(work, f.GetWaybill(1, ("post",)), actor="wms")
    oms.do(work, f.ReceiveWaybill(1, 1, "WB-1"), actor="post")
    oms.do(work, f.Dispatch((1,)), actor="wms")
    oms.shipments.track(scans(("WB-1", f.REFUSED, 5)), actor="post")
    assert oms.explain(work).splitlines()[1:] == [
        "2026-03-02 09:00 wms/command: packed parcel 1 with 2 of line 1",
        "2026-03-02 09:00 wms/command: parcel 1: post is asked for a waybill",
        "2026-03-02 09:00 post/command: parcel 1: waybill WB-1 -> live",
        "2026-03-02 09:00 wms/command: shipped WB-1 as the last -> shipped",
        "2026-03-02 09:00 post/tracking: parcel 1: refused -> refused",
        "2026-03-02 09:00 post/tracking: parcel 1 comes back: refused",
    ]


def test_orders_are_found_by_the_skus_of_their_lines(storage: Storage) -> None:
    oms = shop(storage)
    oms.receive("web", payload(order("1", ("A", 1)), order("2", ("B", 1)), order("3", ("B", 2), ("A", 1))))
    found = oms.orders(Where("order_lines.sku", Op.EQ, "B"))
    assert [one.terms.external_id for one in found] == ["2", "3"]
    some = oms.orders(Where("order_lines.sku", Op.IN, ("A", "Z")), Where("status", Op.EQ, "received"))
    assert [one.terms.external_id for one in some] == ["1", "3"]


def test_every_status_renamed_by_the_host_parcels_still_find_their_way(storage: Storage) -> None:
    rules = Rules(
        ORDER_MACHINE.renamed({status: f"o_{status}" for status in ORDER_MACHINE.states}),
        f.FULFILLMENT_MACHINE.renamed({status: f"w_{status}" for status in f.FULFILLMENT_MACHINE.states}),
        parcels=f.PARCEL_MACHINE.renamed({status: f"p_{status}" for status in f.PARCEL_MACHINE.states}),
    )
    oms, number = released(storage, ("A", 2), process=process(rules))
    (work,) = fulfillments(oms, number)
    oms.do(work, f.Pack((((1, 2),),)), actor="wms")
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 2),)),)), actor="wms")
    (found,) = oms.shipments.track(scans(("WB-1", f.DELIVERED, 5)), actor="post")
    assert found == Located("WB-1", work, 1, "p_delivered", changed=True)
    assert oms.shipments.delivered(number) == {1: f.Delivered(arrived=2)}


def test_a_hold_of_a_declined_line_is_lifted_by_a_person_and_the_line_goes_on(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3), process=process(Rules(resourcing=Resourcing(attempts=1))))
    (work,) = fulfillments(oms, number)
    oms.do(work, f.Reject("broken"), actor="wms")
    oms.do(number, ReleaseHold("too_many_attempts", 1), actor="amy")
    oms.run()
    assert oms.order(number).status == "released"


def test_case_7_a_shipment_a_cancellation_and_an_undoing_told_twice_change_quantities_once(
    storage: Storage,
) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    for command in (Ship((Parcel(1, "WB-1", ((1, 2),)),)), f.Unship(1)):
        for _ in range(2):
            oms.do(work, command, actor="wms")
    for _ in range(2):
        oms.do(number, Cancel(), actor="amy")
    line = oms.order(number).lines[0]
    assert (line.shipped, line.cancelled, line.reserved, line.open) == (0, 3, 0, 0)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 0)}
    assert oms.verify().is_sound


def test_general_case_11_moving_4_of_10_on_hand_and_5_backordered_moves_exactly_4(storage: Storage) -> None:
    oms, number = released(storage, ("A", 15), stock={"A": 10})
    (work,) = fulfillments(oms, number)
    line = oms.order(number).lines[0]
    assert (line.open, line.reserved) == (5, 10)
    oms.do(work, f.RejectLines(((1, 4),), "broken", AT + timedelta(days=1)), actor="wms")
    line = oms.order(number).lines[0]
    assert (line.open, line.reserved) == (9, 6)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 6)}
    oms.do(number, Cancel(((1, 9),)), actor="amy")
    line = oms.order(number).lines[0]
    assert (line.open, line.reserved, line.cancelled) == (0, 6, 9)
    assert oms.run().moved == {}
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(10, 6)}
    assert oms.verify().is_sound


def test_the_rest_of_work_that_has_begun_to_ship_can_be_cancelled(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (work,) = fulfillments(oms, number)
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 1),)),), final=False), actor="wms")
    oms.cancel(number, actor="amy")
    oms.do(work, f.ConfirmRecall(), actor="wms")
    line = oms.order(number).lines[0]
    assert (oms.order(number).status, line.shipped, line.cancelled) == ("completed", 1, 2)
    assert oms.verify().is_sound


def test_shipped_units_that_no_fulfillment_order_knows_are_found_by_verification(storage: Storage) -> None:
    oms, number = released(storage, ("A", 3))
    (consignment,) = oms.order(number).consignments
    work = readable("FO", consignment.fulfillment)
    oms.do(work, HandOver("WB-1"), actor="wms")
    with storage.begin() as unit:
        (stored,) = unit.of(f.FULFILLMENTS).load([consignment.fulfillment]).values()
        event = f.Unshipped(1, "undone", ((1, 3),))
        state = f.evolve(stored.state, event)
        entry = Entry(state.key, stored.version + 1, AT, "x", "x", event)
        unit.of(f.FULFILLMENTS).save([Change(state.key, stored.version, state, (entry,))])
    assert [(one.subject, one.found, one.expected) for one in oms.verify().drift] == [
        (f"order {number} line 1 shipped", 3, 0)
    ]
