"""Forecasts: published figures, demand with gaps, missing periods, choice by rolling origin."""

from __future__ import annotations

from datetime import date
from math import isnan

import pytest

from omskit.core import UsageError
from omskit.inventory.replenishment import (
    Holt,
    HoltWinters,
    Intermittent,
    MovingAverage,
    Naive,
    Pattern,
    Profiled,
    Rate,
    Smoothing,
    Variant,
    aggregate,
    best_of,
    demand_history,
    error_spread,
    mase,
    pattern,
    pooled_profile,
    rate_of,
    rmsse,
    rolling_origin,
    uplifted,
    without_uplift,
)

R24 = (6, 0, 0, 3, 0, 0, 4, 0, 2, 0)
R25 = (0, 0, 5, 0, 0, 0, 4, 0, 7, 0, 0, 3)


@pytest.mark.parametrize(
    ("history", "croston", "sba", "tsb"),
    [
        pytest.param(R24, 3.5901525659, 3.4106449376, 3.1241361773, id="R24"),
        pytest.param(R25, 1.6379137412, 1.5560180540, 1.3261154486, id="R25"),
        pytest.param((0, 0, 0), 0, 0, 0, id="R26-zero"),
        pytest.param((0, 0, 0, 4), 1, 0.95, 0.4, id="R26-last"),
        pytest.param((5,), 5, 4.75, 5, id="R26-one"),
        pytest.param((3, 3, 3, 3), 3, 2.85, 3, id="R26-even"),
    ],
)
def test_intermittent_demand_gives_the_published_figures(
    history: tuple[int, ...], croston: float, sba: float, tsb: float
) -> None:
    found = [Intermittent(variant)(history, 1)[0] for variant in (Variant.CROSTON, Variant.SBA, Variant.TSB)]
    assert found == pytest.approx([croston, sba, tsb], rel=1e-9)


def test_r24_tsb_and_simple_smoothing_give_the_published_figures() -> None:
    assert Intermittent(Variant.TSB, 0.2)(R24, 1) == pytest.approx([2.0189131899], rel=1e-9)
    assert Smoothing(0.1)(R24, 2) == pytest.approx([2.9555552340] * 2, rel=1e-9)


def test_r27_simple_smoothing_gives_the_textbook_figure() -> None:
    oil = "445.36 453.20 454.41 422.38 456.04 440.39 425.19 486.21 500.43 521.28 508.95 488.89 509.87 456.72"
    history = [float(value) for value in (oil + " 473.82 525.95 549.83 542.34").split()]
    assert Smoothing(0.8339, 446.5868)(history, 1)[0] == pytest.approx(542.6797, abs=5e-5)


def test_r28_holts_method_gives_the_textbook_figure() -> None:
    air = "17.55 21.86 23.89 26.93 26.89 28.83 30.08 30.95 30.19 31.58 32.58 33.48 39.02 41.39 41.60 44.66 46.95"
    later = "48.73 51.49 50.03 60.64 63.36 66.36 68.20 68.12 69.78 72.60"
    history = [float(value) for value in f"{air} {later}".split()]
    assert Holt(0.8302, 0.0001, level=15.5715, trend=2.1017)(history, 1)[0] == pytest.approx(74.6032, abs=5e-5)


def test_a_damped_trend_fades() -> None:
    assert Holt(1, 1, damping=0.5)([10, 20], 3) == pytest.approx([25, 27.5, 28.75])


def test_a_line_goes_on_as_a_line() -> None:
    assert Holt(0.3, 0.2)([2, 4, 6, 8], 2) == pytest.approx([10, 12])


@pytest.mark.parametrize("additive", [False, True])
def test_a_season_without_trend_comes_again(additive: bool) -> None:  # noqa: FBT001
    assert HoltWinters(4, additive=additive)([1, 2, 3, 2] * 3, 5) == pytest.approx([1, 2, 3, 2, 1])


def test_a_season_on_a_line_goes_on_as_one() -> None:
    """20, 24, 28 ... with 5 less and 5 more in turn."""
    assert HoltWinters(2, additive=True)([15, 29, 23, 37, 31, 45], 2) == pytest.approx([39, 53])


def test_less_than_two_seasons_are_forecast_without_one() -> None:
    assert HoltWinters(7)([1, 2, 3], 1) == Holt(0.2, 0.05)([1, 2, 3], 1)


def test_a_missing_period_moves_nothing() -> None:
    assert Smoothing(0.5)([4, None, 8], 1) == [6]
    assert MovingAverage(2)([4, None, 8], 1) == [6]
    assert Holt(1, 1)([None, 2, None, 6], 1) == pytest.approx([8])
    assert Naive()([4, None], 1) == [4]


def test_a_forecast_is_never_below_zero() -> None:
    assert Holt(1, 1)([9, 5, 1], 2) == [0, 0]


def test_a_naive_season_repeats_the_last_one() -> None:
    assert Naive(3)([9, 9, 9, 1, 2, 3], 4) == [1, 2, 3, 1]


def test_nothing_known_forecasts_nothing() -> None:
    methods = (Naive(), MovingAverage(3), Smoothing(), Holt(), HoltWinters(7), Intermittent())
    assert [method([], 2) for method in methods] == [[0, 0]] * 6


def test_a_weight_is_a_share() -> None:
    with pytest.raises(UsageError, match="bad_smoothing"):
        Smoothing(1.1)


def test_r29_rmsse_gives_the_hand_figure() -> None:
    assert rmsse([3, 5, 4, 6, 5], [6, 4], [5, 5]) == pytest.approx(0.6324555320, rel=1e-9)


def test_mase_is_in_units_of_the_naive_error() -> None:
    assert mase([3, 5, 4, 6, 5], [6, 4], [5, 5]) == pytest.approx(1 / 1.5)


def test_errors_are_scaled_from_the_first_demand_on() -> None:
    assert rmsse([0, 0, 3, 5], [5], [4]) == pytest.approx(0.5)


def test_what_cannot_be_scaled_is_not_a_number() -> None:
    assert isnan(mase([5], [5], [4]))


def test_methods_are_measured_from_the_same_origins() -> None:
    history = [10, 12, 10, 12, 10, 12, 10, 12]
    naive, mean = rolling_origin(history, [Naive(), MovingAverage(2)], horizon=1, origins=4)
    assert (naive.mase, naive.origins) == (1.0, 4)
    assert (mean.mase, mean.rmsse, mean.bias) == (0.5, 0.5, 0.0)


def test_bias_is_above_zero_when_forecasts_are_too_high() -> None:
    (found,) = rolling_origin([8, 4, 2], [Naive()], horizon=1, origins=2)
    assert found.bias == pytest.approx(1.0)


def test_the_method_with_the_least_error_is_chosen() -> None:
    assert best_of([1, 2, 3] * 4, [Naive(), Naive(3)], horizon=3, origins=3) == Naive(3)
    assert best_of([], [Naive(), Naive(3)], horizon=3, origins=3) == Naive()


def test_there_must_be_a_method_to_choose() -> None:
    with pytest.raises(UsageError, match="no_methods"):
        best_of([1], [], horizon=1, origins=1)


def test_a_horizon_is_some_periods() -> None:
    with pytest.raises(UsageError, match="bad_period"):
        rolling_origin([1, 2], [Naive()], horizon=0, origins=1)


def test_the_spread_of_errors_is_what_safety_stock_covers() -> None:
    assert error_spread([10, 12, 10, 12], Naive()) == pytest.approx(2.0)


def test_a_pooled_profile_gives_the_level_its_season_back() -> None:
    profile = pooled_profile([[1, 3, 1, 3], [2, 6, None, 6]], 2)
    assert profile == pytest.approx((4 / 3 / (4 / 3 + 4.5) * 2, 4.5 / (4 / 3 + 4.5) * 2))
    assert Profiled(MovingAverage(2), (0.5, 1.5))([5, 15], 3) == pytest.approx([5, 15, 5])


def test_a_profile_of_no_demand_is_even_and_a_closed_day_is_not_used() -> None:
    assert pooled_profile([[0, 0]], 2) == (1, 1)
    assert Profiled(MovingAverage(9), (2.0, 0.0))([4, 7], 2) == pytest.approx([4, 0])


def test_a_profile_has_factors_from_zero() -> None:
    with pytest.raises(UsageError, match="bad_profile"):
        Profiled(Naive(), ())
    with pytest.raises(UsageError, match="bad_period"):
        pooled_profile([], 0)


def test_r_e11_a_promotion_goes_on_after_smoothing_and_comes_out_before() -> None:
    assert uplifted([10, 10], [1, 1.5]) == [10, 15]
    assert without_uplift([10, 15, None], [1, 1.5, 2]) == [10, 10, None]
    with pytest.raises(UsageError, match="bad_profile"):
        uplifted([10], [1, 2])
    with pytest.raises(UsageError, match="bad_profile"):
        without_uplift([10], [-1])


MONDAY = date(2026, 3, 2)


def _day(number: int) -> date:
    return date(2026, 3, number)


def test_r_e4_a_day_without_stock_is_missing_and_not_zero() -> None:
    sold = [(_day(2), 5), (_day(4), 5)]
    history = demand_history(sold, start=MONDAY, periods=3, without_stock={_day(3)})
    assert history == [5, None, 5]
    assert rate_of(history).mean == 5


def test_a_week_with_days_without_stock_is_stretched() -> None:
    sold = [(_day(2), 10), (_day(4), 4), (_day(12), 7)]
    closed = {_day(7), _day(8), *(_day(number) for number in range(16, 23))}
    history = demand_history(sold, start=MONDAY, periods=3, days=7, without_stock=closed)
    assert history == [14 * 7 / 5, 7, None]


def test_returns_are_no_demand() -> None:
    assert demand_history([(MONDAY, 5), (MONDAY, -3)], start=MONDAY, periods=1) == [5]


def test_r_e3_too_little_demand_takes_the_rate_of_the_category() -> None:
    fallback = Rate(2.0, 1.0, 90)
    assert rate_of([0, 4, 0], fallback=fallback) == fallback
    assert rate_of([4, 4, 4], fallback=fallback) == Rate(4.0, 0.0, 3)
    assert rate_of([]) == Rate(0.0, 0.0)


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ((4, 5, 4, 6), Pattern.SMOOTH),
        ((1, 9, 1, 20), Pattern.ERRATIC),
        (R24, Pattern.INTERMITTENT),
        ((0, 1, 0, 0, 30, 0, 2), Pattern.LUMPY),
        ((0, None), Pattern.NONE),
    ],
)
def test_demand_is_told_apart_by_interval_and_size(history: tuple[float | None, ...], found: Pattern) -> None:
    assert pattern(history) is found


def test_groups_of_periods_end_with_the_history() -> None:
    assert aggregate([9, 1, 2, None, 4, None, None], 2) == [3, 8, None]
    with pytest.raises(UsageError, match="bad_period"):
        aggregate([1], 0)
    with pytest.raises(UsageError, match="bad_period"):
        demand_history([], start=MONDAY, periods=0)
