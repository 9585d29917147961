"""Payloads of JSON are read strictly, and one document at a time."""

from __future__ import annotations

import pytest

from omskit.channels import Fields, parse_json, read_each
from omskit.core import PayloadError, Refusal


def code_of(payload: bytes) -> str:
    with pytest.raises(PayloadError) as error:
        list(read_each(parse_json(payload), "$", "id", lambda one: one))
    assert error.value.facts["path"] == "$"
    return error.value.code


def test_an_amount_sent_as_a_number_goes_through_no_float() -> None:
    assert str(parse_json(b'[{"price": 19.90, "count": 2}]')[0]["price"]) == "19.90"


@pytest.mark.parametrize("payload", [b"", b"[", b"\xff\xfe\x00", b"[NaN]", b"[Infinity]", b"[1,]", b"9" * 5_000])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    assert code_of(payload) == "bad_json"


def test_what_is_nested_without_end_is_refused() -> None:
    assert code_of(b"[" * 100_000)


@pytest.mark.parametrize("payload", [b"null", b'"text"', b"17", b"true", b'{"id": 1}'])
def test_json_that_holds_no_array_of_documents_is_refused(payload: bytes) -> None:
    assert code_of(payload) == "not_an_array"


def test_one_bad_document_never_stops_the_next() -> None:
    said = parse_json(b'[{"id": "a", "n": 1}, {"id": "b", "n": "x"}, 17, {"n": "x"}, {"id": "c", "n": 3}]')
    out = list(read_each(said, "$", "id", lambda one: one.whole("n")))
    assert [(one.subject, one.code) if isinstance(one, Refusal) else one for one in out] == [
        1,
        ("b", "bad_whole"),
        ("$[2]", "not_an_object"),
        ("$[3]", "bad_whole"),
        3,
    ]


def test_text_that_no_encoding_can_write_is_refused() -> None:
    with pytest.raises(PayloadError) as error:
        Fields({"id": "\ud800"}).text("id")
    assert error.value.code == "bad_text"


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_blank_text_is_a_missing_field_unless_there_is_a_default(blank: str | None) -> None:
    fields = Fields({"id": blank})
    assert fields.text("id", "") == ""
    with pytest.raises(PayloadError) as error:
        fields.text("id")
    assert (error.value.code, error.value.facts["path"]) == ("missing_field", "$.id")
