"""How good the forecasts are on real demand, by rolling origin; against ``statsforecast`` where it is installed.

Two kinds of demand. Daily: a month of an online shop's invoices (``examples/data``) by SKU; days without any
invoice are closed and left out. Weekly: a year of supermarket baskets (the CC0 sample of *The Complete Journey*,
which is not part of this project) by product and by category: ``python benchmarks/forecast.py --journey
DIRECTORY``, where ``transactions_sample.csv.gz`` and ``products.csv.gz`` lie.

Every method forecasts the same periods from the same origins; errors are pooled over all series, scaled by each
one's own naive error. Models that fit their parameters to each series (``slow``) are measured on a part of the
series, and ours beside them on the same part.
"""

from __future__ import annotations

import csv
import gzip
import importlib
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite, sqrt
from pathlib import Path
from time import process_time
from typing import Any

from attrs import frozen

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

INVOICES = Path(__file__).parents[1] / "examples" / "data" / "online_retail_2010-12.csv.gz"
#: Series on which models that are fitted to each of them are measured.
SLOW = 200


@frozen
class Demand:
    """Demand of many things over the same periods.

    Args:
        name: What it is.
        series: Pieces by thing and period.
        horizon: Periods that a forecast reaches.
        origins: From how many points each is forecast.
        step: Periods from one point to the next.
        season: Periods after which demand may repeat; 1 for none that the history could show.
    """

    name: str
    series: Mapping[str, Sequence[float]]
    horizon: int
    origins: int
    step: int
    season: int = 1

    @property
    def periods(self) -> int:
        """How long the histories are."""
        return len(next(iter(self.series.values())))

    @property
    def known(self) -> int:
        """Periods before the first origin."""
        return self.periods - self.horizon - (self.origins - 1) * self.step

    def first(self, count: int) -> Demand:
        """Return the same with some of the series, taken evenly."""
        names = sorted(self.series)
        picked = names[:: max(1, len(names) // count)][:count]
        some = {name: self.series[name] for name in picked}
        return Demand(self.name, some, self.horizon, self.origins, self.step, self.season)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _by_period(
    sold: Mapping[str, Mapping[str, float]], periods: Sequence[str], known: int, least: int
) -> dict[str, list[float]]:
    """Return series of what was sold in at least some of the periods that are known at the first origin."""
    before = set(periods[:known])
    return {
        thing: [by_period.get(period, 0.0) for period in periods]
        for thing, by_period in sorted(sold.items())
        if len(before & by_period.keys()) >= least
    }


def daily() -> Demand:
    """Return pieces by SKU and open day; returns are left out."""
    sold: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in _rows(INVOICES):
        if int(row["Quantity"]) > 0:
            sold[row["StockCode"]][row["InvoiceDate"][:10]] += int(row["Quantity"])
    days = sorted({day for by_day in sold.values() for day in by_day})
    series = _by_period(sold, days, len(days) - 5, 4)
    return Demand("online shop, daily by SKU", series, horizon=3, origins=3, step=1, season=6)


def weekly(directory: Path, name: str, of: Callable[[str], str], least: int) -> Demand:
    """Return pieces by week of a year; the last week, which is not whole, is left out."""
    sold: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in _rows(directory / "transactions_sample.csv.gz"):
        if thing := of(row["product_id"]):
            sold[thing][row["week"].zfill(2)] += float(row["quantity"])
    weeks = [f"{week:02}" for week in range(1, 53)]
    return Demand(name, _by_period(sold, weeks, 52 - 12, least), horizon=4, origins=3, step=4)


def journeys(directory: Path) -> list[Demand]:
    """Return the demand of a year by product and by category; fuel is sold by the drop, and left out."""
    rows = list(_rows(directory / "products.csv.gz"))
    category = {row["product_id"]: row["product_category"] for row in rows if "FUEL" not in row["department"]}
    category = {product: name for product, name in category.items() if name and name != "NA"}
    by_product = weekly(directory, "supermarket, weekly by product", lambda one: one * (one in category), 5)
    by_category = weekly(directory, "supermarket, weekly by category", lambda one: category.get(one, ""), 20)
    return [by_product, by_category]


class Chosen:
    """The method that would have been best on the second half of the history so far."""

    name = "chosen by rolling origin"

    def __init__(self, methods: Sequence[Method]) -> None:
        """Choose among these."""
        self.methods = methods

    def __call__(self, history: Sequence[float | None], horizon: int) -> list[float]:
        """Forecast with the best."""
        origins = max(1, len(history) // 2)
        return best_of(history, self.methods, horizon=horizon, origins=origins, least=4)(history, horizon)


def measured(demand: Demand, method: Method) -> tuple[float, float, float, float]:
    """Return RMSSE, MASE and bias over all series, and the CPU seconds."""
    start, squared, absolute, high, total = process_time(), [], [], 0.0, 0.0
    for history in demand.series.values():
        (found,) = rolling_origin(
            history, [method], horizon=demand.horizon, origins=demand.origins, step=demand.step
        )
        if isfinite(found.rmsse) and isfinite(found.mase):
            squared.append(found.rmsse**2)
            absolute.append(found.mase)
        if isfinite(found.bias):
            ahead = [demand.known + number * demand.step for number in range(demand.origins)]
            wanted = sum(sum(history[at : at + demand.horizon]) for at in ahead)
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


def foreign(season: int) -> tuple[list[Method], list[Method]]:
    """Return the models to compare with, quick ones and slow ones; none where the package is not installed."""
    try:
        models = importlib.import_module("statsforecast.models")
    except ImportError:
        return [], []
    quick = [models.Naive(), models.CrostonClassic(), models.CrostonSBA(), models.TSB(0.1, 0.1)]
    quick += [models.SimpleExponentialSmoothing(0.1), models.ADIDA(), models.IMAPA()]
    if season > 1:
        quick.append(models.SeasonalNaive(season))
    slow = [models.SimpleExponentialSmoothingOptimized(), models.CrostonOptimized(), models.AutoETS(season)]
    return [Foreign(one) for one in quick], [Foreign(one) for one in slow]


def table(demand: Demand, methods: Iterable[Method]) -> None:
    """Print a line a method."""
    shape = f"{len(demand.series)} series, {demand.periods} periods"
    print(f"\n{demand.name}: {shape}, horizon {demand.horizon}, {demand.origins} origins")
    print(f"{'method':42} {'RMSSE':>7} {'MASE':>7} {'bias':>7} {'CPU s':>7}")
    for method in methods:
        rmsse, mase, bias, seconds = measured(demand, method)
        print(f"{method.name:42} {rmsse:7.3f} {mase:7.3f} {bias:+7.3f} {seconds:7.2f}", flush=True)


def compared(demand: Demand) -> None:
    """Print what ours and others come to."""
    season = demand.season
    own: list[Method] = [Naive(), MovingAverage(min(26, demand.known)), Smoothing(0.1)]
    own += [Intermittent(Variant.CROSTON), Intermittent(Variant.SBA), Intermittent(Variant.TSB)]
    pooled: list[Method] = []
    if season > 1:
        own.insert(1, Naive(season))
        profile = pooled_profile([history[: demand.known] for history in demand.series.values()], season)
        pooled = [Profiled(MovingAverage(26), profile), Profiled(Intermittent(Variant.SBA), profile)]
    quick, slow = foreign(season)
    table(demand, [*own, *pooled, Chosen(own), *quick])
    if slow:
        table(demand.first(SLOW), [*own, Chosen(own), *slow])


def main() -> None:
    """Compare on every kind of demand that is there."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--journey", type=Path, help="where the supermarket's tables lie")
    journey = parser.parse_args().journey
    for demand in (daily(), *(journeys(journey) if journey else ())):
        compared(demand)


if __name__ == "__main__":
    main()
