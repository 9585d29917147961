"""What a channel says about refunds: locks, recalls, answers and cases, on each storage."""

from __future__ import annotations

from typing import Any

import pytest
from shop import WEB, Clock, fulfillments, order, payload, read, refund, shop

from omskit.channels import (
    Channel,
    GoodsState,
    InterceptRequest,
    RecallRequest,
    RefundAnswer,
    RefundKind,
    RefundState,
)
from omskit.core import Cell, Refused
from omskit.engine import Act, Oms, Opening, Parcel, Request
from omskit.fulfillment import Accept, ConfirmRecall, DenyRecall, HandOver, Ship
from omskit.fulfillment import Parcel as Sent
from omskit.orders import AddLine, Amend, Approve, Assign, Consignment, ReleaseHold
from omskit.returns import CaseKind, DeclineMoney, Found, ReturnCase
from omskit.storage import Delivery, Storage

MONEY = {"kind": RefundKind.MONEY.value, "goods": GoodsState.UNSENT.value}
BACK = {"kind": RefundKind.RETURN.value, "goods": GoodsState.WITH_BUYER.value}


def stocked(storage: Storage) -> Oms:
    oms = shop(storage, Clock())
    oms.stock.receive("BER", {"A": 10, "B": 10}, actor="amy")
    return oms


def placed(oms: Oms, *lines: tuple[str, int]) -> str:
    (number,) = oms.receive("web", payload(order("1", *lines))).placed
    return number


def say(oms: Oms, state: RefundState, amount: int, *lines: tuple[str, int, str], **more: Any) -> ReturnCase:
    received = oms.receive("web", payload(refund("R1", "1", amount, *lines, state=state.value, **more)))
    assert received.refused == ()
    (case,) = oms.cases()
    assert received.cases == (case.number,)
    return case


def told(oms: Oms) -> list[object]:
    documents: list[object] = []

    def send(request: Request) -> Delivery:
        documents.append(request.document)
        return Delivery.DONE

    oms.relay(send, 1000)
    return documents


def holds(oms: Oms, number: str) -> list[tuple[str, int]]:
    return [(hold.code, hold.line) for hold in oms.order(number).holds]


def test_chinese_case_1_a_refund_before_audit_locks_its_line_and_the_other_line_ships(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 1), ("B", 1))
    case = say(oms, RefundState.REQUESTED, 100, ("A", 1, "L1"), **MONEY)
    assert holds(oms, number) == [("under_refund", 1)]
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, HandOver("WB-1"), actor="wms")
    assert [line.shipped for line in oms.order(number).lines] == [0, 1]
    oms.returns.agree(case.number, actor="amy")
    assert [line.cancelled for line in oms.order(number).lines] == [1, 0]
    assert (holds(oms, number), oms.order(number).status, oms.order(number).kept_minor) == ([], "completed", 100)
    assert told(oms)[-1] == RefundAnswer("R1", "1", agreed=True, amount_minor=100, currency="EUR")
    assert oms.verify().is_sound


def test_a_refund_of_a_planned_line_takes_it_out_of_the_plan(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 1), ("B", 1))
    for command in (Approve(), Assign((Consignment(1, "BER", ((1, 1), (2, 1))),))):
        oms.do(number, command, actor="amy")
    say(oms, RefundState.REQUESTED, 100, ("A", 1, "L1"), **MONEY)
    assert oms.order(number).consignments == ()
    oms.run()
    assert [one.lines for one in oms.order(number).consignments] == [((2, 1),)]


def test_chinese_case_2_a_warehouse_that_stops_voids_the_delivery_and_agrees_the_refund(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 2))
    oms.run()
    (work,) = fulfillments(oms, number)
    case = say(oms, RefundState.REQUESTED, 200, **MONEY)
    assert RecallRequest(work, "BER", case.number) in told(oms)
    assert (oms.case(case.number).money, oms.order(number).is_held) == ("open", False)
    oms.do(work, ConfirmRecall(), actor="wms")
    now = oms.case(case.number)
    assert (now.custody, now.money, now.agreed_minor) == ("stopped", "agreed", 200)
    assert oms.order(number).status == "cancelled"
    assert oms.stock.levels(["A"])[Cell("A", "BER")].reserved == 0
    assert told(oms) == [RefundAnswer("R1", "1", agreed=True, amount_minor=200, currency="EUR")]
    assert oms.verify().is_sound


def test_chinese_case_2_a_warehouse_that_ships_all_the_same_leaves_the_refund_waiting(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 2))
    oms.run()
    (work,) = fulfillments(oms, number)
    case = say(oms, RefundState.REQUESTED, 200, **MONEY)
    oms.do_many([Act(work, DenyRecall()), Act(work, Accept()), Act(work, HandOver("WB-1"))], actor="wms")
    now = oms.case(case.number)
    assert (now.custody, now.money, now.agreed_minor) == ("requested", "open", 0)
    assert (oms.order(number).line(1).shipped, oms.order(number).kept_minor) == (2, 200)


def test_chinese_case_2_a_parcel_that_left_all_the_same_is_intercepted_and_one_with_other_goods_is_not(
    storage: Storage,
) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 2), ("B", 1))
    oms.run()
    (work,) = fulfillments(oms, number)
    case = say(oms, RefundState.REQUESTED, 200, ("A", 2, "L1"), **MONEY)
    told(oms)
    mixed, refunded = Sent(1, "WB-1", ((1, 1), (2, 1)), "post"), Sent(2, "WB-2", ((1, 1),), "post")
    oms.do_many([Act(work, DenyRecall()), Act(work, Ship((mixed, refunded)))], actor="wms")
    asked = [one for one in told(oms) if isinstance(one, InterceptRequest)]
    assert asked == [InterceptRequest(work, 2, "post", "WB-2", case.number)]
    assert oms.case(case.number).money == "open"
    assert oms.verify().is_sound


def test_chinese_case_12_a_gift_goes_back_with_the_line_it_came_with(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 1))
    paid, gift = AddLine("A", 2, 200, external_id="L2", group="g"), AddLine("B", 1, external_id="L3", group="g")
    oms.do(number, Amend((paid, gift)), actor="amy")
    oms.run()
    oms.do(number, ReleaseHold("unpriced"), actor="amy")
    oms.run()
    oms.do(fulfillments(oms, number)[0], HandOver("WB-1"), actor="wms")
    part, whole = refund("R1", "1", 100, ("A", 1, "L2"), **BACK), refund("R2", "1", 200, ("A", 2, "L2"), **BACK)
    one, two = oms.receive("web", payload(part, whole)).cases
    assert [(line.line, line.sku, line.expected) for line in oms.case(one).lines] == [(2, "A", 1)]
    assert [(line.line, line.sku, line.expected) for line in oms.case(two).lines] == [(2, "A", 2), (3, "B", 1)]
    oms.returns.scan(Parcel("S1", "BER", (Found("A", 2),), case=two), actor="wms")
    assert not oms.case(two).is_complete


def test_a_request_that_is_repeated_or_older_changes_nothing(storage: Storage) -> None:
    oms = stocked(storage)
    placed(oms, ("A", 1))
    said = refund("R1", "1", 100, ("A", 1, "L1"), state="requested", version="2", **MONEY)
    older = {**said, "version": "1", "amount": 50}
    received = oms.receive("web", payload(said, said, older))
    assert (len(received.cases), received.repeated) == (1, 2)
    assert [case.asked_minor for case in oms.cases()] == [100]


def test_a_request_for_an_order_that_is_not_there_yet_is_refused_and_may_come_again(storage: Storage) -> None:
    oms = stocked(storage)
    said = payload(refund("R1", "1", 100, state="requested", **MONEY))
    assert [one.code for one in oms.receive("web", said).refused] == ["no_order"]
    placed(oms, ("A", 1))
    assert len(oms.receive("web", said).cases) == 1


@pytest.mark.parametrize(
    ("line", "amount", "code"),
    [(("A", 3, "L1"), 100, "not_enough_sold"), (("A", 0, "L1"), 1, "bad_line"), (("Z", 1, ""), 1, "no_sale")],
)
def test_a_request_that_does_not_fit_its_order_is_refused(
    storage: Storage, line: tuple[str, int, str], amount: int, code: str
) -> None:
    oms = stocked(storage)
    placed(oms, ("A", 2))
    assert [one.code for one in oms.receive("web", payload(refund("R1", "1", amount, line))).refused] == [code]
    assert list(oms.cases()) == []


def test_a_return_goes_from_request_to_parcel_to_money_by_the_channel_s_words(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 2))
    oms.run()
    oms.do(fulfillments(oms, number)[0], HandOver("WB-1"), actor="wms")
    line = ("A", 1, "L1")
    assert say(oms, RefundState.REQUESTED, 100, line, **BACK).custody == "requested"
    assert holds(oms, number) == []
    assert say(oms, RefundState.AGREED, 100, line, **BACK).custody == "authorised"
    assert say(oms, RefundState.RETURNING, 100, line, waybill="RW-1", **BACK).waybills == ("RW-1",)
    oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), waybill="RW-1"), actor="wms")
    case = say(oms, RefundState.DONE, 100, line, waybill="RW-1", **BACK)
    assert (case.custody, case.money, case.paid_minor, case.payments) == ("received", "paid", 100, ("R1",))
    assert not any(isinstance(one, RefundAnswer) for one in told(oms))
    assert oms.order(number).kept_minor == 100


def test_money_that_a_channel_pays_before_the_goods_come_is_backed_by_them_later(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 2))
    oms.run()
    oms.do(fulfillments(oms, number)[0], HandOver("WB-1"), actor="wms")
    case = say(oms, RefundState.DONE, 100, ("A", 1, "L1"), **BACK)
    assert (case.conceded, oms.order(number).kept_minor) == (((1, 100),), 100)
    oms.returns.scan(Parcel("S1", "BER", (Found("A", 1),), order="1"), actor="wms")
    now = oms.case(case.number)
    assert (now.conceded, now.due_minor, now.open_minor, oms.order(number).kept_minor) == ((), 100, 0, 100)


@pytest.mark.parametrize(
    ("state", "custody"), [(RefundState.REFUSED, "refused"), (RefundState.CLOSED, "withdrawn")]
)
def test_a_request_that_ends_without_money_unlocks_the_order(
    storage: Storage, state: RefundState, custody: str
) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 1))
    say(oms, RefundState.REQUESTED, 100, **MONEY)
    case = say(oms, state, 100, **MONEY)
    assert (case.custody, case.money, holds(oms, number)) == (custody, "declined", [])
    assert told(oms) == []


def test_declining_answers_the_channel_and_unlocks_only_what_this_case_has_locked(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 2))
    received = oms.receive(
        "web",
        payload(
            refund("R1", "1", 100, ("A", 1, "L1"), version="4", **MONEY),
            refund("R2", "1", 100, ("A", 1, "L1"), **MONEY),
        ),
    )
    one, two = received.cases
    oms.do(one, DeclineMoney("used"), actor="amy")
    assert [hold.awaits for hold in oms.order(number).holds] == [two]
    assert told(oms) == [
        RefundAnswer("R1", "1", agreed=False, amount_minor=0, currency="EUR", reason="used", version="4")
    ]


def test_requests_come_through_the_reader_of_refunds_too(storage: Storage) -> None:
    apart = Channel("web", read, read_refunds=read, returns_to="BER")  # type: ignore[arg-type]  # tells refunds only
    oms = Oms(storage, [apart], shop(storage).processes, clock=Clock())
    placed(oms, ("A", 1))
    received = oms.receive_refunds("web", payload(refund("R1", "1", 40, ("A", 1, "L1"), kind="price")))
    (number,) = received.cases
    assert oms.case(number).kind is CaseKind.PRICE
    assert holds(oms, oms.explain(number).split(" for ")[1].split(":")[0]) == []
    assert WEB.code == "web"


def test_requests_for_the_children_of_a_divided_order_find_the_child_that_has_the_line(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 1), ("B", 1))
    oms.do(number, Approve(), actor="amy")
    children = oms.divide(number, ({1: 1}, {2: 1}), actor="amy")
    case = say(oms, RefundState.REQUESTED, 100, ("B", 1, "L2"), **MONEY)
    assert case.order == oms.order(children[1]).key
    assert holds(oms, children[1]) == [("under_refund", 1)]


def test_chinese_case_12_a_gift_that_has_not_left_goes_with_its_paid_line(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("B", 1))
    paid, gift = AddLine("A", 1, 100, external_id="L2", group="g"), AddLine("B", 1, external_id="L3", group="g")
    oms.do(number, Amend((paid, gift)), actor="amy")
    case = say(oms, RefundState.REQUESTED, 100, ("A", 1, "L2"), **MONEY)
    assert holds(oms, number) == [("under_refund", 2), ("under_refund", 3)]
    oms.returns.agree(case.number, actor="amy")
    assert [line.cancelled for line in oms.order(number).lines] == [0, 1, 1]
    assert oms.case(case.number).agreed_minor == 100


def test_a_refund_is_granted_only_when_every_warehouse_has_stopped(storage: Storage) -> None:
    oms = stocked(storage)
    oms.stock.receive("POZ", {"A": 10}, actor="amy")
    number = placed(oms, ("A", 12))
    oms.run()
    first, second = fulfillments(oms, number)
    case = say(oms, RefundState.REQUESTED, 1_200, **MONEY)
    oms.do(first, ConfirmRecall(), actor="wms")
    assert (oms.case(case.number).money, oms.case(case.number).custody) == ("open", "requested")
    oms.do(second, ConfirmRecall(), actor="wms")
    assert (oms.case(case.number).money, oms.case(case.number).agreed_minor) == ("agreed", 1_200)
    assert oms.verify().is_sound


def test_general_case_14_a_child_of_a_divided_order_refunds_its_own_share_only(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 2), ("B", 1))
    oms.do(number, Approve(), actor="amy")
    children = oms.divide(number, ({1: 1}, {1: 1, 2: 1}), actor="amy")
    opening = Opening(children[0], CaseKind.REFUND)
    case = oms.returns.open(opening, actor="amy")
    oms.returns.agree(case, actor="amy")
    assert oms.case(case).agreed_minor == 100
    assert [oms.order(child).kept_minor for child in children] == [0, 200]


def test_a_clerk_s_refund_of_what_a_warehouse_works_on_waits_until_it_has_stopped(storage: Storage) -> None:
    oms = stocked(storage)
    number = placed(oms, ("A", 1))
    oms.run()
    case = oms.returns.open(Opening(number, CaseKind.REFUND), actor="amy")
    with pytest.raises(Refused, match="not_accepted"):
        oms.returns.agree(case, 100, actor="amy")
    oms.do(fulfillments(oms, number)[0], ConfirmRecall(), actor="wms")
    assert oms.case(case).agreed_minor == 100
