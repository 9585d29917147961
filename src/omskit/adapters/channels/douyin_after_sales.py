"""Douyin's after-sales cases as refund requests.

Source: the documented fields of ``afterSale.List``. Money is fen, times are seconds since 1970. ``refund_amount``
is what is asked for; the end of a case and the way of its money (``refund_status``) are two questions.
"""

from __future__ import annotations

from collections.abc import Iterator

from omskit.adapters.gateways import seconds
from omskit.channels import (
    Fields,
    GoodsState,
    RefundKind,
    RefundRequest,
    RefundState,
    ReversedLine,
    parse_json,
    read_each,
)
from omskit.core import Refusal

#: ``aftersale_type`` to kind.
KINDS = {
    "0": RefundKind.RETURN,
    "1": RefundKind.MONEY,
    "2": RefundKind.MONEY,
    "3": RefundKind.EXCHANGE,
    "6": RefundKind.PRICE,
    "7": RefundKind.RESEND,
    "8": RefundKind.REPAIR,
}
#: ``aftersale_status`` to state; what stands in no table is for a person.
STATES = {
    "3": RefundState.AGREED,
    "6": RefundState.REQUESTED,
    "7": RefundState.AGREED,
    "8": RefundState.AGREED,
    "11": RefundState.RETURNING,
    "12": RefundState.DONE,
    "14": RefundState.DONE,
    "27": RefundState.REFUSED,
    "28": RefundState.CLOSED,
    "29": RefundState.REFUSED,
    "51": RefundState.CLOSED,
}
#: ``arbitrate_status`` while the platform decides: under way, the seller has to give proof, time to negotiate.
_ARBITRATED = ("1", "4", "5")
#: ``refund_status`` of money that has not reached the buyer: waiting, under way, failed.
_UNPAID = ("1", "2", "4")
_KNOWN = frozenset(
    "aftersale_id aftersale_type aftersale_status related_id apply_time update_time status_deadline refund_amount "
    "arbitrate_status refund_status return_logistics_code return_logistics_company_name got_pkg".split()
)


def read_refunds(payload: bytes) -> Iterator[RefundRequest | Refusal]:
    """Read the answer to afterSale.List."""
    data = Fields.of(parse_json(payload)).one("data")
    yield from read_each(data.values.get("items") or [], f"{data.path}.items", "aftersale_id", _refund)


def _refund(said: Fields) -> RefundRequest:
    case, order = said.one("aftersale_info"), said.one("order_info")
    kind, status = case.text("aftersale_type", ""), case.text("aftersale_status")
    return RefundRequest(
        case.key("aftersale_id"),
        seconds(case, "apply_time"),
        order.text("shop_order_id", "") or case.key("related_id"),
        "CNY",
        case.whole("refund_amount"),
        tuple(_line(one) for one in order.some("related_order_info")),
        KINDS.get(kind, RefundKind.OTHER),
        _state(case, status),
        _goods(case, kind, status),
        status,
        said.one("text_part").prose("reason_text"),
        case.text("return_logistics_code", ""),
        case.text("return_logistics_company_name", ""),
        case.text("update_time", ""),
        case.epoch("status_deadline"),
        case.rest(_KNOWN),
    )


def _line(said: Fields) -> ReversedLine:
    item = said.text("shop_sku_code", "") or said.text("product_id")
    return ReversedLine(
        item, said.count("aftersale_item_num"), said.whole("aftersale_pay_amount", 0), said.key("sku_order_id")
    )


def _state(case: Fields, status: str) -> RefundState:
    """Return how far a case has come: one that has succeeded is done when its money has arrived."""
    state = STATES.get(status, RefundState.UNKNOWN)
    if state is RefundState.DONE and case.text("refund_status", "") in _UNPAID:
        return RefundState.AGREED
    open_ = state not in (RefundState.DONE, RefundState.CLOSED)
    return RefundState.DISPUTED if open_ and case.text("arbitrate_status", "") in _ARBITRATED else state


def _goods(case: Fields, kind: str, status: str) -> GoodsState:
    if kind == "2":
        return GoodsState.UNSENT
    if status == "11":
        return GoodsState.UNDERWAY
    return GoodsState.WITH_BUYER if case.flag("got_pkg") else GoodsState.UNKNOWN
