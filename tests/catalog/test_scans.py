"""GS1 element strings as scanners send them and as labels print them."""

from datetime import date
from decimal import Decimal

import pytest

from omskit.catalog import ELEMENTS, Gtin, Part, Sscc, day_of, read_scan, write_scan
from omskit.core import PayloadError

GS = "\x1d"
YEAR = 2026


def test_a_separator_ends_a_value_of_variable_length() -> None:
    scan = read_scan(f"01095011015300031726093010AB-123{GS}3712", year=YEAR)
    assert [(part.ai, part.value) for part in scan.parts] == [
        ("01", "09501101530003"),
        ("17", "260930"),
        ("10", "AB-123"),
        ("37", "12"),
    ]
    assert (scan.lot, scan.count, scan.day("17")) == ("AB-123", 12, date(2026, 9, 30))
    assert scan.gtin == Gtin.read("9501101530003")


def test_brackets_are_read_by_ourselves_so_that_the_lot_ends_where_the_count_begins() -> None:
    scan = read_scan("(10)AB-123(37)12", year=YEAR)
    assert (scan.lot, scan.count) == ("AB-123", 12)


def test_without_a_separator_the_lot_takes_everything_up_to_its_length() -> None:
    assert read_scan("10AB-1233712", year=YEAR).lot == "AB-1233712"


def test_a_symbology_identifier_and_a_leading_separator_are_passed_over() -> None:
    assert read_scan(f"]C1{GS}00106141412345678908", year=YEAR).sscc == Sscc.of("10614141234567890")


def test_a_separator_after_a_fixed_length_does_no_harm() -> None:
    scan = read_scan(f"0109501101530003{GS}17260930{GS}", year=YEAR)
    assert [part.ai for part in scan.parts] == ["01", "17"]


def test_what_a_container_holds_is_its_item() -> None:
    scan = read_scan("02095011015300033712", year=YEAR)
    assert (scan.gtin.text, scan.count) == ("9501101530003", 12)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("260200", date(2026, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("261200", date(2026, 12, 31)),
        ("260930", date(2026, 9, 30)),
    ],
)
def test_day_00_is_the_last_day_of_the_month(text: str, day: date) -> None:
    assert day_of(text, year=YEAR) == day


@pytest.mark.parametrize(
    ("text", "year", "day"),
    [
        ("760101", 2026, date(2076, 1, 1)),
        ("770101", 2026, date(1977, 1, 1)),
        ("990101", 2026, date(1999, 1, 1)),
        ("000101", 2026, date(2000, 1, 1)),
        ("100101", 2060, date(2110, 1, 1)),
        ("110101", 2060, date(2011, 1, 1)),
    ],
)
def test_the_century_is_the_nearest(text: str, year: int, day: date) -> None:
    assert day_of(text, year=year) == day


@pytest.mark.parametrize("text", ["261301", "260230", "260001", "260932"])
def test_what_is_no_day_is_refused_with_its_position(text: str) -> None:
    with pytest.raises(PayloadError) as error:
        read_scan("0109501101530003" + f"17{text}", year=YEAR)
    assert (error.value.code, error.value.facts["position"]) == ("bad_day", 18)


@pytest.mark.parametrize(
    ("ai", "value", "number"),
    [
        ("3102", "000125", "1.25"),
        ("3100", "000125", "125"),
        ("3103", "001250", "1.250"),
        ("3922", "01995", "19.95"),
        ("3932", "97801995", "19.95"),
        ("37", "12", "12"),
    ],
)
def test_the_last_digit_of_the_identifier_puts_the_point(ai: str, value: str, number: str) -> None:
    assert Part(ai, value).number == Decimal(number)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("0109501101530004", "wrong_check_digit", 15),
        ("010950110153000", "bad_element", 2),
        ("01095011015300a3", "bad_element", 14),
        ("68123", "unknown_element", 0),
        (f"10A{GS}68123", "unknown_element", 4),
        (f"10{'A' * 21}", "bad_element", 2),
        ("10", "bad_element", 2),
        ("", "bad_element", 0),
        ("10AB C", "bad_element", 4),
        (f"10A{GS}10B", "bad_element", 6),
        ("(01)09501101530003(55)1", "bad_element", 4),
        ("(68)1", "unknown_element", 0),
        ("(", "bad_element", 0),
    ],
)
def test_a_fault_is_told_with_its_position(text: str, code: str, position: int) -> None:
    with pytest.raises(PayloadError) as error:
        read_scan(text, year=YEAR)
    assert (error.value.code, error.value.facts["position"]) == (code, position)


def test_the_same_element_twice_with_one_value_is_one_element() -> None:
    assert len(read_scan(f"10A{GS}10A", year=YEAR).parts) == 1


def test_a_scan_of_endless_length_is_refused() -> None:
    with pytest.raises(PayloadError) as error:
        read_scan("9" * 1001, year=YEAR)
    assert error.value.code == "scan_too_long"


def test_a_missing_element_names_those_that_are_there() -> None:
    with pytest.raises(PayloadError, match="the scan has 10"):
        _ = read_scan("10A", year=YEAR).gtin


def test_separators_are_written_only_where_they_are_needed() -> None:
    parts = [Part("10", "AB"), Part("01", "09501101530003"), Part("21", "7")]
    assert write_scan(parts) == f"10AB{GS}010950110153000321" + "7"
    assert write_scan(parts, brackets=True) == "(10)AB(01)09501101530003(21)7"


@pytest.mark.parametrize("ai", "00 01 02 10 11 13 15 16 17 21 30 37 240 400 410 414".split())
def test_the_identifiers_that_labels_carry_are_known(ai: str) -> None:
    assert ELEMENTS[ai].title


@pytest.mark.parametrize(
    ("ai", "least", "most"),
    [("253", 13, 30), ("391" + "2", 4, 18), ("421", 4, 12), ("423", 3, 15), ("8008", 8, 12), ("3105", 6, 6)],
)
def test_a_value_may_have_two_parts(ai: str, least: int, most: int) -> None:
    assert (ELEMENTS[ai].least, ELEMENTS[ai].most) == (least, most)


@pytest.mark.parametrize(
    "link",
    [
        "https://id.gs1.org/01/09501101530003/10/AB%2F123?17=260930&37=12",
        "HTTPS://example.com/shop/01/9501101530003/10/AB%2F123?37=12&lang=en&17=260930#top",
    ],
)
def test_a_digital_link_says_what_its_label_would(link: str) -> None:
    scan = read_scan(link, year=YEAR)
    assert (scan.gtin.text, scan.lot, scan.count) == ("9501101530003", "AB/123", 12)
    assert scan.day("17") == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("link", "code", "position"),
    [
        ("https://example.com/products/7", "bad_element", 0),
        ("https://id.gs1.org/01/09501101530004", "wrong_check_digit", 35),
        ("https://id.gs1.org/01/09501101530003/10", "bad_element", 40),
        ("https://id.gs1.org/01/09501101530003/colour/red", "unknown_element", 37),
        ("https://id.gs1.org/01/09501101530003?17=261301", "bad_day", 40),
        ("https://id.gs1.org/01/09501101530003?55=1", "unknown_element", 37),
    ],
)
def test_a_fault_of_a_digital_link_is_told_with_its_position(link: str, code: str, position: int) -> None:
    with pytest.raises(PayloadError) as error:
        read_scan(link, year=YEAR)
    assert (error.value.code, error.value.facts["position"]) == (code, position)
