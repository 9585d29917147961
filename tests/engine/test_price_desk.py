"""The price desk: price changes that another approves and that apply once, and what became of each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from counters import HOT, draft, phone
from shop import AT, WEB, Clock, process

from omskit.core import Refused, UsageError, readable
from omskit.engine import Oms
from omskit.pricing import Breach, Customer, PriceChange, PriceEntry, PriceGuard, changes
from omskit.storage import Storage


def scheduled(hours: int, minor: int) -> changes.Submit:
    return changes.Submit(PriceChange(0, "", "base", AT + timedelta(hours=hours), (PriceEntry.of("A", minor),)))


def test_an_approved_price_change_applies_once_when_its_time_has_come(storage: Storage) -> None:
    clock = Clock()
    oms = phone(storage, clock=clock)
    number = oms.prices.submit(scheduled(2, 1200), actor="amy")
    assert oms.prices.apply() == ()
    oms.prices.do(number, changes.Approve(), actor="bob")
    assert oms.prices.apply() == ()
    clock.forward(hours=2)
    assert oms.counter.quote(draft("P1", ("A", 1), at=clock.at)).total_minor == 1000
    assert (oms.prices.apply(), oms.prices.apply()) == ((number,), ())
    assert oms.counter.quote(draft("P1", ("A", 1), at=clock.at)).total_minor == 1200
    assert oms.verify().is_sound


def test_a_price_change_is_asked_for_once_for_each_key(storage: Storage) -> None:
    oms = phone(storage)
    number = oms.prices.submit(scheduled(2, 1200), actor="amy", key="spring")
    assert oms.prices.submit(scheduled(2, 1200), actor="amy", key="spring") == number
    with pytest.raises(UsageError, match="key_reused"):
        oms.prices.submit(scheduled(2, 1300), actor="amy", key="spring")
    assert list(oms.prices.changes()) == [number]


def test_price_changes_and_budgets_tell_what_became_of_them(storage: Storage) -> None:
    oms = phone(storage, HOT)
    number = oms.prices.submit(scheduled(0, 1200), actor="amy")
    assert [*oms.prices.changes("submitted"), *oms.prices.changes("approved")] == [number]
    oms.prices.do(number, changes.Approve(), actor="ben")
    assert [one.approved_by for one in oms.prices.changes().values()] == ["ben"]
    oms.prices.apply()
    assert [one.actor for one in oms.prices.history(number)] == ["amy", "ben", "omskit"]
    (sold,) = oms.counter.place([draft("P1", ("A", 1))], actor="amy").placed
    oms.cancel(sold, actor="ben")
    assert [one.actor for one in oms.prices.allowance_history("promotion:HOT")] == ["amy", "amy", "ben"]
    with pytest.raises(UsageError):
        oms.prices.allowance_history("promotion:COLD")
    with pytest.raises(UsageError):
        oms.prices.history(readable("PC", 999))


def test_nobody_approves_a_price_change_of_his_own(storage: Storage) -> None:
    oms = phone(storage)
    number = oms.prices.submit(scheduled(0, 1200), actor="amy")
    with pytest.raises(Refused) as error:
        oms.prices.do(number, changes.Approve(), actor="amy")
    assert error.value.code == "own_approval"


def test_a_guard_looks_at_the_prices_in_force_before_a_change_is_asked_for(storage: Storage) -> None:
    oms = phone(storage, clock=Clock())
    number = oms.prices.submit(scheduled(0, 1200), actor="amy")
    oms.prices.do(number, changes.Approve(), actor="bob")
    oms.prices.apply()
    guard = PriceGuard(margin=Decimal("0.2"), leap=Decimal("0.1"))
    found = oms.prices.violations(scheduled(1, 1000).change, guard, costs={"A": 900})
    assert [(one.breach, one.bound_minor) for one in found] == [(Breach.BELOW_MARGIN, 1125), (Breach.LEAP, 1080)]
    with pytest.raises(Refused) as error:
        oms.prices.submit(changes.Submit(scheduled(1, 1000).change, found), actor="amy")
    assert error.value.code == "price_guarded"


def test_prices_in_force_are_compared_between_places(storage: Storage) -> None:
    oms = phone(storage, clock=Clock())
    places = {"web": Customer("EUR", AT, "web"), "phone": Customer("EUR", AT, "phone")}
    assert oms.prices.differences(["A", "B"], places, currency="EUR") == ()
    (only,) = oms.prices.differences(["A", "Z"], places, currency="EUR")
    assert (only.sku, only.missing) == ("Z", ("web", "phone"))


def test_what_cannot_be_looked_up_is_told(storage: Storage) -> None:
    oms = phone(storage)
    other = PriceChange(0, "", "other", AT, (PriceEntry.of("A", 1),))
    with pytest.raises(UsageError, match="base"):
        oms.prices.violations(other, PriceGuard(), costs={})
    with pytest.raises(UsageError, match="pricing"):
        Oms(storage, [WEB], process()).prices.book()
