"""Promise dates of what is there and what is due: the same planner, asked again whenever something comes.

W0 and W1 send within DE for 610, W2 for 910; a split weighs 200, an unfilled unit 15,000. Now is a Monday at 9.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from attrs import evolve
from three_sites import AT, POLICY, demand, line, network, supply

from omskit.allocation import (
    Carried,
    Delivery,
    Demand,
    Network,
    Promised,
    Reason,
    Supply,
    Warehouse,
    WorkingDays,
    compare,
    plan,
    promise,
)
from omskit.core import Cell, UsageError

SITES = network()
DAY = timedelta(days=1)
TODAY = AT.date()


def due(days: float, warehouse: str, sku: str = "A", pieces: int = 1) -> Delivery:
    midnight = datetime.combine(TODAY, time(), UTC)
    return Delivery(midnight + days * DAY, {Cell(sku, warehouse): pieces})


def asked(*pieces: tuple[str, int], **more: Any) -> Demand:
    return demand(*(line(number, sku, count) for number, (sku, count) in enumerate(pieces, 1)), **more)


def dated(wanted: Demand, there: Supply, *deliveries: Delivery, sites: Network = SITES, **more: Any) -> Promised:
    return promise(wanted, there, sites, POLICY, at=more.pop("at", AT), deliveries=deliveries, **more)


def left(found: Promised) -> list[tuple[str, str, date]]:
    return [(one.warehouse, str(one.units), one.ship_on) for one in found.parcels]


def test_what_is_there_is_dated_as_it_is_planned() -> None:
    wanted, there = asked(("A", 2)), supply({"W0": "A2"})
    planned = plan([wanted], there, SITES, POLICY, at=AT).of(wanted.key)
    found = dated(wanted, there)
    assert found == Promised(planned.parcels)
    assert (found.is_whole, found.ship_on, found.arrive_on) == (True, TODAY, planned.parcels[0].arrive_on)


def test_goods_that_are_due_are_dated_from_their_day_on() -> None:
    found = dated(asked(("A", 1)), supply({}), due(3, "W1"))
    assert left(found) == [("W1", "((1, 1),)", TODAY + 3 * DAY)]


def test_what_is_there_leaves_before_what_is_due_unless_the_order_goes_as_a_whole() -> None:
    there = supply({"W0": "A1"})
    parts = dated(asked(("A", 1), ("B", 1)), there, due(2, "W0", "B"))
    assert left(parts) == [("W0", "((1, 1),)", TODAY), ("W0", "((2, 1),)", TODAY + 2 * DAY)]
    assert parts.ship_on == TODAY + 2 * DAY
    whole = dated(asked(("A", 1), ("B", 1), ship_complete=True), there, due(2, "W0", "B"))
    assert left(whole) == [("W0", "((1, 1), (2, 1))", TODAY + 2 * DAY)]


def test_what_nothing_covers_has_no_day_and_says_why() -> None:
    found = dated(asked(("A", 3)), supply({"W0": "A1"}), due(1, "W2"))
    assert left(found) == [("W0", "((1, 1),)", TODAY), ("W2", "((1, 1),)", TODAY + DAY)]
    assert [(one.line, one.quantity, one.reason) for one in found.unfilled] == [(1, 1, Reason.NO_STOCK)]
    assert (found.is_whole, found.ship_on, found.arrive_on) == (False, None, None)


def test_what_comes_beyond_the_look_ahead_counts_for_nothing() -> None:
    late = due(29, "W0")
    assert not dated(asked(("A", 1)), supply({}), late).is_whole
    assert dated(asked(("A", 1)), supply({}), late, ahead=40 * DAY).is_whole


def test_goods_that_came_before_now_are_there() -> None:
    assert dated(asked(("A", 1)), supply({}), due(-2, "W0")).ship_on == TODAY


def test_goods_that_come_after_the_cut_off_leave_on_the_next_day() -> None:
    warehouse = Warehouse("W0", cut_off=time(14), zone="Europe/Berlin", days=WorkingDays(range(5)))
    sites = evolve(SITES, warehouses=(warehouse, *SITES.warehouses[1:]))
    noon_in_berlin, evening = due(1 + 11 / 24, "W0"), due(1 + 17 / 24, "W0")
    assert dated(asked(("A", 1)), supply({}), noon_in_berlin, sites=sites).ship_on == TODAY + DAY
    assert dated(asked(("A", 1)), supply({}), evening, sites=sites).ship_on == TODAY + 2 * DAY
    on_saturday = due(5 + 11 / 24, "W0")
    assert dated(asked(("A", 1)), supply({}), on_saturday, sites=sites).ship_on == TODAY + 7 * DAY


@pytest.mark.parametrize(
    ("parcels", "units"), [({"W0": 0, "W1": 0, "W2": 0}, {}), ({}, {"W0": 0, "W1": 0, "W2": 0})]
)
def test_a_warehouse_that_is_full_today_has_room_tomorrow(parcels: dict[str, int], units: dict[str, int]) -> None:
    there = evolve(supply({"W0": "A1"}), parcels=parcels, units=units)
    assert dated(asked(("A", 1)), there).ship_on == TODAY + DAY
    assert not dated(asked(("A", 1)), there, daily=there).is_whole


def test_a_day_has_room_for_so_much_and_the_next_for_as_much_again() -> None:
    daily = evolve(supply({"W0": "A5"}), units={"W0": 2, "W1": 0, "W2": 0})
    today = evolve(daily, units={"W0": 1, "W1": 0, "W2": 0})
    found = dated(asked(("A", 5)), today, daily=daily)
    assert [(one.units, one.ship_on) for one in found.parcels] == [
        (((1, 1),), TODAY),
        (((1, 2),), TODAY + DAY),
        (((1, 2),), TODAY + 2 * DAY),
    ]


def test_a_courier_whose_quota_is_used_up_today_takes_parcels_tomorrow() -> None:
    courier = SITES.services[0].courier
    there = evolve(supply({"W0": "A1"}), quotas={Carried(courier): 0})
    assert dated(asked(("A", 1)), there).ship_on == TODAY + DAY


def test_a_quota_of_days_is_not_renewed() -> None:
    courier = SITES.services[0].courier
    week = Carried(courier, first=TODAY, last=TODAY + 6 * DAY)
    there = evolve(supply({"W0": "A1"}), quotas={week: 0})
    assert dated(asked(("A", 1)), there).ship_on == TODAY + 7 * DAY


@pytest.mark.parametrize("wrong", [{"at": AT.replace(tzinfo=None)}, {"ahead": -DAY}, {"budget": 0}])
def test_what_cannot_be_dated_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        dated(asked(("A", 1)), supply({}), **wrong)


def drawn(seed: int) -> tuple[Demand, Supply, list[Delivery]]:
    """Draw an order, little stock, deliveries within a fortnight, and perhaps little room."""
    draw = Random(seed)
    skus, sites = "ABC", ("W0", "W1", "W2")
    pieces = {Cell(sku, site): draw.randint(0, 2) for sku in skus for site in sites if draw.random() < 0.4}
    room = {site: draw.randint(0, 3) for site in sites} if draw.random() < 0.5 else {}
    lines = [(draw.choice(skus), draw.randint(1, 3)) for _ in range(draw.randint(1, 3))]
    wanted = asked(*lines, ship_complete=draw.random() < 0.3)
    coming = []
    for _ in range(draw.randint(0, 5)):
        days = draw.randint(0, 14) + draw.choice((0, 7, 15)) / 24
        coming.append(due(days, draw.choice(sites), draw.choice(skus), draw.randint(1, 3)))
    return wanted, Supply(pieces, units=room), coming


@pytest.mark.parametrize("start", range(0, 200, 100))
def test_an_order_gets_the_days_on_which_the_simulator_sends_it(start: int) -> None:
    """The simulator lives through every hour; what comes, and each new day, falls on one of them."""
    several = 0
    for seed in range(start, start + 100):
        wanted, there, coming = drawn(seed)
        found = dated(wanted, there, *coming, daily=there, ahead=20 * DAY)
        (lived,) = compare(
            [evolve(wanted, placed_at=AT - timedelta(hours=1))],
            there,
            {"exact": lambda demands, shelf, at: plan(demands, shelf, SITES, POLICY, at=at)},
            every=timedelta(hours=1),
            patience=20 * DAY + timedelta(hours=1),
            deliveries=coming,
        )
        parcels = tuple(parcel for one in lived.decisions for parcel in one.parcels)
        assert found.parcels == parcels, seed
        assert sum(one.quantity for one in found.unfilled) == lived.unfilled_units, seed
        several += len({one.ship_on for one in parcels}) > 1
    assert several > 10


@pytest.mark.parametrize("seed", range(200))
def test_every_unit_is_in_a_parcel_or_left_and_none_leaves_before_it_has_come(seed: int) -> None:
    wanted, there, coming = drawn(seed)
    found = dated(wanted, there, *coming, daily=there)
    units = {one.number: one.quantity for one in wanted.lines}
    for number, count in (pair for parcel in found.parcels for pair in parcel.units):
        units[number] -= count
    for one in found.unfilled:
        units[one.line] -= one.quantity
    assert set(units.values()) == {0}
    skus = {one.number: one.sku for one in wanted.lines}
    for day in {one.ship_on for one in found.parcels}:
        gone: dict[Cell, int] = {}
        for parcel in found.parcels:
            for number, count in parcel.units if parcel.ship_on <= day else ():
                cell = Cell(skus[number], parcel.warehouse)
                gone[cell] = gone.get(cell, 0) + count
        for cell, count in gone.items():
            came = sum(one.pieces.get(cell, 0) for one in coming if one.at.date() <= day)
            assert count <= there.available.get(cell, 0) + came
