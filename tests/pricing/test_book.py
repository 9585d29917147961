"""Price lists: which price holds, and that there is never a doubt about it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from attrs import evolve

from omskit.core import Money, OmsError, Refusal
from omskit.pricing import (
    Breach,
    Customer,
    Exchange,
    PriceBook,
    PriceDifference,
    PriceEntry,
    PriceGuard,
    PriceList,
    Quote,
    TaxMode,
    TierMode,
    Violation,
    Wanted,
    Window,
    price_differences,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BUYER = Customer("EUR", AT, "web", "Europe/Berlin", {"vip"}, "BER", "DE-BY")
BASE = PriceList("base", "EUR", [PriceEntry.of("A", 1000), PriceEntry.of("B", 500)])


def a_list(code: str, minor: int, **conditions: object) -> PriceList:
    return PriceList(code, "EUR", [PriceEntry.of("A", minor)], **conditions)  # type: ignore[arg-type]


def answer(book: PriceBook, customer: Customer = BUYER, quantity: int = 1) -> tuple[str, int]:
    (quote,) = book.quote([Wanted(1, "A", quantity)], customer)
    assert isinstance(quote, Quote)
    return quote.price_list, quote.list_minor


def code_of(error: pytest.ExceptionInfo[OmsError]) -> str:
    return error.value.code


LADDER = [
    a_list("for the group", 10, group="vip"),
    a_list("for the channel", 20, channel="web"),
    a_list("for the warehouse", 30, warehouse="BER"),
    a_list("for the state", 40, region="DE-BY"),
    a_list("for the country", 50, region="DE"),
    a_list("dated", 60, window=Window(datetime(2026, 1, 1))),
    BASE,
]


@pytest.mark.parametrize("first", range(len(LADDER)))
def test_the_most_specific_list_that_holds_gives_the_price(first: int) -> None:
    assert answer(PriceBook(reversed(LADDER[first:])))[0] == LADDER[first].code


def test_a_list_that_does_not_hold_is_passed_over() -> None:
    other = [
        a_list("g", 1, group="staff"), a_list("c", 1, channel="app"), a_list("w", 1, warehouse="POZ"),
        a_list("r", 1, region="DE-BE"), a_list("d", 1, window=Window(datetime(2027, 1, 1))),
        a_list("t", 1, tax_mode=TaxMode.EXCLUDED), evolve(a_list("usd", 1), currency="USD"),
    ]
    assert answer(PriceBook([*other, BASE])) == ("base", 1000)


def test_priority_decides_between_equals() -> None:
    assert answer(PriceBook([a_list("x", 1, priority=2), a_list("y", 2, priority=1)])) == ("y", 2)


def test_two_equally_specific_prices_are_refused_with_both_named() -> None:
    with pytest.raises(OmsError) as error:
        PriceBook([a_list("one", 1, channel="web"), a_list("two", 2, channel="web")])
    assert code_of(error) == "ambiguous_price"
    assert (error.value.facts["lists"], error.value.facts["sku"]) == (("one", "two"), "A")


def test_a_buyer_in_two_groups_makes_their_lists_rivals() -> None:
    with pytest.raises(OmsError) as error:
        PriceBook([a_list("one", 1, group="vip"), a_list("two", 2, group="staff")])
    assert code_of(error) == "ambiguous_price"


def test_lists_that_follow_each_other_on_the_wall_are_no_rivals() -> None:
    first = a_list("one", 1, window=Window(None, datetime(2026, 3, 29, 2, 30)))
    second = a_list("two", 2, window=Window(datetime(2026, 3, 29, 2, 30)))
    book = PriceBook([first, second])
    gap = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 02:30 does not exist: the clocks go from 02:00 to 03:00
    assert answer(book, evolve(BUYER, at=gap)) == ("two", 2)
    assert answer(book, evolve(BUYER, at=gap.replace(minute=29))) == ("one", 1)


def test_a_wall_time_that_exists_twice_counts_at_its_first() -> None:
    ends = Window(None, datetime(2026, 10, 25, 2, 30))
    assert ends.has(datetime(2026, 10, 25, 0, 29, tzinfo=UTC), "Europe/Berlin")
    assert not ends.has(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin")


def test_windows_of_two_places_are_rivals_when_they_may_meet_anywhere() -> None:
    here = Window(None, datetime(2026, 3, 2), "Europe/Berlin")
    assert here.may_meet(Window(datetime(2026, 3, 2), None, "Asia/Tokyo"))
    assert not here.may_meet(Window(datetime(2026, 3, 4), None, "Asia/Tokyo"))


def test_tiers_count_all_units_of_a_sku_so_that_splitting_a_line_changes_nothing() -> None:
    tiers = PriceList("t", "EUR", [PriceEntry("A", ((1, 1000), (10, 900)), TierMode.INCREMENTAL)])
    quotes = PriceBook([tiers]).quote([Wanted(2, "A", 4), Wanted(1, "A", 6)], BUYER)
    assert [quote.list_minor for quote in quotes if isinstance(quote, Quote)] == [3960, 5940]


def test_a_line_without_a_price_is_refused_with_the_reason_of_every_list_and_leaves_the_others() -> None:
    book = PriceBook([BASE, PriceList("app", "EUR", [PriceEntry.of("C", 1)], channel="app")])
    good, bad = book.quote([Wanted(1, "A", 1), Wanted(2, "C", 1)], BUYER)
    assert isinstance(good, Quote)
    assert isinstance(bad, Refusal)
    assert (bad.code, bad.facts["lists"]) == ("no_price", (("app", "channel"),))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: PriceEntry("A", ((2, 100),)), "bad_price"),
        (lambda: PriceEntry("A", ((1, 100), (1, 90))), "bad_price"),
        (lambda: PriceEntry("A", ((1, -1),)), "bad_price"),
        (lambda: PriceEntry("A", ((1, 1.5),)), "not_minor_units"),  # type: ignore[arg-type]
        (lambda: PriceEntry.of("A", 1).amount_minor(0), "bad_quantity"),
        (lambda: PriceList("x", "EUR", [PriceEntry.of("A", 1)] * 2), "duplicate_price"),
        (lambda: PriceList("", "EUR", []), "bad_code"),
        (lambda: PriceBook([BASE, BASE]), "duplicate_list"),
        (lambda: Window(datetime(2026, 1, 2), datetime(2026, 1, 2)), "bad_window"),
        (lambda: Window(AT), "bad_window"),
        (lambda: Window(zone="Nowhere"), "unknown_zone"),
        (lambda: Customer("EUR", AT, groups="vip"), "not_a_set"),
        (lambda: Exchange("EUR", "EUR", Decimal(1)), "bad_exchange"),
        (lambda: Exchange("EUR", "USD", 1.1), "bad_exchange"),  # type: ignore[arg-type]
        (lambda: Exchange("EUR", "USD", Decimal(1)).convert(Money(1, "USD")), "mixed_currencies"),
        (lambda: PriceGuard(Decimal(1)), "bad_margin"),
        (lambda: PriceGuard(0.2), "bad_fraction"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_a_price_is_refused(make: object, code: str) -> None:
    with pytest.raises(OmsError) as error:
        make()  # type: ignore[operator]
    assert code_of(error) == code


def test_a_guard_lists_every_price_that_breaks_it() -> None:
    guard = PriceGuard(Decimal("0.2"), Decimal("0.1"), below_msrp=True)
    entries = [
        PriceEntry("A", ((1, 1249), (10, 700)), floor_minor=800, msrp_minor=1200),
        PriceEntry("B", ((1, 1250),)),
    ]
    found = guard.violations(entries, costs={"A": 1000, "B": 1000}, before={"A": PriceEntry.of("A", 1000)})
    assert found == (
        Violation("A", Breach.ABOVE_MSRP, 1, 1249, 1200),
        Violation("A", Breach.BELOW_MARGIN, 1, 1249, 1250),
        Violation("A", Breach.LEAP, 1, 1249, 1100),
        Violation("A", Breach.BELOW_FLOOR, 10, 700, 800),
        Violation("A", Breach.BELOW_MARGIN, 10, 700, 1250),
        Violation("A", Breach.INVERSION, 10, 700, 1125),
    )


def test_the_same_sku_at_another_price_in_another_channel_is_a_difference() -> None:
    usd = PriceList("us", "USD", [PriceEntry.of("A", 1100)])
    app = PriceList("app", "EUR", [PriceEntry.of("A", 1010)], channel="app")
    places = {
        "web": BUYER, "app": evolve(BUYER, channel="app", groups=()), "us": Customer("USD", AT, "us"),
    }
    rate = Exchange("USD", "EUR", Decimal("0.9"))
    found = price_differences(PriceBook([BASE, usd, app]), ["A", "B"], places, currency="EUR", exchanges=[rate])
    assert found == (
        PriceDifference(
            "A", (("web", Money(1000, "EUR")), ("app", Money(1010, "EUR")), ("us", Money(1100, "USD"))), (), 20
        ),
        PriceDifference("B", (("web", Money(500, "EUR")), ("app", Money(500, "EUR"))), ("us",), 0),
    )
    assert price_differences(PriceBook([BASE, app]), ["A"], {"web": BUYER, "app": places["app"]}, currency="EUR",
                             tolerance_minor=10) == ()
    with pytest.raises(OmsError) as error:
        price_differences(PriceBook([usd]), ["A"], places, currency="EUR")
    assert code_of(error) == "no_exchange"
