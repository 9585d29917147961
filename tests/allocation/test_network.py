"""Networks, rates, policies and demands refuse what cannot be meant, and lanes match as narrowly as they can."""

import gc
from collections.abc import Callable
from datetime import UTC, date, datetime
from weakref import ref

import pytest

from omskit.allocation import (
    Carried,
    Commitment,
    Demand,
    DemandLine,
    Lane,
    Network,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
    WorkingDays,
    compile_network,
    plan,
)
from omskit.core import Cell, Destination, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FLAT = RateCard(1000, 500)
HOME = Destination("DE")
LINE = (DemandLine(1, "A", 1),)


def price(*lanes: Lane, to: Destination = HOME, origin: str = "W0") -> int | None:
    """Return the freight to a destination; None when nobody goes there."""
    network = Network("EUR", (Warehouse("W0"), Warehouse("W1")), (Service("std", "post", lanes),))
    asked = Demand(1, 0, to, "EUR", (DemandLine(1, "A", 1),))
    (decision,) = plan([asked], Supply({Cell("A", origin): 1}), network, Policy(), at=AT).decisions
    return decision.parcels[0].freight_minor if decision.parcels else None


@pytest.mark.parametrize(
    ("weight_g", "freight"), [(0, 800), (1000, 800), (1001, 1000), (1500, 1000), (1501, 1200), (5000, 2400)]
)
def test_freight_is_a_first_price_and_steps_that_are_begun(weight_g: int, freight: int) -> None:
    assert RateCard(1000, 800, 500, 200).freight_minor(weight_g) == freight


LANES = (
    Lane({"*"}, RateCard(0, 900)),
    Lane({"DE"}, RateCard(0, 500)),
    Lane({"DE-BY"}, RateCard(0, 550)),
    Lane({"DE/80"}, RateCard(0, 560)),
    Lane({"DE/8033", "DE/04109"}, RateCard(0, 570)),
    Lane({"DE/27498", "GB"}, None),
)


@pytest.mark.parametrize(
    ("to", "freight"),
    [
        (Destination("FR"), 900),
        (Destination("DE", "BE", "10115"), 500),
        (Destination("DE", "BY"), 550),
        (Destination("DE", "BY", "80999"), 560),
        (Destination("DE", "BY", "80 331"), 570),
        (Destination("DE", "", "04109"), 570),
        (Destination("DE", "SH", "27498"), None),
        (Destination("GB"), None),
    ],
)
def test_the_narrowest_area_counts(to: Destination, freight: int | None) -> None:
    assert price(*LANES, to=to) == freight


def test_a_lane_that_names_its_origin_goes_before_one_that_does_not() -> None:
    lanes = Lane({"DE"}, RateCard(0, 500)), Lane({"DE"}, RateCard(0, 700), origins={"W1"})
    assert price(*lanes, origin="W0") == 500
    assert price(*lanes, origin="W1") == 700


def test_a_courier_ships_and_delivers_on_its_own_days() -> None:
    weekdays = WorkingDays(range(5), off={date(2026, 3, 9)})
    service = Service("std", "post", (Lane({"DE"}, FLAT, 2),), days=weekdays)
    saturday = datetime(2026, 3, 7, 9, tzinfo=UTC)
    asked = Demand(1, 0, HOME, "EUR", (DemandLine(1, "A", 1),))
    network = Network("EUR", (Warehouse("W0"),), (service,))
    (decision,) = plan([asked], Supply({Cell("A", "W0"): 1}), network, Policy(), at=saturday).decisions
    assert (decision.parcels[0].ship_on, decision.parcels[0].arrive_on) == (date(2026, 3, 10), date(2026, 3, 12))


def test_a_compiled_network_is_let_go_of_without_a_collector() -> None:
    lane = Lane({"DE"}, RateCard(1000, 500))
    network = Network("EUR", (Warehouse("W0"),), (Service("S", "post", (lane,)),))
    compiled = compile_network(network)
    post = Carried("post")
    there = Supply({Cell("A", "W0"): 9}, quotas={post: 1}, commitments=(Commitment(post, 5, 9),))
    gc.disable()
    try:
        made = plan([Demand(key, 0, HOME, "EUR", LINE) for key in (1, 2)], there, compiled, Policy(), at=AT)
        assert [len(one.parcels) for one in made.decisions] == [1, 0]
        gone = [ref(one) for one in (compiled, made.of(1).asked.contracts) if one]
        del made, compiled
        assert [one() for one in gone] == [None, None]
    finally:
        gc.enable()


def test_a_network_tells_all_its_problems_at_once() -> None:
    weekend, office = WorkingDays({5, 6}), WorkingDays(range(5))
    services = (
        Service("s", "post", (Lane({"DE"}, FLAT, origins={"W9"}),)),
        Service("s", "post", (Lane({"DE"}, FLAT),), days=weekend),
    )
    with pytest.raises(UsageError) as error:
        Network("EUR", (Warehouse("W0", days=office), Warehouse("W1"), Warehouse("W1")), services)
    assert error.value.code == "bad_network"
    assert error.value.facts["problems"] == (
        "two warehouses are called 'W1'",
        "two services are called 's'",
        "service 's' starts from 'W9', which is no warehouse",
        "service 's' and warehouse 'W0' never work on the same weekday",
    )


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: RateCard(1000, -1), "bad_rate"),
        (lambda: RateCard(1000, 500, 0), "bad_rate"),
        (lambda: RateCard(1000, True), "bad_rate"),
        (lambda: Lane({"germany"}, FLAT), "bad_area"),
        (lambda: Lane("DE", FLAT), "not_a_set"),
        (lambda: Lane({"DE"}, FLAT, -1), "bad_rate"),
        (lambda: Service("s", "c", (), max_weight_g=-1), "bad_rate"),
        (lambda: Service("s", "c", (Lane({"DE"}, FLAT), Lane({"DE", "FR"}, FLAT))), "overlapping_lanes"),
        (lambda: Warehouse(""), "bad_warehouse"),
        (lambda: Warehouse("W0", unit_minor=-1), "bad_warehouse"),
        (lambda: Warehouse("W0", zone="Europe/Atlantis"), "unknown_zone"),
        (lambda: Network("XXX", (), ()), "unknown_currency"),
        (lambda: Policy(split_minor=-1), "bad_policy"),
        (lambda: Policy(max_parcels=0), "bad_policy"),
        (lambda: DemandLine(1, "A", 0), "bad_quantity"),
        (lambda: Supply({Cell("A", "W0"): -1}), "bad_quantity"),
        (lambda: Demand(1, 0, HOME, "EUR", ()), "bad_demand"),
        (lambda: Demand(1, 0, HOME, "EUR", (DemandLine(1, "A", 1), DemandLine(1, "B", 1))), "bad_demand"),
        (lambda: Demand(1, 0, HOME, "EUR", LINE, ship_by=AT.replace(tzinfo=None)), "naive_datetime"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], code: str) -> None:
    with pytest.raises(UsageError) as error:
        make()
    assert error.value.code == code
