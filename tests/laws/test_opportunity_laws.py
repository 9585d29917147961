"""Laws of opportunity costs: they move what is sent and never stop it, and their bound is below every plan."""

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_oracle import AT, WORLDS, World, accounted, batches, demands, least_cost, least_together, oversold

from omskit.allocation import Demand, Expected, OpportunityCost, opportunity_cost, plan
from omskit.core import Cell

PRICES = st.sampled_from([0, 1, 70, 300, 900, 20_000])
CODES = ("W0", "W1", "W2")
OPPORTUNITIES = st.builds(
    OpportunityCost,
    st.fixed_dictionaries({Cell(sku, code): PRICES for sku in "ABC" for code in CODES}),
    st.fixed_dictionaries(dict.fromkeys(CODES, PRICES)),
    st.fixed_dictionaries(dict.fromkeys(CODES, PRICES)),
    st.fixed_dictionaries({"courier": PRICES}),
)


@settings(deadline=None)
@given(WORLDS, demands(), OPPORTUNITIES)
def test_one_order_sends_as_much_as_without_prices(world: World, one: Demand, prices: OpportunityCost) -> None:
    asked = [one], world.supply, world.network, world.policy
    (plain,) = plan(*asked, at=AT).decisions
    made = plan(*asked, at=AT, opportunity=prices)
    (priced,) = made.decisions
    assert sum(left.quantity for left in priced.unfilled) == sum(left.quantity for left in plain.unfilled)
    assert priced.bound_minor <= least_cost(world, one) <= priced.cost_minor
    assert oversold(world, made, [one]) == []
    assert accounted(priced, one)


@settings(deadline=None)
@given(WORLDS, demands())
def test_prices_of_nothing_change_nothing(world: World, one: Demand) -> None:
    asked = [one], world.supply, world.network, world.policy
    assert plan(*asked, at=AT, opportunity=OpportunityCost()) == plan(*asked, at=AT)


@settings(deadline=None)
@given(WORLDS, batches())
def test_the_bound_of_what_is_expected_is_below_every_plan_of_it(world: World, asked: list[Demand]) -> None:
    expected = [Expected(one, 1) for one in asked]
    found = opportunity_cost(expected, world.supply, world.network, world.policy, at=AT)
    assert found.bound_minor <= least_together(world, asked)
    assert min([*found.pieces.values(), *found.parcels.values()], default=1) > 0


@settings(deadline=None, max_examples=40)
@given(WORLDS, demands(units=2), demands(units=2))
def test_a_kind_that_is_expected_twice_counts_twice(world: World, one: Demand, other: Demand) -> None:
    one, other, again = evolve(one, key=1), evolve(other, key=2), evolve(one, key=3)
    expected = [Expected(one, 2), Expected(other, 1)]
    found = opportunity_cost(expected, world.supply, world.network, world.policy, at=AT)
    assert found.bound_minor <= least_together(world, [one, other, again])
