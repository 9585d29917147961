"""Laws of quotas and commitments, held against an oracle that tries every combination of plans."""

from __future__ import annotations

from collections import Counter
from random import Random

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_oracle import (
    AT,
    WORLDS,
    World,
    accounted,
    batches,
    count_of,
    demands,
    handed,
    least_together,
    oversold,
)

from omskit.allocation import Carried, Commitment, Demand, Plan, Supply, plan_batch

PRICES = st.sampled_from([1, 30, 200, 700, 3000])


@st.composite
def carried(draw: st.DrawFn, world: World) -> Carried:
    courier, service, code, day = handed(*draw(st.sampled_from(world.pairs)))
    return Carried(
        draw(st.sampled_from([courier, courier, ""])),
        draw(st.sampled_from([service, ""])),
        draw(st.sampled_from([code, ""])),
        draw(st.sampled_from([None, None, day])),
        draw(st.sampled_from([None, None, AT.date()])),
    )


@st.composite
def contracted(draw: st.DrawFn) -> World:
    world = draw(WORLDS)
    quotas = draw(st.dictionaries(carried(world), st.integers(0, 3), max_size=3))
    commitments = draw(
        st.lists(st.builds(Commitment, carried(world), st.integers(0, 3), PRICES), max_size=2).map(tuple)
    )
    supply = evolve(world.supply, quotas=quotas, commitments=commitments)
    return World(world.network, supply, world.policy)


def together(world: World, *asked: Demand) -> Plan:
    return plan_batch(asked, world.supply, world.network, world.policy, at=AT, by_rank=False)


def promised(supply: Supply) -> int:
    """Return what all parcels of commitments would cost if they were missing."""
    return sum(one.at_least * one.short_minor for one in supply.commitments)


def kept(supply: Supply, made: Plan) -> bool:
    parcels = [parcel for one in made.decisions for parcel in one.parcels]
    sent = Counter((one.courier, one.service, one.warehouse, one.ship_on) for one in parcels)
    return all(count_of(which, sent) <= most for which, most in supply.quotas.items())


@settings(max_examples=60, deadline=None)
@given(contracted(), demands(units=3))
def test_no_plan_of_an_order_costs_less_missing_parcels_included(world: World, asked: Demand) -> None:
    made = world.plan(asked)
    assert made.decisions[0].exact
    assert made.cost_minor + promised(world.supply) == least_together(world, [asked])


@settings(max_examples=40, deadline=None)
@given(contracted(), st.lists(demands(units=2), min_size=2, max_size=3))
def test_a_batch_lies_between_its_bound_and_the_best(world: World, some: list[Demand]) -> None:
    asked = [evolve(one, key=key) for key, one in enumerate(some, 1)]
    made = together(world, *asked)
    best = least_together(world, asked) - promised(world.supply)
    assert made.bound_minor is not None
    assert made.bound_minor <= best <= made.cost_minor


@settings(deadline=None)
@given(contracted(), batches())
def test_quotas_hold_and_nothing_is_planned_twice(world: World, asked: list[Demand]) -> None:
    for made in (world.plan(*asked), together(world, *asked)):
        assert kept(world.supply, made)
        assert oversold(world, made, asked) == []
        assert all(accounted(made.of(one.key), one) for one in asked)


@settings(deadline=None)
@given(contracted(), batches())
def test_what_is_missing_is_what_was_promised_less_what_is_sent(world: World, asked: list[Demand]) -> None:
    for made in (world.plan(*asked), together(world, *asked)):
        parcels = [parcel for one in made.decisions for parcel in one.parcels]
        credits_ = sum(parcel.credit_minor for parcel in parcels)
        assert made.missing_minor == promised(world.supply) - credits_


@settings(deadline=None)
@given(contracted(), batches(), st.randoms(use_true_random=False))
def test_the_order_of_contracts_means_nothing(world: World, asked: list[Demand], random: Random) -> None:
    quotas, commitments = list(world.supply.quotas.items()), list(world.supply.commitments)
    random.shuffle(quotas)
    random.shuffle(commitments)
    shuffled = evolve(world.supply, quotas=dict(quotas), commitments=tuple(commitments))
    again = World(world.network, shuffled, world.policy)
    assert repr(again.plan(*asked)) == repr(world.plan(*asked))
    assert repr(together(again, *asked)) == repr(together(world, *asked))


@settings(deadline=None)
@given(WORLDS, batches(), st.data())
def test_wide_quotas_change_nothing(world: World, asked: list[Demand], data: st.DataObject) -> None:
    wide = {data.draw(carried(world)): 1000 for _ in range(2)}
    other = World(world.network, evolve(world.supply, quotas=wide), world.policy)
    assert repr(other.plan(*asked)) == repr(world.plan(*asked))
    assert repr(together(other, *asked)) == repr(together(world, *asked))


@settings(deadline=None)
@given(contracted(), demands(units=3))
def test_a_narrower_quota_never_makes_an_order_cheaper(world: World, asked: Demand) -> None:
    fewer = {which: max(0, most - 1) for which, most in world.supply.quotas.items()}
    narrow = World(world.network, evolve(world.supply, quotas=fewer), world.policy)
    assert narrow.plan(asked).cost_minor >= world.plan(asked).cost_minor
