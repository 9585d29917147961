"""Money is minor units and a currency; text enters by one strict parser."""

from decimal import Decimal
from typing import Any

import pytest

from omskit.core import (
    MAX_AMOUNT_MINOR,
    SCALES,
    Money,
    PayloadError,
    UsageError,
    checked_minor,
    format_amount,
    parse_amount,
    scale_of,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.5", "EUR", 1250),
        ("12.50", "EUR", 1250),
        ("12", "EUR", 1200),
        ("-0.01", "EUR", -1),
        ("0", "EUR", 0),
        ("-0", "EUR", 0),
        ("007.10", "EUR", 710),
        ("1000", "JPY", 1000),
        ("10.000", "KWD", 10000),
        ("0.0001", "CLF", 1),
        ("10000000000000.00", "EUR", 10**15),
    ],
)
def test_decimal_text_reads_as_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1 000",
        " 1",
        "1\n",
        "+1",
        "--1",
        "-",
        ".",
        ".5",
        "5.",
        "1,5",
        "1_000",
        "1e2",
        "1e999999999",
        "1E2",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "12.345",
        "0x10",
        "\uff11\uff12.\uff15",
        "\u0661\u0662",
        "\u22121",
        "12345678901234567",
    ],
)
def test_what_decimal_would_accept_or_round_is_refused(text: str) -> None:
    with pytest.raises(PayloadError) as refused:
        parse_amount(text, "EUR")
    assert refused.value.code == "bad_amount"
    assert refused.value.facts == {"value": text, "currency": "EUR"}


@pytest.mark.parametrize(("text", "currency"), [("10.005", "CNY"), ("0.5", "JPY"), ("1.0001", "KWD")])
def test_more_digits_than_the_currency_has_are_refused_not_rounded(text: str, currency: str) -> None:
    with pytest.raises(PayloadError, match="bad_amount"):
        parse_amount(text, currency)


@pytest.mark.parametrize("text", ["10000000000000.01", "-10000000000000.01", "999999999999999"])
def test_text_beyond_the_bound_is_the_fault_of_the_payload(text: str) -> None:
    with pytest.raises(PayloadError) as refused:
        parse_amount(text, "EUR")
    assert refused.value.code == "amount_out_of_range"


@pytest.mark.parametrize("value", [1.5, 1, Decimal("1.5"), None, b"1.5"])
def test_only_text_is_parsed(value: Any) -> None:
    with pytest.raises(UsageError) as refused:
        parse_amount(value, "EUR")
    assert refused.value.code == "not_text"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1250, "EUR", "12.50"),
        (-1, "EUR", "-0.01"),
        (0, "EUR", "0.00"),
        (-100, "JPY", "-100"),
        (3334, "KWD", "3.334"),
        (7, "UYW", "0.0007"),
    ],
)
def test_minor_units_are_written_with_the_scale_of_the_currency(minor: int, currency: str, text: str) -> None:
    assert format_amount(minor, currency) == text


@pytest.mark.parametrize(("currency", "scale"), [("EUR", 2), ("CNY", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_scales_are_those_of_iso_4217(currency: str, scale: int) -> None:
    assert scale_of(currency) == scale


@pytest.mark.parametrize("currency", ["eur", "EURO", "XXX", "", "DEM", "€"])
def test_a_code_that_is_not_active_is_refused_everywhere(currency: str) -> None:
    for use in (
        lambda: scale_of(currency),
        lambda: parse_amount("1", currency),
        lambda: format_amount(1, currency),
        lambda: Money(1, currency),
    ):
        with pytest.raises(UsageError) as refused:
            use()
        assert refused.value.code == "unknown_currency"


def test_every_code_has_three_capital_letters_and_a_scale_of_at_most_four() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in SCALES)
    assert set(SCALES.values()) == {0, 2, 3, 4}


@pytest.mark.parametrize("value", [1.0, 0.1, True, Decimal(1), "1", None])
def test_an_amount_that_is_no_int_is_refused_by_type(value: Any) -> None:
    for make in (lambda: checked_minor(value), lambda: Money(value, "EUR")):
        with pytest.raises(UsageError) as refused:
            make()
        assert refused.value.code == "not_minor_units"


def test_an_amount_is_bounded_on_both_sides() -> None:
    assert checked_minor(MAX_AMOUNT_MINOR) == 1_000_000_000_000_000
    assert checked_minor(-MAX_AMOUNT_MINOR) == -1_000_000_000_000_000
    for beyond in (MAX_AMOUNT_MINOR + 1, -MAX_AMOUNT_MINOR - 1):
        with pytest.raises(UsageError) as refused:
            checked_minor(beyond)
        assert refused.value.code == "amount_out_of_range"


def test_a_sum_over_the_bound_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        Money(MAX_AMOUNT_MINOR, "EUR") + Money(1, "EUR")
    assert refused.value.code == "amount_out_of_range"


def test_money_adds_subtracts_negates_and_multiplies() -> None:
    ten = Money.parse("10.00", "EUR")
    assert ten + Money(5, "EUR") == Money(1005, "EUR")
    assert ten - Money(1001, "EUR") == Money(-1, "EUR")
    assert -ten == Money(-1000, "EUR")
    assert ten * 3 == Money(3000, "EUR")
    assert str(ten) == "10.00 EUR"


def test_money_compares_within_its_currency() -> None:
    less, more = Money(1, "EUR"), Money(2, "EUR")
    assert less < more
    assert less <= more
    assert more > less
    assert more >= less
    assert not more < less
    assert sorted([more, less]) == [less, more]


def test_two_currencies_never_mix() -> None:
    euro, yen = Money(1, "EUR"), Money(1, "JPY")
    assert euro != yen
    for mix in (lambda: euro + yen, lambda: euro - yen, lambda: euro < yen, lambda: euro <= yen):
        with pytest.raises(UsageError) as refused:
            mix()
        assert refused.value.code == "mixed_currencies"
        assert refused.value.facts == {"left": "EUR", "right": "JPY"}


def test_a_number_is_not_money() -> None:
    number: Any = 1
    with pytest.raises(UsageError) as refused:
        Money(1, "EUR") + number
    assert refused.value.code == "not_money"


def test_a_float_factor_is_refused() -> None:
    factor: Any = 1.5
    with pytest.raises(UsageError) as refused:
        Money(100, "EUR") * factor
    assert refused.value.code == "not_minor_units"
