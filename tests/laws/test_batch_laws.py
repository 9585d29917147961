"""Laws of planning together, held against an oracle that tries every combination of plans."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_oracle import AT, WORLDS, World, accounted, batches, demands, least_together, oversold

from omskit.allocation import Demand, Plan, Supply, moved, plan, plan_batch


def together(world: World, asked: Sequence[Demand], *, by_rank: bool = False, solver: bool = False) -> Plan:
    return plan_batch(
        asked, world.supply, world.network, world.policy, at=AT, by_rank=by_rank, solver=solver
    )


@st.composite
def scarce(draw: st.DrawFn) -> tuple[World, list[Demand]]:
    world = draw(WORLDS)
    codes = [one.code for one in world.network.warehouses]
    parcels = {code: draw(st.integers(0, 3)) for code in codes if draw(st.booleans())}
    count = draw(st.integers(2, 3))
    asked = [draw(demands(key=key, units=2)) for key in range(1, count + 1)]
    return World(world.network, Supply(world.supply.available, parcels), world.policy), asked


@settings(deadline=None)
@given(scarce())
def test_the_bound_is_never_above_the_best_plan_and_no_plan_below_it(case: tuple[World, list[Demand]]) -> None:
    world, asked = case
    made = together(world, asked)
    best = least_together(world, asked)
    assert made.bound_minor is not None
    assert made.bound_minor <= best <= made.cost_minor


@settings(max_examples=60, deadline=None)
@given(scarce())
def test_with_the_solver_the_bound_is_as_honest(case: tuple[World, list[Demand]]) -> None:
    pytest.importorskip("highspy")
    world, asked = case
    made = together(world, asked, solver=True)
    assert made.bound_minor is not None
    assert made.bound_minor <= least_together(world, asked) <= made.cost_minor
    assert oversold(world, made, asked) == []


@settings(deadline=None)
@given(scarce(), st.booleans())
def test_nothing_is_planned_that_is_not_there(case: tuple[World, list[Demand]], by_rank: bool) -> None:  # noqa: FBT001
    world, asked = case
    made = together(world, asked, by_rank=by_rank)
    assert oversold(world, made, asked) == []
    assert all(accounted(made.of(one.key), one) for one in asked)
    packed = Counter(parcel.warehouse for one in made.decisions for parcel in one.parcels)
    assert all(packed[code] <= limit for code, limit in world.supply.parcels.items())


@settings(deadline=None)
@given(WORLDS, batches(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_means_nothing(world: World, asked: list[Demand], random: Random) -> None:
    shuffled, cells = list(asked), list(world.supply.available.items())
    random.shuffle(shuffled)
    random.shuffle(cells)
    again = together(World(world.network, Supply(dict(cells)), world.policy), shuffled)
    assert repr(again) == repr(together(world, asked))


@settings(deadline=None)
@given(WORLDS, batches())
def test_a_better_rank_is_served_as_if_the_lesser_were_not_there(world: World, asked: list[Demand]) -> None:
    first = min(one.rank for one in asked)
    best = [one for one in asked if one.rank == first]
    made, alone = together(world, asked, by_rank=True), together(world, best, by_rank=True)
    assert [made.of(one.key) for one in best] == [alone.of(one.key) for one in best]


_SCRIPT = """
from datetime import UTC, datetime
from omskit.allocation import *
from omskit.core import Cell, Destination
sites = tuple(Warehouse(f"W{n}") for n in range(4))
lanes = tuple(Lane({"DE"}, RateCard(0, 300 + 7 * n), 1, {f"W{n}"}) for n in range(4))
network = Network("EUR", sites, (Service("S", "C", lanes),))
asked = [
    Demand(k, 0, Destination("DE"), "EUR", tuple(DemandLine(n, f"K{(k * 3 + n * 5) % 7}", 1) for n in range(m)))
    for k, m in enumerate([1, 2, 3] * 10)
]
stock = Supply(
    {Cell(f"K{k}", f"W{(k + n) % 4}"): 1 + (k * n) % 4 for k in range(7) for n in range(3)},
    quotas={Carried("C", warehouse=f"W{n}"): 9 - n for n in range(3)} | {"C": 40},
    commitments=tuple(Commitment(Carried(service="S", warehouse=f"W{n}"), 3 * n, 10 * n) for n in range(1, 4)),
)
print(plan_batch(asked, stock, network, Policy(), at=datetime(2026, 3, 2, tzinfo=UTC)))
"""


def test_hash_seeds_change_nothing() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(said) == 1


@settings(deadline=None)
@given(WORLDS, batches(), st.sampled_from([0, 0, 50, 400]))
def test_looking_again_never_costs_more_than_the_plan_in_force(
    world: World, asked: list[Demand], change: int
) -> None:
    before = world.plan(*asked)
    in_force = {one.key: one.parcels for one in before.decisions}
    made = plan_batch(
        asked,
        world.supply,
        world.network,
        world.policy,
        at=AT,
        by_rank=False,
        previous=in_force,
        change_minor=change,
    )
    gone = len(moved(made, in_force))
    assert made.cost_minor + gone * change <= before.cost_minor
    # what lies in force is possible, and costs today what it cost
    assert [made.of(one.key).before_minor for one in before.decisions] == [
        one.cost_minor for one in before.decisions
    ]
    assert oversold(world, made, asked) == []


@settings(deadline=None)
@given(scarce())
def test_together_never_costs_more_than_one_by_one(case: tuple[World, list[Demand]]) -> None:
    world, asked = case
    one_by_one = plan(asked, world.supply, world.network, world.policy, at=AT)
    assert together(world, asked).cost_minor <= one_by_one.cost_minor


@settings(deadline=None, max_examples=60)
@given(WORLDS, batches(), st.sampled_from([0, 50]))
def test_who_has_just_looked_again_gains_nothing_more_than_the_gap(
    world: World, asked: list[Demand], change: int
) -> None:
    """The second look cannot save more than the first left open."""
    first = together(world, asked)
    in_force = {one.key: one.parcels for one in first.decisions}
    made = plan_batch(
        asked,
        world.supply,
        world.network,
        world.policy,
        at=AT,
        by_rank=False,
        previous=in_force,
        change_minor=change,
    )
    assert first.gap_minor is not None
    assert 0 <= first.cost_minor - made.cost_minor - change * len(moved(made, in_force)) <= first.gap_minor
