"""What to buy: proposals with every figure behind them, and the rule by which one may confirm itself.

The engine proposes, a rule decides what confirms itself, a person decides the rest. The position counts what is
on its way once: ``on hand + on order + in transit - backordered - reserved``. When it is at or below the reorder
point, an order brings it up to the level, in whole packs and at least the minimum; never beyond what sells
within the longest cover or shelf life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from math import floor

from attrs import field, frozen

from omskit.core import Cell, UsageError
from omskit.inventory.replenishment.history import Rate
from omskit.inventory.replenishment.lot_sizes import packed
from omskit.inventory.replenishment.safety import (
    LeadTime,
    Service,
    lead_time_demand,
    order_up_to,
    reorder_point,
    safety_stock,
)


@frozen
class Item:
    """A SKU at a warehouse, as buying it goes; counts in pieces, times in days.

    Args:
        cell: Which SKU, where.
        rate: Demand of one day.
        lead: From order to goods.
        service: What is promised.
        review: Days between two orders; 1 looks every day.
        on_hand: Pieces fit for sale.
        reserved: Pieces of them that are promised.
        on_order: Pieces ordered from suppliers and not shipped to us.
        in_transit: Pieces on their way, from suppliers or other warehouses; not also in ``on_order``.
        backordered: Pieces sold and not there.
        pack: Pieces of a pack.
        least: Fewest pieces of an order.
        lot: Pieces of one order at least, as the economic order quantity says.
        max_cover: Most days that the position may last; None for no bound.
        shelf_life: Days that goods can be sold after they arrive; None for no bound.
        unit_cost_minor: Price of a piece in minor units.
        discontinued: Whether it is sold out and not bought again.

    Raises:
        UsageError: ``bad_quantity`` for a count below zero; ``bad_parameter`` for a pack or review below one.
    """

    cell: Cell
    rate: Rate
    lead: LeadTime
    service: Service = field(factory=lambda: Service(0.95))
    review: int = 1
    on_hand: int = 0
    reserved: int = 0
    on_order: int = 0
    in_transit: int = 0
    backordered: int = 0
    pack: int = 1
    least: int = 0
    lot: int = 0
    max_cover: int | None = None
    shelf_life: int | None = None
    unit_cost_minor: int = 0
    discontinued: bool = False

    def __attrs_post_init__(self) -> None:
        counts = (self.reserved, self.on_order, self.in_transit, self.backordered, self.least, self.lot)
        if min(counts) < 0:
            raise UsageError("bad_quantity", f"{min(counts)} pieces of {self.cell.sku}: from 0", cell=self.cell)
        if min(self.pack, self.review) < 1:
            raise UsageError("bad_parameter", f"pack {self.pack}, review {self.review}: from 1", name="pack")

    @property
    def position(self) -> int:
        """Pieces that are there or will be and that nobody has been promised."""
        return self.on_hand + self.on_order + self.in_transit - self.backordered - self.reserved


@frozen
class Proposal:
    """A purchase that is proposed, and why.

    Args:
        item: What it rests on.
        pieces: To order, in whole packs; 0 when nothing should be, see ``reason``.
        reason: ``below_point``, ``enough``, ``discontinued``, ``no_demand`` or ``least_exceeds_cover``.
        point: Position at or below which an order goes out, rounded up.
        level: Position that the order brings, rounded up, within the longest cover and the shelf life.
        safety: Safety stock within both, in pieces; 0 where the formula goes below.
        risk_before: Probability that the position does not last until goods could arrive.
        risk_after: The same with the pieces ordered.
        cover_days: Days that the position lasts after the order; None without demand.
        notes: What a person should know: ``contract_lead_time``, ``low_service``, ``capped``, ``budget``.
    """

    item: Item
    pieces: int
    reason: str
    point: int
    level: int
    safety: int
    risk_before: float
    risk_after: float
    cover_days: float | None
    notes: tuple[str, ...] = ()

    @property
    def value_minor(self) -> int:
        """What it costs, in minor units."""
        return self.pieces * self.item.unit_cost_minor


def propose(item: Item) -> Proposal:
    """Return what to order of an item now; also when that is nothing, with the reason."""
    demand = lead_time_demand(item.rate, item.lead, review=item.review if item.review > 1 else 0.0)
    lot = max(item.lot, item.rate.mean * item.review, 1.0)
    safety = max(0.0, safety_stock(demand, item.service, lot=lot))
    if item.review > 1:
        point = level = order_up_to(item.rate, item.lead, item.service, review=item.review, lot=lot)
    else:
        point = reorder_point(item.rate, item.lead, item.service, lot=lot, periodic=True)
        level = point + item.lot
    point, level = max(point, demand.mean), max(level, demand.mean)
    cap = _cap(item)
    capped = min(level, cap)
    pieces, reason = _pieces(item, min(point, cap), capped, cap)
    notes = _notes(item, is_capped=capped < level)
    at, to = _ceil(min(point, cap)), _ceil(capped)
    return _proposal(item, pieces, reason, notes=notes, point=at, level=to, safety=safety)


def _ceil(value: float) -> int:
    """Return whole pieces that cover a value, forgiving what floats lose: 20.000000001 is 20."""
    return -floor(-value + 1e-9)


def _cap(item: Item) -> float:
    bounds = [days * item.rate.mean for days in (item.max_cover, item.shelf_life) if days is not None]
    return min(bounds, default=float("inf"))


def _pieces(item: Item, point: float, level: float, cap: float) -> tuple[int, str]:
    if item.discontinued:
        return max(0, -item.position), "discontinued"
    if not item.rate.mean and not item.backordered:
        return 0, "no_demand"
    if item.position > point:
        return 0, "enough"
    needed = max(0.0, level - item.position)
    pieces = packed(_ceil(needed), pack=item.pack, least=max(item.least, item.lot))
    if item.position + pieces > cap:
        fewest = packed(1, pack=item.pack, least=item.least)
        room = int((cap - item.position) // item.pack) * item.pack
        return (room, "below_point") if room >= fewest else (0, "least_exceeds_cover")
    return pieces, "below_point" if pieces else "enough"


def _notes(item: Item, *, is_capped: bool) -> tuple[str, ...]:
    told = {
        "contract_lead_time": not item.lead.observed,
        "low_service": item.service.level < 0.5,
        "capped": is_capped,
    }
    return tuple(name for name, holds in told.items() if holds)


def _proposal(
    item: Item, pieces: int, reason: str, *, notes: tuple[str, ...], point: int, level: int, safety: float
) -> Proposal:
    demand = lead_time_demand(item.rate, item.lead)
    after = item.position + pieces
    return Proposal(
        item,
        pieces,
        reason,
        point,
        level,
        _ceil(safety),
        1 - demand.cdf(item.position),
        1 - demand.cdf(after),
        after / item.rate.mean if item.rate.mean else None,
        notes,
    )


@frozen
class Acceptance:
    """What may confirm itself; everything else waits for a person.

    Args:
        value_minor: Most value of one proposal, in minor units; None for no bound.
        pieces: Most pieces; None for no bound.
        change: Largest change against what was ordered last time, as a share of it; None for no bound.
        frozen_skus: SKUs that nothing is ordered of by itself.
        open_days: Weekdays on which orders go out, Monday 0; all when empty.
    """

    value_minor: int | None = None
    pieces: int | None = None
    change: Decimal | None = None
    frozen_skus: frozenset[str] = frozenset()
    open_days: frozenset[int] = frozenset()


def objections(proposal: Proposal, rule: Acceptance, *, on: date, last: int | None = None) -> tuple[str, ...]:
    """Return why a proposal does not confirm itself; empty when it does.

    Args:
        proposal: Which.
        rule: What may.
        on: Today.
        last: Pieces ordered last time; without, a bound on the change objects.
    """
    pieces = proposal.pieces
    change = None if not last else abs(Decimal(pieces - last)) / last
    found = {
        "nothing": pieces == 0,
        "value": rule.value_minor is not None and proposal.value_minor > rule.value_minor,
        "pieces": rule.pieces is not None and pieces > rule.pieces,
        "change": rule.change is not None and (change is None or change > rule.change),
        "frozen": proposal.item.cell.sku in rule.frozen_skus,
        "closed": bool(rule.open_days) and on.weekday() not in rule.open_days,
    }
    return tuple(name for name, objects in found.items() if objects)


def within_budget(proposals: Iterable[Proposal], budget_minor: int) -> tuple[Proposal, ...]:
    """Return the proposals as a budget allows, most urgent first; what does not fit is smaller, or zero pieces.

    Urgent is what is likeliest to run out, and among equals what lasts shortest. A proposal that does not fit
    whole is cut to whole packs, as long as the minimum is kept.

    Raises:
        UsageError: ``bad_parameter`` for a budget below zero.
    """
    if budget_minor < 0:
        raise UsageError("bad_parameter", f"budget {budget_minor}: from 0", name="budget", value=budget_minor)
    left, kept = budget_minor, []
    for one in sorted(proposals, key=_urgency):
        if one.value_minor <= left:
            kept.append(one)
        else:
            item = one.item
            could = left // item.unit_cost_minor // item.pack * item.pack
            could = could if could >= packed(1, pack=item.pack, least=item.least) else 0
            notes, at = (*one.notes, "budget"), one.point
            kept.append(
                _proposal(item, could, one.reason, notes=notes, point=at, level=one.level, safety=one.safety)
            )
        left -= kept[-1].value_minor
    return tuple(kept)


def _urgency(one: Proposal) -> tuple[float, float, Cell]:
    rate = one.item.rate.mean
    return -one.risk_before, one.item.position / rate if rate else float("inf"), one.item.cell


def calendar_lead(ordered: date, working_days: int, is_open: Callable[[date], bool]) -> int:
    """Return the calendar days until goods arrive, when the supplier works only on open days.

    Raises:
        UsageError: ``bad_parameter`` when ten years do not have so many open days.
    """
    day, left = ordered, working_days
    for passed in range(3_660):
        if not left:
            return passed
        day += timedelta(days=1)
        left -= is_open(day)
    raise UsageError("bad_parameter", f"{working_days} open days do not come in ten years", name="working_days")


def sell_through(item: Item, *, on: date) -> date | None:
    """Return the day on which a discontinued item will be sold out; None without demand."""
    if item.rate.mean <= 0:
        return None
    free = max(0, item.position)
    return on + timedelta(days=_ceil(free / item.rate.mean))
