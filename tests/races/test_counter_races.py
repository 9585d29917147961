"""Real threads sell by phone on real databases: no budget gives more than its limit, and gives back once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from counters import COUPON, FIRST, GIFT, HOT, coupon, draft, phone, pricing
from many_shops import in_threads
from shop import AT, WEB, Clock, order, payload, process

from omskit.engine import KINDS, Oms
from omskit.engine import drafts as facts
from omskit.flow import gift_step
from omskit.orders import Amend, SetPaid
from omskit.pricing import Allowance
from omskit.storage import Storage, Unit
from omskit.storage.sql import SqlStorage, open_engine

HANDS = 8


@pytest.fixture
def storage(url: str) -> Iterator[Storage]:
    engine = open_engine(url)
    made = SqlStorage(engine, KINDS)
    made.create()
    yield made
    engine.dispose()


def discounts(oms: Oms) -> list[int]:
    return sorted(one.lines[0].discount_minor for one in oms.orders())


def test_a_budget_of_three_is_given_to_three_of_forty_orders_of_eight_hands(storage: Storage) -> None:
    oms = phone(storage, HOT)
    taken = in_threads(oms, lambda one, hand: _place(one, hand, 5), HANDS)
    assert taken == [5] * HANDS
    assert discounts(oms) == [0] * 37 + [100] * 3
    assert oms.prices.allowances("promotion:HOT")["promotion:HOT"].uses == 3
    assert oms.verify().is_sound


def _place(oms: Oms, hand: int, count: int) -> int:
    said = [draft(f"{hand}-{n}", ("A", 1), buyer=f"b{hand}") for n in range(count)]
    return sum(len(oms.counter.place([one], actor="amy").placed) for one in said)


def test_a_coupon_at_eight_counters_at_once_is_taken_once(storage: Storage) -> None:
    oms = phone(storage, COUPON)
    oms.prices.open([coupon("X7")], actor="amy")

    def take(one: Oms, hand: int) -> object:
        return one.counter.place([draft(f"{hand}", ("A", 1), coupons=("X7",))], actor="amy")

    in_threads(oms, take, HANDS)
    assert discounts(oms) == [0] * 7 + [200]
    assert oms.verify().is_sound


def test_the_first_order_of_a_buyer_at_eight_counters_at_once_is_one_order(storage: Storage) -> None:
    oms = phone(storage, FIRST)

    def take(one: Oms, hand: int) -> object:
        return one.counter.place([draft(f"{hand}", ("A", 1), new_customer=True)], actor="amy")

    in_threads(oms, take, HANDS)
    assert discounts(oms) == [0] * 7 + [150]
    assert oms.verify().is_sound


def test_of_paying_and_running_out_of_time_exactly_one_wins(storage: Storage) -> None:
    clock = Clock()
    oms = Oms(storage, [WEB], process(), clock=clock, pricing=pricing(HOT, hold_for=timedelta(hours=1)))
    numbers = oms.counter.place([draft(f"P{n}", ("A", 1)) for n in range(3)], actor="amy").placed
    clock.at = AT + timedelta(hours=1)

    def act(one: Oms, hand: int) -> object:
        if hand % 2:
            return one.prices.expire()
        return one.do(numbers[hand // 2 % 3], Amend((SetPaid(AT),)), actor="amy")

    in_threads(oms, act, HANDS)
    lost = sum(any(hold.code == "budget_expired" for hold in one.holds) for one in oms.orders())
    assert oms.prices.allowances("promotion:HOT")["promotion:HOT"].uses == 3 - lost
    assert oms.prices.expire() == ()
    assert oms.verify().is_sound


def test_the_same_draft_from_eight_hands_is_one_order(storage: Storage) -> None:
    oms = phone(storage, HOT)
    taken = in_threads(oms, lambda one, _: one.counter.place([draft("P1", ("A", 1))], actor="amy"), HANDS)
    assert sorted(len(one.placed) for one in taken) == [0] * 7 + [1]
    assert oms.prices.allowances("promotion:HOT")["promotion:HOT"].uses == 1


def test_a_cancellation_by_eight_hands_gives_back_once_while_others_buy(storage: Storage) -> None:
    oms = phone(storage, HOT)
    numbers = oms.counter.place([draft(f"P{n}", ("A", 1)) for n in range(3)], actor="amy").placed

    def act(one: Oms, hand: int) -> object:
        if hand % 2:
            return one.cancel(numbers[0], actor="amy")
        return one.counter.place([draft(f"Q{hand}", ("A", 1))], actor="amy")

    in_threads(oms, act, HANDS)
    assert oms.prices.allowances("promotion:HOT")["promotion:HOT"].uses <= 3
    assert oms.verify().is_sound


def test_a_quota_of_gifts_holds_when_many_workers_run(storage: Storage) -> None:
    oms = phone(storage, process=process().insert(gift_step(pricing(GIFT)), before="review"))
    oms.stock.receive("BER", {"A": 500, "STRAP": 50, "BAG": 50}, actor="amy")
    for n in range(12):
        oms.receive("web", payload(order(str(n), ("A", 20), buyer=f"b{n}")))
    in_threads(oms, lambda one, _: [one.run(2) for _ in range(4)], 4)
    oms.run()
    gifts = [line for one in oms.orders() for line in one.lines if line.gift]
    assert len(gifts) == 2
    assert oms.verify().is_sound


def _without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: budgets are read as they are, and written in another unit over whatever is there by then."""

    def untouched(_unit: Unit, _names: object, *, lock: bool) -> Mapping[str, Allowance]:  # noqa: ARG001
        return {}

    monkeypatch.setattr(facts, "load_allowances", untouched)


def test_a_counter_that_prices_without_looking_at_budgets_is_caught(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_lock(monkeypatch)
    oms = phone(storage, HOT)
    outcomes = in_threads(oms, lambda one, hand: _place(one, hand, 5), HANDS)
    assert outcomes != [5] * HANDS
    assert discounts(oms) == [100] * 3
    assert {one.code for one in outcomes if not isinstance(one, int)} == {"allowance_spent"}
