"""Writers put values into JSON text as json would, without a dict between."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Codec
from omskit.core.serde import make_converter
from omskit.core.writing import Writers


class Size(Enum):
    SMALL = "s"


@frozen
class Leaf:
    name: str
    count: int = 0


@frozen
class Tree:
    key: int
    leaf: Leaf
    leaves: tuple[Leaf, ...] = ()
    pairs: tuple[tuple[int, str], ...] = ()
    note: str = ""
    day: date | None = None
    at: datetime | None = None
    wait: timedelta = timedelta(hours=1)
    rate: Decimal = Decimal(1)
    open: bool = False
    maybe: tuple[int | None, ...] = ()
    size: Size | None = None
    names: dict[str, int] = field(factory=dict)
    hidden: int = field(default=7, init=False)


@frozen
class Nothing:
    pass


@frozen
class Optional:
    at: datetime | None


def written(value: Any) -> str:
    return Writers(make_converter(), json.JSONEncoder(separators=(",", ":")).encode).of(type(value))(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(Nothing(), "{}", id="no fields"),
        pytest.param(Leaf("a"), '{"name":"a"}', id="default left out"),
        pytest.param(Leaf('"\\\n\u00e9', 2), '{"name":"\\"\\\\\\n\u00e9","count":2}', id="text is escaped"),
        pytest.param(Leaf("a", True), '{"name":"a","count":1}', id="a bool in place of an int is an int"),
        pytest.param(Optional(None), '{"at":null}', id="None without a default"),
        pytest.param(
            Tree(
                1,
                Leaf("a", 1),
                (Leaf("b"), Leaf("c")),
                ((1, "x"), (2, "y")),
                "n",
                date(2026, 3, 2),
                datetime(2026, 3, 2, 9, tzinfo=UTC),
                timedelta(seconds=2),
                Decimal("0.10"),
                True,
                (1, None),
                Size.SMALL,
                {"k": 3},
            ),
            '{"key":1,"leaf":{"name":"a","count":1},"leaves":[{"name":"b"},{"name":"c"}],"pairs":[[1,"x"],[2,"y"]],'
            '"note":"n","day":"2026-03-02","at":"2026-03-02T09:00:00+00:00","wait":2000000,"rate":"0.10","open":true,'
            '"maybe":[1,null],"size":"s","names":{"k":3}}',
            id="every type",
        ),
    ],
)
def test_a_value_is_written_as_json_writes_it(value: Any, text: str) -> None:
    assert written(value) == text


def test_text_where_an_int_belongs_is_not_written() -> None:
    with pytest.raises(TypeError):
        written(Leaf("a", "2"))  # type: ignore[arg-type]


@given(
    st.builds(
        Tree,
        st.integers(),
        st.builds(Leaf, st.text(), st.integers()),
        st.lists(st.builds(Leaf, st.text())).map(tuple),
        st.lists(st.tuples(st.integers(), st.text())).map(tuple),
        st.text(),
        st.none() | st.dates(),
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.timedeltas(),
        st.decimals(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.lists(st.none() | st.integers()).map(tuple),
        st.none() | st.just(Size.SMALL),
        st.dictionaries(st.text(), st.integers()),
    )
)
def test_what_is_written_is_what_cattrs_and_json_would_write(tree: Tree) -> None:
    assert json.loads(written(tree)) == json.loads(json.dumps(make_converter().unstructure(tree)))


def test_a_value_that_holds_one_part_is_written_around_the_parts_known_text() -> None:
    holders: Codec[Any] = Codec("holder", {"held": Optional, "leaf": Leaf})
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert holders.entry(Optional(at), at, '"known"') == ("held", '{"at":"known"}')


@pytest.mark.parametrize(
    ("value", "tag", "text"),
    [
        pytest.param(Optional(None), "held", '{"at":null}', id="another part"),
        pytest.param(Leaf("a"), "leaf", '{"name":"a"}', id="more than one field"),
    ],
)
def test_a_value_that_does_not_hold_the_part_is_written_as_ever(value: Any, tag: str, text: str) -> None:
    holders: Codec[Any] = Codec("holder", {"held": Optional, "leaf": Leaf})
    assert holders.entry(value, object(), '"known"') == (tag, text)
