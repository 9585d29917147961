"""Boxes by limits and by what may not share one."""

import pytest

from omskit.core import Component, Limits
from omskit.fulfillment import Packing, WorkLine, pack


def line(number: int, units: int, weight_g: int = 0, *traits: str) -> tuple[WorkLine, int]:
    parts = (Component(f"S{number}", weight_g=weight_g, traits=traits),)
    return WorkLine(number, 10, number, f"S{number}", units, units, parts=parts), units


def test_without_limits_all_goes_into_one_box() -> None:
    assert pack([line(2, 1), line(1, 3)], Packing()) == (((1, 3), (2, 1)),)


def test_nothing_to_pack_is_no_box() -> None:
    assert pack([], Packing(Limits(units=1))) == ()


def test_a_box_is_not_heavier_than_its_limit() -> None:
    assert pack([line(1, 3, 400), line(2, 2, 700)], Packing(Limits(weight_g=1_100))) == (
        ((1, 1), (2, 1)),
        ((1, 1), (2, 1)),
        ((1, 1),),
    )


@pytest.mark.parametrize(
    ("apart", "boxes"),
    [
        (frozenset({"food", "chemical"}), (((1, 1), (3, 1)), ((2, 1),))),
        (frozenset({"cold"}), (((1, 1), (2, 1)), ((3, 1),))),
        (frozenset({"food", "metal"}), (((1, 1), (2, 1), (3, 1)),)),
    ],
)
def test_traits_that_do_not_get_on_never_share_a_box(
    apart: frozenset[str], boxes: tuple[tuple[tuple[int, int], ...], ...]
) -> None:
    lines = [line(1, 1, 0, "food"), line(2, 1, 0, "chemical"), line(3, 1, 0, "cold")]
    assert pack(lines, Packing(apart=(apart,))) == boxes
