"""Pinduoduo: orders, refunds, shipping back, stock.

Source: the documented fields of ``pdd.order.list.get``, ``pdd.order.information.get``,
``pdd.refund.list.increment.get``, ``pdd.logistics.online.send`` and ``pdd.goods.quantity.update``. Orders count
in yuan as JSON numbers, refunds in
fen as whole numbers. Receivers are blank while shipped, refunded or under review.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from omskit.adapters.channels.sums import discounted
from omskit.adapters.gateways import answer, receiver, remarks
from omskit.adapters.regions.provinces import CHINA_TIME, china
from omskit.channels import (
    Channel,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Discount,
    Fields,
    Funder,
    Listings,
    Receiver,
    RefundKind,
    RefundRequest,
    RefundState,
    Request,
    ReversedLine,
    ShipmentNotice,
    Standing,
    StockUpdate,
    form_request,
    holds_of,
    read_each,
)
from omskit.core import Refusal

#: What ``order_status`` allows.
STATUSES = {"1": Standing.READY, "2": Standing.SENT, "3": Standing.FINISHED}
#: What ``refund_status`` allows.
REFUNDS = {"1": Standing.READY, "2": Standing.DISPUTED, "3": Standing.DISPUTED, "4": Standing.REFUNDED}
#: What ``group_status`` allows: buyers who have not found each other yet are sent nothing.
GROUPS = {"0": Standing.FORBIDDEN, "1": Standing.READY, "2": Standing.CANCELLED}
#: What ``step_trade_status`` allows.
STEPS = {"0": Standing.UNPAID, "1": Standing.UNPAID, "2": Standing.READY}
#: After-sales status to state; what stands in no table is for a person.
REFUND_STATES = {
    "2": RefundState.REQUESTED,
    "3": RefundState.REQUESTED,
    "4": RefundState.AGREED,
    "5": RefundState.AGREED,
    "6": RefundState.REFUSED,
    "7": RefundState.AGREED,
    "8": RefundState.DISPUTED,
    "9": RefundState.REFUSED,
    "10": RefundState.DONE,
    "11": RefundState.CLOSED,
    "12": RefundState.CLOSED,
}
#: After-sales type to kind.
REFUND_KINDS = {
    "2": RefundKind.MONEY,
    "3": RefundKind.RETURN,
    "4": RefundKind.EXCHANGE,
    "5": RefundKind.RESEND,
    "9": RefundKind.REPAIR,
}
_KNOWN = frozenset(
    "order_sn order_status refund_status risk_control_status group_status step_order_info item_list goods_amount "
    "discount_amount platform_discount seller_discount postage pay_amount created_time pay_time updated_at "
    "last_ship_time urge_shipping_time buyer_memo remark province city town address receiver_name receiver_phone "
    "receiver_address receiver_name_mask receiver_phone_mask receiver_address_mask address_mask open_address_id "
    "open_address_id_2 order_tag_list pay_no inner_transaction_id id_card_name id_card_num".split()
)
_KNOWN_LINE = frozenset("goods_id sku_id outer_id outer_goods_id goods_name goods_price goods_count".split())


def read(payload: bytes) -> Iterator[ChannelOrder | Refusal]:
    """Read the answer to an order list or to one order's information."""
    said = answer(payload)
    many = said.values.get("order_list", [said.values["order_info"]] if "order_info" in said.values else [])
    yield from read_each(many, f"{said.path}.order_list", "order_sn", _order)


def _order(said: Fields) -> ChannelOrder:
    lines = [_line(one, position) for position, one in enumerate(said.each("item_list"), 1)]
    parts = (
        ("platform_discount", Funder.PLATFORM),
        ("seller_discount", Funder.SELLER),
    )
    discounts = tuple(
        Discount(amount, funder, title=name) for name, funder in parts if (amount := said.number(name, "CNY", 0))
    )
    total = said.number("discount_amount", "CNY", sum(one.amount_minor for one in discounts))
    status = said.text("order_status")
    merge = said.text("open_address_id_2", "") or said.text("open_address_id", "")
    return ChannelOrder(
        said.key("order_sn"),
        said.instant("created_time", CHINA_TIME),
        "CNY",
        china(said.text("province", "")),
        tuple(discounted(lines, total)),
        urgent=bool(said.moment("urge_shipping_time", CHINA_TIME)),
        paid_at=said.moment("pay_time", CHINA_TIME),
        ship_by=said.moment("last_ship_time", CHINA_TIME),
        memo=remarks(said, "buyer_memo", "remark"),
        freight_minor=said.number("postage", "CNY", 0),
        paid_minor=said.number("pay_amount", "CNY"),
        discounts=discounts,
        status=status,
        holds=_holds(said, status),
        receiver=_receiver(said, merge),
        merge=f"pdd/{merge}" if merge else "",
        changed_at=said.moment("updated_at", CHINA_TIME),
        extra=said.rest(_KNOWN),
    )


def _line(said: Fields, position: int) -> ChannelLine:
    """Return a line; an order has one item, and lines have no ids, so their position serves."""
    count = said.count("goods_count")
    item = said.text("outer_id", "") or f"{said.text('goods_id')}/{said.text('sku_id', '')}"
    price = said.number("goods_price", "CNY")
    title, extra = said.prose("goods_name"), said.rest(_KNOWN_LINE)
    return ChannelLine(item, count, price * count, external_id=str(position), title=title, extra=extra)


def _holds(said: Fields, status: str) -> tuple[ChannelHold, ...]:
    holds = holds_of(status, STATUSES) + holds_of(said.text("refund_status"), REFUNDS)
    holds += holds_of(said.text("group_status", "1"), GROUPS)
    if said.whole("risk_control_status", 0):
        holds += (ChannelHold(Standing.FORBIDDEN.value, "the channel reviews the order's risk"),)
    if step := said.one("step_order_info").text("step_trade_status", ""):
        holds += holds_of(step, STEPS)
    for tag in said.some("order_tag_list"):
        if tag.text("name", "") == "ship_hold" and tag.flag("value"):
            holds += (ChannelHold(Standing.FORBIDDEN.value, "the channel says ship_hold"),)
    return holds


def _receiver(said: Fields, merge: str) -> Receiver:
    def shown(name: str) -> str:
        return said.prose(f"{name}_mask") or said.prose(name)

    city = said.prose("city")
    lines = (said.prose("province"), city, said.prose("town"), shown("receiver_address"))
    masked = bool(said.prose("receiver_name_mask"))
    return receiver(shown("receiver_name"), shown("receiver_phone"), lines, city, merge, masked=masked)


def read_refunds(payload: bytes) -> Iterator[RefundRequest | Refusal]:
    """Read the answer to pdd.refund.list.increment.get; amounts are fen."""
    said = answer(payload)
    yield from read_each(said.values.get("refund_list", []), f"{said.path}.refund_list", "id", _refund)


def _refund(said: Fields) -> RefundRequest:
    status, amount = said.text("after_sales_status"), said.whole("refund_amount")
    item = said.text("outer_id", "") or said.text("goods_id", "")
    return RefundRequest(
        said.key("id"),
        said.instant("created_time", CHINA_TIME),
        said.key("order_sn"),
        "CNY",
        amount,
        (ReversedLine(item, said.count("goods_number", 1), amount),),
        REFUND_KINDS.get(said.text("after_sales_type", ""), RefundKind.OTHER),
        REFUND_STATES.get(status, RefundState.UNKNOWN),
        status=status,
        reason=said.prose("after_sale_reason"),
        waybill=said.text("tracking_number", ""),
        courier=said.text("shipping_name", ""),
    )


def write_shipment(notice: ShipmentNotice, _at: datetime) -> tuple[Request, ...]:
    """Return the call that tells of a parcel; the courier is the channel's numeric id."""
    fields = {
        "type": "pdd.logistics.online.send",
        "order_sn": notice.external_id,
        "logistics_id": notice.courier,
        "tracking_number": notice.waybill,
    }
    return (form_request("/api/router", fields, f"shipment/{notice.external_id}/{notice.waybill}"),)


def write_stock(updates: Sequence[StockUpdate]) -> tuple[Request, ...]:
    """Return one call a SKU, as an absolute figure (``update_type=1``)."""
    calls = (
        {
            "type": "pdd.goods.quantity.update",
            "goods_id": one.item,
            "sku_id": one.variant,
            "quantity": str(one.available),
            "update_type": "1",
        }
        for one in updates
    )
    return tuple(form_request("/api/router", fields) for fields in calls)


def channel(code: str, listings: Listings | None = None, returns_to: str = "") -> Channel:
    """Return a Pinduoduo shop as a channel; the host signs with :func:`omskit.adapters.signing.signed_form`."""
    return Channel(
        code,
        read,
        listings or Listings(open=True),
        returns_to,
        read_refunds=read_refunds,
        write_shipment=write_shipment,
        write_stock=write_stock,
    )
