"""Laws of prices in a batch: options answer as the exact search does, and prices find what is short as a whole."""

from __future__ import annotations

from random import Random

import pytest
from planning_milp import tiny
from planning_oracle import AT

from omskit.allocation.case import DEFAULT_BUDGET, Case, Setting
from omskit.allocation.columns import Column, Scarce
from omskit.allocation.compiled import compile_network
from omskit.allocation.exact import solve
from omskit.allocation.options import options_of
from omskit.allocation.remaining import Ledger
from omskit.allocation.resilient import Resilient
from omskit.allocation.weights import SHIFT

#: Prices of nothing, of little, around a parcel, around a unit that is left out, and above it.
_PRICES = (0, 0, 100, 400, 1_000, 14_000, 40_000)


def _world(seed: int) -> tuple[list[Case], Scarce, Ledger]:
    world, asked = tiny(seed, orders=2 + seed % 5, units=4)
    network = compile_network(world.network)
    setting, ledger = Setting(network, network.days(AT), world.policy), Ledger(world.supply, network)
    cases = [Case(one, setting) for one in asked if one.currency == world.network.currency]
    for case in cases:
        ledger.know(case)
    return cases, Scarce(cases, ledger.stock), ledger


@pytest.mark.parametrize("number", range(6))
def test_options_cost_under_any_prices_what_the_exact_search_finds(number: int) -> None:
    compared = 0
    for seed in range(number * 60, (number + 1) * 60):
        cases, scarce, ledger = _world(seed)
        if not scarce.plain:
            continue
        random = Random(seed)
        every = [options_of(case, ledger.stock, scarce, 20_000) for case in cases]
        for _ in range(4):
            prices = [random.choice(_PRICES) for _ in scarce.caps]
            for case, options in zip(cases, every, strict=True):
                if options is None:
                    continue
                value, column = options.best(prices)
                least = solve(case, ledger.stock, DEFAULT_BUDGET, scarce.prices(prices)).bound >> SHIFT
                assert value <= least, seed
                if column is not None:
                    priced = column.cost + sum(prices[thing] * amount for thing, amount in column.uses)
                    assert value == least == priced, seed
                    assert all(amount <= scarce.caps[thing] for thing, amount in column.uses), seed
                    compared += 1
    assert compared > 200


@pytest.mark.parametrize("number", range(3))
def test_options_within_what_is_left_never_use_more(number: int) -> None:
    for seed in range(number * 60, (number + 1) * 60):
        cases, scarce, ledger = _world(seed)
        if not scarce.plain:
            continue
        random = Random(seed)
        left = [random.randint(0, cap) for cap in scarce.caps]
        for case in cases:
            options = options_of(case, ledger.stock, scarce, 20_000)
            column = options and options.within(left)
            if column:
                assert all(left[thing] >= amount for thing, amount in column.uses), seed
                best = solve(case, scarce.remaining(case, ledger.stock, left), DEFAULT_BUDGET)
                assert column.cost >= best.bound >> SHIFT, seed


def _after(steps: int, resilient: Resilient, pools: list[list[Column]]) -> list[int]:
    best, found = -1, list[int]()
    for _ in range(steps):
        bound, chosen = resilient.cheapest(pools)
        if bound > best:
            best, found = bound, resilient.prices
        resilient.step(chosen)
    return [best, *found]


def test_cells_of_a_sku_that_is_short_as_a_whole_rise_together() -> None:
    # three orders, one piece in each of two cells; who goes without pays 100,000: 100,000 + 10 + 20 in all
    pool = [Column(10, ((0, 1),), ()), Column(20, ((1, 1),), ()), Column(100_000, (), ())]
    resilient = Resilient([1, 1], [[0, 1]], 10)
    resilient.see([pool] * 3)
    best, first, second = _after(60, resilient, [pool] * 3)
    assert 99_000 < best <= 100_030
    assert 90_000 < first <= 100_000
    assert abs(first - second) < 1_000


def test_a_price_that_nobody_pays_goes_back_to_nothing() -> None:
    # at first both want the piece, then neither: what is left unused is worth nothing
    wants, waits = [Column(10, ((0, 1),), ())], [Column(10, (), ())]
    resilient = Resilient([1], [], 8)
    resilient.step(resilient.cheapest([wants, wants])[1])
    assert resilient.prices == [13]
    for _ in range(10):
        resilient.step(resilient.cheapest([waits, waits])[1])
    assert resilient.prices == [0]
