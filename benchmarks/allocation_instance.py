"""Instances of the allocation benchmark, read into the values of omskit.allocation and written back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from attrs import frozen

from omskit.allocation import (
    Decision,
    Demand,
    DemandLine,
    Lane,
    Network,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
)
from omskit.core import Cell, Component, Destination

#: Midnight of the day on which all orders were placed.
DAY = datetime(2026, 3, 2, tzinfo=UTC)
#: More parcels than any order has units.
_NO_LIMIT = 1_000


@frozen
class Instance:
    """One instance as values."""

    demands: tuple[Demand, ...]
    supply: Supply
    network: Network
    policy: Policy
    #: (warehouse, region): zone, from near to far.
    distances: Mapping[tuple[str, str], int]
    names: tuple[str, ...]


def code_of(position: int) -> str:
    """Return a code that sorts as positions do."""
    return f"W{position:03}"


def read(said: Mapping[str, Any]) -> Instance:
    """Read an instance of ``alloc_gen.py``."""
    policy = said["policy"]
    weights = Policy(policy["split_penalty"], policy["late_per_day"], policy["unfilled_unit"], _NO_LIMIT)
    sites = said["warehouses"]
    warehouses = tuple(
        Warehouse(
            code_of(position),
            handles={"hazmat"} if one["hazmat"] else set(),
            parcel_minor=one["handle_parcel"],
            unit_minor=one["handle_unit"],
            safety=policy["safety"],
            cut_off=time(*divmod(one["cutoff"], 60)),
        )
        for position, one in enumerate(sites)
    )
    services = tuple(_service(said, number, one) for number, one in enumerate(said["services"]))
    supply = Supply(
        {Cell(f"K{sku}", code_of(w)): count for w, sku, count in said["stock"]},
        {code_of(n): one["cap_parcels"] for n, one in enumerate(sites) if one["cap_parcels"] is not None},
    )
    distances = {
        (code_of(w), f"R{region}"): zone
        for w, row in enumerate(said["zones"])
        for region, zone in enumerate(row)
    }
    demands = tuple(_demand(said, key, one) for key, one in enumerate(said["orders"]))
    network = Network("EUR", warehouses, services)
    return Instance(demands, supply, network, weights, distances, tuple(one["id"] for one in said["orders"]))


def _service(said: Mapping[str, Any], number: int, one: Mapping[str, Any]) -> Service:
    lanes = []
    for w in one["pickup"]:
        by_zone: dict[int, list[str]] = {}
        for region, zone in enumerate(said["zones"][w]):
            if one["zones"][zone] is not None and region not in one["no_region"]:
                by_zone.setdefault(zone, []).append(f"XX-R{region}")
        for zone, areas in by_zone.items():
            first_g, first, step_g, step, days = one["zones"][zone]
            lanes.append(Lane(areas, RateCard(first_g, first, step_g, step), days, {code_of(w)}))
    return Service(
        f"S{number:03}",
        "courier",
        tuple(lanes),
        one["max_g"],
        one["divisor"],
        {"hazmat"} if one["hazmat"] else set(),
        cod=bool(one["cod"]),
        cod_minor=one["cod_fee"],
    )


def _demand(said: Mapping[str, Any], key: int, one: Mapping[str, Any]) -> Demand:
    lines = []
    for number, (sku, quantity, group) in enumerate(one["lines"]):
        grams, cm3, hazmat = said["skus"][sku]
        part = Component(f"K{sku}", 1, grams, cm3, ("hazmat",) if hazmat else ())
        lines.append(DemandLine(number, f"K{sku}", quantity, (part,), f"G{group}" if group else ""))
    return Demand(
        key,
        0,
        Destination("XX", f"R{one['region']}"),
        "EUR",
        tuple(lines),
        ship_complete=bool(one["ship_complete"]),
        arrive_by=DAY + timedelta(days=one["promise"]),
        cod=bool(one["cod"]),
        placed_at=DAY + timedelta(minutes=one["placed"]),
        max_parcels=one["max_parcels"],
    )


def written(instance: Instance, decisions: Sequence[Decision]) -> dict[str, list[Any]]:
    """Return decisions as the checker of ``alloc_ref.py`` reads them."""
    return {
        instance.names[decision.key]: [
            [int(one.warehouse[1:]), int(one.service[1:]), [list(pair) for pair in one.units]]
            for one in decision.parcels
        ]
        for decision in decisions
        if decision.parcels
    }
