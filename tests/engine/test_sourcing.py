"""The sourcing desk on recorded orders: what stock is worth to those to come, and the past by other policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shop import AT, Clock

from omskit.allocation import (
    Chooser,
    Demand,
    Lane,
    Network,
    OpportunityCost,
    Plan,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
    plan,
    plan_by_choosers,
)
from omskit.channels import Channel, ChannelLine, ChannelOrder
from omskit.core import Cell, Destination, UsageError, readable
from omskit.engine import Oms
from omskit.flow import Need, direct, source_step
from omskit.storage import Storage

HOUR = timedelta(hours=1)
SITES = (Warehouse("BER"), Warehouse("MUC", 1))
#: Within Germany 500 from Berlin and 600 from Munich; to Austria 500 from Berlin and 2,500 from Munich.
LANES = tuple(
    Lane({country}, RateCard(1000, price), 1, {code})
    for country, code, price in (("DE", "BER", 500), ("DE", "MUC", 600), ("AT", "BER", 500), ("AT", "MUC", 2500))
)
NETWORK = Network("EUR", SITES, (Service("std", "post", LANES),))
POLICY = Policy()


def read(payload: bytes) -> Iterator[ChannelOrder]:
    """Read orders from text: ``AT:AB@3`` goes to Austria with a piece of A and of B, placed in the third hour."""
    for number, text in enumerate(payload.decode().split()):
        country, _, rest = text.partition(":")
        skus, _, hour = rest.partition("@")
        lines = tuple(ChannelLine(sku, 1, 100) for sku in skus)
        at = AT + int(hour or 0) * HOUR
        yield ChannelOrder(f"{text}/{number}", at, "EUR", Destination(country), lines, "b1")


def opened(storage: Storage, clock: Clock, **stock: Mapping[str, int]) -> Oms:
    oms = Oms(storage, [Channel("web", read)], direct(NETWORK, POLICY), clock=clock)
    for code, pieces in stock.items():
        oms.stock.receive(code, pieces, actor="amy")
    return oms


def worth(oms: Oms, **more: Any) -> OpportunityCost:
    terms = {"past": timedelta(days=1), "ahead": timedelta(days=1)}
    return oms.sourcing.worth(NETWORK, POLICY, **(terms | more))


def test_a_piece_is_worth_what_it_saves_orders_like_those_of_before(storage: Storage) -> None:
    """Four of six orders go to Germany; of four pieces in Berlin two go there, and one more would save 100."""
    oms = opened(storage, Clock(), BER={"A": 4}, MUC={"A": 9})
    oms.receive("web", b"DE:A DE:A DE:A DE:A AT:A AT:A")
    assert worth(oms).pieces == {Cell("A", "BER"): pytest.approx(100, abs=1)}


def test_twice_as_far_ahead_the_pieces_last_for_austria_only(storage: Storage) -> None:
    """Eight to Germany and four to Austria: all four pieces save 2,000 there, and a fifth would save 100."""
    oms = opened(storage, Clock(), BER={"A": 3}, MUC={"A": 20})
    oms.receive("web", b"DE:A DE:A DE:A DE:A AT:A AT:A")
    (price,) = worth(oms, ahead=timedelta(days=2)).pieces.values()
    assert price == pytest.approx(2000, abs=20)


def test_a_forecast_counts_more_than_what_came(storage: Storage) -> None:
    oms = opened(storage, Clock(), BER={"A": 4}, MUC={"A": 9})
    oms.receive("web", b"DE:A DE:A DE:A DE:A AT:A AT:A")
    assert worth(oms, forecast={"A": 3}).pieces == {}


def test_what_was_cancelled_or_placed_before_is_expected_no_more(storage: Storage) -> None:
    clock = Clock()
    oms = opened(storage, clock, BER={"A": 4}, MUC={"A": 9})
    placed = oms.receive("web", b"DE:A DE:A DE:A DE:A AT:A AT:A").placed
    for number in placed[:3]:
        oms.cancel(number, actor="amy")
    assert worth(oms).pieces == {}
    clock.forward(days=2)
    assert worth(oms) == OpportunityCost()


def test_the_source_step_leaves_pieces_to_orders_to_come(storage: Storage) -> None:
    clock = Clock()
    known: list[OpportunityCost] = [OpportunityCost()]
    step = source_step(NETWORK, POLICY, opportunity=Need("worth", lambda _unit, _orders, _lock: known[0]))
    oms = opened(storage, clock, BER={"A": 1}, MUC={"A": 9})
    oms = Oms(storage, oms.channels.values(), direct(NETWORK, POLICY).replace("source", step), clock=clock)
    oms.receive("web", b"AT:A AT:A")
    known[0] = worth(oms)
    (price,) = known[0].pieces.values()
    assert price > 100
    for order in list(oms.orders()):
        oms.cancel(readable("SO", order.key), actor="amy")
    (number,) = oms.receive("web", b"DE:A").placed
    oms.run()
    assert [one.warehouse for one in oms.order(number).consignments] == ["MUC"]
    assert "the best once what the pieces are worth to expected orders is paid" in oms.explain(number)


@pytest.mark.parametrize("terms", [{"past": timedelta(0)}, {"ahead": -HOUR}])
def test_no_time_is_no_stretch(storage: Storage, terms: dict[str, timedelta]) -> None:
    with pytest.raises(UsageError) as caught:
        worth(opened(storage, Clock()), **terms)
    assert caught.value.code == "bad_period"


def exact(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
    return plan(demands, supply, NETWORK, POLICY, at=at)


def far(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
    distances = {("BER", ""): 2, ("MUC", ""): 1}
    return plan_by_choosers(demands, supply, NETWORK, POLICY, [Chooser.NEAREST], at=at, distances=distances)


PLANNERS = {"now": exact, "nearest": far}


def replayed(oms: Oms, hours: int = 24, **more: Any) -> Any:
    return oms.sourcing.replay(
        PLANNERS, warehouses=("BER", "MUC"), since=AT, until=AT + hours * HOUR, patience=3 * HOUR, **more
    )


def test_the_past_by_another_policy_says_what_it_would_have_cost(storage: Storage) -> None:
    clock = Clock()
    oms = opened(storage, clock, BER={"A": 2, "B": 5}, MUC={"A": 5})
    clock.forward(minutes=30)
    oms.receive("web", b"DE:A@1 DE:AB@2")
    oms.run()
    oms.stock.receive("BER", {"A": 50}, actor="amy")
    clock.forward(hours=5)
    found = replayed(oms)
    # the nearest sends A from Munich for 600 twice, and B apart from Berlin with a split of 200
    assert [(one.name, one.orders, one.cost_minor, one.parcels) for one in found.outcomes] == [
        ("now", 2, 1000, 2),
        ("nearest", 2, 600 + 600 + 500 + 200, 3),
    ]
    (change,) = found.differences
    assert (change.name, change.against, change.cost_minor, change.parcels, change.split_orders) == (
        "nearest", "now", 900, 1, 1,
    )  # fmt: skip
    assert (change.freight_minor, change.held_orders, change.unfilled_units, change.late_days) == (700, 0, 0, 0)


def test_stock_is_what_it_was_then_and_what_came_later_comes_later(storage: Storage) -> None:
    """One piece was there in the morning, two came after four hours: too late for the second order's patience."""
    clock = Clock(AT - HOUR)
    oms = opened(storage, clock, BER={"A": 1})
    oms.receive("web", b"DE:A@0 DE:A@0 DE:A@2")
    clock.forward(hours=5)
    oms.stock.receive("BER", {"A": 2}, actor="amy")
    oms.run()
    outcome = replayed(oms).outcomes[0]
    assert (outcome.orders, outcome.parcels, outcome.held_orders, outcome.unfilled_units) == (3, 2, 1, 1)


def test_orders_after_the_stretch_and_cancelled_ones_are_not_replayed(storage: Storage) -> None:
    oms = opened(storage, Clock(AT - HOUR), BER={"A": 9})
    placed = oms.receive("web", b"DE:A@0 DE:A@1 DE:A@5").placed
    oms.cancel(placed[0], actor="amy")
    assert replayed(oms, hours=5).outcomes[0].orders == 1


def test_a_replay_needs_a_planner_and_some_time(storage: Storage) -> None:
    oms = opened(storage, Clock())
    with pytest.raises(UsageError) as caught:
        oms.sourcing.replay({}, warehouses=(), since=AT, until=AT + HOUR)
    assert caught.value.code == "no_planner"
    with pytest.raises(UsageError) as caught:
        replayed(oms, hours=0)
    assert caught.value.code == "bad_period"
    with pytest.raises(UsageError) as caught:
        oms.sourcing.replay(PLANNERS, warehouses=(), since=AT.replace(tzinfo=None), until=datetime.now(UTC))
    assert caught.value.code == "naive_datetime"


def test_nothing_is_written(storage: Storage) -> None:
    oms = opened(storage, Clock(), BER={"A": 9})
    (number,) = oms.receive("web", b"DE:A@0").placed
    before = oms.history(number), oms.order(number)
    worth(oms)
    replayed(oms)
    assert (oms.history(number), oms.order(number)) == before
