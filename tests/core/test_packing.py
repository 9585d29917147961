"""First fit: the heaviest first, each into the first box with room, and every unit in one."""

import pytest

from omskit.core import Limits, Load, UsageError, first_fit


def test_the_heaviest_units_are_placed_first_and_lighter_ones_fill_the_gaps() -> None:
    loads = (Load(3, weight_g=1_200), Load(2, weight_g=1_400))
    assert first_fit(loads, Limits(weight_g=1_000)) == (((1, 1),), ((1, 1),), ((0, 2),), ((0, 1),))


def test_units_fill_a_box_up_to_the_tightest_of_several_limits() -> None:
    loads = (Load(10, weight_g=1_000, volume_cm3=5_000),)
    assert first_fit(loads, Limits(weight_g=800, volume_cm3=1_500)) == (((0, 3),), ((0, 3),), ((0, 3),), ((0, 1),))


def test_what_exceeds_a_limit_by_itself_gets_a_box_of_its_own() -> None:
    assert first_fit((Load(2, weight_g=6_000), Load(1, weight_g=10)), Limits(weight_g=1_000)) == (
        ((0, 1),),
        ((0, 1),),
        ((1, 1),),
    )


def test_nothing_joins_what_exceeds_a_limit_by_itself_not_even_what_weighs_nothing() -> None:
    assert first_fit((Load(1), Load(1, weight_g=2)), Limits(weight_g=1)) == (((1, 1),), ((0, 1),))


def test_a_whole_load_is_never_divided() -> None:
    loads = (Load(3, weight_g=900, whole=True), Load(1, weight_g=200))
    assert first_fit(loads, Limits(weight_g=800)) == (((0, 3),), ((1, 1),))
    assert first_fit(loads, Limits(weight_g=1_100)) == (((0, 3), (1, 1)),)


def test_loads_without_weight_are_limited_by_their_units() -> None:
    assert first_fit((Load(5),), Limits(units=2)) == (((0, 2),), ((0, 2),), ((0, 1),))


@pytest.mark.parametrize("limits", [{}, {"weight_g": -1}, {"units": -1, "weight_g": 5}])
def test_limits_that_limit_nothing_or_less_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(UsageError) as error:
        Limits(**limits)
    assert error.value.code == "bad_limit"
