"""The planner held against HiGHS: a compact mixed-integer model that shares no code with it, on tiny instances."""

from __future__ import annotations

from collections import Counter

import pytest

pytest.importorskip("highspy")

from planning_milp import least_by_milp, tiny
from planning_oracle import AT, accounted, oversold

from omskit.allocation import plan, plan_batch

#: Seeds are tried so many at a time, so that a failure names a small range.
_AT_A_TIME = 50
_SHORT, _LONG = 6, 60


def _ranges() -> list[object]:
    long = [pytest.param(number, marks=pytest.mark.long) for number in range(_SHORT, _LONG)]
    return [*range(_SHORT), *long]


@pytest.mark.parametrize("number", _ranges())
def test_an_order_costs_the_optimum(number: int) -> None:
    for seed in range(number * _AT_A_TIME, (number + 1) * _AT_A_TIME):
        world, asked = tiny(seed, orders=1, units=5)
        made = plan(asked, world.supply, world.network, world.policy, at=AT)
        assert made.cost_minor == least_by_milp(world, asked), seed
        assert made.decisions[0].exact, seed


@pytest.mark.parametrize("number", _ranges())
def test_a_batch_is_feasible_and_between_its_bound_and_a_hundredth_over_the_optimum(number: int) -> None:
    over = 0
    for seed in range(number * _AT_A_TIME, (number + 1) * _AT_A_TIME):
        world, asked = tiny(seed, orders=2 + seed % 5, units=4)
        made = plan_batch(asked, world.supply, world.network, world.policy, at=AT)
        best = least_by_milp(world, asked)
        assert made.bound_minor is not None
        assert made.bound_minor <= best <= made.cost_minor, seed
        assert made.cost_minor * 100 <= best * 101, seed
        over += made.cost_minor > best
        assert oversold(world, made, asked) == [], seed
        assert all(accounted(made.of(one.key), one) for one in asked), seed
        parcels = [parcel for one in made.decisions for parcel in one.parcels]
        packed = Counter(parcel.warehouse for parcel in parcels)
        picked = Counter(dict.fromkeys(world.supply.units, 0))
        for parcel in parcels:
            picked[parcel.warehouse] += sum(count for _, count in parcel.units)
        carried = Counter(parcel.courier for parcel in parcels)
        supply = world.supply
        assert all(packed[code] <= most for code, most in supply.parcels.items()), seed
        assert all(picked[code] <= most for code, most in supply.units.items()), seed
        assert all(carried[code] <= most for code, most in supply.quotas.items()), seed
    # nearly all of them are the optimum itself
    assert over <= 2, number
