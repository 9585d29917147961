"""Selling by phone: prices frozen with their reasons, gifts that follow their lines, budgets that are held."""

from __future__ import annotations

from decimal import Decimal

import pytest
from counters import COUPON, FIRST, GIFT, HOT, OVER, TENTH, coupon, draft, phone, pricing
from shop import AT, WEB, fulfillments, order, payload, process

from omskit.core import Refused, UsageError
from omskit.engine import Oms
from omskit.flow import PRICE_GAP, price_check_step
from omskit.fulfillment import HandOver
from omskit.orders import AddLine, Amend, Cancel, GapsNoted, Priced, PriceGap, ReleaseHold, SetPaid, SetQuantity
from omskit.pricing import (
    Conditions,
    Percent,
    Promotion,
    Reason,
    Scope,
    redemptions,
    replay,
)
from omskit.pricing.allowances import Close
from omskit.storage import MemoryStorage, Storage


def stocked(oms: Oms, **pieces: int) -> Oms:
    oms.stock.receive("BER", pieces or {"A": 50, "B": 50, "STRAP": 50, "BAG": 50}, actor="amy")
    return oms


def used(oms: Oms, name: str) -> tuple[int, int]:
    found = oms.prices.allowances(name).get(name)
    return (found.uses, found.minor) if found else (0, 0)


def test_an_order_by_phone_is_placed_with_frozen_shares_tax_and_freight(storage: Storage) -> None:
    oms = phone(storage, TENTH)
    (number,) = oms.counter.place([draft("P1", ("A", 2), ("B", 1), freight_minor=490)], actor="amy").placed
    found = oms.order(number)
    assert [(one.list_minor, one.discount_minor, one.tax_minor) for one in found.lines] == [
        (2000, 200, 287),
        (500, 50, 72),
    ]
    assert [(one.code, one.amount_minor) for one in found.charges] == [("freight", 490)]
    assert found.total_minor == 2740
    assert oms.verify().is_sound


def test_the_trace_stands_in_the_history_and_gives_the_total_again(storage: Storage) -> None:
    oms = phone(storage, TENTH, OVER)
    (number,) = oms.counter.place([draft("P1", ("A", 2))], actor="amy").placed
    (event,) = [entry.event for entry in oms.history(number) if isinstance(entry.event, Priced)]
    assert replay(event.price.steps).total_minor == oms.order(number).total_minor == 1800
    assert [(one.promotion, one.reason.value, one.minor) for one in event.price.rejected] == [
        ("OVER", "amount_short", 1200)
    ]
    assert "12.00" in oms.explain(number)


def test_a_quote_writes_nothing_and_is_what_the_order_costs(storage: Storage) -> None:
    oms = phone(storage, HOT)
    quoted = oms.counter.quote(draft("P1", ("A", 2)))
    assert (list(oms.orders()), used(oms, "promotion:HOT")) == ([], (0, 0))
    (number,) = oms.counter.place([draft("P1", ("A", 2))], actor="amy").placed
    assert oms.order(number).total_minor == quoted.total_minor == 1900


def test_a_draft_is_placed_once_and_not_with_other_content(storage: Storage) -> None:
    oms = phone(storage, HOT)
    oms.counter.place([draft("P1", ("A", 1))], actor="amy")
    again = oms.counter.place([draft("P1", ("A", 1)), draft("P1", ("A", 2))], actor="amy")
    assert (again.placed, again.repeated, [one.code for one in again.refused]) == ((), 1, ["changed_content"])
    assert used(oms, "promotion:HOT") == (1, 100)


def test_a_draft_without_a_price_is_refused_and_the_others_go_on(storage: Storage) -> None:
    oms = phone(storage)
    taken = oms.counter.place([draft("P1", ("NONE", 1)), draft("P2", ("A", 1)), draft("P3")], actor="amy")
    assert ([one.code for one in taken.refused], len(taken.placed)) == (["no_price", "empty_order"], 1)


def test_a_gift_is_a_line_of_its_own_that_leaves_with_the_line_that_earned_it(storage: Storage) -> None:
    oms = stocked(phone(storage, GIFT))
    (number,) = oms.counter.place([draft("P1", ("A", 2))], actor="amy").placed
    paid, gift = oms.order(number).lines
    assert (gift.sku, gift.quantity, gift.gift, gift.paid_minor) == ("STRAP", 1, "GWP", 0)
    assert paid.group == gift.group != ""
    assert used(oms, "promotion:GWP") == (1, 0)


def test_a_gift_that_is_out_of_stock_gives_way_to_its_alternate(storage: Storage) -> None:
    oms = stocked(phone(storage, GIFT), A=9, STRAP=1, BAG=9)
    taken = oms.counter.place([draft("P1", ("A", 2)), draft("P2", ("A", 2))], actor="amy")
    assert [oms.order(one).lines[1].sku for one in taken.placed] == ["STRAP", "BAG"]


def test_a_quota_of_two_gifts_gives_two_within_one_batch(storage: Storage) -> None:
    oms = stocked(phone(storage, GIFT))
    taken = oms.counter.place([draft(f"P{n}", ("A", 2)) for n in range(4)], actor="amy")
    assert [len(oms.order(one).lines) for one in taken.placed] == [2, 2, 1, 1]
    assert used(oms, "promotion:GWP") == (2, 0)


def test_a_gift_is_not_sent_when_the_line_that_earned_it_is_cancelled(storage: Storage) -> None:
    oms = stocked(phone(storage, GIFT))
    (number,) = oms.counter.place([draft("P1", ("A", 2), ("B", 1))], actor="amy").placed
    assert [line.gift for line in oms.order(number).lines] == ["", "", "GWP"]
    oms.do(number, Cancel(((1, 2),)), actor="amy")
    assert [line.cancelled for line in oms.order(number).lines] == [2, 0, 1]


def test_a_cancelled_order_gives_its_budget_back_once(storage: Storage) -> None:
    oms = phone(storage, HOT)
    (number,) = oms.counter.place([draft("P1", ("A", 1))], actor="amy").placed
    assert used(oms, "promotion:HOT") == (1, 100)
    oms.cancel(number, actor="amy")
    oms.cancel(number, actor="amy")
    assert used(oms, "promotion:HOT") == (0, 0)
    assert oms.verify().is_sound


def test_a_part_that_is_cancelled_leaves_the_budget_held(storage: Storage) -> None:
    oms = phone(storage, HOT)
    (number,) = oms.counter.place([draft("P1", ("A", 2))], actor="amy").placed
    oms.do(number, Cancel(((1, 1),)), actor="amy")
    assert used(oms, "promotion:HOT") == (1, 100)
    oms.do(number, Cancel(), actor="amy")
    assert used(oms, "promotion:HOT") == (0, 0)


def redemption(oms: Oms) -> list[str]:
    with oms.storage.begin(read=True) as unit:
        kept = unit.of(redemptions.REDEMPTIONS)
        return [one.state.status for one in kept.load(kept.find(limit=10)).values()]


@pytest.mark.parametrize("way", ["paid before", "paid later", "shipped"])
def test_what_an_order_holds_is_confirmed_when_it_is_paid_or_ships(storage: Storage, way: str) -> None:
    oms = stocked(phone(storage, HOT))
    (number,) = oms.counter.place([draft("P1", ("A", 1), paid=way == "paid before")], actor="amy").placed
    if way == "paid later":
        assert redemption(oms) == ["reserved"]
        oms.do(number, Amend((SetPaid(AT),)), actor="amy")
    elif way == "shipped":
        oms.run()
        (work,) = fulfillments(oms, number)
        oms.do(work, HandOver("WB-1", "post"), actor="wms")
    assert redemption(oms) == ["confirmed"]
    assert oms.verify().is_sound


def test_a_coupon_is_for_one_order_and_for_nobody_else(storage: Storage) -> None:
    oms = phone(storage, COUPON)
    oms.prices.open([coupon("X7"), coupon("MINE", buyer="b9")], actor="amy")
    said = [
        draft("P1", ("A", 1), coupons=("X7",)),
        draft("P2", ("A", 1), coupons=("X7",)),
        draft("P3", ("A", 1), coupons=("MINE",)),
        draft("P4", ("A", 1), coupons=("NONE",)),
        draft("P5", ("A", 1), coupons=("MINE",), buyer="b9"),
    ]
    taken = oms.counter.place(said, actor="amy")
    assert [oms.order(one).total_minor for one in taken.placed] == [800, 1000, 1000, 1000, 800]
    assert used(oms, "coupon:X7") == (1, 200)


def test_a_coupon_that_was_closed_gives_nothing(storage: Storage) -> None:
    oms = phone(storage, COUPON)
    oms.prices.open([coupon("X7")], actor="amy")
    oms.prices.allowance("coupon:X7", Close("leaked"), actor="amy")
    assert oms.counter.quote(draft("P1", ("A", 1), coupons=("X7",))).total_minor == 1000


def test_more_units_are_priced_again_with_gift_and_budget(storage: Storage) -> None:
    oms = stocked(phone(storage, TENTH, OVER, GIFT))
    (number,) = oms.counter.place([draft("P1", ("A", 1))], actor="amy").placed
    assert (oms.order(number).total_minor, len(oms.order(number).lines)) == (900, 1)
    after = oms.counter.amend(number, (SetQuantity(1, 4), AddLine("B", 1)), actor="amy")
    assert [(line.sku, line.quantity, line.gift) for line in after.lines] == [
        ("A", 4, ""),
        ("B", 1, ""),
        ("STRAP", 1, "GWP"),
    ]
    assert after.total_minor == 4500 - 450 - 600
    assert used(oms, "promotion:GWP") == (1, 0)
    assert oms.verify().is_sound


def test_an_order_that_holds_the_last_use_can_still_be_changed(storage: Storage) -> None:
    oms = phone(storage, HOT)
    first, *_ = oms.counter.place([draft(f"P{n}", ("A", 1)) for n in range(3)], actor="amy").placed
    assert used(oms, "promotion:HOT") == (3, 300)
    assert oms.counter.amend(first, (SetQuantity(1, 2),), actor="amy").total_minor == 1900
    assert used(oms, "promotion:HOT") == (3, 300)


def test_fewer_units_are_no_amendment_but_a_refund(storage: Storage) -> None:
    oms = phone(storage, OVER)
    (number,) = oms.counter.place([draft("P1", ("A", 3))], actor="amy").placed
    with pytest.raises(Refused) as error:
        oms.counter.amend(number, (SetQuantity(1, 1),), actor="amy")
    assert error.value.code == "fewer_units"


@pytest.mark.parametrize(("again", "amounts"), [(False, [800, 1600]), (True, [400, 2000])])
def test_a_refund_keeps_the_shares_or_prices_what_is_kept_again(
    storage: Storage, again: bool, amounts: list[int]  # noqa: FBT001
) -> None:
    oms = phone(storage, OVER)
    (number,) = oms.counter.place([draft("P1", ("A", 3))], actor="amy").placed
    assert oms.order(number).total_minor == 2400
    first = oms.counter.give_back(number, {1: 1}, actor="amy", again=again)
    rest = oms.counter.give_back(number, {1: 2}, actor="amy", again=again)
    assert [first.refund_minor, rest.refund_minor] == amounts
    assert [one.code for one in oms.order(number).holds] == []
    assert oms.verify().is_sound


def test_a_gift_that_does_not_come_back_is_charged(storage: Storage) -> None:
    oms = stocked(phone(storage, GIFT))
    (number,) = oms.counter.place([draft("P1", ("A", 2))], actor="amy").placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    due = oms.counter.give_back(number, {1: 2}, actor="amy", warehouse="BER")
    assert [(one.sku, one.charged, one.charge_minor) for one in due.gifts] == [("STRAP", 1, 300)]
    assert due.refund_minor == 1700


def test_a_gift_that_has_left_comes_back_into_stock_with_its_line(storage: Storage) -> None:
    oms = stocked(phone(storage, GIFT))
    (number,) = oms.counter.place([draft("P1", ("A", 2), paid=True)], actor="amy").placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, HandOver("WB-1", "post"), actor="wms")
    due = oms.counter.give_back(number, {1: 2}, actor="amy", gifts_back={"STRAP": 1}, warehouse="BER")
    assert (due.refund_minor, [line.returned for line in oms.order(number).lines]) == (2000, [2, 1])


def test_a_gift_that_is_no_longer_earned_is_not_sent_and_not_charged(storage: Storage) -> None:
    oms = stocked(phone(storage, GIFT))
    (number,) = oms.counter.place([draft("P1", ("A", 2))], actor="amy").placed
    due = oms.counter.give_back(number, {1: 1}, actor="amy", again=True)
    assert (due.refund_minor, [line.cancelled for line in oms.order(number).lines]) == (1000, [1, 1])
    assert oms.verify().is_sound


def test_an_order_of_a_channel_was_not_priced_here(storage: Storage) -> None:
    oms = phone(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    with pytest.raises(Refused) as error:
        oms.counter.give_back(number, {1: 1}, actor="amy")
    assert error.value.code == "not_priced"


def test_without_pricing_there_is_no_counter() -> None:
    with pytest.raises(UsageError) as error:
        _ = Oms(MemoryStorage(), [WEB], process()).counter
    assert error.value.code == "no_pricing"


def checking(storage: Storage, tolerance_minor: int) -> Oms:
    step = price_check_step(pricing(TENTH), tolerance_minor=tolerance_minor)
    return stocked(phone(storage, process=process().insert(step, before="review")))


def test_a_channel_s_prices_are_kept_and_what_differs_is_noted(storage: Storage) -> None:
    oms = checking(storage, 10_000)
    (number,) = oms.receive("web", payload(order("1", ("A", 2), ("C", 1)))).placed
    oms.run()
    found = oms.order(number)
    assert (found.total_minor, found.is_held) == (300, False)
    assert found.gaps == (PriceGap(1, 200, 1800), PriceGap(2, 100, None))
    assert sum(isinstance(entry.event, GapsNoted) for entry in oms.history(number)) == 1


def test_a_gap_over_the_tolerance_holds_until_a_person_lifts_it(storage: Storage) -> None:
    oms = checking(storage, 1_599)
    (number,) = oms.receive("web", payload(order("1", ("A", 2)))).placed
    oms.run()
    assert [hold.code for hold in oms.order(number).holds] == [PRICE_GAP]
    oms.do(number, ReleaseHold(PRICE_GAP), actor="amy")
    oms.run()
    assert (oms.order(number).is_held, oms.order(number).status) == (False, "released")


def test_orders_by_phone_are_not_checked_against_themselves(storage: Storage) -> None:
    oms = checking(storage, 0)
    (number,) = oms.counter.place([draft("P1", ("A", 1))], actor="amy").placed
    oms.run()
    assert (oms.order(number).gaps, oms.order(number).is_held) == ((), False)


def test_the_first_order_of_a_buyer_is_first_until_it_is_cancelled(storage: Storage) -> None:
    oms = phone(storage, FIRST)
    said = [draft(f"P{n}", ("A", 1), new_customer=True) for n in range(2)]
    first, second = oms.counter.place(said, actor="amy").placed
    assert [oms.order(one).lines[0].discount_minor for one in (first, second)] == [150, 0]
    oms.cancel(first, actor="amy")
    (third,) = oms.counter.place([draft("P3", ("A", 1), new_customer=True)], actor="amy").placed
    assert oms.order(third).lines[0].discount_minor == 150
    assert oms.verify().is_sound


def test_nobody_is_a_new_customer_without_being_known(storage: Storage) -> None:
    oms = phone(storage, FIRST)
    quoted = oms.counter.quote(draft("P1", ("A", 1), new_customer=True, buyer=""))
    assert [(one.promotion, one.reason) for one in quoted.rejected] == [("FIRST", Reason.BUYER_UNKNOWN)]


FREE = Promotion("FREE", Percent(Decimal(1)), Scope.SHIPPING, Conditions(least_minor=3000), currency="EUR")


def test_the_freight_is_free_from_the_unit_on_that_earns_it_and_may_be_of_another_price(storage: Storage) -> None:
    oms = phone(storage, FREE)
    (number,) = oms.counter.place([draft("P1", ("A", 2), freight_minor=490)], actor="amy").placed
    changed = oms.counter.amend(number, (SetQuantity(1, 3),), actor="amy")
    assert (changed.charges, changed.total_minor) == ((), 3000)
    (other,) = oms.counter.place([draft("P2", ("A", 1), freight_minor=490)], actor="amy").placed
    heavier = oms.counter.amend(other, (SetQuantity(1, 2),), actor="amy", freight_minor=900)
    assert ([one.amount_minor for one in heavier.charges], heavier.total_minor) == ([900], 2900)
    same = oms.counter.amend(other, (AddLine("B", 1),), actor="amy")
    assert [one.amount_minor for one in same.charges] == [900]
    assert oms.verify().is_sound


def test_a_refund_with_a_key_is_given_once(storage: Storage) -> None:
    oms = phone(storage, TENTH)
    (number,) = oms.counter.place([draft("P1", ("A", 3))], actor="amy").placed
    first = oms.counter.give_back(number, {1: 1}, actor="amy", key="r1")
    before = oms.order(number)
    assert oms.counter.give_back(number, {1: 1}, actor="amy", key="r1") == first
    assert oms.order(number) == before
    with pytest.raises(UsageError, match="key_reused"):
        oms.counter.give_back(number, {1: 2}, actor="amy", key="r1")
    second = oms.counter.give_back(number, {1: 1}, actor="amy", key="r2")
    assert (first.units, second.units, oms.order(number).lines[0].cancelled) == (((1, 1),), ((1, 1),), 2)


def test_an_amendment_with_a_key_adds_its_line_once(storage: Storage) -> None:
    oms = phone(storage, TENTH)
    (number,) = oms.counter.place([draft("P1", ("A", 3))], actor="amy").placed
    changes = (AddLine("B", 2),)
    first = oms.counter.amend(number, changes, actor="amy", key="k")
    assert oms.counter.amend(number, changes, actor="amy", key="k") == first == oms.order(number)
    assert [(line.sku, line.quantity) for line in first.lines] == [("A", 3), ("B", 2)]
    with pytest.raises(UsageError, match="key_reused"):
        oms.counter.amend(number, (AddLine("B", 1),), actor="amy", key="k")
