"""Qimen as the client: work written for a warehouse, its answers read, requests signed.

Source: Qimen's documented methods. Times are Chinese local time, weights kilograms, sizes centimetres, money yuan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from omskit.adapters.regions.provinces import CHINA_TIME
from omskit.adapters.signing import wrapped_md5
from omskit.adapters.warehouses.qimen_xml import Tree, write
from omskit.adapters.warehouses.work import (
    CancelWork,
    DeliveryWork,
    EntryWork,
    Goods,
    HoldWork,
    Kit,
    Party,
    Reply,
    ReturnWork,
    StockFigure,
    StockOutWork,
    Work,
    WorkItem,
)
from omskit.channels import Request, Webhook, must_match, parse_xml
from omskit.core import PayloadError, format_amount


def _time(at: datetime) -> str:
    return f"{at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M:%S}"


def _yuan(minor: int) -> str:
    return format_amount(minor, "CNY")


def _extend(extra: tuple[tuple[str, str], ...]) -> Tree:
    return {"extendProps": dict(extra)} if extra else {}


def _party(party: Party) -> Tree:
    return {
        "name": party.name,
        "mobile": party.mobile,
        "province": party.province,
        "city": party.city,
        "area": party.area,
        "detailAddress": party.address,
        "zipCode": party.zip,
        "oaid": party.token,
    }


def _lines(lines: Sequence[WorkItem]) -> Tree:
    return {
        "orderLine": [
            {
                "orderLineNo": one.line,
                "sourceOrderCode": one.order,
                "ownerCode": one.owner,
                "itemCode": one.item,
                "inventoryType": one.quality,
                "planQty": str(one.quantity),
                "actualPrice": f"{Decimal(one.paid_minor) / 100 / one.quantity:.2f}",
                **_extend(one.extra),
            }
            for one in lines
        ]
    }


def _delivery(work: DeliveryWork) -> Tree:
    goods = sum(line.paid_minor for line in work.lines)
    total = goods + work.freight_minor
    return {
        "deliveryOrder": {
            "deliveryOrderCode": work.code,
            "orderType": work.kind,
            "warehouseCode": work.warehouse,
            "orderFlag": "^".join(work.flags),
            "createTime": _time(work.created_at),
            "placeOrderTime": _time(work.placed_at),
            "operateTime": _time(work.created_at),
            "shopNick": work.shop,
            "totalAmount": _yuan(total),
            "itemAmount": _yuan(goods),
            "discountAmount": _yuan(0),
            "freight": _yuan(work.freight_minor),
            "arAmount": _yuan(work.collect_minor),
            "gotAmount": _yuan(total - work.collect_minor),
            "logisticsCode": work.courier,
            "expressCode": work.waybill,
            "senderInfo": _party(work.sender),
            "receiverInfo": _party(work.receiver),
            "isUrgency": "Y" if work.urgent else "N",
            "buyerMessage": work.memo,
            **_extend(work.extra),
        },
        "orderLines": _lines(work.lines),
    }


def _entry(work: EntryWork) -> Tree:
    head = {
        "entryOrderCode": work.code,
        "ownerCode": work.owner,
        "warehouseCode": work.warehouse,
        "orderType": work.kind,
        **_extend(work.extra),
    }
    return {"entryOrder": head, "orderLines": _lines(work.lines)}


def _return(work: ReturnWork) -> Tree:
    head = {
        "returnOrderCode": work.code,
        "warehouseCode": work.warehouse,
        "orderType": work.kind,
        "preDeliveryOrderCode": work.original,
        "logisticsCode": work.courier,
        "expressCode": work.waybill,
        "senderInfo": _party(work.sender),
        **_extend(work.extra),
    }
    return {"returnOrder": head, "orderLines": _lines(work.lines)}


def _stockout(work: StockOutWork) -> Tree:
    head = {
        "deliveryOrderCode": work.code,
        "orderType": work.kind,
        "warehouseCode": work.warehouse,
        "createTime": _time(work.created_at),
        "receiverInfo": _party(work.receiver),
        **_extend(work.extra),
    }
    return {"deliveryOrder": head, "orderLines": _lines(work.lines)}


def _cancel(work: CancelWork) -> Tree:
    return {
        "warehouseCode": work.warehouse,
        "ownerCode": work.owner,
        "orderCode": work.code,
        "orderType": work.kind,
        "cancelReason": work.reason,
    }


def _hold(work: HoldWork) -> Tree:
    action = "restore" if work.restore else "pending"
    return {"actionType": action, "warehouseCode": work.warehouse, "orderCode": work.code}


def _goods(work: Goods) -> Tree:
    def tenth(size: int) -> str:
        return f"{Decimal(size) / 10}" if size else ""

    item = {
        "itemCode": work.item,
        "itemName": work.name,
        "barCode": ";".join(work.barcodes),
        "itemType": work.kind,
        "grossWeight": f"{Decimal(work.weight_g) / 1000}" if work.weight_g else "",
        "length": tenth(work.length_mm),
        "width": tenth(work.width_mm),
        "height": tenth(work.height_mm),
        "isShelfLifeMgmt": "Y" if work.shelf_life_hours else "N",
        "shelfLife": str(work.shelf_life_hours or ""),
    }
    action = "update" if work.known else "add"
    return {"actionType": action, "warehouseCode": work.warehouse, "ownerCode": work.owner, "item": item}


def _kit(work: Kit) -> Tree:
    parts = [{"itemCode": item, "itemId": item, "quantity": str(count)} for item, count in work.parts]
    return {"itemCode": work.item, "ownerCode": work.owner, "items": {"item": parts}}


def write_work(work: Work) -> Request:
    """Return the request that gives a warehouse work; sign it with :func:`signed`.

    The key is the work's code: a warehouse answers success, without effect, when the same code comes again.

    Raises:
        UsageError: ``missing_element`` when something that Qimen requires is empty.
    """
    match work:
        case DeliveryWork():
            method, document, key = "deliveryorder.create", _delivery(work), work.code
        case EntryWork():
            method, document, key = "entryorder.create", _entry(work), work.code
        case ReturnWork():
            method, document, key = "returnorder.create", _return(work), work.code
        case StockOutWork():
            method, document, key = "stockout.create", _stockout(work), work.code
        case CancelWork():
            method, document, key = "order.cancel", _cancel(work), work.code
        case HoldWork():
            method, document, key = "order.pending", _hold(work), f"{work.code}/{work.restore}"
        case Goods():
            method, document, key = "singleitem.synchronize", _goods(work), work.item
        case Kit():
            method, document, key = "combineitem.synchronize", _kit(work), work.item
    return _request(method, document, key)


def ask_stock(warehouse: str, owner: str, items: Sequence[str]) -> Request:
    """Return the request that asks what a warehouse has of some SKUs."""
    criteria = [{"warehouseCode": warehouse, "ownerCode": owner, "itemCode": item} for item in items]
    return _request("inventory.query", {"criteriaList": {"criteria": criteria}}, "")


def _request(method: str, document: Tree, key: str) -> Request:
    headers = {"Content-Type": "text/xml;charset=utf-8"}
    return Request("POST", "", headers, write(method, document), f"{method}/{key}", {"method": method})


def signed(request: Request, app_key: str, customer: str, at: datetime, secret: str) -> Request:
    """Return a request with its query: public parameters and the signature over them and the raw body."""
    query = {
        "method": dict(request.fields)["method"],
        "timestamp": _time(at),
        "format": "xml",
        "app_key": app_key,
        "v": "2.0",
        "sign_method": "md5",
        "customerId": customer,
    }
    query["sign"] = wrapped_md5(query, secret, request.body.decode())
    return Request(
        request.method, f"/router/qimen/service?{urlencode(query)}", request.headers, request.body, request.key
    )


def verify(query: Mapping[str, str], webhook: Webhook, secret: str) -> None:
    """Prove that a warehouse's push is signed with our secret; the query is decoded.

    Raises:
        PayloadError: ``bad_signature``; ``bad_encoding``.
    """
    try:
        body = webhook.body.decode()
    except UnicodeDecodeError:
        raise PayloadError("bad_encoding", "the body is no UTF-8", path="/") from None
    must_match(query.get("sign", "").upper(), wrapped_md5(query, secret, body), "sign")


def read_reply(payload: bytes) -> Reply:
    """Read a warehouse's answer to work.

    Raises:
        PayloadError: ``missing_field``, or what :func:`omskit.channels.parse_xml` raises.
    """
    said = parse_xml(payload).fields()
    ids = (said.text(name, "") for name in ("deliveryOrderId", "entryOrderId", "returnOrderId", "itemId"))
    ok = said.text("flag") == "success"
    return Reply(ok, said.text("code", ""), said.prose("message"), next(filter(None, ids), ""))


def read_stock(payload: bytes) -> tuple[StockFigure, ...]:
    """Read the answer to :func:`ask_stock`.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    figures = []
    for one in parse_xml(payload).first("items").all("item"):
        said = one.fields()
        figures.append(
            StockFigure(
                said.text("itemCode"),
                said.text("warehouseCode", ""),
                said.count("quantity"),
                said.count("lockQuantity", 0),
                said.text("inventoryType", "ZP"),
                said.text("ownerCode", ""),
            )
        )
    return tuple(figures)
