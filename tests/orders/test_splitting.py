"""Splitting: every unit in one part, what belongs together together, and limits kept."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Component, Destination, Refused, UsageError
from omskit.orders import (
    NEVER_SPLIT,
    Alone,
    Approve,
    ByClass,
    ByTrait,
    Cut,
    Order,
    OrderLine,
    Place,
    SetApart,
    SplitPolicy,
    Terms,
    UpTo,
    decide,
    evolve,
    split,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def line(number: int, sku: str, units: int, weight_g: int = 0, *traits: str, group: str = "") -> OrderLine:
    goods = Component(sku, 1, weight_g, weight_g * 2, traits)
    return OrderLine(number, sku, units, units, components=(goods,), group=group)


def parts(*lines: OrderLine, cuts: Sequence[Cut] = (), apart: Sequence[int] = ()) -> list[dict[int, int]]:
    found = split([(one, one.quantity) for one in lines], SplitPolicy(tuple(cuts)), apart=apart)
    return [dict(part) for part in found]


def test_without_a_cut_everything_may_leave_together() -> None:
    assert parts(line(1, "A", 2), line(2, "B", 1)) == [{1: 2, 2: 1}]


def test_classes_leave_apart_and_what_has_none_leaves_together() -> None:
    cut = ByClass({"TEA": "food", "OIL": "chemistry"})
    lines = (line(1, "TEA", 1), line(2, "OIL", 1), line(3, "CUP", 1), line(4, "MUG", 1))
    assert parts(*lines, cuts=[cut]) == [{1: 1}, {2: 1}, {3: 1, 4: 1}]


def test_cold_and_dangerous_goods_leave_apart_from_the_rest_and_from_each_other() -> None:
    cut = ByTrait(frozenset({"cold", "hazmat"}))
    lines = (line(1, "ICE", 1, 0, "cold"), line(2, "GAS", 1, 0, "hazmat"), line(3, "CUP", 1, 0, "fragile"))
    assert parts(*lines, cuts=[cut]) == [{1: 1}, {2: 1}, {3: 1}]


def test_bulky_goods_leave_alone_so_many_to_a_part() -> None:
    assert parts(line(1, "SOFA", 3), line(2, "CUP", 4), cuts=[Alone(frozenset({"SOFA"}))]) == [
        {1: 1},
        {1: 1},
        {1: 1},
        {2: 4},
    ]
    assert parts(line(1, "CHAIR", 5), cuts=[Alone(frozenset({"CHAIR"}), per=2)]) == [{1: 1}, {1: 2}, {1: 2}]


def test_a_weight_limit_fills_parts_with_the_heaviest_units_first() -> None:
    lines = (line(1, "PEN", 3, 1_000), line(2, "PAN", 3, 4_000))
    # 10 kg a part: two pans and two pens, then one pan and one pen
    assert parts(*lines, cuts=[UpTo(weight_g=10_000)]) == [{1: 1, 2: 1}, {1: 2, 2: 2}]


def test_a_volume_limit_and_a_limit_of_units_hold_together() -> None:
    assert parts(line(1, "PEN", 5, 100), cuts=[UpTo(volume_cm3=400)]) == [{1: 1}, {1: 2}, {1: 2}]
    assert parts(line(1, "PEN", 5, 100), cuts=[UpTo(volume_cm3=600, units=2)]) == [{1: 1}, {1: 2}, {1: 2}]


def test_what_exceeds_a_limit_by_itself_leaves_by_itself_and_is_not_lost() -> None:
    assert parts(line(1, "SAFE", 2, 90_000), line(2, "PEN", 1, 10), cuts=[UpTo(weight_g=30_000)]) == [
        {1: 1},
        {1: 1},
        {2: 1},
    ]


def test_lines_of_one_group_are_never_cut_and_go_where_most_of_their_units_belong() -> None:
    gift = (line(1, "TEA", 3, group="set"), line(2, "CUP", 1, group="set"), line(3, "MUG", 1))
    cut = ByClass({"TEA": "food", "CUP": "china", "MUG": "china"})
    assert parts(*gift, cuts=[cut]) == [{1: 3, 2: 1}, {3: 1}]
    heavy = (line(1, "A", 2, 9_000, group="g"), line(2, "B", 1, 9_000, group="g"), line(3, "C", 1, 1_000))
    assert parts(*heavy, cuts=[UpTo(weight_g=10_000)]) == [{1: 2, 2: 1}, {3: 1}]


def test_cuts_apply_one_within_the_parts_of_the_other() -> None:
    lines = (line(1, "ICE", 2, 8_000, "cold"), line(2, "CUP", 2, 8_000))
    cuts: list[Cut] = [ByTrait(frozenset({"cold"})), UpTo(weight_g=10_000)]
    assert parts(*lines, cuts=cuts) == [{1: 1}, {1: 1}, {2: 1}, {2: 1}]


def test_lines_that_people_set_apart_leave_apart_with_all_that_belongs_to_them() -> None:
    lines = (line(1, "A", 1), line(2, "B", 1, group="g"), line(3, "C", 1, group="g"))
    assert parts(*lines, apart=[3]) == [{1: 1}, {2: 1, 3: 1}]


def order(**terms: Any) -> Order:
    known = Terms("web", "A-1", AT, "EUR", Destination("DE"), "b1", **terms)
    return Order(1, "approved", known, (line(1, "A", 1),))


@pytest.mark.parametrize("terms", [{"cod": True}, {"kind": "pickup"}, {"marks": ("sealed",)}])
def test_practice_never_splits_some_orders(terms: dict[str, Any]) -> None:
    policy = SplitPolicy(never=NEVER_SPLIT)
    assert policy.seals(order(**terms))
    assert not policy.seals(order())


@pytest.mark.parametrize(
    "wrong", [UpTo, lambda: UpTo(weight_g=-1, units=1), lambda: Alone(frozenset(), per=0)]
)
def test_limits_that_limit_nothing_or_below_zero_are_refused(wrong: Any) -> None:
    with pytest.raises(UsageError, match="bad_limit"):
        wrong()


lines = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.integers(1, 5),
        st.integers(0, 3000),
        st.sampled_from(["", "cold", "hazmat"]),
        st.sampled_from(["", "", "g", "h"]),
    ),
    min_size=1,
    max_size=6,
)
cuts = st.lists(
    st.one_of(
        st.just(ByClass({"A": "a", "B": "b"})),
        st.just(ByTrait(frozenset({"cold"}))),
        st.builds(Alone, st.just(frozenset({"C"})), per=st.integers(1, 3)),
        st.builds(UpTo, weight_g=st.integers(1, 5000), volume_cm3=st.integers(0, 5000), units=st.integers(0, 4)),
    ),
    max_size=3,
)


@given(lines, cuts)
def test_no_unit_is_lost_or_doubled_no_part_is_empty_and_no_group_is_cut(
    said: list[tuple[str, int, int, str, str]], by: list[Cut]
) -> None:
    ordered = [
        line(n, sku, units, weight, *([trait] if trait else []), group=group)
        for n, (sku, units, weight, trait, group) in enumerate(said, 1)
    ]
    found = parts(*ordered, cuts=by)
    assert all(part and min(part.values()) > 0 for part in found)
    totals = {one.number: sum(part.get(one.number, 0) for part in found) for one in ordered}
    assert totals == {one.number: one.quantity for one in ordered}
    for name in {one.group for one in ordered} - {""}:
        inside = {one.number: one.quantity for one in ordered if one.group == name}
        holding = [part for part in found if inside.keys() & part.keys()]
        assert len(holding) == 1
        assert inside.items() <= holding[0].items()


def approved() -> Order:
    state: Order | None = None
    placed = Place(1, order().terms, (line(1, "A", 1), line(2, "B", 1)))
    for command in (placed, Approve()):
        for event in decide(state, command, at=AT):
            state = evolve(state, event)
    assert state is not None
    return state


def test_people_set_lines_apart_and_put_them_back_as_long_as_the_order_may_change() -> None:
    before = approved()
    (event,) = decide(before, SetApart((2, 2)), at=AT)
    after = evolve(before, event)
    assert after.apart == (2,)
    assert decide(after, SetApart((2,)), at=AT) == ()
    (event,) = decide(after, SetApart(()), at=AT)
    assert evolve(after, event) == before


def test_a_line_that_is_not_there_cannot_be_set_apart() -> None:
    with pytest.raises(UsageError, match="unknown_line"):
        decide(approved(), SetApart((3,)), at=AT)


def test_a_released_order_is_not_changed_any_more() -> None:
    released = Order(1, "released", order().terms, (line(1, "A", 1),))
    with pytest.raises(Refused) as refused:
        decide(released, SetApart((1,)), at=AT)
    assert (refused.value.code, refused.value.facts["allowed"]) == ("not_editable", ("approved", "received"))
