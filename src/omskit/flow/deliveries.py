"""Deliveries: what the planner is asked for, be it an order, several that leave together, or a part of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve, frozen

from omskit.allocation import Demand, DemandLine, Policy
from omskit.core import quick
from omskit.orders import Barred, Order, OrderLine, SplitPolicy, Units, split

#: Most parts of one delivery; what would be more stays with the last part.
MOST_PARTS = 1_000
_NOTHING = frozenset[int]()
_NOWHERE = frozenset[str]()

#: A line of one of several orders: the order's key and the line's number.
Place = tuple[int, int]
_AS_NUMBERED: Mapping[int, Place] = {}


@quick
@frozen
class Delivery:
    """Orders that are planned together; most often it is one.

    Args:
        orders: Its orders, the one whose key the demand carries at the front.
        demand: What they ask for together.
        places: Which order's line stands behind each line of the demand; empty for one order, whose numbers the
            demand has.
    """

    orders: tuple[Order, ...]
    demand: Demand
    places: Mapping[int, Place]

    def place(self, number: int) -> Place:
        """Return which order's line stands behind a line of the demand."""
        return self.places[number] if self.places else (self.orders[0].key, number)


def deliveries(
    orders: Iterable[Order], at: datetime, policy: Policy, splitting: SplitPolicy | None = None
) -> list[Delivery]:
    """Return what orders ask of the planner now; who waits asks nothing.

    Orders of one merge group ask as one. A split policy cuts what they ask for into parts, each a delivery of its
    own with a key of its own.
    """
    groups: dict[object, list[tuple[Order, Demand]]] = {}
    for order in orders:
        demand = demand_of(order, at, policy)
        if demand is not None:
            groups.setdefault(("group", order.merged) if order.merged else order.key, []).append((order, demand))
    asked = [_single(*members[0]) if len(members) == 1 else _together(members) for members in groups.values()]
    if splitting is None and not any(order.apart for one in asked for order in one.orders):
        return asked
    rules = splitting or SplitPolicy()
    return [part for one in asked for part in _parted(one, rules)]


def _single(order: Order, demand: Demand) -> Delivery:
    return Delivery((order,), demand, _AS_NUMBERED)


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


def _parted(delivery: Delivery, policy: SplitPolicy) -> Iterator[Delivery]:
    """Yield the parts of a delivery, under keys that no other delivery has."""
    demand = delivery.demand
    if any(policy.seals(order) for order in delivery.orders):
        sealed = tuple(evolve(line, group="sealed") for line in demand.lines)
        yield evolve(delivery, demand=evolve(demand, key=demand.key * MOST_PARTS, lines=sealed))
        return
    by_key = {order.key: order for order in delivery.orders}
    asked: list[tuple[OrderLine, int]] = []
    apart: list[int] = []
    for line in demand.lines:
        key, number = delivery.place(line.number)
        asked.append((evolve(by_key[key].line(number), number=line.number, group=line.group), line.quantity))
        if number in by_key[key].apart:
            apart.append(line.number)
    lines = {line.number: line for line in demand.lines}
    parts = split(asked, policy, apart=apart)
    if len(parts) > MOST_PARTS:
        parts = (*parts[: MOST_PARTS - 1], _joined(parts[MOST_PARTS - 1 :]))
    for position, units in enumerate(parts):
        some = tuple(evolve(lines[number], quantity=count) for number, count in units)
        yield evolve(delivery, demand=evolve(demand, key=demand.key * MOST_PARTS + position, lines=some))


def _joined(parts: Iterable[Units]) -> Units:
    found: dict[int, int] = {}
    for part in parts:
        for number, count in part:
            found[number] = found.get(number, 0) + count
    return tuple(sorted(found.items()))


def demand_of(order: Order, at: datetime, policy: Policy) -> Demand | None:
    """Return what an order asks of the planner; None when nothing of it may be planned now."""
    terms, held = order.terms, order.held_lines if order.holds else _NOTHING
    if held and (terms.ship_complete or not policy.partial):
        return None
    groups = {line.group for line in order.lines if line.number in held and line.group} if held else _NOWHERE
    barred = [bar for bar in order.barred if bar.until > at] if order.barred else []
    lines = tuple(
        [
            DemandLine(
                line.number,
                line.sku,
                line.open,
                line.components,
                line.group,
                _barred(barred, line.number) if barred else _NOWHERE,
            )
            for line in order.lines
            if line.open and line.number not in held and line.group not in groups
        ]
    )
    return as_demand(order, lines, _barred(barred, 0) if barred else _NOWHERE) if lines else None


def as_demand(
    order: Order,
    lines: tuple[DemandLine, ...],
    barred: frozenset[str] = _NOWHERE,
    placed_at: datetime | None = None,
) -> Demand:
    """Return a demand of some lines on the terms of an order."""
    terms = order.terms
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
        barred,
        placed_at=placed_at,
    )


def _barred(bars: Iterable[Barred], line: int) -> frozenset[str]:
    return frozenset(bar.warehouse for bar in bars if bar.line == line)
