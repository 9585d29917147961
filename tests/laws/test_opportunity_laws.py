"""Laws of opportunity costs: they move what is sent and never stop it, and their bound is below every plan."""

from collections.abc import Sequence

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_oracle import (
    AT,
    WORLDS,
    World,
    accounted,
    batches,
    demands,
    least_cost,
    least_together,
    oversold,
    used,
)

from omskit.allocation import (
    Carried,
    Demand,
    Expected,
    OpportunityCost,
    Plan,
    opportunity_cost,
    plan,
    plan_batch,
)
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


def together(world: World, asked: Sequence[Demand], prices: OpportunityCost | None = None) -> Plan:
    return plan_batch(
        asked, world.supply, world.network, world.policy, at=AT, by_rank=False, opportunity=prices
    )


def left(made: Plan) -> dict[int, int]:
    return {one.key: sum(unfilled.quantity for unfilled in one.unfilled) for one in made.decisions}


def paid(made: Plan, asked: Sequence[Demand], prices: OpportunityCost) -> int:
    """Return what a plan costs with the prices of all it uses."""
    by_key, total = {one.key: one for one in asked}, made.cost_minor
    for decision in made.decisions:
        for parcel in decision.parcels:
            pieces = used(by_key[decision.key], parcel.units)
            total += sum(prices.pieces.get(Cell(sku, parcel.warehouse), 0) * n for sku, n in pieces.items())
            total += prices.parcels.get(parcel.warehouse, 0)
            total += prices.units.get(parcel.warehouse, 0) * sum(count for _, count in parcel.units)
            total += prices.couriers.get(Carried(parcel.courier), 0)
    return total


@settings(deadline=None, max_examples=60)
@given(WORLDS, batches(), OPPORTUNITIES)
def test_a_batch_sends_as_much_as_without_prices_and_pays_no_more_with_them(
    world: World, asked: list[Demand], prices: OpportunityCost
) -> None:
    plain, made = together(world, asked), together(world, asked, prices)
    assert left(made) == left(plain)
    assert paid(made, asked, prices) <= paid(plain, asked, prices)
    assert made.bound_minor is not None
    assert made.bound_minor <= made.cost_minor
    assert oversold(world, made, asked) == []
    assert all(accounted(made.of(one.key), one) for one in asked)


@settings(deadline=None, max_examples=60)
@given(WORLDS, demands(), OPPORTUNITIES)
def test_a_batch_of_one_is_the_order_alone(world: World, one: Demand, prices: OpportunityCost) -> None:
    alone = plan([one], world.supply, world.network, world.policy, at=AT, opportunity=prices)
    made = together(world, [one], prices)
    if not left(made)[one.key]:
        assert paid(made, [one], prices) == paid(alone, [one], prices)


@settings(deadline=None, max_examples=40)
@given(WORLDS, batches())
def test_a_batch_under_prices_of_nothing_is_as_it_was(world: World, asked: list[Demand]) -> None:
    assert together(world, asked, OpportunityCost()) == together(world, asked)
