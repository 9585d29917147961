"""Why units stay without a warehouse, and who may send what."""

from collections.abc import Mapping
from typing import Any

from three_sites import AT, FAR, POLICY, demand, line, network, plan_of, service, warehouse

from omskit.allocation import Decision, DemandLine, Lane, Network, Policy, Supply, plan
from omskit.core import Destination


def decide(*lines: DemandLine, asked: Mapping[str, Any] | None = None, **more: Any) -> Decision:
    """Plan one demand and return its decision."""
    return plan_of(demand(*lines, **(asked or {})), **more).decisions[0]


def sent(decision: Decision) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
    return [(parcel.warehouse, parcel.units) for parcel in decision.parcels]


def left(decision: Decision) -> list[tuple[int, int, str]]:
    return [(one.line, one.quantity, one.reason.value) for one in decision.unfilled]


def test_a_piece_above_every_limit_says_so() -> None:
    assert left(decide(line(1, "A", 1, 30_001), stock={"W0": "A1"})) == [(1, 1, "too_heavy")]


def test_goods_with_traits_need_a_warehouse_and_a_courier_for_them() -> None:
    services = service(), service("haz", carries={"hazmat"})
    sites = network(warehouse("W2", handles={"hazmat"}), services=services)
    acid = line(1, "A", 1, 100, traits=("hazmat",))
    found = decide(acid, stock={"W0": "A1", "W2": "A1"}, network=sites)
    assert (found.cost_minor, found.parcels[0].warehouse, found.parcels[0].service) == (910, "W2", "haz")
    assert left(decide(acid, stock={"W0": "A1"})) == [(1, 1, "no_capability")]


def test_money_is_collected_by_couriers_who_do_so_for_a_fee_a_parcel() -> None:
    cod = service("cod", cod=True, cod_minor=300)
    found = decide(
        line(1, "A"),
        line(2, "B"),
        stock={"W0": "A1", "W1": "B1", "W2": "A1 B1"},
        network=network(services=(service(), cod)),
        asked={"cod": True},
    )
    assert (found.cost_minor, [(one.warehouse, one.service) for one in found.parcels]) == (1_220, [("W2", "cod")])
    assert left(decide(line(1, "A"), stock={"W0": "A1"}, asked={"cod": True})) == [(1, 1, "no_cod")]


def test_a_courier_that_was_asked_for_is_taken_or_missed() -> None:
    sites = network(services=(service(), service("fast", courier="dash", lanes=(Lane({"DE"}, FAR),))))
    found = decide(line(1, "A"), stock={"W0": "A1"}, network=sites, asked={"courier": "dash"})
    assert (found.cost_minor, found.parcels[0].courier) == (910, "dash")
    missed = decide(line(1, "A"), stock={"W0": "A1"}, network=sites, asked={"courier": "mule"})
    assert left(missed) == [(1, 1, "no_courier")]


def test_a_warehouse_that_was_appointed_is_the_only_one() -> None:
    stock = {"W0": "A1", "W2": "A1"}
    assert sent(decide(line(1, "A"), stock=stock, asked={"warehouse": "W2"})) == [("W2", ((1, 1),))]
    assert left(decide(line(1, "A"), stock=stock, asked={"warehouse": "W9"})) == [(1, 1, "no_warehouse")]


def test_a_warehouse_serves_its_channels_only() -> None:
    sites = network(warehouse("W0", channels={"shop"}))
    stock = {"W0": "A1", "W2": "A1"}
    assert decide(line(1, "A"), stock=stock, network=sites, asked={"channel": "web"}).cost_minor == 910
    assert decide(line(1, "A"), stock=stock, network=sites, asked={"channel": "shop"}).cost_minor == 610


def test_a_barred_warehouse_is_not_asked() -> None:
    stock = {"W0": "A1 B1", "W2": "A1 B1"}
    near = frozenset({"W0", "W1"})
    assert sent(decide(line(1, "A"), stock=stock, asked={"barred": near})) == [("W2", ((1, 1),))]
    lines = line(1, "A", barred=frozenset({"W0"})), line(2, "B")
    assert sent(decide(*lines, stock=stock)) == [("W2", ((1, 1), (2, 1)))]
    nobody = frozenset({"W0", "W1", "W2"})
    assert left(decide(line(1, "A", barred=nobody), stock=stock)) == [(1, 1, "barred")]
    assert left(decide(line(1, "A"), stock=stock, asked={"barred": nobody})) == [(1, 1, "barred")]


def test_a_destination_that_nobody_serves_says_so() -> None:
    found = decide(line(1, "A"), stock={"W0": "A1"}, asked={"destination": Destination("FR")})
    assert left(found) == [(1, 1, "no_coverage")]


def test_an_order_in_another_currency_is_left_and_the_others_go() -> None:
    made = plan_of(demand(line(1, "A"), currency="USD"), demand(line(1, "A"), key=2), stock={"W0": "A1"})
    assert [left(one) for one in made.decisions] == [[(1, 1, "other_currency")], []]


def test_lines_of_one_group_go_in_one_parcel_or_wait_together() -> None:
    apart = {"W0": "A1", "W1": "B1"}
    lines = line(1, "A", group="g"), line(2, "B", group="g")
    assert left(decide(*lines, stock=apart)) == [(1, 1, "kept_together"), (2, 1, "kept_together")]
    assert sent(decide(*lines, stock={**apart, "W2": "A1 B1"})) == [("W2", ((1, 1), (2, 1)))]


def test_a_unit_that_costs_more_to_send_than_to_leave_stays() -> None:
    found = decide(line(1, "A"), stock={"W0": "A1"}, policy=Policy(unfilled_minor=600))
    assert (found.cost_minor, left(found)) == (600, [(1, 1, "too_dear")])


def test_warehouses_that_the_network_does_not_know_are_passed_over() -> None:
    assert left(decide(line(1, "A"), stock={"RETURNS": "A9"})) == [(1, 1, "no_stock")]


def test_a_network_without_warehouses_leaves_everything() -> None:
    made = plan([demand(line(1, "A"))], Supply({}), Network("EUR", (), ()), POLICY, at=AT)
    assert left(made.decisions[0]) == [(1, 1, "no_warehouse")]
