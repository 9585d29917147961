"""Gifts of our promotions for orders of a channel: they come before the review, and follow later changes."""

from __future__ import annotations

import pytest
from attrs import evolve
from counters import GIFT, TENTH, phone, pricing
from shop import Clock, back, order, payload, process

from omskit.core import Refused
from omskit.engine import Oms
from omskit.flow import gift_step, price_check_step
from omskit.orders import Cancel, PriceGap, ReleaseHold, SetQuantity
from omskit.pricing import Budget, Conditions
from omskit.storage import Storage


def stocked(oms: Oms, **pieces: int) -> Oms:
    oms.stock.receive("BER", pieces or {"A": 90, "STRAP": 50, "BAG": 50}, actor="amy")
    return oms


def used(oms: Oms, name: str = "promotion:GWP") -> tuple[int, int]:
    found = oms.prices.allowances(name).get(name)
    return (found.uses, found.minor) if found else (0, 0)


def gifts(oms: Oms, number: str) -> list[tuple[str, int]]:
    found = [(line.sku, line.quantity - line.cancelled) for line in oms.order(number).lines if line.gift]
    return [one for one in found if one[1]]


def giving(storage: Storage, *, later: bool = False) -> Oms:
    steps = process().insert(gift_step(pricing(GIFT)), before="review")
    if later:
        steps = steps.insert(gift_step(pricing(GIFT), trigger="reserve", name="gifts, sourcing"), before="source")
        steps = steps.insert(gift_step(pricing(GIFT), trigger="release", name="gifts, release"), before="release")
        steps = steps.without("release")
    return stocked(phone(storage, process=steps))


def test_gifts_are_added_to_orders_of_a_channel_before_their_review(storage: Storage) -> None:
    oms = giving(storage)
    said = [order(str(n), ("A", 20), buyer=f"b{n}") for n in range(3)]
    numbers = oms.receive("web", payload(*said)).placed
    oms.stock.receive("BER", {"A": 50}, actor="amy")
    assert oms.run().moved["gifts"] == 2
    oms.run()
    assert [[line.gift for line in oms.order(one).lines] for one in numbers] == [["", "GWP"], ["", "GWP"], [""]]
    assert [oms.order(one).total_minor for one in numbers] == [2000, 2000, 2000]
    assert {oms.order(one).status for one in numbers} == {"released"}
    oms.run()
    assert used(oms, "promotion:GWP") == (2, 0)
    assert oms.verify().is_sound


def test_a_reversal_of_all_that_was_bought_ends_the_gift_too(storage: Storage) -> None:
    steps = process().insert(gift_step(pricing(GIFT)), before="review").without("release")
    oms = stocked(phone(storage, process=steps))
    (number,) = oms.receive("web", payload(order("1", ("A", 20)))).placed
    oms.run()
    oms.run()
    assert [line.reserved for line in oms.order(number).lines] == [20, 1]
    oms.receive("web", payload(back("R1", ("A", 20, 2000), order="1")))
    assert [line.cancelled for line in oms.order(number).lines] == [20, 1]
    assert used(oms, "promotion:GWP") == (0, 0)
    assert oms.verify().is_sound


def changed(id_: str, count: int, **more: object) -> bytes:
    return payload(order(id_, ("A", count), changed=1, **more))


def test_a_gift_comes_once_the_channel_says_enough_units(storage: Storage) -> None:
    oms = giving(storage, later=True)
    (number,) = oms.receive("web", payload(order("1", ("A", 19)))).placed
    oms.run()
    assert (gifts(oms, number), oms.order(number).status) == ([], "reserved")
    oms.receive("web", changed("1", 20))
    oms.run()
    oms.run()
    assert (gifts(oms, number), oms.order(number).status, used(oms)) == ([("STRAP", 1)], "reserved", (1, 0))
    assert [line.reserved for line in oms.order(number).lines] == [20, 1]
    assert oms.verify().is_sound


def test_a_gift_goes_and_its_budget_comes_back_when_the_channel_says_fewer_units(storage: Storage) -> None:
    oms = giving(storage, later=True)
    (number,) = oms.receive("web", payload(order("1", ("A", 20)))).placed
    oms.run()
    oms.run()
    assert (gifts(oms, number), used(oms)) == ([("STRAP", 1)], (1, 0))
    oms.receive("web", changed("1", 19))
    oms.run()
    assert (gifts(oms, number), used(oms)) == ([], (0, 0))
    assert [(line.reserved, line.cancelled) for line in oms.order(number).lines] == [(19, 1), (0, 1)]
    assert oms.verify().is_sound


def test_a_partial_refund_is_looked_at_like_a_change(storage: Storage) -> None:
    oms = giving(storage, later=True)
    said = [order(str(n), ("A", 25), buyer=f"b{n}") for n in range(2)]
    first, second = oms.receive("web", payload(*said)).placed
    oms.run()
    oms.run()
    oms.receive("web", payload(back("R0", ("A", 5, 500), order="0", buyer="b0")))
    oms.receive("web", payload(back("R1", ("A", 6, 600), order="1")))
    oms.run()
    assert (gifts(oms, first), gifts(oms, second), used(oms)) == ([("STRAP", 1)], [], (1, 0))
    assert oms.verify().is_sound


def test_an_order_keeps_the_last_gift_of_a_budget_that_it_holds_itself(storage: Storage) -> None:
    oms = giving(storage, later=True)
    said = [order(str(n), ("A", 20), buyer=f"b{n}") for n in range(2)]
    numbers = oms.receive("web", payload(*said)).placed
    oms.run()
    oms.run()
    assert used(oms) == (2, 0)
    oms.receive("web", changed("1", 21, buyer="b1"))
    oms.run()
    assert [gifts(oms, one) for one in numbers] == [[("STRAP", 1)]] * 2
    assert used(oms) == (2, 0)


def test_a_gift_that_is_out_of_stock_stays_with_the_order_that_holds_it(storage: Storage) -> None:
    steps = process().insert(gift_step(pricing(GIFT)), before="review").without("release")
    steps = steps.insert(gift_step(pricing(GIFT), trigger="release", name="later"), before="source")
    oms = stocked(phone(storage, process=steps), A=90, STRAP=1)
    (number,) = oms.receive("web", payload(order("1", ("A", 20)))).placed
    oms.run()
    oms.run()
    oms.receive("web", changed("1", 21))
    oms.run()
    oms.run()
    assert gifts(oms, number) == [("STRAP", 1)]
    assert oms.order(number).gifts_stale is False


def test_an_order_whose_gift_a_warehouse_works_on_is_left_to_people(storage: Storage) -> None:
    oms = giving(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 20)))).placed
    oms.run()
    oms.run()
    assert oms.order(number).status == "released"
    with pytest.raises(Refused, match="warehouse"):
        oms.do(number, Cancel(((1, 5),), "less"), actor="amy")
    assert gifts(oms, number) == [("STRAP", 1)]


def test_a_gift_for_the_first_order_goes_to_the_first_order_of_a_buyer_only(storage: Storage) -> None:
    welcome = evolve(GIFT, conditions=Conditions(least_minor=2000, new_customer=True), budget=Budget())
    oms = stocked(phone(storage, process=process().insert(gift_step(pricing(welcome)), before="review")))
    numbers = oms.receive("web", payload(order("1", ("A", 20)), order("2", ("A", 20)))).placed
    oms.run()
    oms.run()
    (later,) = oms.receive("web", payload(order("3", ("A", 20)))).placed
    oms.run()
    assert [gifts(oms, one) for one in (*numbers, later)] == [[("STRAP", 1)], [], []]


def test_an_order_whose_gift_is_out_of_stock_goes_on_or_waits_for_a_person(storage: Storage) -> None:
    steps = process().insert(gift_step(pricing(GIFT), hold_short=True), before="review")
    oms = phone(storage, process=steps)
    oms.stock.receive("BER", {"A": 40}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 20)))).placed
    oms.run()
    (hold,) = oms.order(number).holds
    assert (hold.code, hold.reason) == ("gift_short", "out of stock: STRAP")
    oms.do(number, ReleaseHold("gift_short"), actor="amy")
    oms.run()
    assert (oms.order(number).status, gifts(oms, number)) == ("released", [])


@pytest.mark.parametrize("kind", ["exchange", "replacement"])
def test_goods_in_exchange_earn_no_gift_and_are_held_against_no_price(storage: Storage, kind: str) -> None:
    steps = process().insert(price_check_step(pricing(TENTH)), before="review")
    oms = stocked(phone(storage, process=steps.insert(gift_step(pricing(GIFT)), before="review")))
    (number,) = oms.receive("web", payload(order("1", ("A", 20), terms={"kind": kind}))).placed
    oms.run()
    found = oms.order(number)
    assert (gifts(oms, number), found.gaps, found.is_held, found.status) == ([], (), False, "released")


def test_the_parts_of_a_divided_order_are_given_nothing_of_their_own(storage: Storage) -> None:
    steps = process().insert(gift_step(pricing(GIFT)), before="review").without("source")
    steps = steps.insert(gift_step(pricing(GIFT), trigger="reserve", name="later"), before="release")
    oms = stocked(phone(storage, process=steps))
    (number,) = oms.receive("web", payload(order("1", ("A", 40)))).placed
    oms.run()
    oms.run()
    parts = oms.divide(number, [{1: 20}, {1: 20, 2: 1}], actor="amy")
    oms.run()
    assert [gifts(oms, one) for one in parts] == [[], [("STRAP", 1)]]
    for one in parts:
        oms.cancel(one, actor="amy")
    assert (used(oms), oms.verify().is_sound) == ((0, 0), True)


def test_the_prices_of_an_order_with_a_gift_are_still_its_channel_s(storage: Storage) -> None:
    steps = process().insert(gift_step(pricing(GIFT)), before="review")
    check = price_check_step(pricing(TENTH), tolerance_minor=100_000)
    oms = stocked(phone(storage, TENTH, GIFT, process=steps.insert(check, before="review"), clock=Clock()))
    (number,) = oms.receive("web", payload(order("1", ("A", 20)))).placed
    oms.run()
    oms.run()
    assert oms.order(number).gaps == (PriceGap(1, 2000, 18000),)
    with pytest.raises(Refused, match="channel's"):
        oms.counter.amend(number, (SetQuantity(1, 30),), actor="amy")
