"""Goods that come back, through the engine: on each storage, money to the cent, stock to the piece."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from attrs import evolve
from shop import AT, WEB, Clock, fulfillments, order, payload, process, read, shop

from omskit.channels import Channel, Listing, Listings, RefundAnswer
from omskit.core import Cell, Component, Refusal, Refused, UsageError
from omskit.engine import Act, Done, MatchedBy, Oms, Opening, Parcel, Request, Scanned
from omskit.flow import Processes
from omskit.fulfillment import HandOver
from omskit.orders import AddLine, Approve, Assign, Concede, Consignment, Satisfy, When
from omskit.returns import (
    CUSTODY_MACHINE,
    CaseKind,
    Close,
    Condition,
    Differing,
    Disposition,
    Found,
    Judge,
    Pay,
    Receive,
    Reject,
    Scan,
    Verdict,
    WaiveGoods,
)
from omskit.storage import Delivery, Op, Storage, Where

SET = Listing("SET", components=(Component("A", worth=70), Component("B", 2, worth=15)))
SETS = Channel("web", read, Listings({"SET": SET}, open=True), returns_to="BER")


def stocked(storage: Storage, clock: Clock | None = None) -> Oms:
    oms = Oms(storage, [SETS], shop(storage).processes, clock=clock or Clock())
    oms.stock.receive("BER", {"A": 10, "B": 10, "C": 10}, actor="amy")
    return oms


def sold(oms: Oms, id_: str, *lines: tuple[str, int], ship: bool = True) -> str:
    """Place an order at 1.00 a unit, and hand it over; the waybill is WB and the order's id."""
    (number,) = oms.receive("web", payload(order(id_, *lines))).placed
    if ship:
        if lines[0][0] == "SET":
            units = ((1, lines[0][1]),)
            for command in (Approve(), Assign((Consignment(1, "BER", units),))):
                oms.do(number, command, actor="amy")
        oms.run()
        for one in fulfillments(oms, number):
            oms.do(one, HandOver(f"WB-{id_}", "post"), actor="wms")
    return number


def back(oms: Oms, number: str, units: Mapping[int, int] | None = None, **more: Any) -> str:
    more.setdefault("kind", CaseKind.RETURN)
    opening = Opening(number, units=units or {}, warehouse="BER", authorised=True, **more)
    return oms.returns.open(opening, actor="amy")


def on_hand(oms: Oms, sku: str) -> int:
    return oms.stock.levels([sku])[Cell(sku, "BER")].on_hand


def answers(oms: Oms) -> list[RefundAnswer]:
    found: list[RefundAnswer] = []

    def send(request: Request) -> Delivery:
        if isinstance(request.document, RefundAnswer):
            found.append(request.document)
        return Delivery.DONE

    oms.relay(send, 1000)
    return found


def test_money_follows_acceptance_and_not_arrival(storage: Storage) -> None:
    oms = stocked(storage)
    case = back(oms, sold(oms, "1", ("A", 3)), {1: 2}, waybill="RW-1")
    unjudged = (Found("A", 2, verdict=Verdict.PENDING),)
    scanned = oms.returns.scan(Parcel("S1", "BER", unjudged, waybill="RW-1"), actor="wms")
    assert scanned == Scanned(case, MatchedBy.WAYBILL)
    assert (oms.case(case).custody, oms.case(case).due_minor, on_hand(oms, "A")) == ("received", 0, 7)
    with pytest.raises(Refused, match="nothing_due"):
        oms.returns.agree(case, actor="amy")
    oms.do(case, Judge((Found("A", 1, 1), Found("A", 1, 1, Verdict.DECLINED)), "BER"), actor="amy")
    assert oms.returns.agree(case, actor="amy") == Done(case, "received/agreed")
    assert (oms.case(case).agreed_minor, on_hand(oms, "A")) == (100, 8)
    assert oms.do(case, Pay("P1"), actor="bank") == Done(case, "received/paid")
    assert oms.verify().is_sound


def test_a_scan_that_comes_twice_moves_stock_and_money_once_case_7(storage: Storage) -> None:
    oms = stocked(storage)
    case = back(oms, sold(oms, "1", ("A", 2)), waybill="RW-1")
    parcel = Parcel("S1", "BER", (Found("A", 1),), waybill="RW-1")
    first = oms.returns.scan(parcel, actor="wms")
    assert oms.returns.scan_many([parcel, parcel], actor="wms") == [first, first]
    assert (oms.case(case).due_minor, on_hand(oms, "A")) == (100, 9)
    with pytest.raises(UsageError, match="scan_reused"):
        oms.returns.scan(Parcel("S1", "BER", (Found("A", 2),), waybill="RW-1"), actor="wms")


def test_only_sellable_pieces_can_be_sold_and_the_others_lie_in_buckets(storage: Storage) -> None:
    oms = stocked(storage)
    back(oms, number := sold(oms, "1", ("A", 4)), waybill="RW-1")
    found = tuple(Found("A", 1, disposition=one) for one in Disposition)
    oms.returns.scan(Parcel("S1", "BER", found, waybill="RW-1"), actor="wms")
    assert (on_hand(oms, "A"), oms.order(number).line(1).returned) == (7, 4)
    assert oms.stockroom.buckets("A", "BER") == {"quality": 1, "damaged": 2}
    oms.stockroom.move("cleared", "BER", {"A": 1}, actor="amy")
    oms.stockroom.move("scrapped", "BER", {"A": 2}, actor="amy")
    assert (on_hand(oms, "A"), oms.stockroom.buckets("A", "BER")) == (8, {})
    assert oms.verify().is_sound


def test_chinese_case_15_fewer_more_other_and_damaged_goods_are_differences_and_refund_only_what_was_accepted(
    storage: Storage,
) -> None:
    oms = stocked(storage)
    case = back(oms, number := sold(oms, "1", ("A", 3), ("B", 1)), {1: 1, 2: 1}, waybill="RW-1")
    found = (Found("A", 2), Found("C", 1, condition=Condition.DEFECTIVE, disposition=Disposition.SCRAP))
    oms.returns.scan(Parcel("S1", "BER", found, waybill="RW-1", final=True), actor="wms")
    told = {(one.difference.how, one.difference.sku, one.difference.quantity) for one in oms.returns.differences()}
    assert told == {
        (Differing.OVER, "A", 1),
        (Differing.SHORT, "B", 1),
        (Differing.WRONG, "C", 1),
        (Differing.DAMAGED, "C", 1),
    }
    oms.returns.agree(case, actor="amy")
    assert oms.case(case).agreed_minor == 200
    assert [line.returned for line in oms.order(number).lines] == [2, 0]
    assert (on_hand(oms, "A"), on_hand(oms, "C")) == (9, 10)


def test_chinese_case_15_an_ownerless_parcel_moves_stock_once_when_it_is_claimed(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    parcel = Parcel("S1", "BER", (Found("A", 1), Found("C", 1)), waybill="RW-9")
    scanned = oms.returns.scan(parcel, actor="wms")
    assert scanned.by is MatchedBy.NOBODY
    assert oms.returns.scan(parcel, actor="wms") == scanned
    assert (oms.case(scanned.case).custody, on_hand(oms, "A"), on_hand(oms, "C")) == ("ownerless", 9, 10)
    assert oms.returns.claim(scanned.case, number, actor="amy") == Done(scanned.case, "received/open")
    assert oms.returns.claim(scanned.case, number, actor="amy") == Done(scanned.case, "received/open")
    assert (on_hand(oms, "A"), on_hand(oms, "C"), oms.case(scanned.case).due_minor) == (10, 11, 100)
    assert oms.order(number).line(1).returned == 1
    assert oms.verify().is_sound


def test_a_parcel_without_a_case_is_known_by_the_waybill_it_was_sent_with_or_its_order(storage: Storage) -> None:
    oms = stocked(storage)
    one, two = sold(oms, "1", ("A", 1)), sold(oms, "2", ("A", 1))
    refused = oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), original="WB-1"), actor="wms")
    slip = oms.returns.scan(Parcel("S2", "BER", (Found("A", 1),), order="2"), actor="wms")
    assert (refused.by, slip.by) == (MatchedBy.ORIGINAL, MatchedBy.ORDER)
    assert [oms.case(number).kind for number in (refused.case, slip.case)] == [CaseKind.BLIND, CaseKind.BLIND]
    assert [oms.order(number).line(1).returned for number in (one, two)] == [1, 1]


def test_chinese_case_13_increments_add_up_and_nothing_comes_after_the_last(storage: Storage) -> None:
    oms = stocked(storage)
    case = back(oms, sold(oms, "1", ("A", 5)))

    def told(id_: str, count: int, *, final: bool = False) -> Receive:
        return Receive(Scan(id_, "BER", (Found("A", count, 1),), final=final))

    for command in (told("1", 2), told("2", 1), told("2", 1), told("3", 1, final=True)):
        oms.do(case, command, actor="wms")
    assert (oms.case(case).due_minor, oms.case(case).custody, on_hand(oms, "A")) == (400, "received", 9)
    with pytest.raises(Refused, match="receipt_final"):
        oms.do(case, told("4", 1), actor="wms")


def test_general_case_6_two_shipped_units_come_back_and_one_unshipped_is_released(storage: Storage) -> None:
    oms = stocked(storage)
    oms.stock.adjust("BER", {"A": -8}, actor="amy", reason="count")
    number = sold(oms, "1", ("A", 3))
    case = back(oms, number, {1: 3}, kind=CaseKind.REFUND)
    assert oms.returns.agree(case, actor="amy", total_minor=100) == Done(case, "stopped/agreed")
    other = back(oms, number, {1: 2})
    oms.returns.scan(Parcel("S1", "BER", (Found("A", 2),), case=other), actor="wms")
    line = oms.order(number).line(1)
    assert (line.cancelled, line.returned, line.open, on_hand(oms, "A")) == (1, 2, 0, 2)
    assert oms.verify().is_sound


def test_general_case_16_two_refunds_of_60_on_100_grant_one(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    cases = [back(oms, number, {1: 1}, kind=CaseKind.PRICE) for _ in range(2)]
    assert oms.returns.agree(cases[0], 60, actor="amy") == Done(cases[0], "authorised/agreed")
    with pytest.raises(Refused, match="refund_exceeds_paid"):
        oms.returns.agree(cases[1], 60, actor="amy")
    assert oms.order(number).kept_minor == 40
    assert oms.case(cases[1]).agreed_minor == 0


def test_chinese_case_16_a_component_carries_its_share_and_the_last_takes_the_rest(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("SET", 1))
    carried = []
    for n, found in enumerate([Found("B", 1), Found("A", 1), Found("B", 1)]):
        case = oms.returns.scan(Parcel(f"S{n}", "BER", (found,), order="1"), actor="wms").case
        carried.append(oms.case(case).due_minor)
        oms.do(case, Close(), actor="amy")
    assert carried == [15, 70, 15]
    line = oms.order(number).line(1)
    assert (line.returned, line.loose, line.kept_minor, on_hand(oms, "A"), on_hand(oms, "B")) == (1, (), 0, 10, 10)


def test_money_that_went_ahead_of_the_goods_is_not_paid_twice_when_they_come(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 3))
    case = back(oms, number, {1: 1}, waybill="RW-1")
    with pytest.raises(Refused, match="not_accepted"):
        oms.returns.agree(case, 100, actor="amy")
    oms.returns.agree(case, 100, actor="amy", ahead=True)
    assert oms.order(number).kept_minor == 200
    oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), waybill="RW-1"), actor="wms")
    now = oms.case(case)
    assert (now.due_minor, now.agreed_minor, now.conceded, now.open_minor) == (100, 100, (), 0)
    assert oms.order(number).kept_minor == 200


def test_a_return_that_is_waived_becomes_a_refund_without_goods(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    case = back(oms, number)
    oms.do(case, WaiveGoods("cheap"), actor="amy")
    assert oms.returns.agree(case, 100, actor="amy", ahead=True).status == "waived/agreed"
    assert (oms.order(number).kept_minor, on_hand(oms, "A")) == (0, 9)
    assert list(oms.returns.differences()) == []


def test_an_exchange_waits_for_the_goods_and_collects_the_difference_once(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    case = back(oms, number, kind=CaseKind.EXCHANGE, waybill="RW-1")
    other = oms.returns.reorder(case, [AddLine("B", 1, 130)], actor="amy")
    made = oms.order(other)
    assert (made.terms.kind, made.channel_id) == ("exchange", "1")
    assert (made.total_minor, made.line(1).paid_minor) == (30, 130)
    assert sorted(hold.code for hold in made.holds) == ["awaits_payment", "awaits_return"]
    oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), waybill="RW-1"), actor="wms")
    assert [hold.code for hold in oms.order(other).holds] == ["awaits_payment"]
    assert (oms.case(case).due_minor, oms.case(case).open_minor, oms.case(case).owed_minor) == (100, 0, 0)
    with pytest.raises(Refused, match="nothing_due"):
        oms.returns.agree(case, actor="amy")
    oms.do(other, Satisfy("paid"), actor="bank")
    oms.run()
    oms.do(fulfillments(oms, other)[0], HandOver("WB-X", "post"), actor="wms")
    assert [one.document for one in sent(oms) if one.topic == "channel:web"] == []
    assert oms.verify().is_sound


def sent(oms: Oms) -> list[Request]:
    """Return the requests of what left last: the first order's own notice is taken off."""
    found: list[Request] = []

    def send(request: Request) -> Delivery:
        found.append(request)
        return Delivery.DONE

    oms.relay(send, 1000)
    waybills = [getattr(one.document, "waybill", "") for one in found]
    return [one for one, waybill in zip(found, waybills, strict=True) if waybill != "WB-1"]


def test_an_exchange_for_less_refunds_the_difference(storage: Storage) -> None:
    oms = stocked(storage)
    case = back(oms, sold(oms, "1", ("A", 2)), kind=CaseKind.EXCHANGE, waybill="RW-1")
    other = oms.returns.reorder(case, [AddLine("B", 1, 150)], actor="amy", early=True)
    assert (oms.order(other).total_minor, oms.order(other).holds, oms.case(case).owed_minor) == (0, (), 150)
    oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), waybill="RW-1"), actor="wms")
    assert (oms.case(case).owed_minor, oms.case(case).open_minor) == (50, 0)
    oms.returns.scan(Parcel("S2", "BER", (Found("A", 1),), waybill="RW-1"), actor="wms")
    assert (oms.case(case).owed_minor, oms.case(case).open_minor) == (0, 50)
    oms.returns.agree(case, actor="amy")
    assert oms.case(case).agreed_minor == 50


def test_an_exchange_whose_goods_are_refused_is_called_off(storage: Storage) -> None:
    oms = stocked(storage)
    case = back(oms, sold(oms, "1", ("A", 1)), kind=CaseKind.EXCHANGE)
    other = oms.returns.reorder(case, [AddLine("B", 1, 100)], actor="amy")
    assert oms.do(case, Reject("worn"), actor="amy") == Done(case, "refused/declined")
    assert (oms.order(other).status, oms.case(case).orders, oms.case(case).owed_minor) == ("cancelled", (), 0)


def test_a_replacement_costs_nothing_and_keeps_why_and_who_is_liable(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    opening = Opening(number, CaseKind.REPLACEMENT, {1: 1}, "lost in transit", "courier")
    case = oms.returns.open(opening, actor="amy")
    with pytest.raises(UsageError, match="bad_price"):
        oms.returns.reorder(case, [AddLine("A", 1, 100)], actor="amy")
    other = oms.order(oms.returns.reorder(case, [AddLine("A", 1)], actor="amy"))
    assert (other.terms.kind, other.total_minor, other.holds) == ("replacement", 0, ())
    assert (oms.case(case).reason, oms.case(case).liable) == ("lost in transit", "courier")
    oms.run()
    assert len(fulfillments(oms, oms.returns.reorder(case, [AddLine("A", 1)], actor="amy"))) == 0
    assert sum(one.terms.kind == "replacement" and one.has_reserved for one in oms.orders()) == 1


def test_a_case_expires_after_its_deadline_and_unlocks_nothing_twice(storage: Storage) -> None:
    clock = Clock()
    oms = stocked(storage, clock)
    number = sold(oms, "1", ("A", 1))
    opening = Opening(number, CaseKind.RETURN, deadline=AT + timedelta(days=7), authorised=True, warehouse="BER")
    case = oms.returns.open(opening, actor="amy")
    assert [one.number for one in oms.returns.expected("BER")] == [case]
    assert oms.returns.expire(actor="clock") == []
    clock.forward(days=7)
    assert oms.returns.expire(actor="clock") == [Done(case, "expired/declined")]
    assert (oms.returns.expire(actor="clock"), list(oms.returns.expected("BER"))) == ([], [])


def test_cases_of_every_process_are_expected_and_expire_by_its_own_statuses(storage: Storage) -> None:
    clock, plain = Clock(), process()
    names = {status: f"c_{status}" for status in CUSTODY_MACHINE.states}
    other = evolve(plain, name="other", rules=evolve(plain.rules, custody=CUSTODY_MACHINE.renamed(names)))
    both = Processes(plain, ((When(kinds=frozenset(["wholesale"])), other),))
    oms = Oms(storage, [SETS], both, clock=clock)
    oms.stock.receive("BER", {"A": 10}, actor="amy")
    big = order("2", ("A", 1), terms={"kind": "wholesale"})
    numbers = oms.receive("web", payload(order("1", ("A", 1)), big)).placed
    oms.run()
    for number in numbers:
        oms.do(fulfillments(oms, number)[0], HandOver(f"WB-{number}", "post"), actor="wms")
    first, second = (back(oms, number, deadline=AT + timedelta(days=7)) for number in numbers)
    assert oms.case(second).custody.startswith("c_")
    assert [one.number for one in oms.returns.expected("BER")] == [first, second]
    clock.forward(days=7)
    gone = oms.returns.expire(actor="clock")
    assert gone == [Done(first, "expired/declined"), Done(second, "c_expired/declined")]
    assert (oms.returns.expire(actor="clock"), list(oms.returns.expected("BER"))) == ([], [])


def test_a_parcel_for_a_case_that_has_ended_is_taken_in_as_a_blind_one(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    case = back(oms, number)
    oms.do(case, Reject("late"), actor="amy")
    scanned = oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), order="1"), actor="wms")
    assert (scanned.case != case, oms.case(scanned.case).due_minor) == (True, 100)


def test_a_refused_opening_leaves_the_others_alone(storage: Storage) -> None:
    oms = stocked(storage)
    one, two = sold(oms, "1", ("A", 1)), sold(oms, "2", ("A", 1))
    outcomes = oms.returns.open_many(
        [
            Opening(one, CaseKind.RETURN, {1: 2}),
            Opening(two, CaseKind.RETURN, {1: 1}),
            Opening("SO-999-4", CaseKind.RETURN),
            Opening("nonsense", CaseKind.RETURN),
        ],
        actor="amy",
    )
    codes = [one.code if isinstance(one, Refusal) else "" for one in outcomes]
    assert codes == ["not_enough_sold", "", "bad_number", "bad_number"]
    assert [case.order for case in oms.cases()] == [oms.order(two).key]


def test_commands_on_cases_go_through_do_many_with_keys_and_have_a_history(storage: Storage) -> None:
    oms = stocked(storage)
    case = back(oms, sold(oms, "1", ("A", 1)))
    acts = [Act(case, Reject("worn"), "k1"), Act(case, Reject("worn"), "k1"), Act(case, Close())]
    done, again, refused = oms.do_many(acts, actor="amy")
    assert done == again == Done(case, "refused/declined")
    assert isinstance(refused, Refusal)
    assert (refused.subject, refused.code) == (case, "not_allowed")
    assert "may not come back, because worn -> refused" in oms.explain(case)


def test_cases_are_found_by_their_order_and_by_their_money(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    case = back(oms, number)
    found = oms.cases(Where("sale", Op.EQ, oms.order(number).key), Where("money", Op.EQ, "open"))
    assert [one.number for one in found] == [case]


def test_opening_and_sending_with_a_key_happen_once(storage: Storage) -> None:
    oms = stocked(storage)
    opening = Opening(sold(oms, "1", ("A", 1)), CaseKind.EXCHANGE, {1: 1}, key="k")
    case = oms.returns.open(opening, actor="amy")
    assert oms.returns.open_many([opening, opening], actor="amy") == [case, case]
    made = [oms.returns.reorder(case, [AddLine("B", 1, 100)], actor="amy", key="k") for _ in range(2)]
    assert made[0] == made[1]
    assert (len(list(oms.cases())), len(list(oms.orders()))) == (1, 2)


def test_a_key_of_an_opening_or_a_reorder_that_comes_with_something_else_is_refused(storage: Storage) -> None:
    oms = stocked(storage)
    opening = Opening(sold(oms, "1", ("A", 1)), CaseKind.EXCHANGE, {1: 1}, key="k")
    case = oms.returns.open(opening, actor="amy")
    oms.returns.reorder(case, [AddLine("B", 1, 100)], actor="amy", key="k")
    with pytest.raises(UsageError, match="key_reused"):
        oms.returns.open(evolve(opening, kind=CaseKind.RETURN), actor="amy")
    other, same = oms.returns.open_many([evolve(opening, reason="torn"), opening], actor="amy")
    assert (isinstance(other, Refusal) and other.code, same) == ("key_reused", case)
    with pytest.raises(UsageError, match="key_reused"):
        oms.returns.reorder(case, [AddLine("B", 2, 100)], actor="amy", key="k")
    assert (len(list(oms.cases())), len(list(oms.orders()))) == (1, 2)


def test_what_the_buyer_refuses_at_the_door_comes_back_under_the_waybill_it_left_with(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 2))
    case = back(oms, number, kind=CaseKind.REFUSED, waybill="WB-1")
    scanned = oms.returns.scan(Parcel("S1", "BER", (Found("A", 2),), original="WB-1"), actor="wms")
    assert (scanned.case, oms.case(case).due_minor, on_hand(oms, "A")) == (case, 200, 10)


def test_goods_may_come_back_to_another_warehouse(storage: Storage) -> None:
    oms = stocked(storage)
    back(oms, sold(oms, "1", ("A", 1)), waybill="RW-1")
    oms.returns.scan(Parcel("S1", "POZ", (Found("A", 1),), waybill="RW-1"), actor="wms")
    assert oms.stock.levels(["A"])[Cell("A", "POZ")].on_hand == 1


def test_general_case_16_two_clerks_at_the_same_moment_grant_100_once(storage: Storage) -> None:
    oms = stocked(storage)
    number = sold(oms, "1", ("A", 1))
    cases = [back(oms, number, {1: 1}, kind=CaseKind.PRICE) for _ in range(4)]
    gate = Barrier(len(cases))

    def clerk(case: str) -> str:
        gate.wait(10)
        try:
            return oms.returns.agree(case, 60, actor=case).status
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(cases)) as pool:
        outcomes = sorted(pool.map(clerk, cases))
    assert outcomes == ["authorised/agreed", *["refund_exceeds_paid"] * 3]
    assert oms.order(number).kept_minor == 40
    assert oms.verify().is_sound


def test_the_same_parcel_scanned_by_two_people_at_the_same_moment_comes_once(storage: Storage) -> None:
    oms = stocked(storage)
    sold(oms, "1", ("A", 2))
    gate = Barrier(4)

    def scan(_: int) -> Scanned:
        gate.wait(10)
        return oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), order="1"), actor="wms")

    with ThreadPoolExecutor(4) as pool:
        outcomes = set(pool.map(scan, range(4)))
    assert (len(outcomes), on_hand(oms, "A"), len(list(oms.cases()))) == (1, 9, 1)


def test_charges_are_given_back_up_to_what_was_paid(storage: Storage) -> None:
    oms = stocked(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 1), terms={"freight_minor": 50}))).placed
    case = back(oms, number, {1: 1}, kind=CaseKind.PRICE)
    oms.returns.agree(case, 150, actor="amy")
    assert oms.case(case).conceded == ((0, 50), (1, 100))
    with pytest.raises(Refused, match="refund_exceeds_paid"):
        oms.do(number, Concede(((0, 1),)), actor="amy")
    assert WEB.returns_to == "BER"
