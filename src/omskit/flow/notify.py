"""Messages that follow from fulfillment: what a warehouse and a channel are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from omskit.channels import (
    NOTICES,
    InterceptRequest,
    Notice,
    PickLine,
    PickRequest,
    RecallRequest,
    RefundAnswer,
    SentLine,
    ShipmentNotice,
    ShipmentWithdrawn,
    WaybillRequest,
    WaybillVoid,
)
from omskit.core import readable
from omskit.fulfillment import FULFILLMENTS, FulfillmentOrder, Label, Parcel, WaybillRequested
from omskit.inventory import pieces
from omskit.orders import Order
from omskit.returns import ReturnCase
from omskit.storage import Message

#: Types of orders that the house itself has made after a sale.
AFTER_SALE = frozenset({"exchange", "replacement", "repair"})


def _message(key: int, topic: str, group: str, notice: Notice, at: datetime) -> Message:
    return Message(key, topic, group, NOTICES.tag_of(notice), NOTICES.dump(notice), at)


def _number(state: FulfillmentOrder) -> str:
    return readable(FULFILLMENTS.number, state.key)


def pieces_of(state: FulfillmentOrder, lines: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Return the pieces of (work line number, units) pairs, summed by SKU."""
    needed: dict[str, int] = {}
    for number, units in lines:
        line = state.lines[number - 1]
        if not line.parts:
            needed[line.sku] = needed.get(line.sku, 0) + units
            continue
        for sku, count in pieces(line.parts, units).items():
            needed[sku] = needed.get(sku, 0) + count
    return needed


def _pieces(state: FulfillmentOrder, lines: Iterable[tuple[int, int]]) -> tuple[PickLine, ...]:
    needed = pieces_of(state, lines)
    if not state.lots:
        return tuple([PickLine(sku, needed[sku]) for sku in sorted(needed)])
    lots: dict[str, dict[str, int]] = {}
    for one in state.lots:
        codes = lots.setdefault(one.sku, {})
        codes[one.lot] = codes.get(one.lot, 0) + one.pieces
    return tuple([PickLine(sku, needed[sku], tuple(lots.get(sku, {}).items())) for sku in sorted(needed)])


def pick_request(key: int, state: FulfillmentOrder, external: tuple[str, ...], at: datetime) -> Message:
    """Return the request that a warehouse works on a fulfillment order."""
    request = PickRequest(
        _number(state),
        state.warehouse,
        state.courier,
        state.service,
        state.destination,
        state.ship_on,
        _pieces(state, [(line.number, line.quantity) for line in state.lines]),
        external,
    )
    return _message(key, f"warehouse:{state.warehouse}", request.number, request, at)


def recall_request(key: int, state: FulfillmentOrder, reason: str, at: datetime) -> Message:
    """Return the request that a warehouse stops; it leaves after the pick request of the same number."""
    request = RecallRequest(_number(state), state.warehouse, reason)
    return _message(key, f"warehouse:{state.warehouse}", request.number, request, at)


def shipment_notices(
    new_key: Callable[[], int],
    state: FulfillmentOrder,
    parcels: Iterable[Parcel],
    orders: Mapping[int, Order],
    at: datetime,
) -> list[Message]:
    """Return one notice for each parcel and order in it; those of one order leave in turn.

    A channel is told nothing of what leaves in exchange: it knows the lines of the first order only.
    """
    messages = []
    for parcel in parcels:
        inside: dict[int, list[SentLine]] = {}
        for number, units in parcel.lines:
            work = state.lines[number - 1]
            order = orders.get(work.order)
            if order is None:
                continue
            line = order.lines[work.line - 1]
            inside.setdefault(work.order, []).append(SentLine(line.external_id, line.sku, units))
        for key, lines in inside.items():
            order = orders[key]
            if order.terms.kind in AFTER_SALE:
                continue
            channel, id_ = order.terms.channel, order.channel_id
            courier = parcel.courier or state.courier
            notice = ShipmentNotice(channel, id_, parcel.waybill, courier, tuple(lines))
            messages.append(report(new_key(), notice, at))
    return messages


def withdrawal(key: int, notice: ShipmentWithdrawn, at: datetime) -> Message:
    """Return what a channel is told of a parcel that had not left; it leaves after the notice of that parcel."""
    topic = f"channel:{notice.channel}"
    return _message(key, topic, f"{topic}/{notice.external_id}", notice, at)


def refund_answer(key: int, case: ReturnCase, at: datetime, *, agreed: bool, reason: str = "") -> Message:
    """Return what a channel is told about a refund request of its own: all that is granted, or that nothing is."""
    amount = case.agreed_minor if agreed else 0
    answer = RefundAnswer(
        case.external_id, case.channel_id, agreed, amount, case.currency, reason, case.version
    )
    topic = f"channel:{case.channel}"
    return _message(key, topic, f"{topic}/refund/{case.external_id}", answer, at)


def report(key: int, notice: ShipmentNotice, at: datetime) -> Message:
    """Return what a channel is told; notices of one order leave in turn."""
    topic = f"channel:{notice.channel}"
    return _message(key, topic, f"{topic}/{notice.external_id}", notice, at)


def _asked(key: int, notice: WaybillRequest | WaybillVoid | InterceptRequest, at: datetime) -> Message:
    """Return what a courier is asked about a parcel; all about one parcel leaves in turn."""
    topic = f"courier:{notice.courier}"
    return _message(key, topic, f"{topic}/{notice.number}/{notice.parcel}", notice, at)


def waybill_request(
    key: int, state: FulfillmentOrder, event: WaybillRequested, external: tuple[str, ...], at: datetime
) -> Message:
    """Return the request for a parcel's waybill."""
    parcel, label = state.parcel(event.parcel), event.label
    request = WaybillRequest(
        _number(state),
        parcel.number,
        label.number,
        label.courier,
        state.service if label.courier == state.courier else "",
        state.warehouse,
        state.destination,
        _pieces(state, parcel.lines),
        parcel.weight_g,
        parcel.length_mm,
        parcel.width_mm,
        parcel.height_mm,
        external,
    )
    return _asked(key, request, at)


def waybill_void(key: int, state: FulfillmentOrder, parcel: Parcel, label: Label, at: datetime) -> Message:
    """Return the request that a courier takes a waybill back; it leaves after the request for it."""
    void = WaybillVoid(
        _number(state), parcel.number, label.number, label.courier, label.waybill, label.reason
    )
    return _asked(key, void, at)


def intercept_request(key: int, state: FulfillmentOrder, parcel: Parcel, reason: str, at: datetime) -> Message:
    """Return the request that a courier stops a parcel."""
    courier = parcel.courier or state.courier
    return _asked(key, InterceptRequest(_number(state), parcel.number, courier, parcel.waybill, reason), at)
