"""How good the forecasts are on real demand, by rolling origin; against ``statsforecast`` where it is installed.

Demand is a month of an online shop's invoices (``examples/data``), daily, by SKU; days without any invoice are
closed and left out. Every method forecasts the same days from the same origins; errors are pooled over all SKUs
with enough history, scaled by each SKU's own naive error. Run: ``python benchmarks/forecast.py``.
"""

from __future__ import annotations

import csv
import gzip
import importlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isfinite, sqrt
from pathlib import Path
from time import process_time
from typing import Any

from omskit.inventory.replenishment import (
    Intermittent,
    Method,
    MovingAverage,
    Naive,
    Profiled,
    Smoothing,
    Variant,
    best_of,
    pooled_profile,
    rolling_origin,
)

DATA = Path(__file__).parents[1] / "examples" / "data" / "online_retail_2010-12.csv.gz"
HORIZON, ORIGINS, LEAST_SOLD = 3, 3, 4
#: The shop is open six days a week.
WEEK = 6


def demand() -> dict[str, list[float]]:
    """Return pieces by SKU and open day; returns are left out, and SKUs sold on fewer than some days."""
    sold: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if int(row["Quantity"]) > 0:
                sold[row["StockCode"]][row["InvoiceDate"][:10]] += int(row["Quantity"])
    days = sorted({day for by_day in sold.values() for day in by_day})
    return {
        sku: [by_day.get(day, 0.0) for day in days]
        for sku, by_day in sorted(sold.items())
        if len([day for day in by_day if day < days[-HORIZON - ORIGINS + 1]]) >= LEAST_SOLD
    }


class Chosen:
    """The method that would have been best on the history so far."""

    name = "chosen by rolling origin"

    def __init__(self, methods: Sequence[Method]) -> None:
        """Choose among these."""
        self.methods = methods

    def __call__(self, history: Sequence[float | None], horizon: int) -> list[float]:
        """Forecast with the best."""
        return best_of(history, self.methods, horizon=1, origins=5, least=4)(history, horizon)


def measured(series: Mapping[str, Sequence[float]], method: Method) -> tuple[float, float, float, float]:
    """Return RMSSE, MASE and bias over all SKUs, and the CPU seconds."""
    start, squared, absolute, high, total = process_time(), [], [], 0.0, 0.0
    for history in series.values():
        (found,) = rolling_origin(history, [method], horizon=HORIZON, origins=ORIGINS)
        if isfinite(found.rmsse) and isfinite(found.mase):
            squared.append(found.rmsse**2)
            absolute.append(found.mase)
        if isfinite(found.bias):
            wanted = sum(sum(history[-HORIZON - ORIGINS + 1 + o :][:HORIZON]) for o in range(ORIGINS))
            high, total = high + found.bias * wanted, total + wanted
    seconds = process_time() - start
    return sqrt(sum(squared) / len(squared)), sum(absolute) / len(absolute), high / total, seconds


class Foreign:
    """A model of ``statsforecast`` in the shape of a method."""

    def __init__(self, model: Any) -> None:
        """Wrap a model."""
        self.model = model
        self.name = f"statsforecast {model}"

    def __call__(self, history: Sequence[float | None], horizon: int) -> list[float]:
        """Forecast with the model."""
        numpy = importlib.import_module("numpy")
        known = numpy.array([value or 0.0 for value in history], dtype=float)
        return [float(value) for value in self.model.forecast(known, horizon)["mean"]]


def foreign() -> list[Method]:
    """Return the models to compare with; none where the package is not installed."""
    try:
        models = importlib.import_module("statsforecast.models")
    except ImportError:
        return []
    named = [models.CrostonClassic(), models.CrostonSBA(), models.TSB(0.1, 0.1)]
    return [Foreign(model) for model in (*named, models.SimpleExponentialSmoothing(0.1))]


def main() -> None:
    """Print a line a method."""
    series = demand()
    days = len(next(iter(series.values())))
    profile = pooled_profile([history[: -HORIZON - ORIGINS + 1] for history in series.values()], WEEK)
    own: list[Method] = [
        Naive(),
        Naive(WEEK),
        MovingAverage(days),
        Smoothing(0.1),
        Intermittent(Variant.CROSTON),
        Intermittent(Variant.SBA),
        Intermittent(Variant.TSB),
    ]
    pooled: list[Method] = [Profiled(MovingAverage(days), profile), Profiled(Intermittent(Variant.SBA), profile)]
    print(f"{len(series)} SKUs, {days} open days, horizon {HORIZON}, {ORIGINS} origins")
    print(f"{'method':42} {'RMSSE':>7} {'MASE':>7} {'bias':>7} {'CPU s':>7}")
    for method in (*own, *pooled, Chosen(own), *foreign()):
        rmsse, mase, bias, seconds = measured(series, method)
        print(f"{method.name:42} {rmsse:7.3f} {mase:7.3f} {bias:+7.3f} {seconds:7.2f}")


if __name__ == "__main__":
    main()
