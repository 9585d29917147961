"""A small network whose costs are added up by hand: near (W0, W1) 500 up to 1 kg, far (W2) 800; packing 100."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from omskit.allocation import (
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
    plan,
)
from omskit.core import Cell, Component, Destination

#: A Monday.
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEAR, FAR = RateCard(1000, 500, 1000, 100), RateCard(1000, 800, 1000, 200)
LANES = (Lane({"DE"}, NEAR, 1, {"W0", "W1"}), Lane({"DE"}, FAR, 1, {"W2"}))
POLICY = Policy(split_minor=200, late_minor=300, unfilled_minor=15_000)


def warehouse(code: str, **more: Any) -> Warehouse:
    return Warehouse(code, parcel_minor=100, unit_minor=10, **more)


def network(*warehouses: Warehouse, services: tuple[Service, ...] = ()) -> Network:
    known = {one.code: one for one in warehouses}
    three = tuple(known.get(code) or warehouse(code) for code in ("W0", "W1", "W2"))
    return Network("EUR", three, services or (service(),))


def service(code: str = "std", courier: str = "post", **more: Any) -> Service:
    return Service(code, courier, more.pop("lanes", LANES), max_weight_g=30_000, **more)


def line(number: int, sku: str, quantity: int = 1, grams: int = 0, **more: Any) -> DemandLine:
    components = more.pop("components", (Component(sku, 1, grams, more.pop("cm3", 0), more.pop("traits", ())),))
    return DemandLine(number, sku, quantity, components, **more)


def demand(*lines: DemandLine, key: int = 1, **more: Any) -> Demand:
    destination = more.pop("destination", Destination("DE"))
    return Demand(key, more.pop("rank", 0), destination, more.pop("currency", "EUR"), lines, **more)


def supply(stock: Mapping[str, str]) -> Supply:
    """Return a supply from text: ``{"W0": "A2 B1"}``."""
    return Supply({Cell(one[0], code): int(one[1:]) for code, text in stock.items() for one in text.split()})


def plan_of(*demands: Demand, stock: Mapping[str, str], **more: Any) -> Plan:
    sites, policy = more.pop("network", network()), more.pop("policy", POLICY)
    return plan(demands, supply(stock), sites, policy, at=more.pop("at", AT), **more)
