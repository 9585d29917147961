"""Readers make values from documents as cattrs would, without a dict of arguments between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from attrs import Factory, field, frozen

from omskit.core.reading import Readers
from omskit.core.serde import make_converter


class Size(Enum):
    SMALL = "s"


@frozen
class Leaf:
    name: str
    count: int = 0


@frozen
class Branch:
    key: int
    leaf: Leaf
    leaves: tuple[Leaf, ...] = ()
    pairs: tuple[tuple[int, str], ...] = ()
    grid: tuple[tuple[int, ...], ...] = ()
    day: date | None = None
    at: datetime | None = None
    wait: timedelta = timedelta(hours=1)
    rate: Decimal = Decimal(1)
    open: bool = False
    maybe: tuple[int | None, ...] = ()
    size: Size | None = None
    names: dict[str, int] = field(factory=dict)
    total: int = Factory(lambda self: self.key + 1, takes_self=True)
    hidden: int = field(default=7, init=False)
    _secret: str = "s"
    below: tuple[Branch, ...] = ()
    above: Branch | None = None
    last: str = field(default="z", kw_only=True)


READ = Readers(make_converter()).of(Branch)


def read(**more: Any) -> Branch:
    return READ({"key": 1, "leaf": {"name": "a"}, **more}, Branch)


def test_fields_that_a_document_has_not_get_their_defaults() -> None:
    assert read() == Branch(1, Leaf("a"))


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ({"leaves": [{"name": "b", "count": 2}]}, {"leaves": (Leaf("b", 2),)}),
        ({"pairs": [[1, "x"]], "grid": [[1, 2], []]}, {"pairs": ((1, "x"),), "grid": ((1, 2), ())}),
        ({"day": "2026-03-02"}, {"day": date(2026, 3, 2)}),
        ({"at": "2026-03-02T09:00:00+00:00"}, {"at": datetime(2026, 3, 2, 9, tzinfo=UTC)}),
        ({"at": None, "size": None, "above": None}, {}),
        ({"wait": 2, "rate": "1.5"}, {"wait": timedelta(microseconds=2), "rate": Decimal("1.5")}),
        ({"open": True, "maybe": [None, 3]}, {"open": True, "maybe": (None, 3)}),
        ({"size": "s", "names": {"a": 1}}, {"size": Size.SMALL, "names": {"a": 1}}),
        ({"total": 9, "_secret": "t", "last": "y"}, {"total": 9, "secret": "t", "last": "y"}),
        ({"count": "of an older format", "hidden": 8}, {}),
        ({"key": "1"}, {}),
    ],
)
def test_a_field_is_made_of_what_the_document_says(document: dict[str, Any], value: dict[str, Any]) -> None:
    assert read(**document) == Branch(1, Leaf("a"), **value)


def test_a_class_may_hold_itself() -> None:
    twig = {"key": 2, "leaf": {"name": "b"}}
    assert read(below=[twig], above=twig) == Branch(
        1, Leaf("a"), below=(Branch(2, Leaf("b")),), above=Branch(2, Leaf("b"))
    )


@pytest.mark.parametrize(
    ("document", "error"),
    [({"leaf": {"name": "a"}}, KeyError), ({"key": "x", "leaf": {"name": "a"}}, ValueError), ([], TypeError)],
)
def test_what_is_no_document_of_the_class_is_refused(document: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        READ(document, Branch)
