"""Demands planned together: each case of the domain text with its cost, added up by hand on a small network.

Near (W0, W1) a parcel costs 500 up to 1 kg and 100 for every kilogram begun, far (W2) 800 and 200; packing costs
100 a parcel and 10 a unit; a split weighs 200, a late day 300, an unfilled unit 15,000. W2 arrives a day later.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omskit.allocation import (
    Decision,
    Demand,
    DemandLine,
    Lane,
    Network,
    Plan,
    PlannedParcel,
    Policy,
    RateCard,
    Reason,
    Rule,
    Service,
    Supply,
    Warehouse,
    moved,
    plan,
    plan_batch,
)
from omskit.core import Cell, Component, Destination, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEAR, FAR = RateCard(1000, 500, 1000, 100), RateCard(1000, 800, 1000, 200)
LANES = (Lane({"DE"}, NEAR, 1, {"W0", "W1"}), Lane({"DE"}, FAR, 2, {"W2"}))
NETWORK = Network(
    "EUR",
    tuple(Warehouse(code, parcel_minor=100, unit_minor=10) for code in ("W0", "W1", "W2")),
    (Service("std", "post", LANES, max_weight_g=30_000),),
)
POLICY = Policy(200, 300, 15_000)
TOMORROW: dict[str, Any] = {"arrive_by": AT + timedelta(days=1)}


def demand(key: int, *skus: str, grams: int = 0, **more: Any) -> Demand:
    lines = tuple(DemandLine(n, sku, 1, (Component(sku, 1, grams),)) for n, sku in enumerate(skus, 1))
    return Demand(key, more.pop("rank", 0), Destination("DE"), more.pop("currency", "EUR"), lines, **more)


def together(*demands: Demand, stock: Mapping[str, str], **more: Any) -> Plan:
    cells = {Cell(one[0], code): int(one[1:]) for code, text in stock.items() for one in text.split()}
    supply = Supply(cells, more.pop("parcels", {}), more.pop("units", {}), more.pop("quotas", {}))
    return plan_batch(demands, supply, more.pop("network", NETWORK), POLICY, at=AT, **more)


def sent(decision: Decision) -> list[str]:
    return [parcel.warehouse for parcel in decision.parcels]


def test_the_last_near_unit_goes_to_the_order_that_is_due() -> None:
    demands = demand(1, "A"), demand(2, "A", **TOMORROW)
    made = together(*demands, stock={"W0": "A1", "W2": "A1"})
    assert (made.cost_minor, sent(made.of(1)), sent(made.of(2))) == (1_520, ["W2"], ["W0"])
    stock = Supply({Cell("A", "W0"): 1, Cell("A", "W2"): 1})
    assert plan(demands, stock, NETWORK, POLICY, at=AT).cost_minor == 1_820


def test_a_flexible_order_gives_way_to_one_that_is_bound_to_one_parcel() -> None:
    # O2 needs A and B in one parcel; only W0 has both: 910 for O1 far, 720 for O2
    made = together(demand(1, "A"), demand(2, "A", "B", max_parcels=1), stock={"W0": "A1 B1", "W2": "A1"})
    assert (made.cost_minor, sent(made.of(1)), sent(made.of(2))) == (1_530, ["W2"], ["W0"])


def test_the_last_parcel_of_a_warehouse_goes_to_the_order_that_is_due() -> None:
    made = together(
        demand(1, "A"), demand(2, "A", **TOMORROW), stock={"W0": "A2", "W2": "A2"}, parcels={"W0": 1}
    )
    assert (made.cost_minor, sent(made.of(1)), sent(made.of(2))) == (1_520, ["W2"], ["W0"])


def test_a_warehouse_without_capacity_sends_nothing() -> None:
    made = together(demand(1, "A"), stock={"W0": "A1", "W2": "A1"}, parcels={"W0": 0})
    assert (made.cost_minor, sent(made.of(1))) == (910, ["W2"])


@pytest.mark.parametrize("capacity", [{"parcels": {"W0": 1}}, {"units": {"W0": 1}}])
def test_two_parcels_need_capacity_for_two(capacity: dict[str, dict[str, int]]) -> None:
    made = together(demand(1, "A", "B", grams=20_000), stock={"W0": "A1 B1", "W2": "A1 B1"}, **capacity)
    # 500 + 19 steps of 100 + 110 near, 800 + 19 steps of 200 + 110 far, and a split
    assert (made.cost_minor, sent(made.of(1))) == (7_420, ["W0", "W2"])


def test_of_two_orders_the_first_gets_the_only_unit() -> None:
    made = together(demand(1, "A"), demand(2, "A"), stock={"W0": "A1"})
    assert (made.cost_minor, sent(made.of(1)), sent(made.of(2))) == (15_610, ["W0"], [])
    assert made.of(2).unfilled[0].reason is Reason.NO_STOCK


def test_a_full_network_says_so() -> None:
    made = together(demand(1, "A"), stock={"W0": "A1"}, parcels={"W0": 0})
    assert made.of(1).unfilled[0].reason is Reason.CAPACITY_FULL



def test_a_graded_order_never_loses_stock_to_a_lesser_one() -> None:
    # both near units would save more with the lesser order, which cannot be split
    demands = demand(1, "A", rank=0), demand(2, "A", "B", rank=9, max_parcels=1)
    made = together(*demands, stock={"W0": "A1 B1"})
    assert (sent(made.of(1)), [one.line for one in made.of(2).unfilled]) == (["W0"], [1])


def test_a_policy_may_look_at_the_sum_alone() -> None:
    # the better order could wait far for 300 more; due tomorrow the lesser one loses 300 more than that
    demands = demand(1, "A", rank=0), demand(2, "A", rank=9, **TOMORROW)
    stock = {"W0": "A1", "W2": "A1"}
    assert sent(together(*demands, stock=stock).of(1)) == ["W0"]
    assert sent(together(*demands, stock=stock, by_rank=False).of(1)) == ["W2"]


def test_a_batch_of_one_is_the_best_plan_of_it() -> None:
    made = together(demand(1, "A"), stock={"W0": "A1"})
    assert (made.cost_minor, made.bound_minor, made.gap_minor) == (610, 610, 0)


def test_a_decision_that_gave_way_says_what_it_would_cost_alone() -> None:
    made = together(demand(1, "A"), demand(2, "A", **TOMORROW), stock={"W0": "A1", "W2": "A1"})
    assert (made.of(1).rule, made.of(1).cost_minor, made.of(1).bound_minor) == (Rule.TOGETHER, 910, 610)


def test_orders_of_another_currency_are_refused_one_by_one() -> None:
    made = together(demand(1, "A", currency="USD"), demand(2, "A"), stock={"W0": "A1"})
    assert [one.reason for one in made.of(1).unfilled] == [Reason.OTHER_CURRENCY]
    assert sent(made.of(2)) == ["W0"]


def test_nothing_asked_costs_nothing() -> None:
    assert (together(stock={}).cost_minor, together(stock={}).bound_minor) == (0, 0)


def test_two_demands_of_one_key_are_refused() -> None:
    with pytest.raises(UsageError) as error:
        together(demand(1, "A"), demand(1, "B"), stock={})
    assert error.value.code == "duplicate_demand"


TWO = Network(
    "EUR",
    (Warehouse("W0"),),
    (
        Service("cheap", "A", (Lane({"DE"}, RateCard(0, 300)),)),
        Service("dear", "B", (Lane({"DE"}, RateCard(0, 450)),)),
    ),
)


def test_a_quota_of_a_courier_is_kept_and_the_next_courier_carries_the_rest() -> None:
    demands = [demand(key, "A") for key in (1, 2, 3)]
    made = together(*demands, stock={"W0": "A3"}, network=TWO, quotas={"A": 2})
    assert [one.parcels[0].courier for one in made.decisions] == ["A", "A", "B"]
    assert (made.cost_minor, made.bound_minor) == (1_050, 1_050)
    supply = Supply({Cell("A", "W0"): 3}, quotas={"A": 2})
    in_turn = plan(demands, supply, TWO, POLICY, at=AT)
    assert [one.parcels[0].courier for one in in_turn.decisions] == ["A", "A", "B"]


def parcels(made: Plan) -> dict[int, tuple[PlannedParcel, ...]]:
    return {one.key: one.parcels for one in made.decisions}


URGENT = demand(1, "A"), demand(2, "A", **TOMORROW)
LAST = {"W0": "A1", "W2": "A1"}


def in_turn() -> Plan:
    cells = {Cell("A", "W0"): 1, Cell("A", "W2"): 1}
    return plan(URGENT, Supply(cells), NETWORK, POLICY, at=AT)


def test_orders_move_where_that_saves_more_than_the_change_is_worth() -> None:
    before = in_turn()
    made = together(*URGENT, stock=LAST, previous=parcels(before), change_minor=149)
    assert (before.cost_minor, made.cost_minor, moved(made, parcels(before))) == (1_820, 1_520, (1, 2))


def test_orders_stay_where_moving_saves_no_more_than_the_change_is_worth() -> None:
    before = in_turn()
    made = together(*URGENT, stock=LAST, previous=parcels(before), change_minor=150)
    assert (made.cost_minor, moved(made, parcels(before))) == (1_820, ())


def test_a_plan_in_force_that_is_no_longer_possible_is_replaced() -> None:
    before = in_turn()
    made = together(*URGENT, stock={"W2": "A2"}, previous=parcels(before), change_minor=1_000)
    assert [sent(one) for one in made.decisions] == [["W2"], ["W2"]]
