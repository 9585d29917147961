"""What an event makes of an order; total, and without a machine: the event knows the status it led to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from attrs import evolve as changed

from omskit.core import StorageError
from omskit.orders import events as e
from omskit.orders.changes import Proposal
from omskit.orders.lines import OrderLine, totals
from omskit.orders.model import Consignment, Hold, Order

_Lines = tuple[OrderLine, ...]


def evolve(order: Order | None, event: e.Event) -> Order:
    """Return the order as it stands after the event.

    Raises:
        StorageError: ``bad_history`` when a history does not start with an order's placement.
    """
    if isinstance(event, e.OrderPlaced):
        return event.order
    if order is None:
        raise StorageError("bad_history", f"{type(event).__name__} before the order was placed")
    return _EVOLVE[type(event)](order, event)


def _with(
    order: Order, status: str, lines: tuple[OrderLine, ...], consignments: tuple[Consignment, ...], planned: int
) -> Order:
    return Order(
        order.key,
        status,
        order.terms,
        lines,
        order.charges,
        order.holds,
        consignments,
        planned,
        order.rank,
        order.retry_at,
        order.barred,
        order.cleared,
        order.alerts,
        order.merged,
        order.apart,
        order.proposals,
        order.process,
        order.children,
        order.conceded_minor,
        order.sent,
        order.priced,
        order.redeems,
        order.gaps,
        order.gifted,
        order.gifts_stale,
        order.part_of,
    )


def _lines(order: Order, deltas: Mapping[int, int], move: Callable[[OrderLine, int], OrderLine]) -> _Lines:
    return tuple([move(line, deltas[line.number]) if line.number in deltas else line for line in order.lines])


def without(consignments: Iterable[Consignment], taken: Mapping[tuple[int, int], int]) -> tuple[Consignment, ...]:
    """Take units away by (consignment, line); a consignment that is left empty goes."""
    left = []
    for one in consignments:
        units = ((number, count - taken.get((one.number, number), 0)) for number, count in one.lines)
        lines = tuple((number, count) for number, count in units if count)
        if lines == one.lines:
            left.append(one)
        elif lines:
            left.append(changed(one, lines=lines))
    return tuple(left)


def of_fulfillment(order: Order, fulfillment: int, lines: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Say from which consignments of a fulfillment order units are taken: the earlier ones first."""
    taken: dict[tuple[int, int], int] = {}
    for number, units in totals(lines).items():
        left = units
        for one in order.at_fulfillment(fulfillment):
            take = min(left, sum(count for line, count in one.lines if line == number))
            if take:
                taken[one.number, number] = take
                left -= take
    return taken


def _moved_on(order: Order, event: e.Approved | e.Advanced) -> Order:
    after = _with(order, event.status, order.lines, order.consignments, order.planned)
    if after.retry_at is None and not event.alerts:
        return after
    return changed(after, retry_at=None, alerts=(*after.alerts, *event.alerts))


def _hold_placed(order: Order, event: e.HoldPlaced) -> Order:
    return changed(order, holds=(*order.holds, event.hold))


def _hold_released(order: Order, event: e.HoldReleased) -> Order:
    kept = tuple(hold for hold in order.holds if not _lifted(hold, event))
    cleared = tuple(sorted({*order.cleared, event.code}))
    return changed(order, holds=kept, cleared=cleared)


def _lifted(hold: Hold, event: e.HoldReleased) -> bool:
    named = (hold.code, hold.line) == (event.code, event.line)
    return named and event.awaits in ("", hold.awaits)


def _merged(order: Order, event: e.Merged) -> Order:
    return changed(order, status=event.status, merged=event.group)


def _unmerged(order: Order, event: e.Unmerged) -> Order:
    return changed(_taken_from(order, event.status, event.consignments), merged=0)


def _set_apart(order: Order, event: e.LinesSetApart) -> Order:
    return changed(order, apart=event.lines)


def _proposed(order: Order, event: e.Proposed) -> Order:
    return changed(order, proposals=(*order.proposals, event.proposal))


def _discarded(order: Order, event: e.Discarded) -> Order:
    return changed(order, proposals=_without(order, event.id))


def _without(order: Order, proposal: str) -> tuple[Proposal, ...]:
    return tuple(one for one in order.proposals if one.id != proposal)


def _amended(order: Order, event: e.Amended) -> Order:
    lines = {line.number: line for line in (*order.lines, *event.lines)}
    return changed(
        order,
        status=event.status,
        lines=tuple(lines[number] for number in sorted(lines)),
        terms=event.terms or order.terms,
        charges=order.charges if event.charges is None else event.charges,
        proposals=_without(order, event.proposal),
        retry_at=None,
        gifts_stale=order.gifts_stale or (order.gifted and any(not line.gift for line in event.lines)),
    )


def _priced(order: Order, event: e.Priced) -> Order:
    uses = bool(event.price.uses)
    return changed(order, priced=not event.gifts_only, gifted=event.gifts_only, redeems=uses, gifts_stale=False)


def _gaps_noted(order: Order, event: e.GapsNoted) -> Order:
    return changed(order, gaps=event.gaps)


def _refunded(order: Order, _event: e.Refunded) -> Order:
    return order


def _divided(order: Order, event: e.Divided) -> Order:
    return changed(order, status=event.status, children=order.children + event.children)


def _ended(order: Order, event: e.Rejoined | e.Dissolved) -> Order:
    return changed(order, status=event.status)


def _assigned(order: Order, event: e.Assigned) -> Order:
    moved = totals([pair for one in event.consignments for pair in one.lines])
    lines = _lines(order, moved, lambda line, units: line.moved(open=-units, reserved=units))
    return Order(
        order.key,
        event.status,
        order.terms,
        lines,
        order.charges,
        order.holds,
        order.consignments + event.consignments,
        order.planned + len(event.consignments),
        order.rank,
        event.retry_at,
        order.barred,
        order.cleared,
        order.alerts,
        order.merged,
        order.apart,
        order.proposals,
        order.process,
        order.children,
        order.conceded_minor,
        order.sent,
        order.priced,
        order.redeems,
        order.gaps,
        order.gifted,
        order.gifts_stale,
        order.part_of,
    )


def _released(order: Order, event: e.Released) -> Order:
    given = dict(event.fulfillments)
    consignments = [
        Consignment(
            one.number,
            one.warehouse,
            one.lines,
            one.courier,
            one.service,
            one.weight_g,
            one.freight_minor,
            one.ship_on,
            one.arrive_on,
            given[one.number],
        )
        if one.number in given
        else one
        for one in order.consignments
    ]
    return _with(order, event.status, order.lines, tuple(consignments), order.planned)


def _shipped(order: Order, event: e.Shipped) -> Order:
    if event.unplanned:
        open_ = _lines(order, totals(event.lines), lambda line, units: line.moved(open=-units, shipped=units))
        return changed(order, status=event.status, lines=open_, sent=order.sent + event.sent)
    lines = _lines(order, totals(event.lines), lambda line, units: line.moved(reserved=-units, shipped=units))
    left = without(order.consignments, of_fulfillment(order, event.fulfillment, event.lines))
    after = _with(order, event.status, lines, left, order.planned)
    return changed(after, sent=order.sent + event.sent) if event.sent else after


def _unassigned(order: Order, event: e.Unassigned) -> Order:
    after = _taken_from(order, event.status, event.consignments)
    back = totals((number, units) for _, number, units in event.units)
    return changed(
        after,
        lines=_lines(after, back, lambda line, units: line.moved(reserved=-units, open=units)),
        consignments=without(after.consignments, {(one, number): units for one, number, units in event.units}),
        barred=order.barred + event.barred,
        retry_at=None,
    )


def _unshipped(order: Order, event: e.Unshipped) -> Order:
    again = event.consignment
    lines = _lines(
        order,
        totals(event.lines),
        lambda line, units: line.moved(
            shipped=-units, reserved=units if again else 0, open=0 if again else units
        ),
    )
    return changed(
        order,
        status=event.status,
        lines=lines,
        consignments=(*order.consignments, again) if again else order.consignments,
        planned=order.planned + bool(again),
        retry_at=None,
        sent=tuple(one for one in order.sent if one.waybill != event.waybill),
    )


def _taken_from(order: Order, status: str, consignments: Iterable[int]) -> Order:
    """Open the units of whole consignments again."""
    numbers = set(consignments)
    gone = [one for one in order.consignments if one.number in numbers]
    back = totals(pair for one in gone for pair in one.lines)
    lines = _lines(order, back, lambda line, units: line.moved(reserved=-units, open=units))
    left = tuple(one for one in order.consignments if one.number not in numbers)
    return _with(order, status, lines, left, order.planned)


def _cancelled(order: Order, event: e.Cancelled) -> Order:
    held = totals((number, units) for _, number, units in event.reserved)
    open_ = totals(event.open)
    lines = _lines(order, open_, lambda line, units: line.moved(open=-units, cancelled=units))
    after = _with(order, event.status, lines, order.consignments, order.planned)
    lines = _lines(after, held, lambda line, units: line.moved(reserved=-units, cancelled=units))
    taken = {(one, number): units for one, number, units in event.reserved}
    after = _with(order, event.status, lines, without(order.consignments, taken), order.planned)
    stale = order.gifted and any(not order.line(number).gift for number in (*open_, *held))
    return changed(after, gifts_stale=True) if stale else after


def _taken_back(order: Order, event: e.TakenBack) -> Order:
    units = totals(event.lines)
    pieces: dict[int, dict[str, int]] = {}
    for number, sku, count in event.pieces:
        of_line = pieces.setdefault(number, {})
        of_line[sku] = of_line.get(sku, 0) + count
    back = dict.fromkeys((*units, *pieces), 0)
    lines = _lines(
        order, back, lambda line, _: line.taken_back(units.get(line.number, 0), pieces.get(line.number, {}))
    )
    return _with(order, event.status, lines, order.consignments, order.planned)


def _conceded(order: Order, event: e.Conceded) -> Order:
    amounts = totals(event.amounts)
    lines = _lines(
        order, amounts, lambda line, amount: changed(line, conceded_minor=line.conceded_minor + amount)
    )
    return changed(order, lines=lines, conceded_minor=order.conceded_minor + amounts.get(0, 0))


_EVOLVE = cast(
    "dict[type, Callable[[Order, Any], Order]]",  # each function takes the events of its own key
    {
        e.Approved: _moved_on,
        e.Advanced: _moved_on,
        e.HoldPlaced: _hold_placed,
        e.HoldReleased: _hold_released,
        e.Merged: _merged,
        e.Unmerged: _unmerged,
        e.LinesSetApart: _set_apart,
        e.Proposed: _proposed,
        e.Discarded: _discarded,
        e.Amended: _amended,
        e.Priced: _priced,
        e.GapsNoted: _gaps_noted,
        e.Refunded: _refunded,
        e.Divided: _divided,
        e.Rejoined: _ended,
        e.Dissolved: _ended,
        e.Assigned: _assigned,
        e.Released: _released,
        e.Shipped: _shipped,
        e.Unassigned: _unassigned,
        e.Unshipped: _unshipped,
        e.Cancelled: _cancelled,
        e.TakenBack: _taken_back,
        e.Conceded: _conceded,
    },
)
