from __future__ import annotations

from decimal import Decimal

import pytest

from omskit.channels import MAX_DEPTH, parse_json
from omskit.core import PayloadError


def code_of(payload: bytes) -> str:
    with pytest.raises(PayloadError) as caught:
        parse_json(payload)
    return caught.value.code


def test_a_plain_document_reads_as_json_reads_it() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a":[1,true,null,"x"]}') == {"a": [1, True, None, "x"]}


def test_a_number_with_a_point_keeps_its_digits() -> None:
    assert parse_json(b"[2.50]") == [Decimal("2.50")]
    assert str(parse_json(b"[2.50]")[0]) == "2.50"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9007199254740991", 9007199254740991),
        ("9007199254740992", "9007199254740992"),
        ("2231958349112233445", "2231958349112233445"),
        ("-9007199254740993", "-9007199254740993"),
    ],
)
def test_ids_beyond_two_to_the_53rd_stay_text(text: str, value: object) -> None:
    assert parse_json(f"[{text}]".encode()) == [value]


@pytest.mark.parametrize("text", ["[NaN]", "[Infinity]", "-Infinity", "", "{", "[1,]", "'a'", "\ufeff", '"\x01"'])
def test_what_is_no_json_is_refused(text: str) -> None:
    assert code_of(text.encode()) == "bad_json"


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    assert code_of(b'"\xff"') == "bad_json"


def test_half_a_surrogate_pair_is_refused_and_a_whole_one_is_read() -> None:
    assert code_of(b'{"a":"\\ud83d"}') == "bad_json"
    assert parse_json(b'["\\ud83d\\ude00"]') == ["\U0001f600"]


def test_a_name_that_stands_twice_is_refused() -> None:
    assert code_of(b'{"a":{"id":1,"id":2}}') == "duplicate_name"


def test_nesting_is_allowed_up_to_64_levels() -> None:
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert code_of(b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2)) == "too_deep"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_without_end_is_refused_and_does_not_exhaust_the_stack(opening: bytes) -> None:
    assert code_of(opening * 100_000) == "too_deep"


def test_a_payload_above_the_cap_is_refused() -> None:
    with pytest.raises(PayloadError, match="too_big"):
        parse_json(b'"aaaa"', max_bytes=5)


def test_a_number_of_ten_thousand_digits_is_refused() -> None:
    assert code_of(b"[" + b"9" * 10_000 + b"]") == "bad_json"
    assert code_of(b"[0." + b"9" * 10_000 + b"]") == "bad_json"
