"""How fast each adapter reads, against ``json.loads`` (``csv.reader``, ``bytes.split``) alone over the same bytes.

Run it: ``PYTHONPATH=src python benchmarks/parsing.py``. Every adapter reads a batch of like orders, ten times; the
CPU of the best run counts.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import process_time
from typing import Any

from attrs import frozen

from omskit.adapters.channels import douyin, edi, jd, pinduoduo, shopify, spreadsheets, taobao, woocommerce
from omskit.channels import ChannelOrder, parse_json

DATA = Path(__file__).parents[1] / "tests" / "data" / "channels"
ORDERS, RUNS = 500, 10
TRADE: dict[str, Any] = {
    "tid": 2231958349112233445, "type": "fixed", "status": "WAIT_SELLER_SEND_GOODS", "created": "2026-03-01 10:00:00",  # noqa: E501
    "pay_time": "2026-03-01 10:01:00", "payment": "95.00", "post_fee": "5.00", "receiver_state": "浙江省",
    "receiver_city": "杭州市", "receiver_name": "张*", "receiver_mobile": "138****1234", "oaid": "CIPHER",
    "orders": {"order": [
        {"oid": str(n), "num": 2, "price": "50.00", "outer_sku_id": f"S{n}", "divide_order_fee": "45.00",
         "discount_fee": "4.00", "status": "WAIT_SELLER_SEND_GOODS", "refund_status": "NO_REFUND"} for n in (1, 2)]},  # noqa: E501
}  # fmt: skip
PDD: dict[str, Any] = {
    "order_sn": "1", "order_status": 1, "refund_status": 1, "group_status": 1, "created_time": "2026-03-01 10:00:00",  # noqa: E501
    "discount_amount": 3.00, "platform_discount": 2.00, "seller_discount": 1.00, "pay_amount": 17.00,
    "province": "广东省", "open_address_id": "A",
    "item_list": [{"goods_id": 1, "sku_id": 2, "goods_price": 10.00, "goods_count": 2}],
}  # fmt: skip
JD: dict[str, Any] = {
    "orderId": "300", "orderState": "WAIT_SELLER_STOCK_OUT", "orderStartTime": "2026-03-01 10:00:00",
    "orderSellerPrice": "90.00", "orderPayment": "85.00", "freightPrice": "0.00", "payType": "4",
    "consigneeInfo": {"province": "北京", "fullname": "张三", "mobile": "13800001234"},
    "itemInfoList": [{"skuId": "7", "outerSkuId": "S7", "jdPrice": "50.00", "itemTotal": "2"}],
}  # fmt: skip
DOUYIN: dict[str, Any] = {
    "order_id": "68", "order_status": 2, "create_time": 1772330400, "pay_amount": 1900,
    "mask_post_addr": {"province": {"id": "44"}},
    "sku_order_list": [{"order_id": "681", "product_id": 5, "sku_id": 6, "code": "S6", "item_num": 1,
                        "origin_amount": 2000, "promotion_amount": 100}],
}  # fmt: skip


@frozen
class Case:
    """One format: its payload, how it is read, and what it is held against."""

    name: str
    payload: bytes
    read: Callable[[bytes], Iterable[object]]
    bare: Callable[[bytes], object]


def _dumped(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def cases() -> list[Case]:
    """Return a batch of orders in each format."""
    shop = json.loads((DATA / "shopify" / "order.json").read_bytes())["order"]
    woo = json.loads((DATA / "woocommerce" / "order_created.json").read_bytes())
    sheet = "order no,date,sku,qty,price\n" + "".join(f"A{n},2026-03-01,S1,2,9.90\n" for n in range(ORDERS))
    layout = spreadsheets.Layout("CNY", "CN")
    parts = (DATA / "edi" / "x12.850.edi").read_text("utf-8-sig").replace("\r\n", "\n").split("~\n")
    body = "~\n".join(parts[2:-2])
    bodies = [body.replace("*0003", f"*{number:04}") for number in range(1, ORDERS + 1)]
    foot = [f"GE*{ORDERS}*2", "IEA*1*000000055~\n"]
    x12 = "~\n".join([parts[0].replace("*T*>", "*P*>"), parts[1], *bodies, *foot]).encode()
    searched = {"searchorderinfo_result": {"orderInfoList": [JD] * ORDERS}}
    return [
        Case("shopify", _dumped({"orders": [shop] * ORDERS}), shopify.read, json.loads),
        Case("woocommerce", _dumped([woo] * ORDERS), woocommerce.read, json.loads),
        Case("taobao", _dumped({"x_response": {"trades": {"trade": [TRADE] * ORDERS}}}), taobao.read, json.loads),
        Case("pinduoduo", _dumped({"order_list": [PDD] * ORDERS}), pinduoduo.read, json.loads),
        Case("jd", _dumped(searched), jd.read, json.loads),
        Case("douyin", _dumped({"data": {"shop_order_list": [DOUYIN] * ORDERS}}), douyin.read, json.loads),
        Case("csv", sheet.encode(), lambda one: spreadsheets.read(one, layout), _csv),
        Case("x12 850", x12, edi.read_x12, lambda one: one.split(b"~")),
    ]


def _csv(payload: bytes) -> None:
    list(csv.reader(payload.decode().splitlines()))


def best(do: Callable[[], object]) -> float:
    """Return the CPU seconds of the fastest run."""
    seconds = []
    for _ in range(RUNS):
        started = process_time()
        do()
        seconds.append(process_time() - started)
    return min(seconds)


def main() -> None:
    """Print one line a format."""
    print(f"Python {sys.version.split()[0]}; {ORDERS} orders a payload, best of {RUNS}")
    print(
        f"{'format':12} {'bytes/order':>11} {'bare us':>8} {'strict us':>9} {'read us':>8} {'orders/s':>9} {'x bare':>7}"  # noqa: E501
    )
    for one in cases():
        documents: list[Any] = list(one.read(one.payload))
        assert len(documents) == ORDERS, (one.name, len(documents))
        assert all(isinstance(document, ChannelOrder) for document in documents), documents[0]
        bare = best(lambda one=one: one.bare(one.payload)) / ORDERS * 1e6  # type: ignore[misc]
        read = best(lambda one=one: list(one.read(one.payload))) / ORDERS * 1e6  # type: ignore[misc]
        is_json = one.bare is json.loads
        strict = best(lambda one=one: parse_json(one.payload)) / ORDERS * 1e6 if is_json else 0.0  # type: ignore[misc]
        size = len(one.payload) // ORDERS
        print(
            f"{one.name:12} {size:11} {bare:8.1f} {strict:9.1f} {read:8.1f} {1e6 / read:9.0f} {read / bare:7.1f}"
        )


if __name__ == "__main__":
    main()
