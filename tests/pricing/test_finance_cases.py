"""The named cases of finance that prices decide, F1 to F19 and F24, each with the exact numbers of its source."""

from __future__ import annotations

from decimal import Decimal

import pytest
from baskets import line, lines, order, paid, priced, shares

from omskit.core import Money, OmsError, parse_amount, share
from omskit.pricing import (
    Amount,
    Basket,
    BasketLine,
    BundlePrice,
    Exchange,
    Ladder,
    Rung,
    TaxRounding,
    TaxRules,
    kept_basket,
    refund,
)

TEN_OFF = order("TEN", Amount(1000))


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        pytest.param(10000, [1, 1, 1], [3334, 3333, 3333], id="F1"),
        pytest.param(1, [1, 1, 1], [1, 0, 0], id="F3-one"),
        pytest.param(2, [1, 1, 1], [1, 1, 0], id="F3-two"),
        pytest.param(1003, [4900, 5100], [491, 512], id="F4"),
        pytest.param(777, [1999, 2999, 5002], [155, 233, 389], id="F5"),
        pytest.param(1000, [0, 5000, 5000], [0, 500, 500], id="F6"),
    ],
)
def test_order_discounts_are_shared_as_the_finance_cases_say(
    total: int, weights: list[int], parts: list[int]
) -> None:
    goods = tuple(BasketLine(n, f"S{n}", 1, 10_000 * weight) for n, weight in enumerate(weights, 1))
    assert shares(priced(goods, order("X", Amount(total)))) == parts


def test_f2_ten_over_three_hundreds_leaves_two_hundred_and_ninety() -> None:
    result = priced(lines(10000, 10000, 10000), TEN_OFF)
    assert (paid(result), result.total_minor) == ([9666, 9667, 9667], 29000)


def test_f7_taking_a_shared_discount_back_leaves_nothing_on_any_line() -> None:
    there, back = share(10000, [1, 1, 1]), share(-10000, [1, 1, 1])
    assert [a + b for a, b in zip(there, back, strict=True)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("paid_minor", "units", "refunds"),
    [
        pytest.param(10000, 3, [3334, 3333, 3333], id="F8"),
        pytest.param(10002, 4, [2501, 2500, 2501, 2500], id="F8-four"),
        pytest.param(200, 3, [67, 67, 66], id="F9"),
        pytest.param(2, 3, [1, 1, 0], id="F9-cents"),
    ],
)
def test_units_that_come_back_one_by_one_refund_exactly(paid_minor: int, units: int, refunds: list[int]) -> None:
    sold, gone, found = priced((BasketLine(1, "A", units, paid_minor),)), None, []
    for _ in range(units):
        one = refund(sold, {1: 1}, gone=gone)
        found.append(one.refund_minor)
        gone = one.gone
    assert found == refunds


def test_f10_f11_cancelling_the_second_of_three_lines_takes_its_frozen_share() -> None:
    sold = priced(lines(10000, 10000, 10000), TEN_OFF)
    back = refund(sold, {2: 1})
    assert (back.refund_minor, sold.total_minor - back.refund_minor) == (9667, 19333)


def test_f14_a_refund_goes_back_to_card_and_gift_card_as_they_paid() -> None:
    first = share(3334, [7000, 3000])
    rest = share(6666, [7000 - first[0], 3000 - first[1]])
    assert (first, rest) == ([2334, 1000], [4666, 2000])
    assert [a + b for a, b in zip(first, rest, strict=True)] == [7000, 3000]


@pytest.mark.parametrize(("gross", "tax"), [(10000, 1150), (11300, 1300)])
def test_f15_thirteen_percent_within_the_price(gross: int, tax: int) -> None:
    assert TaxRules({"": Decimal("0.13")}).tax_minor(gross, "") == tax


@pytest.mark.parametrize(
    ("per", "taxes"), [(TaxRounding.LINE, [383, 383, 383]), (TaxRounding.DOCUMENT, [384, 383, 383])]
)
def test_f16_tax_per_line_and_per_document(per: TaxRounding, taxes: list[int]) -> None:
    result = priced(lines(3333, 3333, 3333), tax=TaxRules({"": Decimal("0.13")}, per=per))
    assert [one.tax_minor for one in result.lines] == taxes


def test_f17_freight_is_taxed_as_the_goods_it_goes_with() -> None:
    goods = (BasketLine(1, "A", 1, 6000, tax_class="full"), BasketLine(2, "B", 1, 4000, tax_class="low"))
    tax = TaxRules({"full": Decimal("0.13"), "low": Decimal("0.09")})
    freight = priced(Basket("CNY", goods, 1000), tax=tax).freight
    assert [(part.tax_class, part.minor, part.tax_minor) for part in freight.parts] == [
        ("full", 600, 69),
        ("low", 400, 33),
    ]


def test_f18_a_bundle_of_three_and_its_middle_part_back() -> None:
    parts = (("A", 1), ("B", 1), ("C", 1))
    result = priced(lines(5900, 3900, 2900), line("SET", BundlePrice(parts, 9900)))
    assert paid(result) == [4599, 3040, 2261]
    assert refund(result, {2: 1}).refund_minor == 3040


@pytest.mark.parametrize(("reevaluate", "refunded"), [(False, 22500), (True, 22000)])
def test_f19_five_of_six_come_back_from_a_threshold(reevaluate: bool, refunded: int) -> None:  # noqa: FBT001
    basket = Basket("CNY", (BasketLine(1, "A", 6, 30000),))
    rule = order("TENTH", Ladder([Rung(30000, rate=Decimal("0.1"))]))
    sold = priced(basket, rule)
    kept = priced(kept_basket(basket, {1: 5}), rule) if reevaluate else None
    assert (sold.total_minor, refund(sold, {1: 5}, kept=kept).refund_minor) == (27000, refunded)


def test_f24_currencies_keep_their_scale_and_convert_at_a_stated_rate() -> None:
    assert shares(priced(Basket("JPY", lines(9000, 9000, 9000)), order("X", Amount(1000), currency="JPY"))) == [
        334,
        333,
        333,
    ]
    kwd = priced(Basket("KWD", lines(90000, 90000, 90000)), order("X", Amount(10000), currency="KWD"))
    assert shares(kwd) == [3334, 3333, 3333]
    assert Exchange("USD", "CNY", Decimal("7.1234")).convert(Money(10000, "USD")) == Money(71234, "CNY")
    with pytest.raises(OmsError, match="bad_amount"):
        parse_amount("10.005", "CNY")
