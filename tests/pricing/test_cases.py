"""The field's named cases P1 to P25, each with the exact numbers of its source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from baskets import HERE, line, lines, order, paid, priced, reasons, shares

from omskit.core import share_of_units
from omskit.pricing import (
    FREE,
    Amount,
    Base,
    Basket,
    BasketLine,
    Budget,
    BundlePrice,
    BuyGet,
    Conditions,
    Context,
    EveryNth,
    FixedPrice,
    Gift,
    GiftItem,
    Ladder,
    Left,
    Percent,
    Pick,
    PriceEntry,
    Promotion,
    Reason,
    Rulebook,
    Rung,
    Selector,
    TaxMode,
    TaxRounding,
    TaxRules,
    TierMode,
    Window,
    explain,
    for_price_of,
    kept_basket,
    price,
    refund,
)

TEN_OFF = order("TEN", Amount(1000))
ALL_OFF = order("ALL", Percent(Decimal(1)))
EACH_300 = order("P7", Ladder([Rung(30000, 5000)], each=True))


def test_p1_ten_over_three_hundreds_goes_by_largest_remainder_to_the_lowest_line() -> None:
    result = priced(lines(10000, 10000, 10000), TEN_OFF)
    assert shares(result) == [334, 333, 333]
    assert paid(result) == [9666, 9667, 9667]


def test_p1_also_holds_when_the_three_lines_are_of_one_sku() -> None:
    assert shares(priced(lines(10000, 10000, 10000, skus="AAA"), TEN_OFF)) == [334, 333, 333]


def test_p2_two_over_three_fives() -> None:
    assert shares(priced(lines(500, 500, 500), order("TWO", Amount(200)))) == [67, 67, 66]


def test_p3_the_resulting_price_is_rounded_and_the_discount_derived() -> None:
    result = priced(lines(1050), line("FIFTEEN", Percent(Decimal("0.15"))))
    assert (paid(result), shares(result)) == ([893], [157])


def test_p4_everything_off_leaves_exactly_nothing() -> None:
    tax = TaxRules({"": Decimal("0.19")})
    before, after = priced(lines(39900), tax=tax), priced(lines(39900), ALL_OFF, tax=tax)
    assert (before.total_minor - before.tax_minor, before.tax_minor) == (33529, 6371)
    assert (after.total_minor, after.tax_minor) == (0, 0)


def test_p5_ten_off_shows_ten_and_splits_the_rest_into_net_and_tax() -> None:
    result = priced(lines(1430), TEN_OFF, tax=TaxRules({"": Decimal("0.20")}))
    assert (result.total_minor, result.tax_minor, result.discount_minor) == (430, 72, 1000)


@pytest.mark.parametrize(("per", "total"), [(TaxRounding.LINE, 2646), (TaxRounding.DOCUMENT, 2645)])
def test_p6_tax_on_top_rounded_either_way_ends_at_nothing_when_everything_is_off(
    per: TaxRounding, total: int
) -> None:
    tax = TaxRules({"": Decimal("0.15")}, TaxMode.EXCLUDED, per)
    assert priced(lines(1150, 1150), tax=tax).total_minor == total
    assert priced(lines(1150, 1150), ALL_OFF, tax=tax).total_minor == 0


def test_p7_each_three_hundred_takes_fifty() -> None:
    result = priced(lines(39900, 26000), EACH_300)
    assert (shares(result), result.total_minor) == ([6055, 3945], 55900)


@pytest.mark.parametrize(("reevaluate", "refunded"), [(False, 22055), (True, 21000)])
def test_p8_a_return_keeps_the_shares_or_prices_the_rest_again(reevaluate: bool, refunded: int) -> None:  # noqa: FBT001
    basket = Basket("CNY", lines(39900, 26000))
    sold = priced(basket, EACH_300)
    kept = priced(kept_basket(basket, {2: 1}), EACH_300) if reevaluate else None
    assert refund(sold, {2: 1}, kept=kept).refund_minor == refunded


@pytest.mark.parametrize(("quantity", "total"), [(4, 3000), (7, 5000)])
def test_p9_buy_two_get_one_of_the_same_item_uses_units_up(quantity: int, total: int) -> None:
    goods = (BasketLine(1, "A", quantity, 1000 * quantity),)
    assert priced(goods, line("B2G1", EveryNth(3))).total_minor == total
    assert priced(goods, line("B2G1", BuyGet(2, Selector({"A"})))).total_minor == total


def test_p9_buy_two_of_x_get_one_y_gives_two_y_for_four_x() -> None:
    goods = (BasketLine(1, "X", 4, 4000), BasketLine(2, "Y", 3, 1500))
    result = priced(goods, line("X2Y", BuyGet(2, Selector({"X"})), target=Selector({"Y"})))
    assert shares(result) == [0, 1000]


def test_p10_a_fixed_reward_is_an_amount_and_not_a_part() -> None:
    goods = (BasketLine(1, "X", 1, 100_000), BasketLine(2, "Y", 1, 80_000))
    result = priced(goods, line("X", BuyGet(1, Selector({"X"}), reward=Amount(50_000)), target=Selector({"Y"})))
    assert shares(result) == [0, 50_000]


@pytest.mark.parametrize(("pick", "off"), [(Pick.GROUPS, 5000), (Pick.CHEAPEST, 3000)])
def test_p11_three_for_two_over_six_items(pick: Pick, off: int) -> None:
    goods = lines(6000, 5000, 4000, 3000, 2000, 1000)
    assert priced(goods, line("3F2", for_price_of(3, 2, pick=pick))).discount_minor == off


@pytest.mark.parametrize(("base", "total"), [(Base.RUNNING, 7200), (Base.INITIAL, 7000)])
def test_p12_twenty_then_ten_percent_on_the_running_or_the_initial_amount(base: Base, total: int) -> None:
    first, second = order("A", Percent(Decimal("0.2")), base=base), order("B", Percent(Decimal("0.1")), base=base)
    assert priced(lines(10000), first, second).total_minor == total


@pytest.mark.parametrize(("amount_first", "total"), [(True, 8100), (False, 8000)])
def test_p13_priority_fixes_the_order(amount_first: bool, total: int) -> None:  # noqa: FBT001
    ten = order("Z", Amount(1000), priority=0 if amount_first else 2)
    percent = order("A", Percent(Decimal("0.1")), priority=1)
    assert priced(lines(10000), ten, percent).total_minor == total


def test_p14_what_an_order_discount_has_beyond_the_order_is_lost() -> None:
    result = priced(lines(9000), order("BIG", Amount(10000)))
    assert (result.total_minor, result.discount_minor, result.steps[-1].capped) == (0, 9000, True)


def test_p17_a_sale_that_ends_at_17_is_over_at_17() -> None:
    sale = line("SALE", Percent(Decimal("0.5")), conditions=Conditions(Window(None, datetime(2026, 6, 1, 17))))
    in_berlin = evolve(HERE, zone="Europe/Berlin")
    before = evolve(in_berlin, at=datetime(2026, 6, 1, 14, 59, 59, 999_999, tzinfo=UTC))
    assert priced(lines(1000), sale, context=before).total_minor == 500
    over = priced(lines(1000), sale, context=evolve(in_berlin, at=datetime(2026, 6, 1, 15, tzinfo=UTC)))
    assert (over.total_minor, reasons(over)) == (1000, [("SALE", Reason.ENDED)])


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Australia/Sydney", datetime(2026, 11, 30, 13, tzinfo=UTC)),
        ("Europe/Rome", datetime(2026, 11, 30, 23, tzinfo=UTC)),
    ],
)
def test_p18_a_rule_starts_at_each_channels_own_midnight(zone: str, first: datetime) -> None:
    rule = line("DEC", FREE, conditions=Conditions(Window(datetime(2026, 12, 1))))
    assert priced(lines(1000), rule, context=Context(first, zone=zone)).total_minor == 0
    early = priced(lines(1000), rule, context=Context(first - timedelta(microseconds=1), zone=zone))
    assert reasons(early) == [("DEC", Reason.NOT_STARTED)]


def test_p19_a_line_of_nothing_gets_nothing_of_fifty() -> None:
    assert shares(priced(lines(30000, 15000, 0), order("FIFTY", Amount(5000)))) == [3333, 1667, 0]


def test_p20_tiers_for_all_units_invert_and_incremental_ones_do_not() -> None:
    whole = PriceEntry("A", ((1, 1000), (10, 900)))
    assert (whole.amount_minor(9), whole.amount_minor(10), whole.inversions()) == (9000, 9000, ((9, 10),))
    steps = PriceEntry("A", ((1, 1000), (10, 900)), TierMode.INCREMENTAL)
    assert (steps.amount_minor(10), steps.inversions()) == (9900, ())


def test_p21_yen_have_no_cents() -> None:
    result = priced(Basket("JPY", lines(999)), line("FIFTEEN", Percent(Decimal("0.15")), currency="JPY"))
    assert (result.total_minor, result.discount_minor) == (849, 150)


def test_p22_a_bundle_is_shared_and_a_part_of_it_refunds_its_share() -> None:
    result = priced(lines(8000, 4000), line("SET", BundlePrice((("A", 1), ("B", 1)), 10000)))
    assert paid(result) == [6667, 3333]
    assert refund(result, {2: 1}).refund_minor == 3333


def test_p23_a_threshold_is_met_at_equality_after_lines_and_before_order_discounts() -> None:
    on_lines = line("LINE", Amount(10000), conditions=Conditions(lines=Selector({"A"})))
    first = order("A", Amount(5000), conditions=Conditions(least_minor=30000))
    second = order("B", Amount(5000), conditions=Conditions(least_minor=30000))
    assert priced(lines(20000, 20000), on_lines, first, second).total_minor == 20000


def test_p23_a_threshold_that_is_missed_says_by_how_much() -> None:
    result = priced(lines(28800), order("A", Amount(5000), conditions=Conditions(least_minor=30000)))
    assert "A does not apply: threshold short by 12.00" in explain(result)
    assert "A 未生效:还差 12.00" in explain(result, "zh")


def test_p24_an_order_proceeds_without_a_gift_that_is_out_of_stock_and_says_so() -> None:
    result = priced(lines(30000), order("GIFT", Gift(((GiftItem("CUP"),),))), context=evolve(HERE, gift_stock={}))
    assert (result.total_minor, result.gifts, reasons(result)) == (30000, (), [("GIFT", Reason.GIFT_OUT_OF_STOCK)])


def test_p25_what_a_minimum_price_holds_back_goes_to_the_other_line() -> None:
    goods = (BasketLine(1, "A", 1, 1000, floor_minor=800), BasketLine(2, "B", 1, 1000))
    assert shares(priced(goods, order("FIVE", Amount(500)))) == [200, 300]


def test_edge_13_serial_refunds_of_a_discounted_order_add_up_in_any_order() -> None:
    sold = priced(lines(15000, 6000), order("X", Amount(4200)))
    first = refund(sold, {1: 1})
    assert (first.refund_minor, refund(sold, {2: 1}, gone=first.gone).refund_minor) == (12000, 4800)
    assert [share_of_units(1000, 3, before=n, count=1) for n in range(3)] == [334, 333, 333]


def test_edge_cn_16_the_last_part_of_a_bundle_takes_the_remainder() -> None:
    result = priced(lines(3333, 3333, 3334), line("SET", BundlePrice((("A", 1), ("B", 1), ("C", 1)), 10)))
    gone, back = None, []
    for number in (2, 3, 1):
        one = refund(result, {number: 1}, gone=gone)
        back.append(one.refund_minor)
        gone = one.gone
    assert sum(back) == 10


def test_p15_a_context_that_knows_the_last_use_is_gone_rejects_the_promotion() -> None:
    once = order("ONCE", Amount(100), budget=Budget(uses=1))
    assert priced(lines(1000), once).uses[0].name == "promotion:ONCE"
    gone = priced(lines(1000), once, context=evolve(HERE, left={"promotion:ONCE": Left(0)}))
    assert reasons(gone) == [("ONCE", Reason.BUDGET_EMPTY)]


def test_a_price_in_another_currency_is_never_taken_for_this_one() -> None:
    euro = Promotion("EUR", FixedPrice(100), currency="EUR")
    assert reasons(priced(lines(1000), euro)) == [("EUR", Reason.OTHER_CURRENCY)]
    assert price(Basket("CNY", lines(1000)), Rulebook([euro]), HERE).total_minor == 1000
