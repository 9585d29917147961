"""Laws of the planner, held against an oracle that tries every way to share units out over parcels."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_oracle import WORLDS, World, accounted, batches, demands, least_cost, oversold, parcel_cost

from omskit.allocation import Demand, DemandLine, Lane, Network, Policy, RateCard, Service, Supply, Warehouse
from omskit.core import Cell, Component, Destination


@settings(deadline=None)
@given(WORLDS, demands(units=3))
def test_no_plan_of_any_kind_costs_less(world: World, asked: Demand) -> None:
    (decision,) = world.plan(asked).decisions
    assert decision.exact
    assert decision.cost_minor == least_cost(world, asked)


@settings(max_examples=100, deadline=None)
@given(WORLDS, demands(units=3), st.integers(1, 12))
def test_beyond_the_work_limit_the_bound_is_honest(world: World, asked: Demand, budget: int) -> None:
    made = world.plan(asked, budget=budget)
    (decision,) = made.decisions
    assert decision.bound_minor <= least_cost(world, asked) <= decision.cost_minor
    assert oversold(world, made, [asked]) == []
    assert accounted(decision, asked)


@given(WORLDS, batches())
def test_nothing_is_planned_that_is_not_there(world: World, asked: list[Demand]) -> None:
    assert oversold(world, world.plan(*asked), asked) == []


@given(WORLDS, batches())
def test_every_unit_is_planned_or_left_exactly_once(world: World, asked: list[Demand]) -> None:
    made = world.plan(*asked)
    assert all(accounted(made.of(one.key), one) for one in asked)


@given(WORLDS, batches(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_means_nothing(world: World, asked: list[Demand], random: Random) -> None:
    shuffled, cells = list(asked), list(world.supply.available.items())
    random.shuffle(shuffled)
    random.shuffle(cells)
    again = World(world.network, Supply(dict(cells)), world.policy).plan(*shuffled)
    assert repr(again) == repr(world.plan(*asked))


@given(WORLDS, batches())
def test_the_cost_is_what_its_parts_add_up_to(world: World, asked: list[Demand]) -> None:
    pairs = {(warehouse.code, service.code): (warehouse, service) for warehouse, service in world.pairs}
    for one in asked:
        decision = world.plan(*asked).of(one.key)
        costs = [
            parcel_cost(world.policy, one, pairs[parcel.warehouse, parcel.service], parcel.units)
            for parcel in decision.parcels
        ]
        assert costs == [parcel.cost_minor for parcel in decision.parcels]
        splits = max(0, len(costs) - 1) * world.policy.split_minor
        left = sum(rest.quantity for rest in decision.unfilled) * world.policy.unfilled_minor
        assert decision.cost_minor == sum(parcel.cost_minor for parcel in decision.parcels) + splits + left


@given(WORLDS, batches())
def test_parcel_limits_whole_orders_and_groups_are_kept(world: World, asked: list[Demand]) -> None:
    made = world.plan(*asked)
    for one in asked:
        decision = made.of(one.key)
        assert len(decision.parcels) <= world.policy.max_parcels
        if one.ship_complete or not world.policy.partial:
            assert not decision.parcels or not decision.unfilled
        group = {line.number: line.quantity for line in one.lines if line.group}
        inside = [{n: count for n, count in parcel.units if n in group} for parcel in decision.parcels]
        assert all(found in ({}, group) for found in inside)


def test_a_planner_that_forgets_to_sum_a_sku_over_lines_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network("EUR", (Warehouse("W0"),), (Service("S", "C", (Lane({"DE"}, RateCard(0, 500)),)),))
    world = World(network, Supply({Cell("A", "W0"): 1, Cell("B", "W0"): 1}), Policy())
    lines = DemandLine(1, "SET", 1, (Component("A"), Component("B"))), DemandLine(2, "A", 1)
    asked = [Demand(1, 0, Destination("DE"), "EUR", lines)]
    assert oversold(world, world.plan(*asked), asked) == []
    monkeypatch.setattr("omskit.allocation.exact.fits", lambda *_: True)
    monkeypatch.setattr("omskit.allocation.tables.fits", lambda *_: True)
    assert oversold(world, world.plan(*asked), asked) == [Cell("A", "W0")]
