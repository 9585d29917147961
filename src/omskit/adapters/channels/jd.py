"""JD: orders of POP shops, shipping back, stock.

Source: the documented fields of ``jingdong.pop.order.search`` and ``.get``, ``pop.order.shipment`` and
``stock.write.updateSkuStock``. Money is yuan as text, times are Chinese local time and the year 1 stands for none.
``orderSellerPrice`` is the goods less what the seller gives; ``orderPayment`` is less balance and platform
coupons, with freight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from omskit.adapters.channels.jd_refunds import read_refunds, write_refund_answer
from omskit.adapters.channels.statements import read_jd
from omskit.adapters.channels.sums import discounted
from omskit.adapters.gateways import answer, receiver, remarks
from omskit.adapters.regions.provinces import CHINA_TIME, china
from omskit.adapters.signing import sorted_json
from omskit.channels import (
    Channel,
    ChannelLine,
    ChannelOrder,
    Fields,
    Funder,
    Listings,
    PaymentFact,
    Receiver,
    Request,
    ShipmentNotice,
    Standing,
    StockUpdate,
    form_request,
    holds_of,
    read_each,
)
from omskit.core import Refusal

#: What ``orderState`` allows.
STATUSES = {
    "WAIT_SELLER_STOCK_OUT": Standing.READY,
    "WAIT_SELLER_DELIVERY": Standing.READY,
    "WAIT_GOODS_RECEIVE_CONFIRM": Standing.SENT,
    "WAIT_SEND_CODE": Standing.FORBIDDEN,
    "FINISHED_L": Standing.FINISHED,
    "TRADE_CANCELED": Standing.CANCELLED,
    "LOCKED": Standing.FORBIDDEN,
    "PAUSE": Standing.FORBIDDEN,
    "POP_ORDER_PAUSE": Standing.FORBIDDEN,
    "NOT_PAY": Standing.UNPAID,
}
_KNOWN = frozenset(
    "orderId orderState orderStartTime paymentConfirmTime modified orderTotalPrice orderSellerPrice orderPayment "
    "freightPrice sellerDiscount balanceUsed payType orderRemark venderRemark consigneeInfo itemInfoList pin "
    "open_id_buyer couponDetailList invoiceInfo invoiceEasyInfo vatInfo userPin storeId".split()
)
_KNOWN_LINE = frozenset("skuId wareId outerSkuId productNo skuName jdPrice itemTotal".split())


def read(payload: bytes) -> Iterator[ChannelOrder | Refusal]:
    """Read the answer to pop.order.search or pop.order.get."""
    said = answer(payload)
    if "orderDetailInfo" in said.values:
        many = [said.one("orderDetailInfo").values.get("orderInfo", {})]
    else:
        many = said.one("searchorderinfo_result").values.get("orderInfoList", [])
    yield from read_each(many, f"{said.path}.orderInfoList", "orderId", _order)


def _order(said: Fields) -> ChannelOrder:
    lines = [_line(one, position) for position, one in enumerate(said.each("itemInfoList"), 1)]
    goods = sum(line.list_minor for line in lines)
    seller_price = said.amount("orderSellerPrice", "CNY", goods - said.amount("sellerDiscount", "CNY", 0))
    freight = said.amount("freightPrice", "CNY", 0)
    balance = said.amount("balanceUsed", "CNY", 0)
    paid = said.amount("orderPayment", "CNY") + balance
    lines = discounted(lines, goods - seller_price, Funder.SELLER)
    lines = discounted(lines, seller_price + freight - paid, Funder.PLATFORM)
    status, pay_type = said.text("orderState"), said.text("payType", "")
    person = said.one("consigneeInfo")
    payments = (PaymentFact("balance", balance),) if balance else ()
    return ChannelOrder(
        said.key("orderId"),
        said.instant("orderStartTime", CHINA_TIME),
        "CNY",
        china(person.text("province", "")),
        tuple(lines),
        said.text("open_id_buyer", "") or said.text("pin", ""),
        paid_at=said.moment("paymentConfirmTime", CHINA_TIME),
        cod=pay_type.startswith("1"),
        memo=remarks(said, "orderRemark", "venderRemark"),
        freight_minor=freight,
        paid_minor=paid,
        payments=payments,
        status=status,
        holds=holds_of(status, STATUSES),
        receiver=_receiver(person),
        changed_at=said.moment("modified", CHINA_TIME),
        extra=said.rest(_KNOWN),
    )


def _line(said: Fields, position: int) -> ChannelLine:
    """Return a line; JD tells no ids of lines, so their position serves."""
    count = said.count("itemTotal")
    item = said.text("outerSkuId", "") or said.text("skuId")
    price, title, extra = said.amount("jdPrice", "CNY"), said.prose("skuName"), said.rest(_KNOWN_LINE)
    return ChannelLine(item, count, price * count, external_id=str(position), title=title, extra=extra)


def _receiver(said: Fields) -> Receiver:
    lines = map(said.prose, ("province", "city", "county", "town", "fullAddress"))
    phone, token = said.prose("mobile") or said.prose("telephone"), said.text("oaid", "")
    return receiver(said.prose("fullname"), phone, lines, said.prose("city"), token, masked=bool(token))


def _call(method: str, parameters: object, key: str = "") -> Request:
    return form_request("/routerjson", {"method": method, "360buy_param_json": sorted_json(parameters)}, key)


def write_shipment(notice: ShipmentNotice, _at: datetime) -> tuple[Request, ...]:
    """Return the call that tells of a parcel; the courier is JD's numeric id."""
    parameters = {"orderId": notice.external_id, "logiCoprId": notice.courier, "logiNo": notice.waybill}
    key = f"shipment/{notice.external_id}/{notice.waybill}"
    return (_call("jingdong.pop.order.shipment", parameters, key),)


def write_stock(updates: Sequence[StockUpdate]) -> tuple[Request, ...]:
    """Return one call a SKU, as an absolute figure; the location is a store's id where there are several."""
    return tuple(
        _call(
            "jingdong.stock.write.updateSkuStock",
            {"skuId": one.item, "stockNum": one.available, **({"storeId": one.location} if one.location else {})},
        )
        for one in updates
    )


def channel(
    code: str, listings: Listings | None = None, returns_to: str = "", operator: str = "omskit"
) -> Channel:
    """Return a JD shop as a channel; the host signs with :func:`omskit.adapters.signing.signed_form`.

    JD leaves ``format`` and ``sign_method`` out of what is signed: give neither among the public parameters.
    It notes ``operator`` as the one that answered a refund.
    """
    return Channel(
        code,
        read,
        listings or Listings(open=True),
        returns_to,
        read_refunds=read_refunds,
        read_settlement=read_jd,
        write_shipment=write_shipment,
        write_stock=write_stock,
        write_refund_answer=lambda answer: write_refund_answer(answer, operator),
    )
