"""Rate cards: what a parcel costs, worked out by hand, and what the planner makes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omskit.allocation import Demand, DemandLine, Lane, Network, Policy, RateCard, Service, Supply, Warehouse, plan
from omskit.core import Cell, Component, Destination, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: Bands of 0-0.5, 0.5-1, 1-2 and 2-3 kg, then 1 yuan for every kilogram begun.
BANDED = RateCard(3000, 600, 1000, 100, bands=((500, 280), (1000, 320), (2000, 450), (3000, 600)), round_g=500)


@pytest.mark.parametrize(
    ("weight_g", "price"),
    [(0, 1200), (1000, 1200), (1001, 1800), (2000, 1800), (2001, 2400), (10_000, 6600)],
)
def test_first_price_and_a_step_for_every_kilogram_begun(weight_g: int, price: int) -> None:
    assert RateCard(1000, 1200, 1000, 600).freight_minor(weight_g) == price


@pytest.mark.parametrize(
    ("weight_g", "price"),
    [
        (1, 280), (500, 280), (501, 320), (1000, 320), (1001, 450), (2000, 450), (2001, 600), (3000, 600),
        (3001, 700), (4000, 700), (4001, 800),
    ],
)  # fmt: skip
def test_bands_hold_up_to_and_including_their_weight_then_steps(weight_g: int, price: int) -> None:
    assert BANDED.freight_minor(weight_g) == price


@pytest.mark.parametrize(
    ("weight_g", "price"), [(500, 900), (1500, 900), (2500, 1000), (2501, 1200), (3500, 1200)]
)
def test_the_minimum_holds_before_and_the_surcharge_after(weight_g: int, price: int) -> None:
    card = RateCard(500, 300, 1000, 200, minimum_minor=600, surcharge_minor=300)
    assert card.freight_minor(weight_g) == price


@pytest.mark.parametrize(
    "figures",
    [
        {"bands": ((1000, 300), (500, 400))},
        {"bands": ((500, 400), (1000, 300))},
        {"bands": ((500, 300), (500, 300))},
        {"bands": ((500, 900),)},
        {"bands": ((0, 100),)},
        {"minimum_minor": -1},
        {"round_g": 0},
        {"round_g": 300},
        {"surcharge_minor": 1.5},
    ],
)
def test_figures_that_make_no_card_are_refused(figures: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="bad_rate"):
        RateCard(1000, 500, 1000, 100, **figures)


@st.composite
def cards(draw: st.DrawFn) -> RateCard:
    weights = sorted(draw(st.sets(st.integers(1, 40), max_size=4)))
    prices = sorted(draw(st.integers(0, 500)) for _ in weights)
    first = draw(st.integers(prices[-1] if prices else 0, 600))
    return RateCard(
        100 * draw(st.integers(0, 20)),
        first,
        100 * draw(st.integers(1, 10)),
        draw(st.integers(0, 90)),
        tuple((100 * weight, price) for weight, price in zip(weights, prices, strict=True)),
        draw(st.integers(0, 900)),
        draw(st.integers(0, 200)),
        100,
    )


@given(cards(), st.integers(0, 12_000))
def test_the_cheapest_piece_that_takes_a_weight_is_what_the_card_asks(card: RateCard, weight_g: int) -> None:
    def price(to_g: int | None, first_g: int, first_minor: int, step_minor: int) -> int:
        assert to_g is None or weight_g <= to_g
        return first_minor + max(-((first_g - weight_g) // card.step_g), 0) * step_minor

    taking = [piece for piece in card.pieces if piece.to_g is None or weight_g <= piece.to_g]
    assert min(price(*piece) for piece in taking) == card.freight_minor(weight_g)


def freight(service: Service, *parts: Component, at: datetime = AT) -> list[int]:
    """Return the freight of the parcels that a unit of these parts is sent in."""
    demand = Demand(1, 0, Destination("DE"), "EUR", (DemandLine(1, "A", 1, parts),))
    network = Network("EUR", (Warehouse("W0"),), (service,))
    (decision,) = plan([demand], Supply({Cell("A", "W0"): 1}), network, Policy(), at=at).decisions
    return [parcel.freight_minor for parcel in decision.parcels]


@given(cards(), st.integers(1, 12_000))
def test_the_planner_asks_what_the_card_asks(card: RateCard, weight_g: int) -> None:
    service = Service("std", "post", (Lane({"DE"}, card),))
    assert freight(service, Component("A", 1, weight_g)) == [card.freight_minor(weight_g)]


@pytest.mark.parametrize(
    ("divisor", "price"),
    [(6000, 1050), (8000, 850), (12_000, 550), (0, 350)],
    ids=["SF", "common", "land", "none"],
)
def test_volume_counts_by_the_divisor_of_the_service(divisor: int, price: int) -> None:
    """A box of 40 x 40 x 37.5 cm is 10 kg by 6000, 7.5 by 8000 and 5 by 12000; it weighs 2.5 kg."""
    service = Service("std", "post", (Lane({"DE"}, RateCard(1000, 150, 1000, 100)),), 0, divisor)
    assert freight(service, Component("A", 1, 2500, 60_000)) == [price]


PEAK = (
    Lane({"DE"}, RateCard(1000, 500), until=date(2026, 11, 1)),
    Lane({"DE"}, RateCard(1000, 500, surcharge_minor=120), since=date(2026, 11, 1), until=date(2027, 1, 1)),
)


@pytest.mark.parametrize(
    ("day", "asked"),
    [(date(2026, 10, 31), [500]), (date(2026, 11, 1), [620]), (date(2026, 12, 31), [620]), (date(2027, 1, 1), [])],
)
def test_a_lane_holds_for_the_days_of_hand_over_that_it_names(day: date, asked: list[int]) -> None:
    service = Service("std", "post", PEAK)
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    assert freight(service, Component("A", 1, 100), at=at) == asked


def test_lanes_of_one_place_may_follow_each_other_and_not_overlap() -> None:
    assert Service("std", "post", PEAK).lanes == PEAK
    with pytest.raises(UsageError, match="overlapping_lanes"):
        Service("std", "post", (*PEAK, Lane({"DE"}, RateCard(1000, 400), since=date(2026, 12, 31))))


def test_a_lane_that_holds_for_no_day_is_refused() -> None:
    with pytest.raises(UsageError, match="bad_rate"):
        Lane({"DE"}, RateCard(1000, 400), since=date(2026, 11, 1), until=date(2026, 11, 1))
