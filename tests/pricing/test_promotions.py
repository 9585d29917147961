"""Promotions beside each other: who goes first, who bars whom, what is given, and what is said about it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from string import Formatter

import pytest
from attrs import evolve
from baskets import HERE, line, lines, order, paid, priced, reasons, shares

from omskit.core import OmsError
from omskit.pricing import (
    Amount,
    Basket,
    BasketLine,
    Budget,
    BundlePrice,
    Choice,
    Conditions,
    Context,
    EveryNth,
    FixedPrice,
    Gift,
    GiftItem,
    Given,
    Hours,
    Ladder,
    Left,
    Percent,
    Promotion,
    Reason,
    Rulebook,
    Rung,
    Scope,
    Selector,
    StepKind,
    Use,
    allowances_asked,
    explain,
    kept_basket,
    load_promotion,
    price,
    refund,
    replay,
)
from omskit.pricing.wording import REASONS, STEPS

HALF, TENTH = Percent(Decimal("0.5")), Percent(Decimal("0.1"))
CUP = GiftItem("CUP", 1, 500)
WRITTEN = '{"code":"A","effect":{"kind":"percent","rate":"0.1"},"priority":1}'


def test_the_first_of_a_stacking_group_bars_the_others_also_in_the_next_scope() -> None:
    later = order("C", HALF, stack="s")
    result = priced(lines(1000), line("A", TENTH, stack="s"), line("B", HALF, stack="s"), later)
    assert (paid(result), reasons(result)) == ([900], [("B", Reason.STACK_TAKEN), ("C", Reason.STACK_TAKEN)])
    assert result.rejected[0].other == "A"


def test_the_best_of_a_stacking_group_applies_and_the_others_say_what_they_were_worth() -> None:
    rivals = (line("A", TENTH, stack="s"), line("B", HALF, stack="s"))
    result = priced(lines(1000), *rivals, choices={"s": Choice.BEST})
    assert (paid(result), reasons(result)) == ([500], [("A", Reason.BEATEN)])
    assert (result.rejected[0].minor, result.rejected[0].other) == (100, "B")


def test_an_exclusive_one_closes_its_lines_and_leaves_the_others() -> None:
    flash = line("FLASH", HALF, exclusive=True, conditions=Conditions(lines=Selector({"A"})))
    result = priced(lines(1000, 1000), flash, order("TEN", Amount(100)))
    assert shares(result) == [500, 100]
    again = priced(lines(1000), flash, line("Z", HALF, priority=1))
    assert (reasons(again), again.rejected[0].other) == ([("Z", Reason.LINES_TAKEN)], "FLASH")


def test_closed_lines_do_not_count_for_a_threshold() -> None:
    flash = line("FLASH", HALF, exclusive=True, conditions=Conditions(lines=Selector({"A"})))
    result = priced(lines(30000, 29000), flash, order("T", Amount(100), conditions=Conditions(least_minor=30000)))
    assert [(one.reason, one.minor) for one in result.rejected] == [(Reason.AMOUNT_SHORT, 1000)]


def test_nothing_but_shipping_comes_after_a_stop() -> None:
    stop, free = line("A", TENTH, stop=True), Promotion("FREE", Percent(Decimal(1)), Scope.SHIPPING)
    result = priced(Basket("CNY", lines(1000), 800), stop, line("B", TENTH), order("C", TENTH), free)
    assert (result.total_minor, reasons(result)) == (900, [("B", Reason.STOPPED), ("C", Reason.STOPPED)])


def test_a_ladder_counts_its_highest_rung_that_is_reached() -> None:
    ladder = order("L", Ladder([Rung(10000, 1000), Rung(20000, 3000)]))
    assert [priced(lines(n), ladder).discount_minor for n in (9999, 10000, 19999, 20000)] == [0, 1000, 1000, 3000]
    units = order("L", Ladder([Rung(2, rate=Decimal("0.2"))], in_units=True))
    assert priced(lines(500, 500), units).total_minor == 800
    assert priced(lines(500), units).rejected[0].units == 1


def test_each_counts_up_to_its_cap() -> None:
    each = order("E", Ladder([Rung(10000, 1000)], each=True, most=2))
    assert priced(lines(50000), each).discount_minor == 2000


def test_the_second_at_half_price_and_member_prices() -> None:
    assert priced((BasketLine(1, "A", 2, 2000),), line("N", EveryNth(2, 1, HALF))).total_minor == 1500
    member = line("M", FixedPrice(800), conditions=Conditions(groups={"vip"}))
    assert priced(lines(1000), member, context=evolve(HERE, groups={"vip"})).total_minor == 800
    assert reasons(priced(lines(1000), member)) == [("M", Reason.OTHER_GROUP)]


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        (Conditions(channels={"app"}), Reason.OTHER_CHANNEL),
        (Conditions(regions={"DE"}), Reason.OTHER_REGION),
        (Conditions(new_customer=True), Reason.NOT_NEW_CUSTOMER),
        (Conditions(hours=Hours((0,), time(20), time(22))), Reason.OTHER_HOURS),
        (Conditions(all_of={"Z"}), Reason.SKU_MISSING),
        (Conditions(none_of={"A"}), Reason.SKU_PRESENT),
        (Conditions(least_units=2), Reason.UNITS_SHORT),
        (Conditions(below_units=1), Reason.UNITS_OVER),
        (Conditions(below_minor=1000), Reason.AMOUNT_OVER),
        (Conditions(lines=Selector({"Z"})), Reason.NO_LINES),
    ],
)
def test_every_condition_that_fails_has_its_reason(conditions: Conditions, reason: Reason) -> None:
    assert reasons(priced(lines(1000), line("X", TENTH, conditions=conditions))) == [("X", reason)]


@pytest.mark.parametrize(("minor", "off"), [(999, 0), (1000, 100), (1999, 100), (2000, 0)])
def test_an_amount_between_two_bounds_has_the_lower_and_not_the_upper(minor: int, off: int) -> None:
    rule = order("X", Amount(100), conditions=Conditions(least_minor=1000, below_minor=2000))
    assert priced(lines(minor), rule).discount_minor == off


@pytest.mark.parametrize(("units", "off"), [(2, 0), (3, 100), (4, 0)])
def test_a_number_of_units_may_be_exact(units: int, off: int) -> None:
    rule = order("X", Amount(100), conditions=Conditions(least_units=3, below_units=4))
    assert priced((BasketLine(1, "A", units, 1000 * units),), rule).discount_minor == off


def test_hours_pass_midnight_on_the_day_they_begin() -> None:
    night = Hours((4,), time(22), time(2))
    assert night.has(datetime(2026, 3, 6, 23, tzinfo=UTC), "UTC")
    assert night.has(datetime(2026, 3, 7, 1, tzinfo=UTC), "UTC")
    assert not night.has(datetime(2026, 3, 6, 1, tzinfo=UTC), "UTC")


def test_an_incomplete_set_and_an_exhausted_line_say_so() -> None:
    assert reasons(priced(lines(1000), line("S", BundlePrice((("A", 1), ("B", 1)), 1)))) == [
        ("S", Reason.SET_INCOMPLETE)
    ]
    assert reasons(priced(lines(0), line("P", HALF))) == [("P", Reason.NOTHING_LEFT)]


def test_budgets_and_coupons_come_back_as_uses_to_reserve() -> None:
    budget = Budget(uses=10, minor=5000, uses_per_buyer=1)
    coupon = order("SUM", Amount(300), budget=budget, coupon=True)
    known = evolve(HERE, buyer="b7", coupons={"X7": "SUM", "OLD": ""})
    result = priced(lines(1000), coupon, context=known)
    assert result.uses == (
        Use("coupon:X7", 1, 300, None, None, "CNY"),
        Use("promotion:SUM", 1, 300, 10, 5000, "CNY"),
        Use("promotion:SUM/buyer:b7", 1, 300, 1, None, "CNY"),
    )
    assert allowances_asked(Rulebook([coupon]), known, "CNY") == tuple(use.name for use in result.uses)
    assert reasons(result) == [("OLD", Reason.UNKNOWN_COUPON)]
    assert reasons(priced(lines(1000), coupon)) == [("SUM", Reason.NO_COUPON)]
    unknown = evolve(known, buyer="")
    assert reasons(priced(lines(1000), coupon, context=unknown))[0] == ("SUM", Reason.BUYER_UNKNOWN)


def test_a_daily_budget_is_named_by_the_channels_own_day() -> None:
    daily = order("D", Amount(1), budget=Budget(uses=1, daily=True))
    late = evolve(HERE, at=datetime(2026, 3, 2, 17, tzinfo=UTC), zone="Asia/Shanghai")
    assert priced(lines(1000), daily, context=late).uses[0].name == "promotion:D/day:2026-03-03"


@pytest.mark.parametrize(("partial", "off"), [(False, 0), (True, 120)])
def test_what_a_budget_has_left_is_given_in_part_only_when_it_says_so(partial: bool, off: int) -> None:  # noqa: FBT001
    rule = order("B", Amount(300), budget=Budget(minor=1000, partial=partial))
    result = priced(lines(1000), rule, context=evolve(HERE, left={"promotion:B": Left(None, 120)}))
    assert result.discount_minor == off
    assert reasons(result) == ([] if partial else [("B", Reason.BUDGET_SHORT)])


def test_a_gift_is_given_for_each_threshold_and_follows_the_lines_that_earned_it() -> None:
    rule = order("G", Gift(((CUP,),), each=True, most=3), conditions=Conditions(least_units=2))
    result = priced((BasketLine(1, "A", 5, 5000), BasketLine(2, "B", 1, 0)), rule)
    assert result.gifts == (Given("G", CUP, 3, (1,), "line-1"),)
    assert [one.group for one in result.lines] == ["line-1", ""]


def test_alternatives_are_tried_in_order_and_two_gifts_share_one_stock() -> None:
    gift = Gift(((CUP,), (GiftItem("PEN"),)))
    stocked = evolve(HERE, gift_stock={"CUP": 1, "PEN": 1})
    result = priced(lines(1000), order("G1", gift), order("G2", gift), context=stocked)
    assert [one.item.sku for one in result.gifts] == ["CUP", "PEN"]


def test_a_gift_that_is_left_alone_comes_back_or_is_charged() -> None:
    result = priced(lines(1000), order("G", Gift(((CUP,),))))
    charged = refund(result, {1: 1})
    assert (charged.goods_minor, charged.charge_minor, charged.refund_minor) == (1000, 500, 500)
    back = refund(result, {1: 1}, gifts_back={"CUP": 1})
    assert (back.refund_minor, back.gifts[0].back) == (1000, 1)


def test_a_gift_that_is_no_longer_earned_is_charged_once_by_re_evaluation() -> None:
    rule = order("G", Gift(((CUP,),)), conditions=Conditions(least_units=2))
    basket = Basket("CNY", (BasketLine(1, "A", 3, 300),))
    sold, gone, charges = priced(basket, rule), None, []
    for count in (1, 2, 3):
        one = refund(sold, {1: 1}, gone=gone, kept=priced(kept_basket(basket, {1: count}), rule))
        charges.append((one.charge_minor, one.owed_minor))
        gone = one.gone
    assert charges == [(0, 0), (100, 400), (0, 0)]


@pytest.mark.parametrize(
    ("back", "code"), [({9: 1}, "unknown_line"), ({1: 2}, "units_out_of_range"), ({1: -1}, "units_out_of_range")]
)
def test_more_than_was_sold_does_not_come_back(back: dict[int, int], code: str) -> None:
    with pytest.raises(OmsError) as error:
        refund(priced(lines(1000)), back)
    assert error.value.code == code


def test_payers_bear_their_shares_of_every_line_and_of_the_whole() -> None:
    rule = order("F", Amount(1000), funding=(("brand", 60), ("platform", 40)))
    result = priced(lines(10000, 10000, 10000), rule)
    assert result.funded() == {"brand": 600, "platform": 400}
    assert [sum(part for _, part in one.discounts[0].funding) for one in result.lines] == [334, 333, 333]
    assert result.steps[-1].funding == (("brand", 600), ("platform", 400))


def test_a_price_is_told_in_both_languages() -> None:
    basket = Basket("CNY", lines(39900, 26000), 800)
    rule = order("P7", Ladder([Rung(30000, 5000)], each=True), funding=(("brand", 1),))
    result = priced(basket, rule, order("T", Amount(1), conditions=Conditions(least_minor=67100)))
    assert explain(result) == (
        "list price 659.00 CNY",
        "freight 8.00 CNY",
        "P7 takes 100.00 off 659.00, counted 2 times (line 1 60.55, line 2 39.45); borne by brand 100.00",
        "T does not apply: threshold short by 12.00",
        "to pay 567.00 CNY, of which tax 0.00",
    )
    assert explain(result, "zh")[2] == (
        "P7 在 659.00 上优惠 100.00,计 2 次(第 1 行 60.55, 第 2 行 39.45);由 brand 100.00 承担"
    )
    with pytest.raises(OmsError, match="unknown_language"):
        explain(result, "xx")


def test_both_languages_have_words_for_everything_and_name_the_same_facts() -> None:
    def facts(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for table, kinds in ((REASONS, set(Reason)), (STEPS, set(StepKind))):
        english, chinese = dict(table["en"]), dict(table["zh"])
        assert kinds <= english.keys() == chinese.keys()
        assert all(facts(english[key]) == facts(chinese[key]) for key in english)  # type: ignore[index]


def test_a_trace_that_was_changed_is_found() -> None:
    steps = priced(lines(1000), line("A", TENTH)).steps
    broken = [
        (steps[0], evolve(steps[1], delta_minor=-99)),
        (steps[0], evolve(steps[1], base_minor=1001, after_minor=901)),
        (steps[0], evolve(steps[1], shares=((2, -100),))),
        (steps[0], evolve(steps[1], funding=(("x", 1),))),
        (steps[0], *[steps[1]] * 11),
    ]
    for some in broken:
        with pytest.raises(OmsError, match="broken_trace"):
            replay(some)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Promotion("", HALF), "bad_promotion"),
        (lambda: Promotion("A", Amount(1)), "bad_promotion"),
        (lambda: order("A", FixedPrice(1)), "bad_promotion"),
        (lambda: line("A", Gift(((CUP,),))), "bad_promotion"),
        (lambda: order("A", Gift(((CUP,),), each=True)), "bad_promotion"),
        (lambda: Promotion("A", EveryNth(2), Scope.SHIPPING), "bad_promotion"),
        (lambda: line("A", HALF, funding=(("x", 0),)), "bad_promotion"),
        (lambda: Rulebook([line("A", HALF), order("A", HALF)]), "duplicate_promotion"),
        (lambda: EveryNth(2, 2), "bad_effect"),
        (lambda: Rung(1), "bad_effect"),
        (lambda: Ladder([Rung(1, 1), Rung(2, 2)], each=True), "bad_effect"),
        (lambda: Percent(0.5), "bad_fraction"),  # type: ignore[arg-type]
        (lambda: Percent(Decimal("1.5")), "bad_fraction"),
        (lambda: Basket("CNY", lines(1) * 2), "bad_basket"),
        (lambda: Basket("CNY", (), -1), "bad_basket"),
        (lambda: BasketLine(1, "A", 0, 1), "bad_basket"),
        (lambda: priced((BasketLine(1, "A", 1, 1, tax_class="x"),)), "unknown_tax_class"),
        (lambda: load_promotion(WRITTEN.replace("priority", "prority")), "bad_document"),
        (lambda: load_promotion(WRITTEN.replace("1}", "1.5}")), "bad_document"),
        (lambda: load_promotion("[]"), "bad_document"),
    ],
)
def test_what_could_not_work_is_refused_when_it_is_made(make: object, code: str) -> None:
    with pytest.raises(OmsError) as error:
        make()  # type: ignore[operator]
    assert error.value.code == code


def test_what_a_cap_leaves_over_goes_to_the_lower_line_and_not_to_the_dearer_one() -> None:
    one_off = Promotion("P0", Amount(1), currency="CNY")
    second_free = Promotion("P1", EveryNth(2), currency="CNY", most_minor=1)
    basket = Basket("CNY", (BasketLine(1, "A", 2, 2), BasketLine(2, "B", 2, 2)))
    result = price(basket, Rulebook((one_off, second_free)), Context(datetime(2026, 3, 2, tzinfo=UTC)))
    assert [line.net_of_discount_minor for line in result.lines] == [0, 2]
