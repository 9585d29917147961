"""Readable numbers: a prefix, the key, and a digit that catches typing errors."""

import pytest

from omskit.core import PayloadError, UsageError, check_digit, key_of, readable


def test_the_check_digit_of_damms_own_example() -> None:
    assert check_digit("572") == 4


def test_a_number_with_its_check_digit_checks_to_zero() -> None:
    assert check_digit("5724") == 0


def test_a_key_reads_as_its_number_and_back() -> None:
    assert readable("SO", 572) == "SO-572-4"
    assert key_of("SO-572-4", "SO") == 572


def test_the_largest_key_of_a_column_has_a_number() -> None:
    largest = 9_223_372_036_854_775_807
    assert key_of(readable("SO", largest), "SO") == largest


@pytest.mark.parametrize(
    "number",
    [
        "SO-572-5",
        "SO-527-4",
        "FO-572-4",
        "so-572-4",
        "SO-0572-4",
        "SO-572",
        "572-4",
        "",
        "SO-572-4\n",
        " SO-572-4",
        "SO--572-4",
        "SO-0-0",
        "SO-\u0665\u0667\u0662-4",
    ],
)
def test_a_wrong_number_is_refused(number: str) -> None:
    with pytest.raises(PayloadError) as refused:
        key_of(number, "SO")
    assert refused.value.code == "bad_number"
    assert refused.value.facts == {"value": number, "prefix": "SO"}


def test_a_number_beyond_the_column_is_refused_though_its_digit_is_right() -> None:
    beyond = "9223372036854775808"
    with pytest.raises(PayloadError, match="bad_number"):
        key_of(f"SO-{beyond}-{check_digit(beyond)}", "SO")


@pytest.mark.parametrize("key", [0, -1, 2**63])
def test_only_a_key_has_a_number(key: int) -> None:
    with pytest.raises(UsageError) as refused:
        readable("SO", key)
    assert refused.value.code == "bad_key"
