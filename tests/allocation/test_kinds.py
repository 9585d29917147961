"""What came before is expected again, kind by kind; forecasts of goods say how often."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from three_sites import AT, demand, line

from omskit.allocation import Demand, Expected, expected_from
from omskit.core import Component, Destination, UsageError

AUSTRIA = Destination("AT")


def counts(found: tuple[Expected, ...]) -> list[tuple[str, str, int]]:
    """Return country, goods and count of each kind."""
    return [
        (one.demand.destination.country, "+".join(f"{x.quantity}{x.sku}" for x in one.demand.lines), one.count)
        for one in found
    ]


def came(*orders: tuple[str, int], country: str = "DE", first: int = 1) -> list[Demand]:
    """Return demands of one piece of each letter, so many of each."""
    texts = [text for text, count in orders for _ in range(count)]
    return [
        demand(*[line(n, sku) for n, sku in enumerate(text, 1)], key=key, destination=Destination(country))
        for key, text in enumerate(texts, first)
    ]


def test_kinds_come_as_often_as_they_came() -> None:
    past = came(("A", 6), ("AB", 3)) + came(("A", 3), country="AT", first=20)
    assert counts(expected_from(past, 24)) == [("AT", "1A", 6), ("DE", "1A", 12), ("DE", "1A+1B", 6)]


def test_shares_are_by_largest_remainder() -> None:
    assert counts(expected_from(came(("A", 2), ("B", 1)), 2)) == [("DE", "1A", 1), ("DE", "1B", 1)]


def test_a_kind_has_no_turn_no_dates_and_no_bars() -> None:
    bar = frozenset({"W0"})
    one = demand(line(3, "A", barred=bar), key=77, rank=5, ship_by=AT, arrive_by=AT, placed_at=AT, barred=bar)
    (found,) = expected_from([one], 1)
    assert found.demand == demand(line(3, "A"))


def test_a_forecast_makes_its_goods_come_more_or_less_often() -> None:
    past = came(("A", 4), ("B", 4), ("AB", 2))
    # six of each were asked for; A doubles and B halves, so that both together come 5/4 times as often
    found = expected_from(past, 10, forecast={"A": 12, "B": 3})
    assert counts(found) == [("DE", "1A", 8), ("DE", "1A+1B", 3), ("DE", "1B", 2)]


def test_what_has_no_forecast_goes_on_as_before() -> None:
    found = expected_from(came(("A", 4), ("B", 4)), 16, forecast={"A": 1})
    assert counts(found) == [("DE", "1A", 1), ("DE", "1B", 8)]


def test_goods_that_nobody_asked_for_belong_to_no_kind() -> None:
    assert counts(expected_from(came(("A", 4)), 4, forecast={"Z": 50})) == [("DE", "1A", 4)]


def test_pieces_of_bundles_are_forecast_by_piece() -> None:
    bundle = line(1, "SET", components=(Component("A", 2), Component("B", 1)))
    found = expected_from([demand(bundle)], 1, forecast={"A": 8, "B": 1})
    # three pieces: two of A come four times, one of B once, so three times on average
    assert [one.count for one in found] == [3]


def test_nothing_comes_of_nothing() -> None:
    assert expected_from([], 5) == ()
    assert expected_from(came(("A", 2)), 0) == ()
    assert expected_from(came(("A", 2)), 5, forecast={"A": 0}) == ()


@pytest.mark.parametrize("terms", [{"count": -1}, {"count": 5, "forecast": {"A": -1}}, {"count": 0.5}])
def test_numbers_below_zero_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        expected_from(came(("A", 1)), **terms)
    assert caught.value.code == "bad_quantity"


@given(
    st.lists(st.tuples(st.sampled_from(["A", "B", "AB", "C"]), st.integers(1, 5)), max_size=6),
    st.integers(0, 40),
    st.randoms(use_true_random=False),
)
def test_all_that_is_to_come_is_of_some_kind_whatever_the_order(
    orders: list[tuple[str, int]], count: int, random: Random
) -> None:
    past = came(*orders)
    found = expected_from(past, count)
    assert sum(one.count for one in found) == (count if past else 0)
    random.shuffle(past)
    assert expected_from(past, count) == found
