"""Days lived through with several planners: what waits, what arrives, what is renewed, and what it all costs.

W0 and W1 send within DE for 610, W2 for 910; a split weighs 200, an unfilled unit 15,000. The first order comes on
a Monday at 9.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from three_sites import AT, POLICY, demand, line, network, supply

from omskit.allocation import (
    Chooser,
    Delivery,
    Demand,
    Outcome,
    Plan,
    Reason,
    Supply,
    chart,
    compare,
    plan,
    plan_batch,
    plan_by_choosers,
)
from omskit.core import Cell, UsageError

HOUR = timedelta(hours=1)
SITES = network()


def exact(demands: Sequence[Demand], there: Supply, at: datetime) -> Plan:
    return plan(demands, there, SITES, POLICY, at=at)


def order(key: int, hours: float, *skus: str, **more: Any) -> Demand:
    lines = [line(number, sku, more.pop("quantity", 1)) for number, sku in enumerate(skus or "A", 1)]
    return demand(*lines, key=key, placed_at=AT + HOUR * hours, **more)


def lived(orders: Sequence[Demand], there: Supply, **more: Any) -> Outcome:
    (outcome,) = compare(orders, there, {"exact": exact}, every=more.pop("every", HOUR), **more)
    return outcome


def when(outcome: Outcome) -> list[tuple[int, float, tuple[str, ...]]]:
    """Return who was decided, hours after the beginning, and from where."""
    return [
        (one.key, (one.asked.at - AT) / HOUR, tuple(parcel.warehouse for parcel in one.parcels))
        for one in outcome.decisions
    ]


def test_orders_are_planned_at_the_end_of_the_round_they_come_in() -> None:
    found = lived([order(1, 0), order(2, 0.5), order(3, 1), order(4, 1.1)], supply({"W0": "A9"}))
    assert when(found) == [(1, 1, ("W0",)), (2, 1, ("W0",)), (3, 1, ("W0",)), (4, 2, ("W0",))]
    assert (found.orders, found.parcels, found.cost_minor, found.freight_minor) == (4, 4, 4 * 610, 4 * 500)
    assert (found.split_orders, found.late_parcels, found.held_orders, found.unfilled) == (0, 0, 0, {})


def test_rounds_without_anything_to_plan_are_passed_over() -> None:
    assert [at for _, at, _ in when(lived([order(1, 0), order(2, 100.5)], supply({"W0": "A9"})))] == [1, 101]


def test_stock_is_used_up_from_round_to_round() -> None:
    found = lived([order(1, 0), order(2, 2), order(3, 4)], supply({"W0": "A1", "W2": "A1"}))
    assert [sites for _, _, sites in when(found)] == [("W0",), ("W2",), ()]
    assert found.unfilled == {Reason.NO_STOCK: 1}
    assert found.held_orders == found.unfilled_units == 1
    assert found.cost_minor == 610 + 910 + 15_000


def test_what_is_left_waits_for_a_delivery_as_long_as_it_may() -> None:
    delivery = Delivery(AT + 5 * HOUR, {Cell("A", "W1"): 1})
    found = lived([order(1, 0)], supply({}), patience=6 * HOUR, deliveries=[delivery])
    assert when(found) == [(1, 1, ()), (1, 5, ("W1",))]
    assert (found.cost_minor, found.unfilled_units, found.orders) == (610, 0, 1)
    impatient = lived([order(1, 0)], supply({}), patience=3 * HOUR, deliveries=[delivery])
    assert when(impatient) == [(1, 1, ())]
    assert (impatient.cost_minor, impatient.unfilled) == (15_000, {Reason.NO_STOCK: 1})


def test_only_the_rest_of_an_order_waits_and_its_second_parcel_is_a_split() -> None:
    delivery = Delivery(AT + 2 * HOUR, {Cell("B", "W0"): 1})
    found = lived([order(1, 0, "A", "B")], supply({"W0": "A1"}), patience=6 * HOUR, deliveries=[delivery])
    assert [parcel.units for one in found.decisions for parcel in one.parcels] == [((1, 1),), ((2, 1),)]
    assert (found.parcels, found.split_orders, found.cost_minor) == (2, 1, 610 + 610 + 200)


def test_what_a_warehouse_can_do_is_renewed_every_day() -> None:
    there = Supply({Cell("A", "W0"): 9}, {"W0": 1})
    found = lived([order(key, 0) for key in (1, 2, 3)], there, patience=48 * HOUR)
    # the days of UTC begin at 0:00, 15 hours after the first order
    assert when(found) == [
        (1, 1, ("W0",)), (2, 1, ()), (3, 1, ()), (2, 15, ("W0",)), (3, 15, ()), (3, 39, ("W0",))
    ]  # fmt: skip
    assert found.unfilled_units == 0


def test_quotas_are_renewed_too() -> None:
    there = Supply({Cell("A", "W0"): 9}, quotas={"post": 1})
    found = lived([order(1, 0), order(2, 0)], there, patience=48 * HOUR)
    assert [(key, at) for key, at, sites in when(found) if sites] == [(1, 1), (2, 15)]


def test_late_parcels_and_days_are_counted() -> None:
    """A parcel of today arrives tomorrow: late for who wanted it today, on time for who wants it tomorrow."""
    today, tomorrow = AT + HOUR, AT + 25 * HOUR
    orders = [order(1, 0, arrive_by=today), order(2, 0, arrive_by=tomorrow), order(3, 0, ship_by=AT - 48 * HOUR)]
    found = lived(orders, supply({"W0": "A9"}))
    assert (found.late_parcels, found.late_days, found.cost_minor) == (2, 3, 3 * 610 + 3 * 300)


def test_planners_are_compared_on_the_same_course_and_named_in_order() -> None:
    orders = [order(1, 0, "A"), order(2, 0, "A", "B")]
    there = supply({"W0": "A1 B1", "W1": "A1"})

    def batch(demands: Sequence[Demand], left: Supply, at: datetime) -> Plan:
        return plan_batch(demands, left, SITES, POLICY, at=at)

    def nearest(demands: Sequence[Demand], left: Supply, at: datetime) -> Plan:
        near = {("W2", ""): 1}
        return plan_by_choosers(demands, left, SITES, POLICY, [Chooser.NEAREST], at=at, distances=near)

    outcomes = compare(orders, there, {"one by one": exact, "batch": batch, "nearest": nearest}, every=HOUR)
    assert [one.name for one in outcomes] == ["one by one", "batch", "nearest"]
    # alone, the first order takes the piece that the second needs for a single parcel
    assert [one.cost_minor for one in outcomes] == [610 + 1420, 610 + 620, 610 + 1420]
    assert [one.split_orders for one in outcomes] == [1, 0, 1]


def test_the_order_of_the_input_means_nothing() -> None:
    orders = [order(key, key % 3) for key in range(1, 8)]
    there = supply({"W0": "A3", "W2": "A2"})
    assert lived(orders[::-1], there) == lived(orders, there)


def test_nothing_ordered_is_an_outcome() -> None:
    assert lived([], supply({"W0": "A1"})) == Outcome("exact", 0, 0, 0, 0, 0, 0, 0, 0, {}, ())


def silent(demands: Sequence[Demand], there: Supply, at: datetime) -> Plan:
    return Plan(exact(demands, there, at).decisions[1:])


def greedy(demands: Sequence[Demand], there: Supply, at: datetime) -> Plan:
    more = {cell: count + 1 for cell, count in there.available.items()}
    return exact(demands, Supply(more), at)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"demands": [evolve(order(1, 0), placed_at=None)]}, "no_instant"),
        ({"every": timedelta(0)}, "bad_period"),
        ({"demands": [order(1, 0), order(1, 3)]}, "duplicate_demand"),
        ({"planners": {"silent": silent}}, "unknown_demand"),
        ({"supply": Supply({Cell("A", "W0"): 0}), "planners": {"greedy": greedy}}, "oversold"),
    ],
)
def test_a_course_that_cannot_be_lived_through_is_refused(more: dict[str, Any], code: str) -> None:
    there = supply({"W1": "B1"})
    said = {"demands": [order(1, 0)], "supply": there, "planners": {"exact": exact}, "every": HOUR, **more}
    with pytest.raises(UsageError) as caught:
        compare(**said)
    assert caught.value.code == code


def test_a_comparison_is_drawn_to_the_same_bytes_with_every_name_and_figure() -> None:
    pytest.importorskip("matplotlib")
    outcomes = compare(
        [order(1, 0), order(2, 0, "B")], supply({"W0": "A1"}), {"one": exact, "other": exact}, every=HOUR
    )
    picture = chart(outcomes, "EUR")
    assert picture == chart(outcomes, "EUR")
    text = picture.decode()
    for said in ("one", "other", "cost, EUR", "freight, EUR", "parcels", "late days", "held orders"):
        assert f">{said}</text>" in text
    # 610 and 15,000 minor units are 156 euros and a dime
    assert text.count(">156</text>") == 2


def test_nothing_is_no_picture() -> None:
    with pytest.raises(UsageError) as caught:
        chart([], "EUR")
    assert caught.value.code == "nothing_to_draw"
