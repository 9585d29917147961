"""The planner's answers given back to the orders: consignments, shares of the freight, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from attrs import define, field

from omskit.allocation import Decision, PlannedParcel, Rule, binding
from omskit.core import format_amount, share
from omskit.flow.deliveries import Delivery
from omskit.orders import Consignment, Order, Units


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
        if len(delivery.orders) == 1:
            _alone(found[delivery.orders[0].key], delivery, decision)
            continue
        for parcel in decision.parcels:
            for part in _parts(parcel, delivery, found):
                _add(found[part.order], parcel, part.lines, part.weight_g, part.freight_minor)
        for left in decision.unfilled:
            key, line = delivery.places[left.line]
            found[key].left.append((line, left.reason.value))
        why = _WHY[decision.rule] + _TOGETHER + _quotas(decision)
        for order in delivery.orders:
            found[order.key].why |= dict.fromkeys(why)
        for key, number in delivery.places.values():
            found[key].asked.add(number)
    return found


def _alone(answer: Answer, delivery: Delivery, decision: Decision) -> None:
    """Answer an order that was planned by itself; the lines of the demand have its numbers."""
    for parcel in decision.parcels:
        _add(answer, parcel, parcel.units, parcel.weight_g, parcel.freight_minor)
    for left in decision.unfilled:
        answer.left.append((left.line, left.reason.value))
    for reason in _WHY[decision.rule] + _quotas(decision):
        answer.why[reason] = None
    answer.asked.update([line.number for line in delivery.demand.lines])


class _Part(NamedTuple):
    """What one order has in a parcel."""

    order: int
    lines: Units
    weight_g: int
    freight_minor: int


def _add(answer: Answer, parcel: PlannedParcel, lines: Units, weight_g: int, freight_minor: int) -> None:
    answer.consignments.append(
        Consignment(
            answer.order.planned + len(answer.consignments) + 1,
            parcel.warehouse,
            lines,
            parcel.courier,
            parcel.service,
            weight_g,
            freight_minor,
            parcel.ship_on,
            parcel.arrive_on,
        )
    )


def _parts(parcel: PlannedParcel, delivery: Delivery, found: Mapping[int, Answer]) -> list[_Part]:
    """Return what each order has in a parcel; the freight is shared by weight, to the minor unit."""
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
