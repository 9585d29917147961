"""A year of real orders sent from the sellers' regions: nearest, fewest parcels, one by one and together.

python benchmarks/allocation_olist.py DIRECTORY

The directory holds the published tables of Olist (orders, order_items, customers, sellers, products and
geolocation_by_zip_prefix). Orders, places, weights, volumes, freight and times are theirs: a warehouse stands in
each of the eight regions with the most sold units, freight and days by distance are medians of what was paid and
taken.
Where stock lies is made up: each product in the warehouse nearest to its sellers and in the two largest others, in
all nine tenths of what was sold. Rounds are daily, and what is short waits a week.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from allocation_online import miles
from attrs import frozen

from omskit.allocation import (
    Chooser,
    Compiled,
    Demand,
    DemandLine,
    Lane,
    Network,
    Plan,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
    compare,
    compile_network,
    plan,
    plan_batch,
    plan_by_choosers,
)
from omskit.core import Cell, Component, Destination

#: Kilometres up to which a band of freight goes.
BANDS = (100, 300, 600, 1000, 1500, 2200, 9000)
#: A kilogram more costs so many parts of the first price, as the medians by weight say.
STEP_PARTS = 8
Row = dict[str, str]
Point = tuple[float, float]


def table(directory: Path, name: str) -> list[Row]:
    """Return the rows of a table."""
    with (directory / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def band_of(one: Point, other: Point) -> int:
    """Return the band of the distance of two points."""
    km = miles(one, other) * 1.609
    return next(number for number, most in enumerate(BANDS) if km <= most)


@frozen
class Market:
    """The tables, joined as far as planning needs them."""

    orders: Mapping[str, Row]
    items: Mapping[str, Sequence[Row]]
    products: Mapping[str, Row]
    places: Mapping[str, tuple[str, Point]]
    sellers: Mapping[str, tuple[str, Point]]


def market(directory: Path) -> Market:
    """Read the tables; orders without items or places are left out."""
    points = {
        row["geolocation_zip_code_prefix"].zfill(5): (
            float(row["geolocation_lat"]), float(row["geolocation_lng"])
        )
        for row in table(directory, "geolocation_by_zip_prefix")
    }  # fmt: skip
    sellers = {
        row["seller_id"]: (row["seller_state"], points[row["seller_zip_code_prefix"].zfill(5)])
        for row in table(directory, "sellers")
        if row["seller_zip_code_prefix"].zfill(5) in points
    }
    places = {
        row["customer_id"]: (row["customer_state"], points[row["customer_zip_code_prefix"].zfill(5)])
        for row in table(directory, "customers")
        if row["customer_zip_code_prefix"].zfill(5) in points
    }
    items: dict[str, list[Row]] = defaultdict(list)
    for row in table(directory, "order_items"):
        if row["seller_id"] in sellers:
            items[row["order_id"]].append(row)
    orders = {
        row["order_id"]: row
        for row in table(directory, "orders")
        if row["customer_id"] in places and row["order_id"] in items
    }
    products = {row["product_id"]: row for row in table(directory, "products")}
    return Market(orders, items, products, places, sellers)


def bands(data: Market) -> list[tuple[int, int]]:
    """Return the median freight in cents of single light items, and the median days in transit, by band."""
    freight: list[list[int]] = [[] for _ in BANDS]
    days: list[list[int]] = [[] for _ in BANDS]
    for key, order in data.orders.items():
        rows = data.items[key]
        band = band_of(data.sellers[rows[0]["seller_id"]][1], data.places[order["customer_id"]][1])
        grams = data.products.get(rows[0]["product_id"], {}).get("product_weight_g") or "0"
        if len(rows) == 1 and float(grams) <= 1000:
            freight[band].append(round(float(rows[0]["freight_value"]) * 100))
        start, end = order["order_delivered_carrier_date"], order["order_delivered_customer_date"]
        if start and end:
            days[band].append(max(1, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).days))
    return [(round(statistics.median(f)), round(statistics.median(d))) for f, d in zip(freight, days, strict=True)]


@frozen
class Year:
    """What is planned."""

    demands: Sequence[Demand]
    supply: Supply
    network: Compiled
    distances: Mapping[tuple[str, str], int]


def center(points: Sequence[Point]) -> Point:
    """Return the mean of points."""
    return statistics.mean(one[0] for one in points), statistics.mean(one[1] for one in points)


def year(data: Market) -> Year:
    """Return the orders, the network and the stock."""
    sold: dict[str, Counter[str]] = defaultdict(Counter)
    seen: dict[str, list[Point]] = defaultdict(list)
    for key in data.orders:
        for row in data.items[key]:
            state, point = data.sellers[row["seller_id"]]
            sold[row["product_id"]][state] += 1
            seen[state].append(point)
    codes = sorted(sorted(seen), key=lambda state: -len(seen[state]))[:8]
    centers = {state: center(points) for state, points in seen.items()}
    sites = {code: centers[code] for code in codes}
    homes: dict[str, list[Point]] = defaultdict(list)
    for order in data.orders.values():
        state, point = data.places[order["customer_id"]]
        homes[state].append(point)
    areas = {state: center(points) for state, points in homes.items()}
    rates = bands(data)
    lanes, distances = [], {}
    for code, site in sites.items():
        for state, area in areas.items():
            first, transit = rates[band_of(site, area)]
            card = RateCard(1000, first, 1000, first // STEP_PARTS)
            lanes.append(Lane({f"BR-{state}"}, card, transit, {code}))
            distances[code, state] = round(miles(site, area))
    warehouses = tuple(Warehouse(code, parcel_minor=200, unit_minor=50, processing_days=1) for code in codes)
    network = Network("BRL", warehouses, (Service("std", "post", tuple(lanes), divisor=6000),))
    stock: dict[Cell, int] = {}
    for product, by_state in sorted(sold.items()):
        main = max(sorted(by_state), key=lambda state: by_state[state])
        near = min(codes, key=lambda code: miles(sites[code], centers[main]))
        stocked = list(dict.fromkeys([near, *codes]))[:3]
        total = math.ceil(sum(by_state.values()) * 0.9)
        for number, code in enumerate(stocked):
            stock[Cell(product, code)] = total // 3 + (number < total % 3)
    demands = [_demand(data, key, number) for number, key in enumerate(sorted(data.orders), 1)]
    return Year(demands, Supply(stock), compile_network(network), distances)


def _demand(data: Market, key: str, number: int) -> Demand:
    order = data.orders[key]
    counts = Counter(row["product_id"] for row in data.items[key])
    lines = tuple(
        DemandLine(line, product, count, (_component(data, product),))
        for line, (product, count) in enumerate(sorted(counts.items()), 1)
    )
    state, _ = data.places[order["customer_id"]]
    promised = datetime.fromisoformat(order["order_estimated_delivery_date"]).replace(tzinfo=UTC)
    placed = datetime.fromisoformat(order["order_purchase_timestamp"]).replace(tzinfo=UTC)
    return Demand(number, 0, Destination("BR", state), "BRL", lines, arrive_by=promised, placed_at=placed)


def _component(data: Market, product: str) -> Component:
    row = data.products.get(product, {})
    sizes = [float(row.get(f"product_{side}_cm") or 0) for side in ("length", "height", "width")]
    return Component(product, 1, round(float(row.get("product_weight_g") or 0)), round(math.prod(sizes)))


def main() -> None:
    """Live through the year with each planner, and print one line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    made = year(market(parser.parse_args().directory))
    policy = Policy(split_minor=200, late_minor=150, unfilled_minor=20_000)
    few = Policy(1_000_000, 150, 100_000_000)

    def nearest(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        chain, near = [Chooser.NEAREST], made.distances
        return plan_by_choosers(demands, supply, made.network, policy, chain, at=at, distances=near)

    def fewest(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        return plan(demands, supply, made.network, few, at=at)

    def exact(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        return plan(demands, supply, made.network, policy, at=at)

    def batch(demands: Sequence[Demand], supply: Supply, at: datetime) -> Plan:
        return plan_batch(demands, supply, made.network, policy, at=at)

    for name, planner in {"nearest": nearest, "fewest": fewest, "exact": exact, "batch": batch}.items():
        begun = time.process_time()
        (one,) = compare(
            made.demands, made.supply, {name: planner}, every=timedelta(days=1), patience=timedelta(days=7)
        )
        said = {
            "planner": name, "orders": one.orders, "freight": one.freight_minor, "parcels": one.parcels,
            "split_orders": one.split_orders, "late_parcels": one.late_parcels, "late_days": one.late_days,
            "unfilled_units": one.unfilled_units, "seconds": round(time.process_time() - begun, 2),
        }  # fmt: skip
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
