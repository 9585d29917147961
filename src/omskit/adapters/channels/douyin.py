"""Douyin: shop orders with their SKU orders, shipping back, stock.

Source: the documented fields of ``order.searchList``, ``order.orderDetail``, ``order.logisticsAdd`` and
``sku.syncStock``. Money is fen as whole numbers, times are seconds since 1970, receivers are encrypted and the
``open_address_id`` is their merge identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from omskit.adapters.channels.douyin_after_sales import read_refunds
from omskit.adapters.channels.statements import read_douyin
from omskit.adapters.gateways import remarks, seconds
from omskit.adapters.regions.provinces import china
from omskit.adapters.signing import douyin as sign
from omskit.adapters.signing import sorted_json
from omskit.channels import (
    Channel,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Discount,
    Fields,
    Funder,
    Listings,
    PresaleStep,
    Receiver,
    Request,
    ShipmentNotice,
    Standing,
    StockUpdate,
    form_request,
    holds_of,
    parse_json,
    read_each,
)
from omskit.core import Contact, Refusal

#: What ``order_status`` of an order or a SKU order allows; 105 is paid, but under review.
STATUSES = {
    "1": Standing.UNPAID,
    "103": Standing.UNPAID,
    "105": Standing.FORBIDDEN,
    "2": Standing.READY,
    "101": Standing.READY,
    "3": Standing.SENT,
    "4": Standing.CANCELLED,
    "5": Standing.FINISHED,
    "21": Standing.REFUNDED,
    "22": Standing.REFUNDED,
    "39": Standing.REFUNDED,
}
#: What ``after_sale_status`` of a SKU order allows.
AFTER_SALES = {
    "0": Standing.READY,
    "6": Standing.DISPUTED,
    "7": Standing.DISPUTED,
    "11": Standing.DISPUTED,
    "12": Standing.REFUNDED,
    "13": Standing.DISPUTED,
    "14": Standing.DISPUTED,
    "27": Standing.DISPUTED,
    "28": Standing.READY,
    "29": Standing.DISPUTED,
    "51": Standing.READY,
    "53": Standing.REFUNDED,
}
_FUNDERS = (
    ("promotion_shop_amount", Funder.SELLER),
    ("promotion_platform_amount", Funder.PLATFORM),
    ("promotion_talent_amount", Funder.PARTNER),
)
_KNOWN = frozenset(
    "order_id order_status main_status create_time pay_time update_time exp_ship_time pay_amount post_amount "
    "promotion_shop_amount promotion_platform_amount promotion_talent_amount buyer_words seller_words pay_type "
    "encrypt_post_receiver encrypt_post_tel post_receiver post_tel post_addr mask_post_receiver mask_post_tel "
    "mask_post_addr open_address_id doudian_open_id open_id sku_order_list trade_type user_id_info "
    "user_coordinate".split()
)
_KNOWN_LINE = frozenset(
    "order_id product_id sku_id code out_sku_id item_num origin_amount promotion_amount product_name order_status "
    "after_sale_info promotion_shop_amount promotion_platform_amount promotion_talent_amount pre_sale_type "
    "encrypt_post_receiver encrypt_post_tel post_receiver post_tel post_addr mask_post_receiver mask_post_tel "
    "mask_post_addr user_id_info".split()
)


def read(payload: bytes) -> Iterator[ChannelOrder | Refusal]:
    """Read the answer to order.searchList or order.orderDetail."""
    data = Fields.of(parse_json(payload)).one("data")
    many = data.values.get("shop_order_list", [data.values.get("shop_order_detail", {})])
    yield from read_each(many, f"{data.path}.shop_order_list", "order_id", _order)


def _order(said: Fields) -> ChannelOrder:
    items = list(said.each("sku_order_list"))
    status, address = said.text("order_status"), said.one("mask_post_addr")
    address = address if address.values else said.one("post_addr")
    merge = said.text("open_address_id", "")
    return ChannelOrder(
        said.key("order_id"),
        seconds(said, "create_time"),
        "CNY",
        china(address.one("province").text("id", "") or address.one("province").text("name", "")),
        tuple(_line(one) for one in items),
        said.text("doudian_open_id", "") or said.text("open_id", ""),
        paid_at=said.epoch("pay_time"),
        cod=said.text("pay_type", "") == "0",
        ship_by=said.epoch("exp_ship_time"),
        memo=remarks(said, "buyer_words", "seller_words"),
        freight_minor=said.whole("post_amount", 0),
        paid_minor=said.whole("pay_amount"),
        discounts=_discounts(said),
        presale=_presale(said, status),
        status=status,
        holds=_holds(said, status, items),
        receiver=_receiver(said, address, merge),
        merge=f"douyin/{merge}" if merge else "",
        changed_at=said.epoch("update_time"),
        extra=said.rest(_KNOWN),
    )


def _discounts(said: Fields) -> tuple[Discount, ...]:
    amounts = ((said.whole(name, 0), funder, name) for name, funder in _FUNDERS)
    return tuple(Discount(amount, funder, title=name) for amount, funder, name in amounts if amount)


def _line(said: Fields) -> ChannelLine:
    count = said.count("item_num")
    item = said.text("code", "") or said.text("out_sku_id", "") or said.text("sku_id", "0")
    return ChannelLine(
        item if item != "0" else said.text("product_id"),
        count,
        said.whole("origin_amount") * count,
        said.whole("promotion_amount", 0),
        external_id=said.key("order_id"),
        title=said.prose("product_name"),
        discounts=_discounts(said),
        status=said.text("order_status", ""),
        extra=said.rest(_KNOWN_LINE),
    )


def _presale(said: Fields, status: str) -> tuple[PresaleStep, ...]:
    """Return the steps of a deposit sale (``trade_type`` 2); the channel tells no amounts of its steps here."""
    if said.text("trade_type", "") != "2":
        return ()
    deposit = status != "1"
    return (PresaleStep("deposit", 0, deposit), PresaleStep("balance", 0, deposit and status != "103"))


def _holds(said: Fields, status: str, items: Sequence[Fields]) -> tuple[ChannelHold, ...]:
    cod = said.text("pay_type", "") == "0" and status == "2"
    holds = () if cod else holds_of(status, STATUSES)
    main = said.text("main_status", status)
    if main != status:
        holds += holds_of(main, STATUSES)
    for position, one in enumerate(items, 1):
        holds += holds_of(one.one("after_sale_info").text("after_sale_status", "0"), AFTER_SALES, position)
        own = one.text("order_status", status)
        if own != status:
            holds += holds_of(own, STATUSES, position)
    return holds


def _receiver(said: Fields, address: Fields, merge: str) -> Receiver:
    parts = (address.one(name).prose("name") for name in ("province", "city", "town", "street"))
    lines = tuple(text for text in (*parts, address.prose("detail")) if text)
    name, number = said.prose("mask_post_receiver"), said.prose("mask_post_tel")
    contact = Contact(name, number, lines, address.one("city").prose("name"))
    district = address.one("town").text("id", "")
    return Receiver(contact, masked=True, token=merge or said.text("encrypt_post_tel", ""), district=district)


def _call(method: str, parameters: Mapping[str, object], key: str = "") -> Request:
    fields = {"method": method, "param_json": sorted_json(parameters), "v": "2"}
    return form_request(f"/{method.replace('.', '/')}", fields, key)


def signed(request: Request, app_key: str, session: str, timestamp: str, secret: str) -> Request:
    """Return a request with its public parameters and its signature (``sign_method`` hmac-sha256)."""
    fields = dict(request.fields)
    signature = sign(app_key, fields["method"], fields["param_json"], timestamp, secret)
    public = {"app_key": app_key, "access_token": session, "timestamp": timestamp, "sign": signature}
    return form_request(request.path, {**fields, **public, "sign_method": "hmac-sha256"}, request.key)


def write_shipment(notice: ShipmentNotice, _at: datetime) -> tuple[Request, ...]:
    """Return the call that tells of a parcel and of what is in it, SKU order by SKU order."""
    told = [{"shipped_order_id": line.external_id, "shipped_num": line.quantity} for line in notice.lines]
    parameters = {
        "order_id": notice.external_id,
        "company_code": notice.courier,
        "logistics_code": notice.waybill,
        "shipped_order_info": told,
    }
    return (_call("order.logisticsAdd", parameters, f"shipment/{notice.external_id}/{notice.waybill}"),)


def write_stock(updates: Sequence[StockUpdate]) -> tuple[Request, ...]:
    """Return one call a SKU, as an absolute figure."""
    return tuple(
        _call(
            "sku.syncStock",
            {
                "sku_id": one.variant or one.item,
                "stock_num": one.available,
                "incremental": False,
                **({"out_warehouse_id": one.location} if one.location else {}),
            },
        )
        for one in updates
    )


def channel(code: str, listings: Listings | None = None, returns_to: str = "") -> Channel:
    """Return a Douyin shop as a channel; the host signs with :func:`signed`."""
    return Channel(
        code,
        read,
        listings or Listings(open=True),
        returns_to,
        read_refunds=read_refunds,
        read_settlement=read_douyin,
        write_shipment=write_shipment,
        write_stock=write_stock,
    )
