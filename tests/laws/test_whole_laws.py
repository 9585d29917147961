"""Laws of whole atoms: where no plan gains by dividing one, the search for them finds what the other finds."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_oracle import AT, CELLS, WORLDS, World, demands, least_cost
from three_sites import demand as asking
from three_sites import line, plan_of

from omskit.allocation import Demand, DemandLine, Supply, compile_network
from omskit.allocation.case import Setting, Solution
from omskit.allocation.exact import solve
from omskit.allocation.remaining import Ledger
from omskit.allocation.whole import whole

#: All of a SKU or nothing of it.
PLENTY = st.fixed_dictionaries({cell: st.sampled_from([9, 0]) for cell in CELLS}).map(Supply)


def _light(demand: Demand) -> Demand:
    """Return the demand without traits, weights, and SKUs that two lines share."""
    lines = tuple(DemandLine(line.number, "ABC"[n], line.quantity) for n, line in enumerate(demand.lines[:3]))
    return evolve(demand, lines=lines)


light_demands = demands().map(_light)


def _solved(world: World, demand: Demand) -> tuple[Solution, Solution | None]:
    """Return the solution, and the one for whole atoms if there is one."""
    compiled = compile_network(world.network)
    case = Setting(compiled, compiled.days(AT), world.policy).case(demand)
    ledger = Ledger(world.supply, compiled)
    ledger.know(case)
    able = not case.special and not case.entangled
    found = whole(case, ledger.stock, 500_000, None, case.positions) if able else None
    return solve(case, ledger.stock, 500_000), found


@given(WORLDS, PLENTY, light_demands)
@settings(max_examples=100, deadline=None)
def test_a_plan_of_whole_atoms_costs_what_the_best_of_all_plans_costs(
    world: World, supply: Supply, demand: Demand
) -> None:
    world = evolve(world, supply=supply)
    assert world.plan(demand).decisions[0].cost_minor == least_cost(world, demand)


@given(WORLDS, PLENTY, light_demands)
@settings(max_examples=100, deadline=None)
def test_of_whole_atoms_every_parcel_has_all_units_or_none(world: World, supply: Supply, demand: Demand) -> None:
    _, found = _solved(evolve(world, supply=supply), demand)
    if found is not None:
        wanted = sorted(line.quantity for line in demand.lines)
        for parcel in found.parcels:
            assert all(count in {0, most} for count, most in zip(parcel.counts, wanted, strict=True))


@given(WORLDS, demands(units=5))
@settings(max_examples=300, deadline=None)
def test_both_searches_find_the_same_weight(world: World, demand: Demand) -> None:
    _, found = _solved(world, demand)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("omskit.allocation.exact.whole", lambda *_: None)
        fine, _ = _solved(world, demand)
    if found is not None:
        assert (found.weight, found.bound) == (fine.weight, fine.bound)


def test_the_law_is_about_demands_that_are_whole() -> None:
    seen: list[bool] = []

    @given(WORLDS, demands(units=5))
    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    def look(world: World, demand: Demand) -> None:
        seen.append(_solved(world, demand)[1] is not None)

    look()
    assert len(seen) // 10 < sum(seen) < len(seen)


def test_a_mutant_that_keeps_atoms_whole_where_weight_counts_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asking(line(1, "A", 2, 20_000), line(2, "B"))
    stock = {"W0": "A2 B1"}
    # two parcels of the 30 kg that a courier takes: 500 + 19 steps of 100 each, packing, picking, and a split
    assert plan_of(asked, stock=stock).cost_minor == 5_230
    monkeypatch.setattr("omskit.allocation.whole._all_light", lambda *_: True)
    assert plan_of(asked, stock=stock).cost_minor != 5_230
