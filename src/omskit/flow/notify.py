"""Messages that follow from fulfillment: what a warehouse and a channel are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from omskit.channels import (
    NOTICES,
    Notice,
    PickLine,
    PickRequest,
    RecallRequest,
    RefundAnswer,
    SentLine,
    ShipmentNotice,
)
from omskit.core import readable
from omskit.fulfillment import FULFILLMENTS, FulfillmentOrder, Parcel
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


def pick_request(key: int, state: FulfillmentOrder, external: tuple[str, ...], at: datetime) -> Message:
    """Return the request that a warehouse works on a fulfillment order."""
    needed: dict[str, int] = {}
    for line in state.lines:
        parts = pieces(line.parts, line.quantity) if line.parts else {line.sku: line.quantity}
        for sku, count in parts.items():
            needed[sku] = needed.get(sku, 0) + count
    request = PickRequest(
        _number(state),
        state.warehouse,
        state.courier,
        state.service,
        state.destination,
        state.ship_on,
        tuple([PickLine(sku, needed[sku]) for sku in sorted(needed)]),
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
    orders: Mapping[int, Order | None],
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
            order = orders[work.order]
            assert order is not None  # noqa: S101 - a fulfillment order serves orders that are there
            line = order.lines[work.line - 1]
            inside.setdefault(work.order, []).append(SentLine(line.external_id, line.sku, units))
        for key, lines in inside.items():
            order = orders[key]
            assert order is not None  # noqa: S101
            if order.terms.kind in AFTER_SALE:
                continue
            channel, id_ = order.terms.channel, order.channel_id
            courier = parcel.courier or state.courier
            notice = ShipmentNotice(channel, id_, parcel.waybill, courier, tuple(lines))
            topic = f"channel:{channel}"
            messages.append(_message(new_key(), topic, f"{topic}/{id_}", notice, at))
    return messages


def refund_answer(key: int, case: ReturnCase, at: datetime, *, agreed: bool, reason: str = "") -> Message:
    """Return what a channel is told about a refund request of its own: all that is granted, or that nothing is."""
    amount = case.agreed_minor if agreed else 0
    answer = RefundAnswer(
        case.external_id, case.channel_id, agreed, amount, case.currency, reason, case.version
    )
    topic = f"channel:{case.channel}"
    return _message(key, topic, f"{topic}/refund/{case.external_id}", answer, at)
