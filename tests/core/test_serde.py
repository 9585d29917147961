"""Documents are compact, leave defaults out, and read from every older format."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from attrs import field, frozen

from omskit.core import Codec, Destination, StorageError, UsageError


class Colour(Enum):
    RED = "red"


@frozen
class Part:
    name: str
    count: int = 1


@frozen
class Thing:
    at: datetime
    rate: Decimal
    parts: tuple[Part, ...] = ()
    notes: tuple[tuple[str, int], ...] = ()
    colour: Colour | None = None
    to: Destination | None = None


@frozen
class Renamed:
    full_name: str = field()


THINGS: Codec[Any] = Codec("things", {"thing": Thing, "part": Part})
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_document_is_compact_json_without_defaults() -> None:
    assert THINGS.dump(Part("b\u00f6lt")) == '{"name":"b\u00f6lt"}'
    assert THINGS.dump(Part("bolt", 2)) == '{"name":"bolt","count":2}'


def test_instants_and_decimals_are_text() -> None:
    document = json.loads(THINGS.dump(Thing(AT, Decimal("7.1234"))))
    assert document == {"at": "2026-03-01T12:00:00+00:00", "rate": "7.1234"}


def test_a_value_of_every_field_type_comes_back_equal() -> None:
    thing = Thing(AT, Decimal("0.10"), (Part("a", 3),), (("x", 1),), Colour.RED, Destination("DE", "BE", "10115"))
    back = THINGS.load("thing", THINGS.dump(thing))
    assert back == thing
    assert str(back.rate) == "0.10"


def test_a_field_added_later_reads_from_an_older_document() -> None:
    assert THINGS.load("part", '{"name":"bolt"}') == Part("bolt", 1)


def test_a_tag_names_the_class_and_nothing_else_does() -> None:
    assert THINGS.tag_of(Part("a")) == "part"
    assert "Part" not in THINGS.dump(Part("a"))


def test_a_type_outside_the_codec_is_the_fault_of_the_host() -> None:
    for use in (THINGS.tag_of, THINGS.dump):
        with pytest.raises(UsageError) as refused:
            use(Renamed("x"))
        assert refused.value.code == "unknown_type"
        assert "Renamed" in refused.value.message


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("nothing", "{}"),
        ("part", "not json"),
        ("part", "{}"),
        ("part", "[]"),
        ("part", "5"),
        ("part", '"text"'),
        ("part", '{"name":"a","count":"many"}'),
        ("thing", '{"at":"yesterday","rate":"1"}'),
        ("thing", '{"at":"2026-03-01T12:00:00+00:00","rate":"a lot"}'),
        ("thing", '{"at":"2026-03-01T12:00:00+00:00","rate":"1","colour":"blue"}'),
        ("thing", '{"at":"2026-03-01T12:00:00+00:00","rate":"1","to":{"country":"Germany"}}'),
    ],
)
def test_what_is_not_of_the_codec_is_unreadable(tag: str, text: str) -> None:
    with pytest.raises(StorageError) as refused:
        THINGS.load(tag, text)
    assert refused.value.code == "unreadable_document"
    assert refused.value.facts == {"codec": "things", "tag": tag}


def _split_name(document: dict[str, Any]) -> dict[str, Any]:
    return {"full_name": f"{document['first']} {document['last']}"}


def _merge_parts(document: dict[str, Any]) -> dict[str, Any]:
    first, last = document["name"].split()
    return {"first": first, "last": last}


NAMES: Codec[Any] = Codec(
    "names", {"name": Renamed}, format=3, upcasters={("name", 1): _merge_parts, ("name", 2): _split_name}
)


@pytest.mark.parametrize(
    "text",
    [
        '{"name":"Ada Lovelace"}',
        '{"v":1,"name":"Ada Lovelace"}',
        '{"v":2,"first":"Ada","last":"Lovelace"}',
        '{"v":3,"full_name":"Ada Lovelace"}',
    ],
)
def test_every_older_format_is_brought_up_step_by_step(text: str) -> None:
    assert NAMES.load("name", text) == Renamed("Ada Lovelace")


def test_todays_format_is_written_into_the_document() -> None:
    assert NAMES.dump(Renamed("Ada")) == '{"full_name":"Ada","v":3}'


def test_a_document_of_a_later_release_is_refused() -> None:
    with pytest.raises(StorageError) as refused:
        NAMES.load("name", '{"v":4,"full_name":"Ada"}')
    assert refused.value.code == "newer_format"
    assert refused.value.facts == {"codec": "names", "tag": "name", "format": 4}


@pytest.mark.parametrize("text", ["5", "[]", '{"v":"x"}', '{"v":1}', '{"v":1,"name":"one"}'])
def test_a_broken_document_of_an_older_format_is_unreadable(text: str) -> None:
    with pytest.raises(StorageError) as refused:
        NAMES.load("name", text)
    assert refused.value.code == "unreadable_document"
