"""The forecasts against ``statsforecast``: the same method with the same parameters gives the same numbers.

It is installed by hand, as it brings numba and pandas along; without it these tests are skipped.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from omskit.inventory.replenishment import Intermittent, Method, MovingAverage, Naive, Smoothing, Variant

pytestmark = pytest.mark.filterwarnings("ignore")

numpy = pytest.importorskip("numpy", exc_type=ImportError)
models = pytest.importorskip("statsforecast.models", exc_type=ImportError)

HORIZON = 7


def demand(seed: int, share: float) -> list[float]:
    """Return a history of 5 to 80 periods; in ``share`` of them something is asked for, at least once."""
    random = Random(seed)
    periods = random.randint(5, 80)
    drawn = [float(random.randint(1, 40)) if random.random() < share else 0.0 for _ in range(periods)]
    drawn[random.randrange(periods)] = 7.0
    return drawn


def theirs(model: Any, history: list[float]) -> list[float]:
    return [float(one) for one in model.forecast(numpy.array(history), HORIZON)["mean"]]


PAIRS: list[tuple[Method, Any]] = [
    (Naive(), models.Naive()),
    (MovingAverage(4), models.WindowAverage(4)),
    (Smoothing(0.1), models.SimpleExponentialSmoothing(0.1)),
    (Smoothing(0.6), models.SimpleExponentialSmoothing(0.6)),
    (Intermittent(Variant.CROSTON), models.CrostonClassic()),
    (Intermittent(Variant.SBA), models.CrostonSBA()),
    (Intermittent(Variant.TSB), models.TSB(0.1, 0.1)),
    (Intermittent(Variant.TSB, 0.3, 0.05), models.TSB(0.3, 0.05)),
]


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
@pytest.mark.parametrize(("ours", "model"), PAIRS, ids=lambda one: getattr(one, "name", ""))
def test_the_same_method_gives_the_same_numbers(ours: Method, model: Any, share: float) -> None:
    for seed in range(40):
        history = demand(seed, share)
        assert ours(history, HORIZON) == pytest.approx(theirs(model, history), rel=1e-9)


@pytest.mark.parametrize("season", [2, 5, 7])
def test_the_last_season_comes_again(season: int) -> None:
    for seed in range(40):
        history = demand(seed, 0.6)
        if len(history) >= season:
            expected = theirs(models.SeasonalNaive(season), history)
            assert Naive(season)(history, HORIZON) == pytest.approx(expected)
