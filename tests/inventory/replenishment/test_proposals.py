"""Proposals: positions, packs, minimum and cover, budgets, what confirms itself, moves and alerts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from omskit.core import Cell, UsageError
from omskit.inventory.replenishment import (
    Acceptance,
    Alert,
    AlertKind,
    Bounds,
    Item,
    Lane,
    LeadTime,
    Rate,
    Service,
    Site,
    Watched,
    age_band,
    calendar_lead,
    fair_shares,
    objections,
    out_of_stock_on,
    propose,
    rebalance,
    replay,
    sell_through,
    watch,
    within_budget,
)

TODAY = date(2026, 3, 2)
CELL = Cell("TEE", "A")
#: Certain demand of 2 a day over 10 days: 20, and 1 for the look once a day.
PLAIN = Item(CELL, Rate(2.0, 0.0, 90), LeadTime(10), unit_cost_minor=500)


def test_r_e5_the_position_counts_what_is_on_its_way_once() -> None:
    item = evolve(PLAIN, on_hand=10, reserved=4, on_order=5, in_transit=3, backordered=2)
    assert item.position == 12


def test_a_proposal_fills_up_to_the_level_and_says_why() -> None:
    found = propose(evolve(PLAIN, on_hand=8))
    assert (found.pieces, found.reason, found.point, found.level, found.safety) == (13, "below_point", 21, 21, 0)
    assert (found.risk_before, found.risk_after, found.cover_days, found.value_minor) == (1, 0, 10.5, 6500)


def test_a_position_above_the_point_orders_nothing() -> None:
    found = propose(evolve(PLAIN, on_hand=22))
    assert (found.pieces, found.reason) == (0, "enough")


def test_an_economic_lot_is_ordered_whole() -> None:
    assert propose(evolve(PLAIN, on_hand=20, lot=40)).pieces == 41


def test_orders_every_week_cover_the_week_too() -> None:
    found = propose(evolve(PLAIN, on_hand=0, review=7))
    assert (found.pieces, found.level) == (34, 34)


def test_r_e6_a_minimum_above_the_longest_cover_orders_nothing_and_says_so() -> None:
    item = evolve(PLAIN, on_hand=18, pack=12, least=50, max_cover=15)
    assert (propose(item).pieces, propose(item).reason) == (0, "least_exceeds_cover")


def test_r_e6_a_minimum_and_packs_are_kept() -> None:
    item = evolve(PLAIN, rate=Rate(5.0, 0.0), on_hand=2, pack=12, least=50)
    assert propose(item).pieces == 60


def test_an_order_is_cut_to_the_packs_that_fit_the_cover() -> None:
    found = propose(evolve(PLAIN, on_hand=4, pack=12, max_cover=10))
    assert (found.pieces, found.level) == (12, 20)


def test_r_e7_goods_are_not_bought_beyond_their_shelf_life() -> None:
    found = propose(evolve(PLAIN, lead=LeadTime(30), shelf_life=10))
    assert (found.level, found.pieces, found.notes) == (20, 20, ("capped",))


def test_r_e9_a_lead_time_by_contract_is_told() -> None:
    assert propose(evolve(PLAIN, lead=LeadTime(10, observed=False))).notes == ("contract_lead_time",)


def test_r_e2_a_promise_below_one_half_is_told_and_keeps_no_negative_safety_stock() -> None:
    found = propose(evolve(PLAIN, rate=Rate(2.0, 1.0), service=Service(0.3)))
    assert (found.safety, found.notes, found.point >= 20) == (0, ("low_service",), True)


def test_r_e10_what_is_discontinued_is_only_bought_for_promises() -> None:
    item = evolve(PLAIN, on_hand=3, backordered=5, discontinued=True)
    assert (propose(item).pieces, propose(item).reason) == (2, "discontinued")
    assert sell_through(evolve(PLAIN, on_hand=9, discontinued=True), on=TODAY) == date(2026, 3, 7)
    assert sell_through(evolve(PLAIN, rate=Rate(0.0, 0.0)), on=TODAY) is None


def test_what_nobody_wants_is_not_bought() -> None:
    assert propose(evolve(PLAIN, rate=Rate(0.0, 0.0))).reason == "no_demand"


def test_r_e8_a_lead_time_in_working_days_skips_what_is_closed() -> None:
    assert calendar_lead(date(2026, 3, 5), 3, lambda day: day.weekday() < 5) == 5
    with pytest.raises(UsageError, match="bad_parameter"):
        calendar_lead(TODAY, 1, lambda _: False)


def test_an_item_is_counted_from_zero_and_packed_from_one() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        evolve(PLAIN, on_order=-1)
    with pytest.raises(UsageError, match="bad_parameter"):
        evolve(PLAIN, pack=0)


def test_a_proposal_within_every_bound_confirms_itself() -> None:
    rule = Acceptance(value_minor=6500, pieces=13, change=Decimal("0.3"), open_days=frozenset({0}))
    assert objections(propose(evolve(PLAIN, on_hand=8)), rule, on=TODAY, last=10) == ()


def test_every_objection_to_confirming_itself_is_told() -> None:
    rule = Acceptance(6499, 12, Decimal("0.2"), frozenset({"TEE"}), frozenset({1}))
    found = objections(propose(evolve(PLAIN, on_hand=8)), rule, on=TODAY, last=10)
    assert found == ("value", "pieces", "change", "frozen", "closed")


def test_a_first_order_has_no_change_to_allow_and_none_is_no_order() -> None:
    rule = Acceptance(change=Decimal(9))
    assert objections(propose(PLAIN), rule, on=TODAY) == ("change",)
    assert objections(propose(evolve(PLAIN, on_hand=99)), Acceptance(), on=TODAY) == ("nothing",)


def test_a_budget_serves_the_most_urgent_first_and_cuts_to_packs() -> None:
    urgent = propose(evolve(PLAIN, on_hand=1, pack=4))
    later = propose(evolve(PLAIN, cell=Cell("CAP", "A"), on_hand=20, lot=12, pack=4))
    found = within_budget([later, urgent], 20 * 500 + 9 * 500)
    assert [(one.item.cell.sku, one.pieces, one.notes) for one in found] == [
        ("TEE", 20, ()),
        ("CAP", 8, ("budget",)),
    ]


def test_what_does_not_fit_a_budget_at_its_minimum_waits() -> None:
    found = within_budget([propose(evolve(PLAIN, least=30))], 29 * 500)
    assert [one.pieces for one in found] == [0]
    with pytest.raises(UsageError, match="bad_parameter"):
        within_budget([], -1)


LANE = {("A", "B"): Lane(1000, 10)}


def _sites(floor: int = 0) -> list[Site]:
    return [Site(CELL, 100, 2, floor, 300), Site(Cell("TEE", "B"), 10, 4, 0, 300)]


def test_equal_cover_of_the_domain_text_is_37_and_73_and_moves_63() -> None:
    assert fair_shares(_sites()) == [37, 73]
    ((move,),) = [journey.moves for journey in rebalance(_sites(), LANE, horizon_days=18)]
    assert (move.pieces, move.cover_before, move.cover_after) == (63, (50, 2.5), (18.5, 18.25))


def test_a_donor_keeps_its_floor() -> None:
    (journey,) = rebalance(_sites(50), LANE, horizon_days=18)
    assert journey.moves[0].pieces == 50


def test_a_journey_is_worth_what_sells_because_of_it_less_its_freight() -> None:
    (journey,) = rebalance(_sites(), LANE, horizon_days=18)
    assert (journey.gain_minor, journey.freight_minor, journey.is_worth_it) == (62 * 300, 1630, True)


def test_a_journey_that_costs_more_than_it_brings_is_shown_and_not_worth_it() -> None:
    (journey,) = rebalance(_sites(), {("A", "B"): Lane(99_999)}, horizon_days=18)
    assert not journey.is_worth_it


def test_covers_that_are_near_enough_are_left_alone() -> None:
    assert rebalance(_sites(), LANE, horizon_days=18, threshold_days=47.5) == ()


def test_without_a_lane_or_any_demand_nothing_moves() -> None:
    assert rebalance(_sites(), {}, horizon_days=18) == ()
    assert rebalance([Site(CELL, 5, 0), Site(Cell("TEE", "B"), 0, 0)], LANE, horizon_days=18) == ()


def test_shares_are_of_one_sku_and_counts_from_zero() -> None:
    with pytest.raises(UsageError, match="other_sku"):
        fair_shares([Site(CELL, 1, 1), Site(Cell("CAP", "A"), 1, 1)])
    with pytest.raises(UsageError, match="bad_quantity"):
        Site(CELL, -1, 1)


def test_r_e12_a_position_that_wavers_around_the_point_raises_one_alert() -> None:
    known: frozenset[tuple[AlertKind, Cell]] = frozenset()
    raised = 0
    for position in (11, 10, 11, 10):
        found = watch([Watched(CELL, position, position, point=10)], on=TODAY, bounds=Bounds(rearm=2), known=known)
        known, raised = found.open, raised + len(found.raised)
    assert raised == 1


def test_low_stock_is_cleared_above_the_point_by_the_margin() -> None:
    known = frozenset({(AlertKind.LOW, CELL)})
    cleared = [
        watch([Watched(CELL, n, n, point=10)], on=TODAY, bounds=Bounds(rearm=2), known=known).cleared
        for n in (12, 13)
    ]
    assert cleared == [(), ((AlertKind.LOW, CELL),)]


def test_stock_that_runs_out_soon_is_told_with_the_day() -> None:
    found = watch([Watched(CELL, 9, 9, per_day=2.0)], on=TODAY, bounds=Bounds())
    assert found.raised == (Alert(AlertKind.OUT_SOON, CELL, 9, date(2026, 3, 6)),)


@pytest.mark.parametrize(
    ("one", "alert"),
    [
        (Watched(CELL, 500, 500, 2.0), Alert(AlertKind.OVER, CELL, 140)),
        (
            Watched(CELL, 5, 5, last_sold=TODAY - timedelta(180)),
            Alert(AlertKind.DEAD, CELL, 5, TODAY - timedelta(180)),
        ),
        (
            Watched(CELL, 5, 5, last_sold=TODAY, oldest=TODAY - timedelta(270)),
            Alert(AlertKind.AGEING, CELL, 5, TODAY - timedelta(270)),
        ),
        (Watched(CELL, 5, 5, expiring=3), Alert(AlertKind.EXPIRING, CELL, 3)),
    ],
    ids=["over", "dead", "ageing", "expiring"],
)
def test_each_thing_to_look_at_is_told(one: Watched, alert: Alert) -> None:
    assert watch([one], on=TODAY, bounds=Bounds()).raised == (alert,)


def test_alerts_of_cells_that_were_not_looked_at_stay_open() -> None:
    known = frozenset({(AlertKind.LOW, Cell("CAP", "A"))})
    assert watch([Watched(CELL, 5, 5)], on=TODAY, bounds=Bounds(), known=known).open == known


def test_what_is_gone_is_out_today_if_anybody_wants_it() -> None:
    assert out_of_stock_on(Watched(CELL, 0, 0, 1.0), on=TODAY) == TODAY
    assert out_of_stock_on(Watched(CELL, 0, 0), on=TODAY) is None


def test_bounds_are_not_below_zero() -> None:
    with pytest.raises(UsageError, match="bad_parameter"):
        Bounds(rearm=-1)


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0-90"), (90, "0-90"), (91, "91-180"), (181, "181-270"), (365, "271-365"), (366, "365+")],
)
def test_age_comes_in_bands(days: int, band: str) -> None:
    assert age_band(TODAY - timedelta(days), on=TODAY) == band


def test_a_policy_is_replayed_by_hand() -> None:
    """3 on the shelf, 2 a day: 1 left, 1 short, 4 come and 1 is left, 1 short; one cycle has ended, broken."""
    found = replay([2, 2, 2, 2], point=2, lot=4, lead=1, start=3)
    assert (found.orders, found.short, found.fill_rate) == (2, 2, 0.75)
    assert (found.average_stock, found.cycle_service) == (0.5, 0.0)


def test_goods_arrive_after_exactly_their_lead_time() -> None:
    assert [replay([1] * 4, point=0, lot=9, lead=lead, start=1).short for lead in (0, 1, 2)] == [0, 1, 2]


def test_lost_sales_do_not_wait() -> None:
    assert replay([5, 5], point=0, lot=5, lead=0, start=1, backorders=False).short == 4
    assert replay([5, 5], point=0, lot=5, lead=0, start=1).short == 8


def test_a_policy_that_orders_nothing_cannot_be_replayed() -> None:
    with pytest.raises(UsageError, match="bad_parameter"):
        replay([1], point=0, lot=0, lead=0)
