"""Where orders are sent from, at which cost: each case is added up by hand on a small network.

Near (W0, W1) a parcel costs 500 up to 1 kg and 100 for every kilogram begun, far (W2) 800 and 200; packing costs
100 a parcel and 10 a unit; a split weighs 200, a late day 300, an unfilled unit 15,000.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from three_sites import AT, FAR, LANES, NEAR, demand, line, network, plan_of, service, warehouse

from omskit.allocation import (
    Decision,
    DemandLine,
    Lane,
    Policy,
    RateCard,
    Rule,
    Service,
    Warehouse,
    compile_network,
)
from omskit.core import Component, UsageError


def decide(*lines: DemandLine, asked: Mapping[str, Any] | None = None, **more: Any) -> Decision:
    """Plan one demand and return its decision."""
    return plan_of(demand(*lines, **(asked or {})), **more).decisions[0]


def sent(decision: Decision) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
    return [(parcel.warehouse, parcel.units) for parcel in decision.parcels]


def left(decision: Decision) -> list[tuple[int, int, str]]:
    return [(one.line, one.quantity, one.reason.value) for one in decision.unfilled]


def test_of_two_equal_warehouses_the_lower_code_sends() -> None:
    found = decide(line(1, "A", 1, 500), stock={"W1": "A1", "W0": "A1"})
    assert (found.cost_minor, sent(found)) == (610, [("W0", ((1, 1),))])


def test_of_two_equal_warehouses_the_better_priority_sends() -> None:
    sites = network(warehouse("W0", priority=2), warehouse("W1", priority=1))
    assert sent(decide(line(1, "A"), stock={"W0": "A1", "W1": "A1"}, network=sites)) == [("W1", ((1, 1),))]


def test_nothing_in_stock_sends_nothing_and_says_so() -> None:
    found = decide(line(1, "A", 2), stock={})
    assert (found.cost_minor, sent(found), left(found)) == (30_000, [], [(1, 2, "no_stock")])
    assert found.rule is Rule.NOTHING


def test_a_part_goes_when_it_may() -> None:
    found = decide(line(1, "A", 3), stock={"W0": "A1"})
    assert (found.cost_minor, sent(found), left(found)) == (30_610, [("W0", ((1, 1),))], [(1, 2, "no_stock")])


def test_a_whole_order_waits_for_its_last_unit() -> None:
    found = decide(line(1, "A", 3), stock={"W0": "A1"}, asked={"ship_complete": True})
    assert (found.cost_minor, sent(found), left(found)) == (45_000, [], [(1, 3, "no_stock")])


def test_a_line_that_is_there_waits_with_its_whole_order() -> None:
    found = decide(line(1, "A"), line(2, "B"), stock={"W0": "A1"}, asked={"ship_complete": True})
    assert left(found) == [(1, 1, "ship_complete"), (2, 1, "no_stock")]


def test_a_policy_without_parts_treats_every_order_as_whole() -> None:
    whole = Policy(200, 300, 15_000, partial=False)
    assert sent(decide(line(1, "A", 3), stock={"W0": "A1"}, policy=whole)) == []
    assert sent(decide(line(1, "A", 1), stock={"W0": "A1"}, policy=whole)) == [("W0", ((1, 1),))]


def test_safety_stock_is_never_planned() -> None:
    found = decide(line(1, "A"), stock={"W0": "A3", "W2": "A1"}, network=network(warehouse("W0", safety=3)))
    assert (found.cost_minor, sent(found)) == (910, [("W2", ((1, 1),))])


def test_a_line_is_split_over_two_warehouses() -> None:
    found = decide(line(1, "A", 3), stock={"W0": "A2", "W1": "A1"})
    assert (found.cost_minor, sent(found)) == (1_430, [("W0", ((1, 2),)), ("W1", ((1, 1),))])


def test_one_far_parcel_beats_two_near_ones() -> None:
    found = decide(line(1, "A"), line(2, "B"), stock={"W0": "A1", "W1": "B1", "W2": "A1 B1"})
    assert (found.cost_minor, sent(found)) == (920, [("W2", ((1, 1), (2, 1)))])


def test_two_near_parcels_beat_one_far_when_it_is_dear_enough() -> None:
    far = service(lanes=(LANES[0], Lane({"DE"}, RateCard(1000, 1_400), 1, {"W2"})))
    stock = {"W0": "A1", "W1": "B1", "W2": "A1 B1"}
    found = decide(line(1, "A"), line(2, "B"), stock=stock, network=network(services=(far,)))
    assert (found.cost_minor, sent(found)) == (1_420, [("W0", ((1, 1),)), ("W1", ((2, 1),))])


def test_one_sku_on_two_lines_is_summed_before_it_is_promised() -> None:
    found = decide(line(1, "A"), line(2, "A"), stock={"W0": "A1", "W2": "A1"})
    assert found.cost_minor == 1_720
    assert sorted(warehouse for warehouse, _ in sent(found)) == ["W0", "W2"]


def test_a_bundle_is_never_taken_apart() -> None:
    pair = (Component("A"), Component("B"))
    apart = decide(line(1, "SET", 2, components=pair), stock={"W0": "A2", "W1": "B2"})
    assert (apart.cost_minor, sent(apart), left(apart)) == (30_000, [], [(1, 2, "no_stock")])
    together = decide(line(1, "SET", components=pair), stock={"W0": "A1", "W1": "B1", "W2": "A1 B1"})
    assert (together.cost_minor, sent(together)) == (910, [("W2", ((1, 1),))])


def test_bundles_go_in_whole_multiples_of_their_pieces() -> None:
    found = decide(line(1, "BOX", 2, components=(Component("A", 6),)), stock={"W0": "A11"})
    assert (sent(found), left(found)) == ([("W0", ((1, 1),))], [(1, 1, "no_stock")])


def test_a_bundle_and_its_single_share_their_stock() -> None:
    found = decide(line(1, "SET", components=(Component("A", 2),)), line(2, "A"), stock={"W0": "A2"})
    assert (found.cost_minor, len(found.parcels), len(found.unfilled)) == (15_610, 1, 1)


def test_what_is_too_heavy_for_one_parcel_goes_in_two() -> None:
    found = decide(line(1, "A", 2, 20_000), stock={"W0": "A2"})
    assert (found.cost_minor, sent(found)) == (5_220, [("W0", ((1, 1),))] * 2)


def test_a_courier_that_takes_less_than_the_first_price_holds_carries_what_it_takes() -> None:
    light = Service("light", "post", (Lane({"DE"}, RateCard(1000, 500, 250, 100)),), max_weight_g=500)
    lines = line(1, "A", 1, 200), line(2, "B", 1, 200)
    found = decide(*lines, stock={"W0": "A1", "W1": "B1"}, network=network(services=(light,)))
    assert (found.cost_minor, sent(found)) == (1_420, [("W0", ((1, 1),)), ("W1", ((2, 1),))])


def test_two_parcels_of_one_warehouse_do_not_each_see_its_stock() -> None:
    found = decide(line(1, "A", 2, 20_000), stock={"W0": "A1", "W2": "A1"})
    assert (found.cost_minor, [warehouse for warehouse, _ in sent(found)]) == (7_420, ["W0", "W2"])


def test_no_order_has_more_parcels_than_it_may() -> None:
    one = Policy(200, 300, 15_000, max_parcels=1)
    found = decide(line(1, "A", 2, 20_000), stock={"W0": "A2"}, policy=one)
    assert (found.cost_minor, left(found)) == (17_510, [(1, 1, "parcel_limit")])
    whole = decide(line(1, "A", 2, 20_000), stock={"W0": "A2"}, policy=one, asked={"ship_complete": True})
    assert (whole.cost_minor, left(whole)) == (30_000, [(1, 2, "ship_complete")])


def test_two_parcels_may_leave_a_third_line_out() -> None:
    stock = {"W0": "A1", "W1": "B1", "W2": "C1"}
    found = decide(line(1, "A"), line(2, "B"), line(3, "C"), stock=stock, policy=Policy(200, 300, 15_000, 2))
    assert (found.cost_minor, left(found)) == (16_420, [(3, 1, "parcel_limit")])
    assert [warehouse for warehouse, _ in sent(found)] == ["W0", "W1"]


def test_every_step_of_weight_that_is_begun_counts() -> None:
    assert decide(line(1, "A", 1, 1_000), stock={"W0": "A1"}).cost_minor == 610
    assert decide(line(1, "A", 1, 1_001), stock={"W0": "A1"}).cost_minor == 710


def test_bulk_counts_as_weight_where_the_service_says_so() -> None:
    tight, wide = service("tight", divisor=6_000), service("wide", divisor=8_000)
    found = decide(line(1, "A", 1, 500, cm3=13_000), stock={"W0": "A1"}, network=network(services=(tight, wide)))
    assert (found.cost_minor, found.parcels[0].service, found.parcels[0].freight_minor) == (710, "wide", 600)


def test_plain_goods_leave_dangerous_ones_when_that_is_cheaper() -> None:
    haz = service("haz", carries={"hazmat"}, lanes=(Lane({"DE"}, RateCard(1_000, 900, 1_000, 2_000), 1),))
    sites = network(warehouse("W0", handles={"hazmat"}), services=(service(), haz))
    lines = line(1, "A", 1, 100, traits=("hazmat",)), line(2, "B", 1, 4_000)
    found = decide(*lines, stock={"W0": "A1 B1"}, network=sites)
    # together 900 + 4 steps of 2,000 + 100 + 20; apart 1,010 and 500 + 3 steps of 100 + 100 + 10, and the split
    assert (found.cost_minor, [one.service for one in found.parcels]) == (2_120, ["haz", "std"])


def test_of_equal_costs_the_one_that_leaves_less_wins() -> None:
    found = decide(line(1, "A"), stock={"W0": "A1"}, policy=Policy(unfilled_minor=610))
    assert (found.cost_minor, sent(found)) == (610, [("W0", ((1, 1),))])


def test_of_equal_costs_fewer_parcels_win() -> None:
    far = service(lanes=(LANES[0], Lane({"DE"}, RateCard(1_000, 1_100), 1, {"W2"})))
    stock = {"W0": "A1", "W1": "B1", "W2": "A1 B1"}
    free = Policy(split_minor=0, unfilled_minor=15_000)
    found = decide(line(1, "A"), line(2, "B"), stock=stock, network=network(services=(far,)), policy=free)
    assert (found.cost_minor, sent(found)) == (1_220, [("W2", ((1, 1), (2, 1)))])


def test_the_weight_of_a_split_decides_between_one_parcel_and_two() -> None:
    stock = {"W0": "A1", "W1": "B1", "W2": "A1 B1"}
    lines = line(1, "A", 1, 5_000), line(2, "B", 1, 5_000)
    # apart 500 + 400 + 110 each; together 800 + 9 steps of 200 + 120
    assert decide(*lines, stock=stock, policy=Policy(700, 300, 15_000)).cost_minor == 2_720
    assert len(decide(*lines, stock=stock, policy=Policy(699, 300, 15_000)).parcels) == 2
    assert len(decide(*lines, stock=stock, policy=Policy(700, 300, 15_000)).parcels) == 1


def test_late_days_are_weighed_against_freight() -> None:
    slow, fast = service("slow", lanes=(Lane({"DE"}, NEAR, 3),)), service("fast", lanes=(Lane({"DE"}, FAR, 1),))
    sites = network(services=(slow, fast))
    due = {"arrive_by": AT + timedelta(days=1)}
    found = decide(line(1, "A"), stock={"W0": "A1"}, network=sites, asked=due)
    assert (found.cost_minor, found.parcels[0].service) == (910, "fast")
    calm = decide(line(1, "A"), stock={"W0": "A1"}, network=sites, asked=due, policy=Policy(200, 149, 15_000))
    assert (calm.cost_minor, calm.parcels[0].service) == (908, "slow")


@pytest.mark.parametrize(
    ("placed", "cost", "chosen"),
    [((14, 0), 610, "W0"), ((14, 1), 610, "W1"), ((16, 1), 910, "W0")],
)
def test_a_cut_off_that_has_passed_costs_a_day(placed: tuple[int, int], cost: int, chosen: str) -> None:
    sites = network(warehouse("W0", cut_off=time(14)), warehouse("W1", cut_off=time(16)))
    at = datetime(2026, 3, 2, *placed, tzinfo=UTC)
    due = {"arrive_by": datetime(2026, 3, 3, 20, tzinfo=UTC)}
    found = decide(line(1, "A"), stock={"W0": "A1", "W1": "A1"}, network=sites, at=at, asked=due)
    assert (found.cost_minor, found.parcels[0].warehouse) == (cost, chosen)


def test_a_late_hand_over_counts_like_a_late_arrival() -> None:
    site = network(warehouse("W0", processing_days=2))
    found = decide(line(1, "A"), stock={"W0": "A1"}, network=site, asked={"ship_by": AT + timedelta(days=1)})
    assert (found.cost_minor, found.parcels[0].ship_on.isoformat()) == (910, "2026-03-04")


def test_the_better_rank_is_served_first_and_the_key_breaks_ties() -> None:
    demands = [demand(line(1, "A"), key=key, rank=rank) for key, rank in [(1, 5), (2, 3), (3, 5)]]
    made = plan_of(*demands, stock={"W0": "A2"})
    assert [(one.key, len(one.parcels)) for one in made.decisions] == [(2, 1), (1, 1), (3, 0)]
    assert made.of(3).unfilled[0].reason.value == "no_stock"
    assert made.cost_minor == 610 + 610 + 15_000


def test_a_plan_knows_only_what_it_was_asked() -> None:
    with pytest.raises(UsageError) as error:
        plan_of(demand(line(1, "A")), stock={}).of(2)
    assert error.value.code == "unknown_demand"


def test_two_demands_of_one_key_are_refused() -> None:
    with pytest.raises(UsageError) as error:
        plan_of(demand(line(1, "A")), demand(line(1, "B")), stock={})
    assert error.value.code == "duplicate_demand"


def test_now_has_a_time_zone() -> None:
    with pytest.raises(UsageError) as error:
        plan_of(stock={}, at=datetime(2026, 3, 2))  # noqa: DTZ001 - the point
    assert error.value.code == "naive_datetime"


def test_a_compiled_network_plans_the_same_batch_after_batch() -> None:
    compiled = compile_network(network())
    first = decide(line(1, "A"), stock={"W0": "A1"}, network=compiled)
    again = decide(line(1, "A"), stock={"W0": "A1"}, network=compiled, at=AT + timedelta(days=1))
    assert first.parcels[0].ship_on + timedelta(days=1) == again.parcels[0].ship_on
    assert first == decide(line(1, "A"), stock={"W0": "A1"}, network=compiled)


def test_beyond_the_work_limit_the_best_found_comes_with_a_bound() -> None:
    lines = [line(number, sku, 3) for number, sku in enumerate("ABCDE", 1)]
    stock = {"W0": "A3 B2 C1", "W1": "B1 C2 D3", "W2": "E3 D3"}
    found = decide(*lines, stock=stock, budget=10)
    best = decide(*lines, stock=stock)
    assert (found.rule, found.exact) == (Rule.BEST_FOUND, False)
    assert found.bound_minor <= best.cost_minor <= found.cost_minor
    assert found.gap_minor == found.cost_minor - found.bound_minor
    assert best.exact


def test_the_work_limit_does_not_touch_what_one_warehouse_can_send() -> None:
    found = decide(line(1, "A", 1_000), stock={"W0": "A1000"}, budget=1)
    assert (found.cost_minor, found.rule) == (10_600, Rule.ONE_PARCEL)


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        plan_of(stock={}, budget=0)
    assert error.value.code == "bad_budget"


def test_a_warehouse_without_costs_sends_for_the_freight_alone() -> None:
    found = decide(line(1, "A"), stock={"W0": "A1"}, network=network(Warehouse("W0")))
    assert (found.cost_minor, found.parcels[0].freight_minor) == (500, 500)
