"""The planner's answers given back to the orders: consignments, shares of the freight, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from attrs import define, field

from omskit.allocation import Decision, PlannedParcel, Rule, binding
from omskit.core import format_amount, share
from omskit.flow.deliveries import Delivery
from omskit.orders import Consignment, Order


@define
class Answer:
    """What the planner found for one order, over all deliveries that it is part of.

    Args:
        order: As it was when the planner was asked.
        consignments: With numbers that continue the order's.
        left: Why units stay open: (line number, reason code) pairs.
        asked: Numbers of the lines that the planner was asked for.
        why: How the choice came about, one sentence each.
    """

    order: Order
    consignments: list[Consignment] = field(factory=list)
    left: list[tuple[int, str]] = field(factory=list)
    asked: set[int] = field(factory=set)
    why: dict[str, None] = field(factory=dict)


def answers(
    orders: Iterable[Order], asked: Mapping[int, Delivery], decisions: Iterable[Decision]
) -> dict[int, Answer]:
    """Return the answer to every order by key; an order that nothing was asked for has an empty one."""
    found = {order.key: Answer(order) for order in orders}
    for decision in decisions:
        delivery = asked[decision.key]
        for parcel in decision.parcels:
            for part in _parts(parcel, delivery, found):
                _add(found[part.order], part, parcel)
        for left in decision.unfilled:
            key, line = delivery.places[left.line]
            found[key].left.append((line, left.reason.value))
        why = _WHY[decision.rule] + (_TOGETHER if len(delivery.orders) > 1 else ()) + _quotas(decision)
        for order in delivery.orders:
            found[order.key].why |= dict.fromkeys(why)
        for number in (line.number for line in delivery.demand.lines):
            key, line = delivery.places[number]
            found[key].asked.add(line)
    return found


class _Part(NamedTuple):
    """What one order has in a parcel."""

    order: int
    lines: tuple[tuple[int, int], ...]
    weight_g: int
    freight_minor: int


def _add(answer: Answer, part: _Part, parcel: PlannedParcel) -> None:
    answer.consignments.append(
        Consignment(
            answer.order.planned + len(answer.consignments) + 1,
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


def _parts(parcel: PlannedParcel, delivery: Delivery, found: Mapping[int, Answer]) -> list[_Part]:
    """Return what each order has in a parcel; the freight is shared by weight, to the minor unit."""
    if len(delivery.orders) == 1:
        return [_Part(delivery.orders[0].key, parcel.units, parcel.weight_g, parcel.freight_minor)]
    inside: dict[int, list[tuple[int, int]]] = {}
    for number, units in parcel.units:
        key, line = delivery.places[number]
        inside.setdefault(key, []).append((line, units))
    weights = [_weight_g(found[key].order, lines) for key, lines in inside.items()]
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


def _quotas(decision: Decision) -> tuple[str, ...]:
    """Return what quotas of couriers kept from being cheaper."""
    currency = decision.asked.demand.currency
    return tuple(
        f"the quota of {' '.join(filter(None, one.carried.rung))} keeps it from costing"
        f" {format_amount(one.saves_minor, currency)} less"
        for one in binding(decision)
    )


_WHY: Mapping[Rule, tuple[str, ...]] = {
    Rule.ONE_PARCEL: ("the cheapest single parcel, and no split could cost less",),
    Rule.SEARCH: ("the cheapest of all ways to share it out",),
    Rule.BEST_FOUND: ("the best found within the work limit",),
    Rule.NOTHING: (),
    Rule.CHOSEN: ("what the choosers of warehouses say",),
    Rule.TOGETHER: ("the best for all orders together",),
    Rule.OPPORTUNITY: ("the best once what the pieces are worth to expected orders is paid",),
}
_TOGETHER = ("planned together with the other orders of its group",)
