"""Sums of whole orders, rounded once and laid on their lines to the last cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from omskit.adapters.channels.sums import discounted, rounded, taxed
from omskit.channels import ChannelLine, Discount, Funder
from omskit.core import PayloadError

LINES = [ChannelLine("A", 1, 1000), ChannelLine("B", 1, 500, 200), ChannelLine("GIFT", 1)]


def test_a_discount_is_shared_by_what_is_left_and_names_its_funder() -> None:
    made = discounted(LINES, 100, Funder.PLATFORM, "subsidy")
    assert [line.discount_minor for line in made] == [77, 223, 0]
    assert [line.discounts for line in made] == [
        (Discount(77, Funder.PLATFORM, title="subsidy"),),
        (Discount(23, Funder.PLATFORM, title="subsidy"),),
        (),
    ]


def test_a_discount_that_the_order_tells_itself_is_not_told_twice() -> None:
    assert [line.discounts for line in discounted(LINES, 100)] == [(), (), ()]


@pytest.mark.parametrize("amount", [0, -1, 1301])
def test_what_can_be_no_discount_stays_a_gap(amount: int) -> None:
    assert discounted(LINES, amount) == LINES
    assert discounted([], amount) == []


def test_tax_lies_within_prices_or_on_top() -> None:
    assert [(line.list_minor, line.tax_minor) for line in taxed(LINES, 100)] == [(1067, 67), (533, 33), (0, 0)]
    inside = taxed(LINES, 100, included=True)
    assert [(line.list_minor, line.tax_minor) for line in inside] == [(1000, 67), (500, 33), (0, 0)]
    assert taxed(LINES, 0) == taxed(LINES, -5) == LINES
    assert taxed(LINES[2:], 100) == LINES[2:]


def test_more_digits_than_a_currency_has_are_rounded_half_up_once() -> None:
    assert [rounded(Decimal(text), "EUR", "$") for text in ("0.005", "0.0049", "-0.005", "1.2")] == [1, 0, -1, 120]
    assert rounded(Decimal("1.5"), "JPY", "$") == 2


def test_an_amount_that_no_order_has_is_refused_with_its_path() -> None:
    assert rounded(Decimal(10**13), "EUR", "$.x") == 10**15
    with pytest.raises(PayloadError, match=r"amount_out_of_range.*\$\.x"):
        rounded(Decimal(10**13) + Decimal("0.01"), "EUR", "$.x")
