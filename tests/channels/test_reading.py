from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from omskit.channels import Fields, parse_json
from omskit.core import PayloadError

CHINA = timezone(timedelta(hours=8))


def fields(text: str) -> Fields:
    return Fields(parse_json(text.encode()))


def test_an_amount_passes_over_zeros_beyond_the_currency() -> None:
    assert fields('{"a":"10.0000"}').amount("a", "EUR") == 1000
    assert fields('{"a":"25.00"}').amount("a", "JPY") == 25


def test_an_amount_with_digits_beyond_the_currency_is_refused() -> None:
    with pytest.raises(PayloadError, match="bad_amount"):
        fields('{"a":"25.99"}').amount("a", "JPY")


@pytest.mark.parametrize(("text", "minor"), [("2.5", 250), ("2", 200), ('"2.50"', 250), ("17.60", 1760)])
def test_a_number_is_an_amount_digit_by_digit(text: str, minor: int) -> None:
    assert fields(f'{{"a":{text}}}').number("a", "CNY") == minor


@pytest.mark.parametrize("text", ["1e400", "1E-30", "0.001", '"1e2"', "true", "[]"])
def test_a_number_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(PayloadError, match="bad_amount"):
        fields(f'{{"a":{text}}}').number("a", "CNY")


def test_a_default_stands_for_what_is_missing_or_empty() -> None:
    empty = fields('{"a":"","b":null}')
    assert (empty.amount("a", "EUR", 0), empty.number("b", "EUR", 7), empty.whole("c", 3)) == (0, 7, 3)
    assert empty.decimal("a", Decimal(1)) == 1


@pytest.mark.parametrize("text", ['"0001-01-01 00:00:00"', '""', "null", '"0000-00-00 00:00:00"', '"0"'])
def test_dates_that_stand_for_none_are_none(text: str) -> None:
    assert fields(f'{{"a":{text}}}').moment("a", CHINA) is None


def test_a_local_time_is_read_in_the_channels_zone() -> None:
    assert fields('{"a":"2016-01-01 12:00:00"}').moment("a", CHINA) == datetime(2016, 1, 1, 4, tzinfo=UTC)


def test_an_epoch_is_counted_in_seconds_or_milliseconds() -> None:
    at = datetime(2025, 5, 9, 2, 59, 52, tzinfo=UTC)
    assert fields('{"a":1746759592000}').epoch("a", milliseconds=True) == at
    assert fields('{"a":1746759592}').epoch("a") == at
    assert fields('{"a":0}').epoch("a") is None


def test_an_epoch_beyond_all_calendars_is_refused() -> None:
    with pytest.raises(PayloadError, match="bad_instant"):
        fields('{"a":1746759592000000}').epoch("a")


def test_prose_becomes_one_line() -> None:
    assert fields('{"a":"please\\n ring\\u0007 twice"}').prose("a") == "please ring twice"


@pytest.mark.parametrize("text", ['"a\\u0000b"', "[1]", "true"])
def test_text_with_control_characters_or_of_another_type_is_refused(text: str) -> None:
    with pytest.raises(PayloadError, match="bad_text"):
        fields(f'{{"a":{text}}}').text("a")


def test_an_error_about_text_does_not_repeat_it() -> None:
    with pytest.raises(PayloadError) as caught:
        fields('{"mobile":"138\\u00010001234"}').text("mobile")
    assert "138" not in str(caught.value)


@pytest.mark.parametrize(("text", "said"), [("true", True), ("0", False), ('"false"', False), ('"1"', True)])
def test_a_flag_says_yes_or_no(text: str, *, said: bool) -> None:
    assert fields(f'{{"a":{text}}}').flag("a") is said


def test_a_flag_that_says_neither_is_refused() -> None:
    with pytest.raises(PayloadError, match="bad_flag"):
        fields('{"a":"perhaps"}').flag("a")


def test_unknown_fields_are_kept_sorted_and_compact() -> None:
    said = fields('{"id":1,"z":{"b":2,"a":[1.50]},"c":"x","empty":""}')
    assert said.rest({"id"}) == (("c", '"x"'), ("z", '{"a":["1.50"],"b":2}'))


def test_an_object_that_is_missing_has_no_fields() -> None:
    assert fields("{}").one("a").path == "$.a"
    assert list(fields("{}").some("a")) == []


@pytest.mark.parametrize("text", ['{"id":""}', '{"id":"  "}', '{"id":null}', "{}"])
def test_an_id_that_is_empty_is_missing(text: str) -> None:
    with pytest.raises(PayloadError, match=r"missing_field: nothing @ \$\.id"):
        fields(text).key("id")
