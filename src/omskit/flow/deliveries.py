"""Deliveries: orders that leave together asked of the planner as one demand, and its answer given back to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from attrs import evolve, frozen

from omskit.allocation import Decision, Demand, DemandLine, PlannedParcel, Policy
from omskit.core import share
from omskit.orders import Consignment, Order, OrderLine

#: A line of one of several orders: the order's key and the line's number.
Place = tuple[int, int]


@frozen
class Delivery:
    """Orders that are planned together; most often it is one.

    Args:
        orders: Its orders, the one whose key the demand carries at the front.
        demand: What they ask for together.
        places: Which order's line stands behind each line of the demand.
    """

    orders: tuple[Order, ...]
    demand: Demand
    places: Mapping[int, Place]


def deliveries(orders: Iterable[Order], at: datetime, policy: Policy) -> list[Delivery]:
    """Return what orders ask of the planner now, those of one merge group as one; who waits asks nothing."""
    asked: list[Delivery] = []
    groups: dict[int, list[tuple[Order, Demand]]] = {}
    for order in orders:
        demand = demand_of(order, at, policy)
        if demand is None:
            continue
        if order.merged:
            groups.setdefault(order.merged, []).append((order, demand))
        else:
            asked.append(_single(order, demand))
    asked += (_single(*members[0]) if len(members) == 1 else _together(members) for members in groups.values())
    return asked


def _single(order: Order, demand: Demand) -> Delivery:
    return Delivery((order,), demand, {line.number: (order.key, line.number) for line in demand.lines})


def _together(members: Sequence[tuple[Order, Demand]]) -> Delivery:
    """Join demands: the first rank, the earliest dates, whatever one of them insists on."""
    lines: list[DemandLine] = []
    places: dict[int, Place] = {}
    for order, demand in members:
        for line in demand.lines:
            number = len(lines) + 1
            places[number] = (order.key, line.number)
            group = f"{order.key}/{line.group}" if line.group else ""
            lines.append(evolve(line, number=number, group=group, barred=line.barred | demand.barred))
    demands = [demand for _, demand in members]
    first = min(demands, key=lambda demand: (demand.rank, demand.key))
    joined = evolve(
        first,
        lines=tuple(lines),
        ship_complete=any(demand.ship_complete for demand in demands),
        ship_by=min((one.ship_by for one in demands if one.ship_by), default=None),
        arrive_by=min((one.arrive_by for one in demands if one.arrive_by), default=None),
        barred=frozenset(),
    )
    return Delivery(tuple(order for order, _ in members), joined, places)


def demand_of(order: Order, at: datetime, policy: Policy) -> Demand | None:
    """Return what an order asks of the planner; None when nothing of it may be planned now."""
    held = order.held_lines
    terms = order.terms
    if held and (terms.ship_complete or not policy.partial):
        return None
    groups = {line.group for line in order.lines if line.number in held and line.group}
    barred = [bar for bar in order.barred if bar.until > at]
    lines = tuple(
        DemandLine(
            line.number,
            line.sku,
            line.open,
            line.components,
            line.group,
            frozenset(bar.warehouse for bar in barred if bar.line == line.number),
        )
        for line in order.lines
        if _free(line, held, groups)
    )
    if not lines:
        return None
    return Demand(
        order.key,
        order.rank,
        terms.destination,
        terms.currency,
        lines,
        terms.channel,
        terms.ship_complete,
        terms.ship_by,
        terms.arrive_by,
        terms.cod,
        terms.warehouse,
        terms.courier,
        frozenset(bar.warehouse for bar in barred if not bar.line),
    )


def _free(line: OrderLine, held: frozenset[int], groups: set[str]) -> bool:
    return line.open > 0 and line.number not in held and line.group not in groups


def consignments(delivery: Delivery, decision: Decision) -> dict[int, tuple[Consignment, ...]]:
    """Return each order's part of the planned parcels; freight is shared by weight, to the minor unit."""
    by_key = {order.key: order for order in delivery.orders}
    found: dict[int, list[Consignment]] = {key: [] for key in by_key}
    for parcel in decision.parcels:
        for part in _parts(parcel, delivery, by_key):
            known = found[part.order]
            known.append(
                Consignment(
                    by_key[part.order].planned + len(known) + 1,
                    parcel.warehouse,
                    part.lines,
                    parcel.courier,
                    parcel.service,
                    part.weight_g,
                    part.freight_minor,
                    parcel.ship_on,
                    parcel.arrive_on,
                )
            )
    return {key: tuple(parts) for key, parts in found.items()}


class _Part(NamedTuple):
    """What one order has in a parcel."""

    order: int
    lines: tuple[tuple[int, int], ...]
    weight_g: int
    freight_minor: int


def _parts(parcel: PlannedParcel, delivery: Delivery, by_key: Mapping[int, Order]) -> list[_Part]:
    if len(delivery.orders) == 1:
        return [_Part(delivery.orders[0].key, parcel.units, parcel.weight_g, parcel.freight_minor)]
    inside: dict[int, list[tuple[int, int]]] = {}
    for number, units in parcel.units:
        key, line = delivery.places[number]
        inside.setdefault(key, []).append((line, units))
    weights = [_weight_g(by_key[key], lines) for key, lines in inside.items()]
    sizes = weights if any(weights) else [sum(units for _, units in lines) for lines in inside.values()]
    freight = share(parcel.freight_minor, sizes)
    return [
        _Part(key, tuple(lines), weight_g, part)
        for (key, lines), weight_g, part in zip(inside.items(), weights, freight, strict=True)
    ]


def _weight_g(order: Order, lines: Sequence[tuple[int, int]]) -> int:
    return sum(
        part.weight_g * part.per * units for number, units in lines for part in order.line(number).components
    )


def reasons(delivery: Delivery, decision: Decision) -> dict[int, tuple[tuple[int, str], ...]]:
    """Return why units of each order stay open: (line number, code) pairs."""
    found: dict[int, list[tuple[int, str]]] = {order.key: [] for order in delivery.orders}
    for left in decision.unfilled:
        key, line = delivery.places[left.line]
        found[key].append((line, left.reason.value))
    return {key: tuple(pairs) for key, pairs in found.items()}
