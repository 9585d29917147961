"""Pieces kept for some demands: they use them, nobody else does, and what they leave stays kept."""

from __future__ import annotations

import pytest
from attrs import evolve
from three_sites import AT, POLICY, demand, line, network, supply

from omskit.allocation import Decision, Demand, Kept, OpportunityCost, Plan, Supply, plan, plan_batch
from omskit.core import Cell, UsageError

A0, A1, A2 = (Cell("A", code) for code in ("W0", "W1", "W2"))


def _with(free: Supply, *kept: Kept) -> Supply:
    return evolve(free, kept=kept)


def _sent(decision: Decision) -> dict[str, int]:
    return {one.warehouse: sum(units for _, units in one.units) for one in decision.parcels}


def _plan(how: str, supply: Supply, *demands: Demand) -> Plan:
    if how == "batch":
        return plan_batch(demands, supply, network(), POLICY, at=AT)
    if how == "priced":
        return plan(demands, supply, network(), POLICY, at=AT, opportunity=OpportunityCost())
    return plan(demands, supply, network(), POLICY, at=AT)


@pytest.fixture(params=["plan", "batch", "priced"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_better_rank_does_not_get_what_is_kept_for_a_lesser_one(how: str) -> None:
    mine = Kept(frozenset({2}), {A0: 2})
    first, second = demand(line(1, "A", 3), key=1, rank=0), demand(line(1, "A", 2), key=2, rank=9)
    found = _plan(how, _with(supply({"W1": "A1"}), mine), first, second)
    assert (_sent(found.of(1)), _sent(found.of(2))) == ({"W1": 1}, {"W0": 2})


def test_what_is_kept_and_what_is_free_leave_in_one_parcel(how: str) -> None:
    found = _plan(how, _with(supply({"W0": "A2"}), Kept(frozenset({1}), {A0: 3})), demand(line(1, "A", 5)))
    assert _sent(found.of(1)) == {"W0": 5}


def test_what_is_kept_is_used_before_what_is_free(how: str) -> None:
    own = Kept(frozenset({1}), {A0: 3})
    first, second = demand(line(1, "A", 4), key=1), demand(line(1, "A", 2), key=2, rank=1)
    found = _plan(how, _with(supply({"W0": "A3"}), own), first, second)
    assert (_sent(found.of(1)), _sent(found.of(2))) == ({"W0": 4}, {"W0": 2})


def test_what_a_demand_does_not_use_of_its_own_is_not_given_to_the_next(how: str) -> None:
    own = Kept(frozenset({1}), {A2: 5})
    first, second = demand(line(1, "A", 2), key=1), demand(line(1, "A", 2), key=2, rank=1)
    found = _plan(how, _with(supply({"W0": "A2"}), own), first, second)
    assert (_sent(found.of(1)), _sent(found.of(2))) == ({"W0": 2}, {})


def test_two_that_share_what_is_kept_use_it_once(how: str) -> None:
    own = Kept(frozenset({1, 2}), {A0: 3})
    first, second = demand(line(1, "A", 2), key=1), demand(line(1, "A", 2), key=2)
    found = _plan(how, _with(supply({}), own), first, second)
    assert (_sent(found.of(1)), _sent(found.of(2))) == ({"W0": 2}, {"W0": 1})


def test_all_that_is_kept_for_a_demand_counts_together(how: str) -> None:
    own = (Kept(frozenset({1}), {A0: 1}), Kept(frozenset({1, 2}), {A0: 2}))
    first, second = demand(line(1, "A", 2), key=1), demand(line(1, "A", 2), key=2, rank=1)
    found = _plan(how, _with(supply({}), *own), first, second)
    assert (_sent(found.of(1)), _sent(found.of(2))) == ({"W0": 2}, {"W0": 1})


def test_a_warehouse_that_the_network_does_not_know_keeps_nothing(how: str) -> None:
    found = _plan(how, _with(supply({}), Kept(frozenset({1}), {Cell("A", "MOON"): 2})), demand(line(1, "A", 2)))
    assert _sent(found.of(1)) == {}


def test_the_bound_counts_those_that_are_served_before_the_others() -> None:
    own = Kept(frozenset({1}), {A0: 1})
    demands = [demand(line(1, "A"), key=1), demand(line(1, "A"), key=2)]
    found = plan_batch(demands, _with(supply({"W0": "A1"}), own), network(), POLICY, at=AT)
    assert (found.cost_minor, found.bound_minor) == (2 * 610, 2 * 610)


def test_fewer_than_none_are_kept_for_nobody() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        Kept(frozenset({1}), {A0: -1})
