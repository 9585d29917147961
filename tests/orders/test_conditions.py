"""Conditions: what each part looks at, why one does not hold, and which conditions cover which."""

from datetime import UTC, datetime

import pytest
from attrs import evolve as changed

from omskit.core import Component, Destination, UsageError
from omskit.orders import History, Miss, Order, OrderLine, Span, Terms, When

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms(
    "web",
    "A-1",
    AT,
    "EUR",
    Destination("DE", "BY", "80331"),
    buyer="b1",
    paid_at=AT,
    grade=3,
    memo="Please WRAP it",
    marks=("presale",),
)
COLD = Component("ICE", weight_g=700, traits=("cold",))
LINES = (
    OrderLine(1, "ICE", 2, 2, list_minor=1000, components=(COLD,)),
    OrderLine(2, "CUP", 5, 5, list_minor=500),
)
ORDER = Order(1, "received", TERMS, LINES)
REGULAR = History(orders=4, cancelled=1, returned=2)


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        (When(currencies=frozenset({"EUR"})), True),
        (When(currencies=frozenset({"USD"})), False),
        (When(regions=frozenset({"DE-BY"})), True),
        (When(regions=frozenset({"AT-BY"})), False),
        (When(postcodes=frozenset({"DE/80"})), True),
        (When(postcodes=frozenset({"DE/81", "AT/80"})), False),
        (When(buyers=frozenset({"b1"})), True),
        (When(marks=frozenset({"presale", "gift"})), True),
        (When(marks=frozenset({"gift"})), False),
        (When(without_skus=frozenset({"PEN"})), True),
        (When(without_skus=frozenset({"CUP"})), False),
        (When(only_skus=frozenset({"CUP", "ICE", "PEN"})), True),
        (When(only_skus=frozenset({"CUP"})), False),
        (When(traits=frozenset({"cold"})), True),
        (When(traits=frozenset({"hazmat"})), False),
        (When(words=frozenset({"wrap"})), True),
        (When(words=frozenset({"split"})), False),
        (When(lines=Span(2, 2)), True),
        (When(units=Span(7, 7)), True),
        (When(units=Span(low=8)), False),
        (When(grade=Span(high=2)), False),
        (When(earlier=Span(4, 4)), True),
        (When(earlier=Span(high=3)), False),
        (When(returns=Span(low=2)), True),
        (When(paid=True, urgent=False), True),
        (When(paid=False), False),
        (When(urgent=True), False),
    ],
)
def test_each_part_looks_at_its_own_fact(when: When, *, matches: bool) -> None:
    assert when.matches(ORDER, REGULAR) is matches
    assert (when.miss(ORDER, REGULAR) is None) is matches


def test_a_miss_names_the_part_what_was_wanted_and_what_is_there() -> None:
    when = When(channels=frozenset({"web"}), total_minor=Span(low=2000))
    miss = when.miss(ORDER)
    assert miss == Miss("total_minor", Span(low=2000), 1500)
    assert str(miss) == "total_minor is 1500, wanted 2000.."
    assert str(When(traits=frozenset({"hazmat", "live"})).miss(ORDER)) == "traits is cold, wanted hazmat, live"


def test_only_a_condition_on_the_past_asks_for_the_history() -> None:
    assert When(earlier=Span(low=1)).asks_history
    assert not When(grade=Span(high=2), memo=True).asks_history


def test_one_text_in_place_of_a_set_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        When(channels="web")  # type: ignore[arg-type]  # the mistake that is meant
    assert (error.value.code, error.value.facts) == ("not_a_set", {"part": "channels"})


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        (When(), When(cod=True)),
        (When(channels=frozenset({"a", "b"})), When(channels=frozenset({"a"}), cod=True)),
        (When(total_minor=Span(low=10)), When(total_minor=Span(20, 30))),
        (When(without_skus=frozenset({"A"})), When(without_skus=frozenset({"A", "B"}))),
        (When(only_skus=frozenset({"A", "B"})), When(only_skus=frozenset({"A"}))),
        (When(postcodes=frozenset({"DE/8"})), When(postcodes=frozenset({"DE/80", "DE/81"}))),
        (When(words=frozenset({"wrap"})), When(words=frozenset({"please wrap"}))),
    ],
)
def test_a_wider_condition_covers_a_narrower_one_and_not_the_other_way(wider: When, narrower: When) -> None:
    assert wider.covers(narrower)
    assert not narrower.covers(wider)


def test_an_empty_range_can_never_be_fulfilled() -> None:
    assert When(units=Span(5, 4)).never == "units"
    assert When(units=Span(5, 5)).never == ""
    assert not When(units=Span(5, 4)).matches(changed(ORDER))
