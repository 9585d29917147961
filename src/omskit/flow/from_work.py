"""What follows from what happens to a fulfillment order: for its orders, the warehouse, couriers and channels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import cast

from omskit import fulfillment as f
from omskit import inventory as stock
from omskit import orders as o
from omskit.core import TERMINAL, Cell, Claim
from omskit.flow.lotted import name_lots
from omskit.flow.notify import (
    intercept_request,
    pick_request,
    pieces_of,
    recall_request,
    shipment_notices,
    waybill_request,
    waybill_void,
)
from omskit.flow.resourcing import TOO_MANY_ATTEMPTS
from omskit.flow.returning import finish_refunds, intercept_refunded
from omskit.flow.workspace import News, Workspace
from omskit.fulfillment import FulfillmentOrder, Parcel
from omskit.orders import Order

#: The hold of an order that is cancelled as soon as its warehouses have stopped.
CANCEL_REQUESTED = "cancel_requested"
#: Why units are open again that a warehouse did not find.
SHORT_PICK = "short_pick"

#: (order line number, units) pairs by key of the order.
_ByOrder = dict[int, list[tuple[int, int]]]


def _order(work: Workspace, key: int) -> Order:
    order = work.orders[key].state
    assert order is not None  # noqa: S101 - the orders that work serves are loaded with it
    return order


def _by_order(state: FulfillmentOrder, lines: Iterable[tuple[int, int]]) -> _ByOrder:
    """Return (work line number, units) pairs as the lines of the orders they are for."""
    found: _ByOrder = {}
    for number, units in lines:
        line = state.lines[number - 1]
        found.setdefault(line.order, []).append((line.line, units))
    return found


def _opened(work: Workspace, news: News[FulfillmentOrder]) -> None:
    external = tuple([_order(work, key).channel_id for key in news.after.orders])
    work.messages.append(pick_request(work.new_key(), news.after, external, work.at))


def _recalled(work: Workspace, news: News[FulfillmentOrder]) -> None:
    work.messages.append(recall_request(work.new_key(), news.after, news.event.reason, work.at))


def _rejected(work: Workspace, news: News[FulfillmentOrder]) -> None:
    assert news.before is not None  # noqa: S101 - only an opening comes before nothing
    lines = [(line.number, line.open) for line in news.before.lines if line.open]
    reasons = {number: news.event.reason for number, _ in lines}
    _declined(work, news, lines, reasons, cause="rejected", bar_until=news.event.bar_until)


def _lines_rejected(work: Workspace, news: News[FulfillmentOrder]) -> None:
    lines, event = news.event.lines, news.event
    reasons = {number: event.reason for number, _ in lines}
    _declined(work, news, lines, reasons, cause="rejected", bar_until=event.bar_until)


def _declined(
    work: Workspace,
    news: News[FulfillmentOrder],
    lines: Iterable[tuple[int, int]],
    reasons: Mapping[int, str],
    *,
    cause: str,
    bar_until: datetime | None,
) -> None:
    """Open units again that a warehouse does not send, and say what becomes of them."""
    state = news.after
    why = {(state.lines[number - 1].order, state.lines[number - 1].line): code for number, code in reasons.items()}
    for key, units in _by_order(state, lines).items():
        rules = work.ruling.rules_of(_order(work, key).process).resourcing
        until = bar_until or work.at + rules.window
        codes = sorted({why[key, number] for number, _ in units})
        work.order(key, o.Unassign(news.key, ", ".join(codes), until, tuple(units)), cause)
        if state.pickup is not None:
            for number, _ in units:
                work.order(key, o.PutOnHold(f.PICKUP_EXCEPTION, why[key, number], number), cause)
            continue
        gone = tuple((number, count) for number, count in units if why[key, number] in rules.cancel)
        if gone:
            work.order(key, o.Cancel(gone, ", ".join(codes)), cause)
        for number in rules.exhausted(_order(work, key)):
            reason = f"declined {rules.attempts} times, the last time as {', '.join(codes)}"
            work.order(key, o.PutOnHold(TOO_MANY_ATTEMPTS, reason, number), cause)


def _recall_confirmed(work: Workspace, news: News[FulfillmentOrder]) -> None:
    for key in news.after.orders:
        work.order(key, o.Unassign(news.key, "recalled"), "recalled")
        _finish_cancelling(work, key)
        finish_refunds(work, key)


def _expired(work: Workspace, news: News[FulfillmentOrder]) -> None:
    for key in news.after.orders:
        lines = sorted({line.line for line in news.after.lines if line.order == key})
        work.order(key, o.Unassign(news.key, "not collected"), "expired")
        for number in lines:
            work.order(key, o.PutOnHold(f.PICKUP_EXCEPTION, "nobody came in time", number), "expired")


def _finish_cancelling(work: Workspace, key: int) -> None:
    order = _order(work, key)
    asked = any(hold.code == CANCEL_REQUESTED for hold in order.holds)
    if asked and not any(one.fulfillment for one in order.consignments):
        work.order(key, o.ReleaseHold(CANCEL_REQUESTED), "cancel")
        work.order(key, o.Cancel(reason=CANCEL_REQUESTED), "cancel")


def _shipped(work: Workspace, news: News[FulfillmentOrder]) -> None:
    event: f.ParcelsShipped = news.event
    pairs = [pair for parcel in event.parcels for pair in parcel.lines]
    for key, units in _by_order(news.after, pairs).items():
        sent = _sent(work, key, news) if work.reporting else ()
        work.order(key, o.Ship(news.key, tuple(units), sent), "shipped")
    name_lots(work, stock.SHIPPED, news.after, (one for parcel in event.parcels for one in parcel.lots))
    if event.final:
        _short(work, news)
        for key in news.after.orders:
            _finish_cancelling(work, key)
            finish_refunds(work, key)
    intercept_refunded(work, news)
    _tell(work, news.after, event.parcels)


def _sent(work: Workspace, key: int, news: News[FulfillmentOrder]) -> tuple[o.Sent, ...]:
    """Return the parcels with units of an order, where its channel is told of them later."""
    parcels: Iterable[Parcel] = news.event.parcels
    return tuple(sent for parcel in parcels for sent in _parcel_sent(work, key, news.after, parcel))


def _parcel_sent(work: Workspace, key: int, state: FulfillmentOrder, parcel: Parcel) -> tuple[o.Sent, ...]:
    lines = _by_order(state, parcel.lines).get(key)
    if not lines or _order(work, key).terms.channel not in work.reporting:
        return ()
    return (o.Sent(parcel.waybill, parcel.courier or state.courier, tuple(lines)),)


def _short(work: Workspace, news: News[FulfillmentOrder]) -> None:
    assert news.before is not None  # noqa: S101
    pairs = zip(news.before.lines, news.after.lines, strict=True)
    lines = [(now.number, now.short - was.short) for was, now in pairs if now.short > was.short]
    if lines:
        reasons = dict.fromkeys((number for number, _ in lines), SHORT_PICK) | dict(news.event.short)
        bar_until = news.event.bar_until
        _declined(work, news, lines, reasons, cause=SHORT_PICK, bar_until=bar_until)


def _tell(work: Workspace, state: FulfillmentOrder, parcels: Iterable[Parcel]) -> None:
    """Tell the channels that hear of every parcel."""
    states = {key: _order(work, key) for key in state.orders}
    told = {key: order for key, order in states.items() if order.terms.channel not in work.reporting}
    work.messages += shipment_notices(work.new_key, state, parcels, told, work.at)


def _shipped_anyway(work: Workspace, news: News[FulfillmentOrder]) -> None:
    """Hold what is left of the orders, so that nothing is sent twice; nothing is refunded or booked by itself."""
    waybills = ", ".join(parcel.waybill for parcel in news.event.parcels)
    for key in news.after.orders:
        order = _order(work, key)
        if not work.ruling.rules_of(order.process).orders.has(order.status, TERMINAL):
            work.order(key, o.PutOnHold(f.SHIPPED_AFTER_STOP, f"{waybills} left all the same"), "shipped")


def _settled(work: Workspace, news: News[FulfillmentOrder]) -> None:
    """Let a parcel that left after the stop be sent to its orders, or take its pieces off the stock."""
    event: f.Settled = news.event
    state, parcel = news.after, news.after.parcel(event.parcel)
    by_order = _by_order(state, event.lines)
    if event.sold:
        for key, units in by_order.items():
            sent = _parcel_sent(work, key, state, parcel)
            work.order(key, o.Ship(news.key, tuple(units), sent, unplanned=True), "settled")
        name_lots(work, stock.SHIPPED, state, parcel.lots)
        _tell(work, state, (parcel,))
    else:
        pieces = pieces_of(state, event.lines)
        lost = [(Cell(sku, state.warehouse), Claim(), count) for sku, count in pieces.items()]
        reason = event.reason or f.SHIPPED_AFTER_STOP
        work.movements += stock.for_claims(
            stock.LOST, lost, at=work.at, actor=work.actor, document=str(news.key), reason=reason
        )
        name_lots(work, stock.LOST, state, parcel.lots, claimed=False, reason=reason)
    _let_go(work, state)


def _let_go(work: Workspace, state: FulfillmentOrder) -> None:
    """Lift the hold of the orders when nothing is left to decide about parcels that left after the stop."""
    if not any(not word for _, word in state.anyway):
        for key in state.orders:
            work.order(key, o.ReleaseHold(f.SHIPPED_AFTER_STOP), "settled")


def _unshipped(work: Workspace, news: News[FulfillmentOrder]) -> None:
    event: f.Unshipped = news.event
    waybill = news.after.parcel(event.parcel).waybill
    warehouse = news.after.warehouse if event.in_stock else ""
    if news.before is not None and news.before.anyway != news.after.anyway:
        _let_go(work, news.after)
    for key, units in _by_order(news.after, event.lines).items():
        work.order(key, o.Unship(tuple(units), warehouse, waybill, event.reason), "unshipped")
    if event.lines and event.in_stock:
        lots = news.after.parcel(event.parcel).lots
        name_lots(work, stock.UNSHIPPED, news.after, lots, reason=event.reason)


def _waybill_requested(work: Workspace, news: News[FulfillmentOrder]) -> None:
    event: f.WaybillRequested = news.event
    inside = _by_order(news.after, news.after.parcel(event.parcel).lines)
    external = tuple(_order(work, key).channel_id for key in inside)
    work.messages.append(waybill_request(work.new_key(), news.after, event, external, work.at))


def _waybill_received(work: Workspace, news: News[FulfillmentOrder]) -> None:
    """Tell of the other waybill of a parcel that has left."""
    parcel = news.after.parcel(news.event.parcel)
    if parcel.left_at is not None and parcel.waybill == news.event.waybill:
        _tell(work, news.after, (parcel,))


def _waybill_voiding(work: Workspace, news: News[FulfillmentOrder]) -> None:
    parcel = news.after.parcel(news.event.parcel)
    label = parcel.labels[news.event.label - 1]
    work.messages.append(waybill_void(work.new_key(), news.after, parcel, label, work.at))


def _intercepted(work: Workspace, news: News[FulfillmentOrder]) -> None:
    event: f.Intercepted = news.event
    if event.interception == f.INTERCEPTION_MACHINE.initial:
        parcel = news.after.parcel(event.parcel)
        work.messages.append(intercept_request(work.new_key(), news.after, parcel, event.reason, work.at))


#: What follows from each event of a fulfillment order; from the others nothing does.
ON_FULFILLMENT = cast(
    "Mapping[type, Callable[[Workspace, News[FulfillmentOrder]], None]]",
    {
        f.Opened: _opened,
        f.Recalled: _recalled,
        f.Rejected: _rejected,
        f.LinesRejected: _lines_rejected,
        f.RecallConfirmed: _recall_confirmed,
        f.ParcelsShipped: _shipped,
        f.ShippedAnyway: _shipped_anyway,
        f.Unshipped: _unshipped,
        f.Settled: _settled,
        f.PickupExpired: _expired,
        f.WaybillRequested: _waybill_requested,
        f.WaybillReceived: _waybill_received,
        f.WaybillVoiding: _waybill_voiding,
        f.Intercepted: _intercepted,
    },
)
