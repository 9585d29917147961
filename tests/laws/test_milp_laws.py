"""The planner held against HiGHS: a compact mixed-integer model that shares no code with it, on tiny instances."""

from __future__ import annotations

from collections import Counter

import pytest

pytest.importorskip("highspy")

from planning_milp import contracted, least_by_milp, tiny
from planning_oracle import AT, Handed, accounted, count_of, oversold

from omskit.allocation import Plan, Supply, plan, plan_batch

#: Seeds are tried so many at a time, so that a failure names a small range.
_AT_A_TIME = 50
_SHORT, _LONG = 6, 60


def _ranges() -> list[object]:
    long = [pytest.param(number, marks=pytest.mark.long) for number in range(_SHORT, _LONG)]
    return [*range(_SHORT), *long]


def sent(made: Plan) -> Counter[Handed]:
    parcels = [parcel for one in made.decisions for parcel in one.parcels]
    return Counter((one.courier, one.service, one.warehouse, one.ship_on) for one in parcels)


def kept(supply: Supply, made: Plan) -> bool:
    """Whether a plan keeps to all quotas."""
    return all(count_of(carried, sent(made)) <= most for carried, most in supply.quotas.items())


def promised(supply: Supply) -> int:
    """Return what all parcels of commitments would cost if they were missing."""
    return sum(one.at_least * one.short_minor for one in supply.commitments)


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
        supply = world.supply
        assert all(packed[code] <= most for code, most in supply.parcels.items()), seed
        assert all(picked[code] <= most for code, most in supply.units.items()), seed
        assert kept(supply, made), seed
    # nearly all of them are the optimum itself
    assert over <= 2, number


@pytest.mark.parametrize("number", _ranges())
def test_an_order_costs_the_optimum_under_contracts(number: int) -> None:
    for seed in range(number * _AT_A_TIME, (number + 1) * _AT_A_TIME):
        world, asked = contracted(seed, orders=1, units=5)
        made = plan(asked, world.supply, world.network, world.policy, at=AT)
        assert made.cost_minor + promised(world.supply) == least_by_milp(world, asked), seed
        assert made.decisions[0].exact, seed
        assert kept(world.supply, made), seed


@pytest.mark.parametrize("number", _ranges())
def test_a_batch_keeps_to_contracts_between_its_bound_and_a_hundredth_over_the_optimum(number: int) -> None:
    over = 0
    for seed in range(number * _AT_A_TIME, (number + 1) * _AT_A_TIME):
        world, asked = contracted(seed, orders=2 + seed % 5, units=4)
        supply = world.supply
        made = plan_batch(asked, supply, world.network, world.policy, at=AT)
        best = least_by_milp(world, asked)
        assert made.bound_minor is not None
        cost = made.cost_minor + promised(supply)
        assert made.bound_minor + promised(supply) <= best <= cost, seed
        assert cost * 100 <= best * 101, seed
        over += cost > best
        assert oversold(world, made, asked) == [], seed
        assert kept(supply, made), seed
        missing = [max(0, one.at_least - count_of(one.carried, sent(made))) for one in supply.commitments]
        prices = [one.short_minor for one in supply.commitments]
        assert made.missing_minor == sum(map(int.__mul__, missing, prices)), seed
    # nearly all of them are the optimum itself
    assert over <= 2, number
