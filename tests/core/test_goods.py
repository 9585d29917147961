"""A component is at least one piece, and its handling is told in one order."""

import pytest

from omskit.core import Component, UsageError


def test_traits_are_sorted_so_that_equal_goods_are_equal() -> None:
    assert Component("A", traits=("hazmat", "cold")).traits == ("cold", "hazmat")
    assert Component("A", traits=("hazmat", "cold")) == Component("A", traits=("cold", "hazmat"))
    assert Component("A").traits == ()


@pytest.mark.parametrize("per", [0, -1])
def test_a_component_counts_from_one(per: int) -> None:
    with pytest.raises(UsageError) as refused:
        Component("A", per)
    assert refused.value.code == "bad_quantity"


@pytest.mark.parametrize(("weight_g", "volume_cm3"), [(-1, 0), (0, -1)])
def test_nothing_weighs_or_measures_less_than_zero(weight_g: int, volume_cm3: int) -> None:
    with pytest.raises(UsageError) as refused:
        Component("A", weight_g=weight_g, volume_cm3=volume_cm3)
    assert refused.value.code == "bad_size"
