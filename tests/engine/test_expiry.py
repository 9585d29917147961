"""Budgets of orders that are not paid in time: given back once, the orders held, nothing cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from counters import COUPON, HOT, coupon, draft, pricing
from shop import AT, WEB, Clock, process

from omskit.engine import Oms
from omskit.orders import Amend, Approve, ReleaseHold, SetPaid, SetQuantity
from omskit.storage import Storage

HOUR = timedelta(hours=1)


def shop(storage: Storage, clock: Clock) -> Oms:
    return Oms(storage, [WEB], process(), clock=clock, pricing=pricing(HOT, COUPON, hold_for=HOUR))


def uses(oms: Oms, name: str = "promotion:HOT") -> int:
    return oms.prices.allowances(name)[name].uses


def test_what_an_order_holds_is_given_back_once_it_was_not_paid_in_time(storage: Storage) -> None:
    oms = shop(storage, clock := Clock())
    (number,) = oms.counter.place([draft("P1", ("A", 1))], actor="amy").placed
    clock.at = AT + HOUR - timedelta(milliseconds=1)
    assert (oms.prices.expire(), uses(oms)) == ((), 1)
    clock.at = AT + HOUR
    assert (oms.prices.expire(), uses(oms)) == ((number,), 0)
    assert [hold.code for hold in oms.order(number).holds] == ["budget_expired"]
    assert (oms.prices.expire(), uses(oms)) == ((), 0)
    assert oms.verify().is_sound


def test_a_use_that_is_given_back_goes_to_the_next_order(storage: Storage) -> None:
    oms = shop(storage, clock := Clock())
    oms.counter.place([draft(f"P{n}", ("A", 1)) for n in range(4)], actor="amy")
    assert sorted(one.lines[0].discount_minor for one in oms.orders()) == [0, 100, 100, 100]
    clock.at = AT + HOUR
    assert len(oms.prices.expire()) == 3
    (number,) = oms.counter.place([draft("P9", ("A", 1), at=clock.at)], actor="amy").placed
    assert oms.order(number).lines[0].discount_minor == 100


@pytest.mark.parametrize("way", ["at once", "later"])
def test_an_order_that_is_paid_keeps_what_it_holds(storage: Storage, way: str) -> None:
    oms = shop(storage, clock := Clock())
    (number,) = oms.counter.place([draft("P1", ("A", 1), paid=way == "at once")], actor="amy").placed
    if way == "later":
        oms.do(number, Amend((SetPaid(AT),)), actor="amy")
    clock.at = AT + 2 * HOUR
    assert (oms.prices.expire(), uses(oms), oms.order(number).holds) == ((), 1, ())


def test_a_coupon_comes_back_and_a_cancellation_after_it_changes_nothing(storage: Storage) -> None:
    oms = shop(storage, clock := Clock())
    oms.prices.open([coupon("X7")], actor="amy")
    (number,) = oms.counter.place([draft("P1", ("B", 1), coupons=("X7",))], actor="amy").placed
    clock.at = AT + HOUR
    oms.prices.expire()
    assert (uses(oms, "coupon:X7"), uses(oms)) == (0, 0)
    oms.cancel(number, actor="amy")
    assert (uses(oms, "coupon:X7"), uses(oms)) == (0, 0)
    assert oms.verify().is_sound


def test_an_amendment_does_not_give_an_order_more_time(storage: Storage) -> None:
    oms = shop(storage, clock := Clock())
    (number,) = oms.counter.place([draft("P1", ("A", 1))], actor="amy").placed
    clock.at = AT + HOUR / 2
    oms.counter.amend(number, (SetQuantity(1, 2),), actor="amy")
    clock.at = AT + HOUR
    assert oms.prices.expire() == (number,)


def test_a_person_may_let_an_order_keep_its_price(storage: Storage) -> None:
    oms = shop(storage, clock := Clock())
    (number,) = oms.counter.place([draft("P1", ("A", 1))], actor="amy").placed
    clock.at = AT + HOUR
    oms.prices.expire()
    oms.do(number, ReleaseHold("budget_expired"), actor="amy")
    assert (oms.order(number).is_held, oms.order(number).total_minor) == (False, 900)


def divided(oms: Oms, id_: str) -> tuple[str, ...]:
    (number,) = oms.counter.place([draft(id_, ("A", 2))], actor="amy").placed
    oms.do(number, Approve(), actor="amy")
    return oms.divide(number, [{1: 1}, {1: 1}], actor="amy")


def test_of_a_divided_order_those_that_stand_for_it_are_held(storage: Storage) -> None:
    oms = shop(storage, clock := Clock())
    parts = divided(oms, "P1")
    clock.at = AT + HOUR
    assert (oms.prices.expire(), uses(oms)) == (parts, 0)
    assert (oms.prices.expire(), oms.verify().is_sound) == ((), True)


def test_a_divided_order_gives_back_with_the_last_of_its_parts(storage: Storage) -> None:
    oms = shop(storage, Clock())
    first, second = divided(oms, "P1")
    oms.cancel(first, actor="amy")
    assert uses(oms) == 1
    oms.cancel(second, actor="amy")
    assert uses(oms) == 0
    assert oms.verify().is_sound


def test_a_part_that_is_divided_again_stands_for_the_first_order(storage: Storage) -> None:
    oms = shop(storage, Clock())
    (number,) = oms.counter.place([draft("P1", ("A", 3))], actor="amy").placed
    oms.do(number, Approve(), actor="amy")
    single, pair = oms.divide(number, [{1: 1}, {1: 2}], actor="amy")
    halves = oms.divide(pair, [{1: 1}, {1: 1}], actor="amy")
    for one in (single, halves[0]):
        oms.cancel(one, actor="amy")
        assert uses(oms) == 1
    oms.cancel(halves[1], actor="amy")
    assert uses(oms) == 0


def test_an_order_that_is_joined_again_gives_back_by_itself(storage: Storage) -> None:
    oms = shop(storage, Clock())
    (number,) = oms.counter.place([draft("P1", ("A", 2))], actor="amy").placed
    oms.do(number, Approve(), actor="amy")
    oms.divide(number, [{1: 1}, {1: 1}], actor="amy")
    oms.rejoin(number, actor="amy")
    assert uses(oms) == 1
    oms.cancel(number, actor="amy")
    assert (uses(oms), oms.verify().is_sound) == (0, True)


def test_a_part_that_is_paid_keeps_what_the_order_holds(storage: Storage) -> None:
    oms = shop(storage, clock := Clock())
    first, second = divided(oms, "P1")
    oms.do(first, Amend((SetPaid(AT),)), actor="amy")
    clock.at = AT + HOUR
    assert (oms.prices.expire(), uses(oms)) == ((), 1)
    for one in (first, second):
        oms.cancel(one, actor="amy")
    assert uses(oms) == 0
