"""Order quantities, safety stock and policies: figures of textbooks, named by their case in the domain text."""

from __future__ import annotations

from math import sqrt

import pytest

from omskit.core import UsageError
from omskit.inventory.replenishment import (
    Break,
    Costs,
    LeadTime,
    NormalDemand,
    PoissonDemand,
    Promise,
    Rate,
    Service,
    all_units_discount,
    cycle_service,
    eoq,
    eoq_cost,
    eoq_with_backorders,
    fill_rate,
    incremental_discount,
    lead_time_demand,
    level_cost,
    newsvendor,
    observed_level,
    order_up_to,
    packed,
    planned_orders,
    production_lot,
    reorder_point,
    rq_best,
    rq_by_eoq,
    rq_by_eoqb,
    rq_by_inventory_level,
    rq_by_loss,
    rq_cost,
    rq_poisson,
    safety_stock,
    season_profit,
    shortage_per_cycle,
    ss_by_power,
    ss_poisson,
    standard_loss,
    surplus,
    undershoot,
    z_of,
    z_of_loss,
)

K, H, D = 8.0, 0.225, 1300.0
BREAKS = (Break(0, 0.75), Break(400, 0.72), Break(800, 0.68))


def near(*values: float) -> object:
    return pytest.approx(values, rel=1e-9)


def test_r1_the_economic_order_quantity() -> None:
    best = eoq(fixed=K, holding=H, rate=D)
    assert (best.quantity, best.cost) == near(304.0467800264, 68.4105255059)
    assert eoq_cost(304, fixed=K, holding=H, rate=D) == pytest.approx(68.4105263158, rel=1e-9)


def test_r1_twice_the_quantity_costs_a_quarter_more() -> None:
    best = eoq(fixed=K, holding=H, rate=D)
    assert eoq_cost(2 * best.quantity, fixed=K, holding=H, rate=D) == pytest.approx(1.25 * best.cost)


def test_r2_with_backorders() -> None:
    best, waiting = eoq_with_backorders(fixed=K, holding=H, rate=D, penalty=5)
    assert (best.quantity, waiting, best.cost) == near(310.8125551590, 0.0430622010, 66.9213635510)


def test_r3_a_discount_on_all_pieces() -> None:
    best = all_units_discount(fixed=K, holding_share=0.3, rate=D, breaks=BREAKS)
    assert (best.quantity, best.cost) == near(800, 978.60)


def test_r4_a_discount_on_the_pieces_beyond_each_break() -> None:
    best = incremental_discount(fixed=K, holding_share=0.3, rate=D, breaks=BREAKS)
    assert (best.quantity, best.cost) == pytest.approx((304.0468, 1043.4105), rel=1e-6)


def test_r5_goods_that_are_produced_at_a_rate() -> None:
    best = production_lot(fixed=K, holding=H, rate=D, production=1700)
    assert (best.quantity, best.cost) == near(626.8084945890, 33.1839791253)


def test_r6_orders_for_known_demands() -> None:
    assert planned_orders([90, 120, 80, 70], fixed=500, holding=2) == ([210, 0, 150, 0], 1380)


def test_r7_one_chance_to_buy() -> None:
    best = newsvendor(NormalDemand(50, 8), overage=0.18, underage=0.70)
    assert (best.level, best.cost) == near(56.6039559274, 1.9976051932)
    assert level_cost(NormalDemand(50, 8), 40, overage=0.18, underage=0.70) == pytest.approx(
        7.3561315529, rel=1e-9
    )


def test_r8_one_chance_to_buy_at_other_costs() -> None:
    best = newsvendor(NormalDemand(120, 10), overage=2, underage=18)
    assert (best.level, best.cost) == near(132.8155156554, 35.0996663865)


def test_r9_a_base_stock_level_over_a_lead_time_of_four() -> None:
    best = newsvendor(NormalDemand(250, 8 * sqrt(5)), overage=0.18, underage=0.70)
    assert (best.level, best.cost) == near(264.7668943742, 4.4667810041)


def test_r10_the_profit_of_a_season() -> None:
    normal, poisson = NormalDemand(50, 8), PoissonDemand(50)
    profits = [
        season_profit(
            demand, newsvendor(demand, overage=0.18, underage=0.70).level, price=1, cost=0.3, salvage=0.12
        )
        for demand in (normal, poisson)
    ]
    assert tuple(profits) == near(33.0023948068, 33.2027647882)


def test_r11_one_chance_to_buy_whole_pieces() -> None:
    small = newsvendor(PoissonDemand(6), overage=1, underage=4)
    large = newsvendor(PoissonDemand(50), overage=0.18, underage=0.70)
    assert (small.level, small.cost, large.level, large.cost) == near(8, 3.5701069458, 56, 1.7972352118)


def test_r12_the_standard_loss() -> None:
    found = tuple(standard_loss(z) for z in (0, 0.3, 1, 1.6448536270))
    assert found == pytest.approx((0.3989422804, 0.2667612421, 0.0833154706, 0.0208929590), abs=5e-11)


def test_r13_expected_shortages() -> None:
    found = (NormalDemand(15, 3).shortage(18), PoissonDemand(15).shortage(18))
    assert found == pytest.approx((0.2499464118, 0.5176095283), abs=5e-11)


R14 = NormalDemand(1300 / 12, 150 / sqrt(12))
R14_COSTS = Costs(8, 0.225, 7.5)


def test_r14_point_and_lot_by_the_approximations() -> None:
    eoqb, by_eoq = rq_by_eoqb(R14, D, R14_COSTS), rq_by_eoq(R14, D, R14_COSTS)
    level, loss = rq_by_inventory_level(R14, D, R14_COSTS), rq_by_loss(R14, D, R14_COSTS)
    found = [(round(one.point, 4), round(one.lot, 4)) for one in (eoqb, by_eoq, level, loss)]
    assert found == [(128.6378, 308.5738), (190.3370, 304.0468), (213.9704, 318.5902), (126.8671, 328.4491)]
    assert level.cost == pytest.approx(95.4511, abs=1e-4)


def test_r14_the_exact_cost_of_point_and_lot() -> None:
    assert rq_cost(R14, D, R14_COSTS, 126.8, 328.5) == pytest.approx(78.0711625, abs=1e-4)


def test_the_best_point_and_lot_cost_no_more_than_any_near_them() -> None:
    best = rq_best(R14, D, R14_COSTS)
    assert best.cost is not None
    for point in (-2, 0, 2):
        for lot in (-5, 0, 5):
            near_by = rq_cost(R14, D, R14_COSTS, best.point + point, best.lot + lot)
            assert best.cost <= near_by + 1e-9


def test_r15_point_and_lot_in_whole_pieces() -> None:
    best = rq_poisson(PoissonDemand(3), 1.5, Costs(100, 20, 150))
    assert (best.point, best.lot, best.cost) == near(3, 5, 107.9235806331)


def test_r16_order_up_to_in_whole_pieces() -> None:
    best = ss_poisson(PoissonDemand(6), Costs(5, 1, 4))
    assert (best.point, best.level, best.cost) == near(4, 10, 8.0341115615)


def test_r17_order_up_to_by_the_power_approximation() -> None:
    best = ss_by_power(NormalDemand(50, 8), Costs(2.5, 0.18, 0.70))
    assert (best.point, best.level) == near(40.1946169565, 74.2901701098)


def test_r18_safety_stock_and_reorder_point_by_cycle_service() -> None:
    rate, lead, service = Rate(30, 5), LeadTime(10), Service(0.95)
    assert safety_stock(lead_time_demand(rate, lead), service) == pytest.approx(26.0074194, abs=5e-8)
    assert reorder_point(rate, lead, service) == pytest.approx(326.0074194, abs=5e-8)


R19 = lead_time_demand(Rate(2500, 500), LeadTime(2))


def test_r19_what_a_reorder_point_promises() -> None:
    found = (cycle_service(R19, 6000), shortage_per_cycle(R19, 6000), fill_rate(R19, 6000, lot=10_000))
    assert found == near(0.9213503965, 25.1272708300, 0.9974872729)


def test_r20_safety_stock_by_cycle_service_and_by_fill_rate() -> None:
    assert safety_stock(R19, Service(0.90)) == pytest.approx(906.1938024, rel=1e-9)
    services = [Service(level, Promise.FILL) for level in (0.975, 0.98, 0.985, 0.99, 0.995)]
    found = [safety_stock(R19, service, lot=10_000) for service in services]
    assert found == pytest.approx([66.698, 182.974, 321.533, 499.252, 767.050], abs=5e-4)


def test_r21_lead_times_that_vary() -> None:
    demands = [lead_time_demand(Rate(2500, 500), LeadTime(7, sd)) for sd in (6, 5, 4, 3, 2, 1, 0)]
    found = [round(safety_stock(demand, Service(0.90)), 1) for demand in demands]
    assert found == [19297.9, 16108.9, 12927.2, 9760.0, 6628.2, 3624.8, 1695.3]


def test_r22_orders_every_four_weeks() -> None:
    rate, lead, service = Rate(2500, 500), LeadTime(2), Service(0.90)
    assert safety_stock(lead_time_demand(rate, lead, review=4), service) == pytest.approx(1569.5737073, rel=1e-9)
    assert order_up_to(rate, lead, service, review=4) == pytest.approx(16569.5737073, rel=1e-9)


def test_r23_pooling_four_dealers_halves_their_safety_stock() -> None:
    one = safety_stock(lead_time_demand(Rate(25, 5), LeadTime(4)), Service(0.90))
    pooled = safety_stock(lead_time_demand(Rate(100, 10), LeadTime(4)), Service(0.90))
    assert (one, 4 * one, pooled) == pytest.approx((12.8155, 51.2621, 25.6310), abs=6e-5)


def test_r31_the_undershoot_of_a_daily_look() -> None:
    assert undershoot(Rate(357.14, 188.98)) == pytest.approx(228.57, abs=0.01)
    assert undershoot(Rate(0, 0)) == 0


def test_r_e1_certain_demand_needs_no_safety_stock() -> None:
    assert reorder_point(Rate(3, 0), LeadTime(7), Service(0.99)) == 21
    assert safety_stock(NormalDemand(21, 0), Service(0.99, Promise.FILL), lot=5) == 0


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, float("nan")])
def test_r_e2_a_service_level_is_above_zero_and_below_one(level: float) -> None:
    with pytest.raises(UsageError, match="bad_probability"):
        Service(level)


def test_a_fill_rate_needs_a_lot() -> None:
    with pytest.raises(UsageError, match="bad_parameter"):
        safety_stock(R19, Service(0.9, Promise.FILL))
    with pytest.raises(UsageError, match="bad_parameter"):
        fill_rate(R19, 1, lot=0)


@pytest.mark.parametrize("z", [-3.0, -0.5, 0.0, 0.3, 2.0, 5.0])
def test_the_loss_is_undone_by_its_inverse(z: float) -> None:
    assert z_of_loss(standard_loss(z)) == pytest.approx(z, abs=1e-6)


def test_what_is_left_over_less_what_is_short_is_the_level_less_the_mean() -> None:
    assert surplus(PoissonDemand(6), 8) - PoissonDemand(6).shortage(8) == pytest.approx(2)


def test_certain_demand_is_short_by_exactly_what_lacks() -> None:
    certain = NormalDemand(10, 0)
    assert (certain.shortage(7), certain.cdf(9), certain.cdf(10), certain.second_loss(7)) == (3, 0, 1, 4.5)


def test_no_demand_is_never_short() -> None:
    nothing = PoissonDemand(0)
    assert (nothing.quantile(0.99), nothing.shortage(0), nothing.pmf(0), nothing.pmf(-1)) == (0, 0, 1, 0)


def test_a_level_from_observations_covers_the_ratio_of_them() -> None:
    assert observed_level([5, 1, 4, 2, 3], overage=2, underage=3) == 3
    with pytest.raises(UsageError, match="no_history"):
        observed_level([], overage=1, underage=1)


def test_r_e6_pieces_are_ordered_in_packs_and_at_least_the_minimum() -> None:
    assert [packed(51, pack=12, least=50), packed(3, pack=12, least=50), packed(0, pack=12, least=50)] == [
        60,
        60,
        0,
    ]


@pytest.mark.parametrize(
    "breaks", [(), (Break(1, 2),), (Break(0, 1), Break(5, 2)), (Break(0, 2), Break(0, 1)), (Break(0, 0),)]
)
def test_breaks_rise_in_pieces_and_fall_in_price(breaks: tuple[Break, ...]) -> None:
    with pytest.raises(UsageError, match="bad_breaks"):
        all_units_discount(fixed=1, holding_share=0.1, rate=1, breaks=breaks)


def test_costs_and_rates_are_above_zero() -> None:
    with pytest.raises(UsageError, match="bad_parameter"):
        eoq(fixed=0, holding=1, rate=1)
    with pytest.raises(UsageError, match="bad_parameter"):
        Costs(1, 0, 1)
    with pytest.raises(UsageError, match="bad_parameter"):
        newsvendor(NormalDemand(1, 1), overage=0, underage=1)
    with pytest.raises(UsageError, match="bad_parameter"):
        planned_orders([-1], fixed=1, holding=1)
    with pytest.raises(UsageError, match="bad_parameter"):
        packed(1, pack=0)
    with pytest.raises(UsageError, match="bad_parameter"):
        LeadTime(-1)
    with pytest.raises(UsageError, match="bad_spread"):
        NormalDemand(1, -1)
    with pytest.raises(UsageError, match="bad_rate"):
        PoissonDemand(-1)
    with pytest.raises(UsageError, match="bad_loss"):
        z_of_loss(0)
    with pytest.raises(UsageError, match="bad_probability"):
        z_of(1)
