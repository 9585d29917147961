"""The past: what orders asked for, as demands to plan again or to expect again."""

from __future__ import annotations

from attrs import evolve

from omskit.allocation import Demand, DemandLine
from omskit.core import Destination
from omskit.flow.deliveries import as_demand
from omskit.orders import Order


def placed_before(order: Order) -> Demand | None:
    """Return what an order asked for when it was placed, less what was cancelled; None when that is nothing."""
    lines = tuple(
        DemandLine(line.number, line.sku, line.quantity - line.cancelled, line.components, line.group)
        for line in order.lines
        if line.quantity > line.cancelled
    )
    return as_demand(order, lines, placed_at=order.terms.placed_at) if lines else None


def asked_before(order: Order) -> Demand | None:
    """Return what an order asked for, to be expected again: of where it went, country and region count."""
    demand = placed_before(order)
    if demand is None:
        return None
    to = demand.destination
    return evolve(demand, destination=Destination(to.country, to.region), ship_by=None, arrive_by=None)
