"""Divided orders live by themselves, and are joined again as long as nobody has worked on them."""

from __future__ import annotations

import pytest
from attrs import evolve
from shop import back, fulfillments, order, payload, process, shop

from omskit.channels import ShipmentNotice
from omskit.core import Machine, Refused, UsageError, readable
from omskit.engine import Oms, Request
from omskit.flow import Rules
from omskit.fulfillment import HandOver
from omskit.orders import AUDITED_MACHINE, CHECK, CONFIRM, REVIEWED_MACHINE, Advance, Approve
from omskit.storage import Delivery, Storage


def approved(storage: Storage) -> tuple[Oms, str]:
    oms = shop(storage)
    oms.stock.receive("BER", {"A": 5, "B": 5}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 2), ("B", 1)))).placed
    oms.do(number, Approve(), actor="amy")
    return oms, number


def statuses(oms: Oms) -> dict[str, str]:
    return {one.terms.external_id: one.status for one in oms.orders()}


def test_children_are_shipped_by_themselves_and_reported_under_the_channel_s_own_id(storage: Storage) -> None:
    oms, number = approved(storage)
    first, _ = oms.divide(number, [{1: 1}, {1: 1, 2: 1}], actor="amy")
    assert statuses(oms) == {"1": "divided", "1~1": "approved", "1~2": "approved"}
    oms.run()
    assert statuses(oms) == {"1": "divided", "1~1": "released", "1~2": "released"}
    oms.do(fulfillments(oms, first)[0], HandOver("WB1"), actor="wms")
    told: list[Request] = []

    def send(request: Request) -> Delivery:
        told.append(request)
        return Delivery.DONE

    oms.relay(send)
    notices = [one.document for one in told if isinstance(one.document, ShipmentNotice)]
    assert [(one.external_id, one.waybill, one.lines[0].external_id) for one in notices] == [("1", "WB1", "L1")]
    assert oms.verify().is_sound


def test_children_that_nobody_worked_on_are_joined_again_and_can_be_divided_anew(storage: Storage) -> None:
    oms, number = approved(storage)
    before = oms.order(number)
    oms.divide(number, [{1: 2}, {2: 1}], actor="amy")
    oms.rejoin(number, actor="amy")
    after = oms.order(number)
    assert (after.status, after.lines, after.total_minor) == (before.status, before.lines, before.total_minor)
    oms.divide(number, [{1: 1}, {1: 1, 2: 1}], actor="amy")
    assert statuses(oms) == {
        "1": "divided",
        "1~1": "dissolved",
        "1~2": "dissolved",
        "1~3": "approved",
        "1~4": "approved",
    }
    oms.rejoin(number, actor="amy")
    oms.run()
    assert oms.order(number).status == "released"
    assert oms.verify().is_sound


def test_children_that_are_worked_on_stay_apart_and_nothing_of_the_attempt_is_kept(storage: Storage) -> None:
    oms, number = approved(storage)
    oms.divide(number, [{1: 2}, {2: 1}], actor="amy")
    oms.run()
    with pytest.raises(Refused, match="in_work"):
        oms.rejoin(number, actor="amy")
    assert statuses(oms) == {"1": "divided", "1~1": "released", "1~2": "released"}
    with pytest.raises(Refused, match="in_work"):
        oms.divide(first_child(oms), [{1: 1}, {1: 1}], actor="amy")


def first_child(oms: Oms) -> str:
    return next(readable("SO", one.key) for one in oms.orders() if one.terms.external_id == "1~1")


def test_edge_20_what_the_channel_takes_back_reaches_the_children(storage: Storage) -> None:
    oms, number = approved(storage)
    oms.divide(number, [{1: 2}, {2: 1}], actor="amy")
    received = oms.receive("web", payload(back("R1", ("A", 2, 200), order="1")))
    assert (len(received.matched), received.refused) == (1, ())
    assert statuses(oms) == {"1": "divided", "1~1": "cancelled", "1~2": "approved"}


def test_an_order_that_is_not_there_or_was_not_divided_says_so(storage: Storage) -> None:
    oms, number = approved(storage)
    with pytest.raises(UsageError, match="unknown_number"):
        oms.divide(readable("SO", 99), [{1: 1}, {1: 1}], actor="amy")
    with pytest.raises(Refused, match="not_allowed"):
        oms.rejoin(number, actor="amy")


@pytest.mark.parametrize(
    ("machine", "steps"),
    [(REVIEWED_MACHINE, [CHECK]), (AUDITED_MACHINE, [CHECK, CONFIRM])],
    ids=["reviewed by a person", "audited by two"],
)
def test_an_order_that_people_have_approved_is_divided_and_they_are_not_asked_again(
    storage: Storage, machine: Machine, steps: list[str]
) -> None:
    oms = shop(storage, process=evolve(process(), rules=Rules(orders=machine)))
    oms.stock.receive("BER", {"A": 5, "B": 5}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 2), ("B", 1)))).placed
    for step in steps:
        oms.do(number, Advance(step), actor="amy")
    oms.do(number, Approve(), actor="ben")
    oms.divide(number, [{1: 1}, {1: 1, 2: 1}], actor="amy")
    assert statuses(oms) == {"1": "divided", "1~1": "approved", "1~2": "approved"}
    oms.run()
    assert statuses(oms) == {"1": "divided", "1~1": "released", "1~2": "released"}
    assert oms.verify().is_sound
