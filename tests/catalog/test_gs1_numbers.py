"""GTIN, ISBN, SSCC, GLN: the cases of the domain text and of the standards."""

import pytest

from omskit.catalog import Gln, Gtin, Identifier, Isbn, Sscc, Use, gs1_check_digit, isbn10_check_digit
from omskit.core import PayloadError


@pytest.mark.parametrize(
    "text",
    [
        "4006381333931",
        "73513537",
        "012345678905",
        "614141999996",
        "10614141543219",
        "6291041500213",
        "978-0-552-13326-5",
    ],
)
def test_a_valid_gtin_is_read_and_written_in_its_shortest_form(text: str) -> None:
    assert Gtin.read(text).text == text.replace("-", "")


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("4006381333932", "wrong_check_digit", 12),
        ("978-0-552-13326-6", "wrong_check_digit", 16),
        ("0", "bad_length", 1),
        ("106141415432191234", "bad_length", 18),
        ("400638133393x", "not_a_digit", 12),
        ("\uff14006381333931", "not_a_digit", 0),
        ("", "bad_length", 0),
    ],
)
def test_an_invalid_gtin_is_refused_with_the_position_of_the_fault(text: str, code: str, position: int) -> None:
    with pytest.raises(PayloadError) as error:
        Gtin.read(text)
    assert error.value.code == code
    assert error.value.facts["position"] == position


def test_a_wrong_check_digit_tells_the_right_one() -> None:
    with pytest.raises(PayloadError) as error:
        Gtin.read("4006381333932")
    assert error.value.facts["expected"] == "1"


def test_gtins_are_equal_over_padding() -> None:
    assert Gtin.read("012345678905") == Gtin.read("00012345678905")
    assert len({Gtin.read("012345678905"), Gtin.read("0012345678905"), Gtin.read("00012345678905")}) == 1


def test_padding_is_not_repacking() -> None:
    item = Gtin.read("6291041500213")
    assert item.key == "06291041500213"
    assert item.packed(1).text == "16291041500210"
    assert item.packed(1) != item
    assert item.packed(1).item == item


def test_a_case_with_the_check_digit_of_its_item_is_refused() -> None:
    with pytest.raises(PayloadError, match="would end with 0"):
        Gtin.read("16291041500214")


@pytest.mark.parametrize("indicator", [0, 10, -1])
def test_a_pack_has_an_indicator_of_1_to_9(indicator: int) -> None:
    with pytest.raises(PayloadError) as error:
        Gtin.read("6291041500213").packed(indicator)
    assert error.value.code == "bad_indicator"


@pytest.mark.parametrize(
    ("text", "length"), [("73513537", 8), ("614141999996", 12), ("4006381333931", 13), ("10614141543219", 14)]
)
def test_the_length_of_a_gtin_is_that_of_its_shortest_form(text: str, length: int) -> None:
    assert Gtin.read(text.zfill(14)).length == length


@pytest.mark.parametrize(
    ("body", "use"),
    [
        ("400638133393", Use.TRADE),
        ("021234500000", Use.REGION),
        ("220000100000", Use.REGION),
        ("041234500000", Use.COMPANY),
        ("977123456700", Use.SERIAL),
        ("978055213326", Use.BOOK),
        ("979123456789", Use.BOOK),
        ("979012345678", Use.MUSIC),
        ("980123456789", Use.REFUND),
        ("990123456789", Use.COUPON),
        ("981123456789", Use.COUPON),
    ],
)
def test_a_prefix_says_where_a_number_may_be_used(body: str, use: Use) -> None:
    assert Gtin.read(body + gs1_check_digit(body)).use is use


@pytest.mark.parametrize(("body", "internal"), [("0212345", True), ("2012345", True), ("7351353", False)])
def test_a_gtin_8_of_a_restricted_prefix_is_internal(body: str, internal: bool) -> None:  # noqa: FBT001
    assert Gtin.read(body + gs1_check_digit(body)).is_internal is internal


def test_an_sscc_is_completed_with_its_check_digit() -> None:
    assert Sscc.of("10614141234567890").digits == "106141412345678908"
    assert Sscc.read("1 0614141 234567890 8") == Sscc.of("10614141234567890")


def test_a_wrong_sscc_is_refused() -> None:
    with pytest.raises(PayloadError) as error:
        Sscc.read("106141412345678907")
    assert error.value.code == "wrong_check_digit"


def test_a_gln_has_thirteen_digits() -> None:
    assert Gln.read("4012345000009").digits == "4012345000009"
    with pytest.raises(PayloadError):
        Gln.read("40123450000")


@pytest.mark.parametrize(
    ("ten", "thirteen"),
    [("0552133264", "9780552133265"), ("0-8044-2957-X", "9780804429573"), ("3-16-148410-X", "9783161484100")],
)
def test_isbn_10_and_13_of_one_edition_are_equal(ten: str, thirteen: str) -> None:
    assert Isbn.read(ten) == Isbn.read(thirteen)
    assert Isbn.read(thirteen).isbn10 == ten.replace("-", "")
    assert Isbn.read(ten).gtin == Gtin.read(thirteen)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0552133265", "wrong_check_digit"),
        ("9780552133266", "wrong_check_digit"),
        ("4006381333931", "bad_prefix"),
        ("9790260000438", "bad_prefix"),
        ("055213326", "bad_length"),
        ("X552133264", "not_a_digit"),
    ],
)
def test_what_is_no_isbn_is_refused(text: str, code: str) -> None:
    with pytest.raises(PayloadError) as error:
        Isbn.read(text)
    assert error.value.code == code


def test_a_number_of_979_has_no_ten_digits() -> None:
    isbn = Isbn.read("979-10-90636-07-1")
    with pytest.raises(PayloadError) as error:
        _ = isbn.isbn10
    assert error.value.code == "no_isbn10"


def test_ten_is_written_as_x() -> None:
    assert isbn10_check_digit("080442957") == "X"


def test_a_book_is_found_by_isbn_and_by_barcode() -> None:
    assert Identifier.read("isbn", "0-552-13326-4") == Identifier.read("gtin", "9780552133265")


@pytest.mark.parametrize(
    ("scheme", "value", "unit"),
    [("", "A", ""), ("mpn", "", ""), ("mpn", "A;B", ""), ("m p n", "A", ""), ("mpn", "A", "C S")],
)
def test_an_identifier_without_words_or_value_is_refused(scheme: str, value: str, unit: str) -> None:
    with pytest.raises(PayloadError) as error:
        Identifier(scheme, value, unit)
    assert error.value.code == "bad_identifier"
