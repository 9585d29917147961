"""Chains of choosers pick warehouses as a merchant names them; each figure is added up by hand."""

from datetime import UTC, datetime

import pytest

from omskit.allocation import (
    Chooser,
    Decision,
    Demand,
    DemandLine,
    Lane,
    Network,
    Policy,
    RateCard,
    Rule,
    Service,
    Supply,
    Warehouse,
    plan_by_choosers,
)
from omskit.core import Cell, Destination, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LANES = tuple(Lane({"DE"}, RateCard(0, price), 1, {code}) for code, price in [("N", 900), ("P", 700), ("S", 500)])
NETWORK = Network(
    "EUR",
    (Warehouse("N", priority=2), Warehouse("P", priority=1), Warehouse("S", priority=3)),
    (Service("std", "post", LANES),),
)
DISTANCES = {("N", "BY"): 10, ("P", "BY"): 500, ("S", "BY"): 300}
BOTH = Supply({Cell("A", "N"): 1, Cell("A", "P"): 1, Cell("A", "S"): 1, Cell("B", "S"): 1})


def chosen(chain: tuple[Chooser, ...], *skus: str, whole: bool = False) -> Decision:
    lines = tuple(DemandLine(number, sku, 1) for number, sku in enumerate(skus, 1))
    asked = Demand(1, 0, Destination("DE", "BY"), "EUR", lines, ship_complete=whole)
    policy = Policy(200, 300, 15_000)
    return plan_by_choosers([asked], BOTH, NETWORK, policy, chain, at=AT, distances=DISTANCES).decisions[0]


@pytest.mark.parametrize(
    ("chooser", "warehouse", "cost"),
    [
        (Chooser.PRIORITY, "P", 700),
        (Chooser.NEAREST, "N", 900),
        (Chooser.COST, "S", 500),
        (Chooser.FILL_RATE, "P", 700),
    ],
)
def test_each_chooser_has_its_own_first(chooser: Chooser, warehouse: str, cost: int) -> None:
    found = chosen((chooser,), "A")
    assert (found.parcels[0].warehouse, found.cost_minor, found.rule) == (warehouse, cost, Rule.CHOSEN)


def test_the_rest_goes_to_the_next_whatever_that_costs() -> None:
    found = chosen((Chooser.NEAREST,), "A", "B")
    assert ([one.warehouse for one in found.parcels], found.cost_minor) == (["N", "S"], 1_600)


def test_a_chain_narrows_one_after_another() -> None:
    found = chosen((Chooser.FILL_RATE, Chooser.NEAREST), "A", "B")
    assert ([one.warehouse for one in found.parcels], found.cost_minor) == (["S"], 500)


def test_a_whole_order_that_cannot_go_stays() -> None:
    found = chosen((Chooser.PRIORITY,), "A", "C", whole=True)
    assert (found.parcels, found.cost_minor) == ((), 30_000)


def test_a_chain_has_at_least_one_chooser() -> None:
    with pytest.raises(UsageError) as error:
        chosen((), "A")
    assert error.value.code == "no_chooser"
