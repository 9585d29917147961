"""Contracts with couriers count what has been released: over batches, days and places, less what is not sent."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from shop import Clock, fulfillments, order, payload, shop

from omskit.allocation import Carried, Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.core import UsageError
from omskit.engine import Oms
from omskit.flow import Contract, direct
from omskit.fulfillment import Reject
from omskit.storage import Storage

TODAY = date(2026, 3, 2)
SITES = (Warehouse("BER"), Warehouse("MUC", 1))
#: Post costs 500 from Berlin and 520 from Munich; dash 40 more.
SERVICES = tuple(
    Service(
        name,
        courier,
        tuple(Lane({"DE"}, RateCard(1000, price + more), 1, {code}) for code, more in (("BER", 0), ("MUC", 20))),
    )
    for name, courier, price in (("std", "post", 500), ("fast", "dash", 540))
)
NETWORK = Network("EUR", SITES, SERVICES)


def opened(storage: Storage, clock: Clock, *contracts: Contract, **more: Any) -> Oms:
    oms = shop(storage, clock, process=direct(NETWORK, Policy(), contracts=contracts), **more)
    oms.stock.receive("BER", {"A": 50}, actor="amy")
    oms.stock.receive("MUC", {"A": 50}, actor="amy")
    return oms


def placed(oms: Oms, *ids: str) -> list[str]:
    """Receive orders of one piece, run, and return warehouse and courier of each."""
    numbers = oms.receive("web", payload(*(order(one, ("A", 1)) for one in ids))).placed
    oms.run()
    return [f"{one.warehouse} {one.courier}" for number in numbers for one in oms.order(number).consignments]


def test_what_earlier_batches_released_counts(storage: Storage) -> None:
    oms = opened(storage, Clock(), Contract(Carried("post", warehouse="BER"), at_most=3), batch=2)
    assert Counter(placed(oms, *"12345")) == {"BER post": 3, "MUC post": 2}
    assert placed(oms, "6") == ["MUC post"]


def test_every_day_of_hand_over_begins_anew(storage: Storage) -> None:
    clock = Clock()
    oms = opened(storage, clock, Contract(Carried("post"), at_most=1))
    assert placed(oms, "1", "2") == ["BER post", "BER dash"]
    clock.forward(days=1)
    assert placed(oms, "3", "4") == ["BER post", "BER dash"]


def test_a_period_is_counted_as_a_whole(storage: Storage) -> None:
    clock = Clock()
    week = Carried("post", first=TODAY, last=TODAY + timedelta(days=6))
    oms = opened(storage, clock, Contract(week, at_most=2))
    assert placed(oms, "1") == ["BER post"]
    clock.forward(days=1)
    assert placed(oms, "2", "3") == ["BER post", "BER dash"]
    clock.forward(days=6)
    assert placed(oms, "4") == ["BER post"]


def test_what_a_warehouse_will_not_send_does_not_count(storage: Storage) -> None:
    oms = opened(storage, Clock(), Contract(Carried("post"), at_most=1))
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, Reject("closed"), actor="ber")
    oms.run()
    assert [one.courier for one in oms.order(number).consignments] == ["post"]


def test_a_commitment_is_kept_up_to_its_number_and_at_its_price(storage: Storage) -> None:
    oms = opened(storage, Clock(), Contract(Carried("dash"), at_least=3, short_minor=41), batch=2)
    assert placed(oms, *"12345") == ["BER dash"] * 3 + ["BER post"] * 2
    cheaper = opened(storage, Clock(), Contract(Carried("dash"), at_least=9, short_minor=39))
    assert placed(cheaper, "6") == ["BER post"]


def test_a_least_share_follows_what_the_day_has_had(storage: Storage) -> None:
    oms = opened(storage, Clock(), Contract(Carried("dash"), least_percent=50, short_minor=41))
    for name in "1234":
        placed(oms, name)
    said = [one.courier for number in oms.orders() for one in number.consignments]
    # half of 1 is one parcel, half of 2 is one, half of 3 is two, half of 4 is two
    assert said == ["dash", "post", "dash", "post"]


def test_the_quota_that_was_binding_stands_in_the_history(storage: Storage) -> None:
    oms = opened(storage, Clock(), Contract(Carried("post", warehouse="BER"), at_most=0))
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    oms.run()
    assert "the quota of post BER 2026-03-02 keeps it from costing 0.20 less" in oms.explain(number)


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"at_most": -1},
        {"at_least": 5},
        {"at_most": 5, "short_minor": 5},
        {"least_percent": 101, "short_minor": 5},
        {"at_most": 5.0},
    ],
)
def test_contracts_that_say_nothing_or_nonsense_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        Contract(Carried("post"), **terms)
    assert caught.value.code == "bad_contract"
