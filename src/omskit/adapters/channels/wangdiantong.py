"""Wangdiantong (旺店通): trades that another system pushes to it or reads from it, in both directions.

Source: the documented samples of ``sales.RawTrade.pushSelf``, ``sales.RawTrade.search`` and
``aftersales.refund.RawRefund.search``. Money is yuan as JSON numbers; times are Chinese local time as text in some
answers and milliseconds since 1970 in others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omskit.adapters.gateways import receiver, remarks
from omskit.adapters.regions.provinces import CHINA_TIME, china
from omskit.channels import (
    Channel,
    ChannelCharge,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Fields,
    Listings,
    RefundKind,
    RefundRequest,
    RefundState,
    Request,
    ReversedLine,
    Standing,
    holds_of,
    json_request,
    parse_json,
    read_each,
)
from omskit.core import Refusal, format_amount

#: What ``trade_status`` allows.
STATUSES = {
    "10": Standing.UNPAID,
    "20": Standing.UNPAID,
    "30": Standing.READY,
    "40": Standing.READY,
    "50": Standing.SENT,
    "60": Standing.SENT,
    "70": Standing.FINISHED,
    "80": Standing.REFUNDED,
    "90": Standing.CANCELLED,
}
#: What a line's ``refund_status`` allows.
REFUNDS = {
    "0": Standing.READY,
    "1": Standing.READY,
    "2": Standing.DISPUTED,
    "3": Standing.DISPUTED,
    "4": Standing.DISPUTED,
    "5": Standing.REFUNDED,
}
REFUND_STATES = {
    "1": RefundState.CLOSED,
    "2": RefundState.REQUESTED,
    "3": RefundState.AGREED,
    "4": RefundState.RETURNING,
    "5": RefundState.DONE,
}
REFUND_KINDS = {"1": RefundKind.MONEY, "2": RefundKind.MONEY, "3": RefundKind.RETURN, "4": RefundKind.EXCHANGE}
_KNOWN = frozenset(
    "tid trade_status trade_time pay_time modified post_amount other_amount receivable delivery_term buyer_nick "
    "buyer_message remark receiver_name receiver_mobile receiver_telno receiver_address receiver_area "
    "receiver_zip receiver_province receiver_city receiver_district receiver_ring trade_orders "
    "buyer_name buyer_email "
    "buyer_area pay_account warehouse_no".split()
)
_KNOWN_LINE = frozenset(
    "tid oid num price spec_no spec_id goods_no goods_id goods_name total_amount share_amount share_discount "
    "discount adjust_amount status refund_status remark".split()
)


def read(payload: bytes) -> Iterator[ChannelOrder | Refusal]:
    """Read trades: the answer to RawTrade.search, or the body of RawTrade.pushSelf."""
    said = parse_json(payload)
    found = Fields.of(said).one("data").values.get("order", []) if not isinstance(said, list) else None
    trades = _pushed(said) if found is None else found
    yield from read_each(trades, "$.order", "tid", _trade)


def _pushed(said: list[object]) -> list[object]:
    """Put the lines of a push into their trades: shop, trades and lines come side by side."""
    rows = Fields({"trades": said[1] if len(said) > 1 else None, "lines": said[2] if len(said) > 2 else None})
    lines: dict[str, list[object]] = {}
    for line in rows.each("lines"):
        lines.setdefault(line.key("tid"), []).append(line.values)
    return [{**one.values, "trade_orders": lines.get(one.text("tid", ""), [])} for one in rows.each("trades")]


def _trade(said: Fields) -> ChannelOrder:
    items = list(said.each("trade_orders"))
    status, other = said.text("trade_status"), said.number("other_amount", "CNY", 0)
    area = said.prose("receiver_area")
    phone = said.prose("receiver_mobile") or said.prose("receiver_telno")
    lines = (*area.split(), said.prose("receiver_address"))
    return ChannelOrder(
        said.key("tid"),
        said.instant("trade_time", CHINA_TIME),
        "CNY",
        china(area, said.text("receiver_zip", "")),
        tuple(_line(one) for one in items),
        said.text("buyer_nick", ""),
        paid_at=said.moment("pay_time", CHINA_TIME),
        cod=said.text("delivery_term", "") == "2",
        warehouse=said.text("warehouse_no", ""),
        memo=remarks(said, "buyer_message", "remark"),
        freight_minor=said.number("post_amount", "CNY", 0),
        charges=(ChannelCharge("other", other),) if other else (),
        paid_minor=said.number("receivable", "CNY"),
        status=status,
        holds=_holds(status, items),
        receiver=receiver(said.prose("receiver_name"), phone, lines, [*area.split(), "", ""][1]),
        changed_at=said.moment("modified", CHINA_TIME),
        extra=said.rest(_KNOWN),
    )


def _holds(status: str, items: Sequence[Fields]) -> tuple[ChannelHold, ...]:
    holds = holds_of(status, STATUSES)
    for position, one in enumerate(items, 1):
        holds += holds_of(one.text("refund_status", "0"), REFUNDS, position)
    return holds


def _line(said: Fields) -> ChannelLine:
    """Return a line: total = price x num + adjustment - discount; paid = total - its share of the discount."""
    count, price = said.count("num"), said.number("price", "CNY")
    own = said.number("adjust_amount", "CNY", 0) - said.number("discount", "CNY", 0)
    total = said.number("total_amount", "CNY", price * count + own)
    paid = said.number("share_amount", "CNY", total - said.number("share_discount", "CNY", 0))
    listed = max(price * count, paid)
    return ChannelLine(
        said.text("spec_no", "") or f"{said.text('goods_id')}/{said.text('spec_id', '')}",
        count,
        listed,
        listed - paid,
        external_id=said.key("oid"),
        title=said.prose("goods_name"),
        status=said.text("status", ""),
        extra=said.rest(_KNOWN_LINE),
    )


def read_refunds(payload: bytes) -> Iterator[RefundRequest | Refusal]:
    """Read the answer to RawRefund.search."""
    data = Fields.of(parse_json(payload)).one("data")
    yield from read_each(data.values.get("order", []), f"{data.path}.order", "refund_no", _refund)


def _refund(said: Fields) -> RefundRequest:
    status = said.text("status")
    lines = tuple(
        ReversedLine(
            one.text("spec_no", "") or one.text("goods_no", ""),
            one.count("num"),
            one.number("total_amount", "CNY", 0),
            one.key("oid"),
        )
        for one in said.some("detail_list")
    )
    return RefundRequest(
        said.key("refund_no"),
        said.instant("refund_time", CHINA_TIME),
        said.key("tid"),
        "CNY",
        said.number("refund_amount", "CNY", 0),
        lines,
        REFUND_KINDS.get(said.text("type", ""), RefundKind.OTHER),
        REFUND_STATES.get(status, RefundState.UNKNOWN),
        status=status,
        reason=said.prose("reason"),
        waybill=said.text("logistics_no", ""),
        courier=said.text("logistics_name", ""),
        version=said.text("refund_version", ""),
    )


def write_orders(shop: str, orders: Sequence[ChannelOrder]) -> Request:
    """Return the body of RawTrade.pushSelf: orders of ours, for a host whose warehouse runs on Wangdiantong."""
    trades = [_told(order) for order in orders]
    lines = [_told_line(order, line) for order in orders for line in order.lines]
    return json_request("POST", "", [shop, trades, lines])


def _yuan(minor: int) -> str:
    return format_amount(minor, "CNY")


def _told(order: ChannelOrder) -> dict[str, object]:
    contact = order.receiver.contact
    placed = f"{order.placed_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M:%S}"
    paid = f"{order.paid_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M:%S}" if order.paid_at else ""
    return {
        "tid": order.external_id,
        "trade_status": 30,
        "refund_status": 0,
        "pay_status": 2 if order.paid_at else 0,
        "process_status": 10,
        "delivery_term": 2 if order.cod else 1,
        "trade_time": placed,
        "pay_time": paid,
        "order_count": len(order.lines),
        "goods_count": sum(line.quantity for line in order.lines),
        "buyer_nick": order.buyer,
        "buyer_message": order.memo,
        "receiver_name": contact.name,
        "receiver_mobile": contact.phone,
        "receiver_area": " ".join(contact.lines[:3]),
        "receiver_address": " ".join(contact.lines[3:]),
        "receiver_zip": order.destination.postcode,
        "post_amount": _yuan(order.freight_minor),
        "receivable": _yuan(order.expected_minor if order.paid_minor is None else order.paid_minor),
    }


def _told_line(order: ChannelOrder, line: ChannelLine) -> dict[str, object]:
    return {
        "tid": order.external_id,
        "oid": line.external_id,
        "status": 30,
        "refund_status": 0,
        "goods_id": line.item,
        "spec_id": line.item,
        "spec_no": line.item,
        "goods_name": line.title,
        "num": line.quantity,
        "price": _yuan(line.list_minor // max(line.quantity, 1)),
        "adjust_amount": _yuan(line.list_minor % max(line.quantity, 1)),
        "discount": _yuan(line.discount_minor),
        "share_discount": _yuan(0),
        "total_amount": _yuan(line.list_minor - line.discount_minor),
    }


def channel(code: str, listings: Listings | None = None, returns_to: str = "") -> Channel:
    """Return a shop that Wangdiantong collects as a channel."""
    return Channel(code, read, listings or Listings(open=True), returns_to, read_refunds=read_refunds)
