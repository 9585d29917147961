"""Blackouts bar warehouses and couriers on days of hand-over: the next best sends, or there is a reason.

W0 and W1 send for 500, W2 for 800; packing costs 100 and picking 10. The express is 400 dearer. It is a Monday.
"""

from datetime import date
from typing import Any

import pytest
from three_sites import AT, demand, line, network, plan_of, service, supply

from omskit.allocation import (
    Blackout,
    Decision,
    Lane,
    Network,
    RateCard,
    Reason,
    considered,
    explain,
    plan_batch,
)
from omskit.core import Destination, UsageError

TODAY = AT.date()
EXPRESS = service("fast", "express", lanes=(Lane({"DE"}, RateCard(1000, 900, 1000, 100)),))


def sites(*blackouts: Blackout, services: Any = None) -> Network:
    plain = network(services=services or (service(), EXPRESS))
    return Network(plain.currency, plain.warehouses, plain.services, blackouts)


def sent(*blackouts: Blackout, stock: str = "W0 W1 W2", **more: Any) -> Decision:
    there = dict.fromkeys(stock.split(), "A1")
    return plan_of(demand(line(1, "A"), **more), stock=there, network=sites(*blackouts)).decisions[0]


def taken(decision: Decision) -> tuple[str, str, int]:
    (parcel,) = decision.parcels
    return parcel.warehouse, parcel.courier, decision.cost_minor


def test_without_blackout_the_cheapest_sends() -> None:
    assert taken(sent()) == ("W0", "post", 610)


def test_the_next_warehouse_takes_the_place_of_a_barred_one() -> None:
    assert taken(sent(Blackout(TODAY, TODAY, warehouse="W0"))) == ("W1", "post", 610)


def test_the_next_courier_takes_the_place_of_a_barred_one() -> None:
    assert taken(sent(Blackout(TODAY, TODAY, courier="post"))) == ("W0", "express", 1010)


def test_a_courier_is_barred_at_one_warehouse_only() -> None:
    assert taken(sent(Blackout(TODAY, TODAY, "W0", "post"))) == ("W1", "post", 610)


@pytest.mark.parametrize(("postcode", "courier"), [("80331", "express"), ("10115", "post")])
def test_a_blackout_of_postcodes_bars_only_these(postcode: str, courier: str) -> None:
    black = Blackout(TODAY, TODAY, courier="post", areas={"DE/80"})
    assert taken(sent(black, destination=Destination("DE", "", postcode)))[1] == courier


@pytest.mark.parametrize(
    ("first", "last", "courier"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), "post"),
        (date(2026, 3, 1), date(2026, 3, 2), "express"),
        (date(2026, 3, 2), date(2026, 3, 9), "express"),
        (date(2026, 3, 3), date(2026, 3, 9), "post"),
    ],
)
def test_the_day_of_hand_over_decides_and_both_ends_count(first: date, last: date, courier: str) -> None:
    assert taken(sent(Blackout(first, last, courier="post")))[1] == courier


def test_nobody_left_is_a_reason_of_its_own() -> None:
    decision = sent(Blackout(TODAY, TODAY, areas={"DE"}))
    assert [left.reason for left in decision.unfilled] == [Reason.BLACKOUT]
    assert "1 of line 1 stay: a blackout bars who could send or carry it" in explain(decision)


def test_stock_that_lies_only_in_a_barred_warehouse_is_held_by_the_blackout() -> None:
    decision = sent(Blackout(TODAY, TODAY, warehouse="W0"), stock="W0")
    assert [left.reason for left in decision.unfilled] == [Reason.BLACKOUT]
    assert [one.reason for one in considered(decision)] == [Reason.BLACKOUT, Reason.NO_STOCK, Reason.NO_STOCK]


def test_no_stock_anywhere_is_no_matter_of_the_blackout() -> None:
    decision = sent(Blackout(TODAY, TODAY, warehouse="W0"), stock="")
    assert [left.reason for left in decision.unfilled] == [Reason.NO_STOCK]


def test_a_batch_heeds_blackouts() -> None:
    asked = [demand(line(1, "A"), key=key) for key in (1, 2)]
    stock = supply({"W0": "A2", "W1": "A1", "W2": "A1"})
    policy = sent().asked.policy
    made = plan_batch(asked, stock, sites(Blackout(TODAY, TODAY, warehouse="W0")), policy, at=AT)
    assert sorted(parcel.warehouse for one in made.decisions for parcel in one.parcels) == ["W1", "W2"]
    assert made.cost_minor == 610 + 910 == made.bound_minor


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"first": TODAY, "last": date(2026, 3, 1), "courier": "post"}, "bad_blackout"),
        ({"first": TODAY, "last": TODAY}, "bad_blackout"),
        ({"first": TODAY, "last": TODAY, "areas": {"Bavaria"}}, "bad_area"),
        ({"first": TODAY, "last": TODAY, "areas": "DE"}, "not_a_set"),
    ],
)
def test_a_blackout_that_makes_no_sense_is_refused(said: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        Blackout(**said)
    assert caught.value.code == code


def test_a_network_refuses_blackouts_of_nobody() -> None:
    with pytest.raises(UsageError) as caught:
        sites(Blackout(TODAY, TODAY, warehouse="W9"), Blackout(TODAY, TODAY, courier="nobody"))
    assert caught.value.code == "bad_network"
    assert "'W9', which is no warehouse" in str(caught.value)
    assert "'nobody', which is no courier" in str(caught.value)
