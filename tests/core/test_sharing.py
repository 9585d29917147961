"""Parts add up to the whole exactly, and a tie goes to the earlier line."""

from typing import Any

import pytest

from omskit.core import UsageError, share, share_of_units


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10000, (1, 1, 1), [3334, 3333, 3333]),
        (1000, (10000, 10000, 10000), [334, 333, 333]),
        (1, (1, 1, 1), [1, 0, 0]),
        (2, (1, 1, 1), [1, 1, 0]),
        (1003, (49, 51), [491, 512]),
        (777, (1999, 2999, 5002), [155, 233, 389]),
        (1000, (0, 5000, 5000), [0, 500, 500]),
        (-10000, (1, 1, 1), [-3334, -3333, -3333]),
        (1000, (6000, 4000), [600, 400]),
        (9900, (5900, 3900, 2900), [4599, 3040, 2261]),
        (1150, (3333, 3333, 3333), [384, 383, 383]),
        (10000, (2, 2, 2), [3334, 3333, 3333]),
        (0, (5, 5), [0, 0]),
        (0, (0, 0), [0, 0]),
        (0, (), []),
        (7, (3,), [7]),
    ],
)
def test_shares_of_the_catalogue_are_exact(total: int, weights: tuple[int, ...], parts: list[int]) -> None:
    assert share(total, weights) == parts


def test_ten_off_three_lines_of_a_hundred_leaves_nets_that_sum() -> None:
    nets = [10000 - part for part in share(1000, (10000, 10000, 10000))]
    assert nets == [9666, 9667, 9667]
    assert sum(nets) == 29000


def test_a_charge_and_its_reversal_cancel_on_every_line() -> None:
    both = zip(share(10000, (1, 1, 1)), share(-10000, (1, 1, 1)), strict=True)
    assert [there + back for there, back in both] == [0, 0, 0]


def test_the_scale_of_the_currency_plays_no_part() -> None:
    assert share(1000, (1, 1, 1)) == [334, 333, 333]
    assert share(10_000, (1, 1, 1)) == [3334, 3333, 3333]


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        share(100, (1, -1))
    assert refused.value.code == "negative_weight"
    assert refused.value.facts == {"weights": (1, -1)}


@pytest.mark.parametrize("weights", [(), (0,), (0, 0)])
def test_an_amount_with_nowhere_to_go_is_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        share(1, weights)
    assert refused.value.code == "unsharable"


@pytest.mark.parametrize(("total", "weights"), [(10.0, (1, 1)), (10, (0.5, 0.5)), (10, (1, 1.0))])
def test_a_float_is_never_shared(total: Any, weights: Any) -> None:
    with pytest.raises(UsageError) as refused:
        share(total, weights)
    assert refused.value.code == "not_minor_units"


@pytest.mark.parametrize(
    ("total", "units", "parts"),
    [
        (10000, 3, [3334, 3333, 3333]),
        (10002, 4, [2501, 2500, 2501, 2500]),
        (200, 3, [67, 67, 66]),
        (2, 3, [1, 1, 0]),
        (-10000, 3, [-3334, -3333, -3333]),
        (0, 2, [0, 0]),
    ],
)
def test_units_returned_one_by_one_carry_the_amounts_of_the_catalogue(
    total: int, units: int, parts: list[int]
) -> None:
    assert [share_of_units(total, units, before=k, count=1) for k in range(units)] == parts


def test_units_returned_together_carry_what_they_would_carry_singly() -> None:
    assert share_of_units(10000, 3, before=0, count=2) == 6667
    assert share_of_units(10000, 3, before=2, count=1) == 3333
    assert share_of_units(10000, 3, before=0, count=3) == 10000
    assert share_of_units(10000, 3, before=3, count=0) == 0


@pytest.mark.parametrize(("units", "before", "count"), [(3, -1, 1), (3, 1, -1), (3, 2, 2), (0, 0, 0), (3, 4, 0)])
def test_units_outside_the_line_are_refused(units: int, before: int, count: int) -> None:
    with pytest.raises(UsageError) as refused:
        share_of_units(100, units, before=before, count=count)
    assert refused.value.code == "units_out_of_range"
    assert refused.value.facts == {"before": before, "count": count, "units": units}
