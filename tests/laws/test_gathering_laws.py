"""Laws of gathering: where no plan gains by dividing an atom, the plan of whole atoms is as good as any."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from planning_oracle import AT, CELLS, WORLDS, World, demands, least_cost

from omskit.allocation import Demand, DemandLine, Supply, compile_network
from omskit.allocation.case import Setting, Solution
from omskit.allocation.exact import solve
from omskit.allocation.gathering import undivided
from omskit.allocation.remaining import Ledger
from omskit.allocation.rooms import rooms_of
from omskit.allocation.tables import Question

#: All of a SKU or nothing of it.
PLENTY = st.fixed_dictionaries({cell: st.sampled_from([9, 0]) for cell in CELLS}).map(Supply)


def _light(demand: Demand) -> Demand:
    """Return the demand without what rules gathering out: traits, weights, and SKUs that two lines share."""
    lines = tuple(DemandLine(line.number, "ABC"[n], line.quantity) for n, line in enumerate(demand.lines[:3]))
    return evolve(demand, lines=lines)


light_demands = demands().map(_light)


def _solved(world: World, demand: Demand) -> tuple[Solution, bool]:
    """Return the solution, and whether its question can be gathered."""
    compiled = compile_network(world.network)
    case = Setting(compiled, compiled.days(AT), world.policy).case(demand)
    ledger = Ledger(world.supply, compiled)
    ledger.know(case)
    rooms = rooms_of(case, ledger.stock, None, case.positions)
    shape = tuple(max((room.caps[n] for room in rooms), default=0) for n in range(len(case.shape)))
    whole = bool(rooms) and undivided(Question(case, ledger.stock, rooms, None), shape)
    return solve(case, ledger.stock, 500_000), whole


@given(WORLDS, PLENTY, light_demands)
@settings(max_examples=100, deadline=None)
def test_a_plan_of_whole_atoms_costs_what_the_best_of_all_plans_costs(
    world: World, supply: Supply, demand: Demand
) -> None:
    world = evolve(world, supply=supply)
    assert world.plan(demand).decisions[0].cost_minor == least_cost(world, demand)


@given(WORLDS, PLENTY, light_demands)
@settings(max_examples=100, deadline=None)
def test_gathering_changes_no_weight(world: World, supply: Supply, demand: Demand) -> None:
    world = evolve(world, supply=supply)
    gathered, whole = _solved(world, demand)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("omskit.allocation.exact.undivided", lambda *_: False)
        fine, _ = _solved(world, demand)
    assert gathered.weight == fine.weight
    if whole:
        for parcel in gathered.parcels:
            pairs = zip(parcel.counts, demand.lines, strict=True)
            assert all(count in {0, line.quantity} for count, line in pairs)


def test_the_law_is_about_plans_that_are_gathered() -> None:
    seen: list[bool] = []

    @given(WORLDS, PLENTY, light_demands)
    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    def look(world: World, supply: Supply, demand: Demand) -> None:
        seen.append(_solved(evolve(world, supply=supply), demand)[1])

    look()
    assert sum(seen) > len(seen) // 10


def test_a_mutant_that_gathers_where_weight_counts_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omskit.allocation.exact.undivided", lambda _, shape: max(shape) > 1)
    with pytest.raises(AssertionError):
        _heavy_law()


@given(WORLDS, demands())
@settings(max_examples=500, deadline=None, database=None, phases=[Phase.generate])
def _heavy_law(world: World, demand: Demand) -> None:
    assert world.plan(demand).decisions[0].cost_minor == least_cost(world, demand)
