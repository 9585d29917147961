from __future__ import annotations

import pytest

from omskit.channels import MAX_DEPTH, parse_xml
from omskit.core import PayloadError


def code_of(payload: bytes) -> str:
    with pytest.raises(PayloadError) as caught:
        parse_xml(payload)
    return caught.value.code


def test_a_tree_has_names_texts_and_attributes_without_namespaces() -> None:
    root = parse_xml(b'<o:Order xmlns:o="urn:o"><o:Sum cur="EUR"> 5.00 </o:Sum><o:Line/><o:Line/></o:Order>')
    assert (root.name, root.space, len(list(root.all("Line")))) == ("Order", "urn:o", 2)
    assert root.first("Sum").text == "5.00"
    assert root.first("Sum").attributes == {"cur": "EUR"}
    assert root.first("Sum").path == "/Order/Sum"


def test_a_missing_element_is_an_empty_one() -> None:
    assert parse_xml(b"<a/>").first("b", "c").text == ""


def test_leaves_read_as_fields() -> None:
    assert parse_xml(b"<a><n>3</n><x><y/></x><e/></a>").fields().values == {"n": "3"}


@pytest.mark.parametrize(
    "payload",
    [
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>',
    ],
    ids=["empty", "entity", "external entity", "external subset"],
)
def test_a_document_type_is_refused(payload: bytes) -> None:
    assert code_of(payload) == "xml_doctype"


@pytest.mark.parametrize("payload", [b"", b"<a>", b"<a></b>", b"text", b"<a>&b;</a>", b"<a/><b/>", b"\x00"])
def test_what_is_not_well_formed_is_refused(payload: bytes) -> None:
    assert code_of(payload) == "bad_xml"


def test_a_comment_before_the_declaration_is_refused() -> None:
    assert code_of(b'<!-- x -->\n<?xml version="1.0"?><a/>') == "bad_xml"


def test_nesting_beyond_64_levels_is_refused() -> None:
    assert parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH).name == "a"
    assert code_of(b"<a>" * 10_000) == "too_deep"
