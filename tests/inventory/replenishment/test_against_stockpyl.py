"""The formulas against ``stockpyl``, drawn at random.

It is installed by hand, without its dependencies: it pins documentation tools that are years old.
"""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest

from omskit.inventory.replenishment import (
    Costs,
    NormalDemand,
    PoissonDemand,
    eoq,
    eoq_with_backorders,
    newsvendor,
    planned_orders,
    production_lot,
    rq_best,
    rq_by_eoqb,
    rq_poisson,
    ss_by_power,
    ss_poisson,
    standard_loss,
)

pytestmark = pytest.mark.filterwarnings("ignore")

stockpyl_eoq = pytest.importorskip("stockpyl.eoq", exc_type=ImportError)
stockpyl_newsvendor = pytest.importorskip("stockpyl.newsvendor", exc_type=ImportError)
stockpyl_loss = pytest.importorskip("stockpyl.loss_functions", exc_type=ImportError)
stockpyl_rq = pytest.importorskip("stockpyl.rq", exc_type=ImportError)
stockpyl_ss = pytest.importorskip("stockpyl.ss", exc_type=ImportError)
stockpyl_ww = pytest.importorskip("stockpyl.wagner_whitin", exc_type=ImportError)

SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_quantities_agree(seed: int) -> None:
    draw = Random(seed)
    fixed, holding, rate = draw.uniform(1, 100), draw.uniform(0.1, 5), draw.uniform(10, 5000)
    penalty = draw.uniform(1, 50)
    assert eoq(fixed=fixed, holding=holding, rate=rate).quantity == pytest.approx(
        stockpyl_eoq.economic_order_quantity(fixed, holding, rate)[0]
    )
    size, waiting = eoq_with_backorders(fixed=fixed, holding=holding, rate=rate, penalty=penalty)
    expected = stockpyl_eoq.economic_order_quantity_with_backorders(fixed, holding, penalty, rate)
    assert (size.quantity, waiting, size.cost) == pytest.approx(expected)
    lot = production_lot(fixed=fixed, holding=holding, rate=rate, production=rate * 1.5)
    assert (lot.quantity, lot.cost) == pytest.approx(
        stockpyl_eoq.economic_production_quantity(fixed, holding, rate, rate * 1.5)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_one_chance_to_buy_agrees(seed: int) -> None:
    draw = Random(seed)
    overage, underage, mean = draw.uniform(0.1, 2), draw.uniform(0.1, 9), draw.uniform(2, 60)
    normal = newsvendor(NormalDemand(mean, mean / 5), overage=overage, underage=underage)
    assert (normal.level, normal.cost) == pytest.approx(
        stockpyl_newsvendor.newsvendor_normal(overage, underage, mean, mean / 5)
    )
    poisson = newsvendor(PoissonDemand(mean), overage=overage, underage=underage)
    assert (poisson.level, poisson.cost) == pytest.approx(
        stockpyl_newsvendor.newsvendor_poisson(overage, underage, mean)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_agree(seed: int) -> None:
    draw = Random(seed)
    z, mean, level = draw.uniform(-3, 4), draw.uniform(1, 40), draw.randint(0, 50)
    assert standard_loss(z) == pytest.approx(stockpyl_loss.standard_normal_loss(z)[0], abs=1e-12)
    expected = stockpyl_loss.poisson_loss(level, mean)[0]
    assert PoissonDemand(mean).shortage(level) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_point_and_lot_agree(seed: int) -> None:
    draw = Random(seed)
    costs = Costs(draw.uniform(4, 20), draw.uniform(0.1, 0.5), draw.uniform(2, 9))
    rate, sd, lead = 1300.0, draw.uniform(80, 200), draw.uniform(0.05, 0.2)
    demand = NormalDemand(rate * lead, sd * sqrt(lead))
    args = (costs.holding, costs.penalty, costs.fixed, rate, sd, lead)
    by_eoqb = rq_by_eoqb(demand, rate, costs)
    expected = stockpyl_rq.r_q_eoqb_approximation(*args)
    assert (by_eoqb.point, by_eoqb.lot) == pytest.approx(expected, rel=1e-5)
    best = rq_best(demand, rate, costs)
    assert best.cost is not None
    assert best.cost <= stockpyl_rq.r_q_cost(*expected, *args) + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_policies_in_whole_pieces_agree(seed: int) -> None:
    draw = Random(seed)
    costs = Costs(draw.uniform(2, 60), draw.uniform(0.5, 3), draw.uniform(4, 30))
    mean = draw.uniform(1, 8)
    by_point = rq_poisson(PoissonDemand(mean * 2), mean, costs)
    expected = stockpyl_rq.r_q_poisson_exact(costs.holding, costs.penalty, costs.fixed, mean, 2)
    assert (by_point.point, by_point.lot, by_point.cost) == pytest.approx(expected)
    up_to = ss_poisson(PoissonDemand(mean), costs)
    expected = stockpyl_ss.s_s_discrete_exact(costs.holding, costs.penalty, costs.fixed, True, mean)
    assert (up_to.point, up_to.level, up_to.cost) == pytest.approx(expected)
    power = ss_by_power(NormalDemand(50, mean), costs)
    expected = stockpyl_ss.s_s_power_approximation(costs.holding, costs.penalty, costs.fixed, 50, mean)
    assert (power.point, power.level) == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_for_known_demands_agree(seed: int) -> None:
    draw = Random(seed)
    demands = [draw.randint(0, 150) for _ in range(8)]
    _, cost = planned_orders(demands, fixed=500, holding=2)
    _, expected, *_ = stockpyl_ww.wagner_whitin(8, 2, 500, demands)
    assert cost == pytest.approx(expected)
