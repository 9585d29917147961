"""Every channel that is shipped keeps the promises of the kit."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from samples import sample

from omskit.adapters.channels import (
    amazon,
    douyin,
    edi,
    jd,
    pinduoduo,
    shopify,
    spreadsheets,
    taobao,
    ubl,
    wangdiantong,
    woocommerce,
)
from omskit.adapters.channels.shopify_fulfillment import read_fulfillment_orders
from omskit.channels import Channel, SentLine, ShipmentNotice, Webhook
from omskit.testing import ChannelKit
from omskit.testing.abilities import Signed
from omskit.testing.unknown import extended_xml

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET = "a secret"
Samples = Mapping[str, bytes]


def dumped(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def signature(body: bytes) -> str:
    return base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()


def twice(holder: Any, path: str, **other: str) -> tuple[bytes, bytes]:
    """Return a payload with the order at a path twice, by two ids, and the same with one that is none."""

    def orders(of: Any) -> list[Any]:
        for name in path.split("."):
            of = of[name]
        assert isinstance(of, list)
        return of

    both = copy.deepcopy(holder)
    first = orders(both)[0]
    orders(both)[:] = [first, {**copy.deepcopy(first), **other}]
    broken = copy.deepcopy(both)
    orders(broken).insert(1, {})
    return dumped(both), dumped(broken)


class _Kit(ChannelKit):
    """The fixtures of a format: a channel, and a payload with two orders."""

    shop: Channel
    sound: bytes
    spoilt: bytes

    @pytest.fixture
    def channel(self) -> Channel:
        return self.shop

    @pytest.fixture
    def payload(self) -> bytes:
        return self.sound

    @pytest.fixture
    def broken(self) -> bytes:
        return self.spoilt


_ORDER = json.loads(sample("channels/shopify/order.json"))["order"]
_ORDER["refunds"] = []


class TestShopify(_Kit):
    groups = read_fulfillment_orders(sample("channels/shopify/goshopify_fulfillment_order.json"))
    shop = shopify.channel("shop", lambda _: TestShopify.groups)
    sound, spoilt = twice({"orders": [_ORDER]}, "orders", id="450789470")

    @pytest.fixture
    def samples(self) -> Samples:
        return {"read_settlement": sample("channels/shopify/payouts_transactions.json")}

    @pytest.fixture
    def signed(self) -> Signed:
        body = b'{"id":1}'
        headers = {"X-Shopify-Hmac-Sha256": signature(body), "X-Shopify-Triggered-At": AT.isoformat()}
        return Webhook(headers, body), SECRET, AT

    @pytest.fixture
    def ages(self) -> bool:
        return True

    @pytest.fixture
    def told(self) -> Mapping[str, tuple[object, ...]]:
        notice = ShipmentNotice("shop", "3183479", "W", "UPS", (SentLine("466157049", "IPOD", 1),))
        return {"write_shipment": (notice, AT)}


class TestWooCommerce(_Kit):
    shop = woocommerce.channel("woo", "USD")
    sound, spoilt = twice(
        {"all": [json.loads(sample("channels/woocommerce/order_created.json"))]}, "all", id="728"
    )
    sound, spoilt = dumped(json.loads(sound)["all"]), dumped(json.loads(spoilt)["all"])

    @pytest.fixture
    def samples(self) -> Samples:
        return {"read_refunds": sample("channels/woocommerce/order_refunds_list.json")}

    @pytest.fixture
    def signed(self) -> Signed:
        return Webhook({"X-WC-Webhook-Signature": signature(b'{"id":1}')}, b'{"id":1}'), SECRET, AT


class TestTaobao(_Kit):
    line: Mapping[str, object] = {"oid": "11", "num": 2, "price": "50.00", "outer_sku_id": "S1"}
    trade: Mapping[str, object] = {
        "tid": "1", "status": "WAIT_SELLER_SEND_GOODS", "created": "2026-03-01 10:00:00", "payment": "100.00",
        "receiver_name": "Ann", "receiver_mobile": "13800001234", "orders": {"order": [line]},
    }  # fmt: skip
    shop = taobao.channel("tb")
    sound, spoilt = twice({"x_response": {"trades": {"trade": [trade]}}}, "x_response.trades.trade", tid="2")

    @pytest.fixture
    def samples(self) -> Samples:
        refund = {"refund_id": "901", "tid": 1, "oid": 11, "refund_fee": "45.00", "status": "SUCCESS"}
        said = {**refund, "created": "2026-03-02 10:00:00", "num": 1}
        return {"read_refunds": dumped({"refund_get_response": {"refund": said}})}


class TestPinduoduo(_Kit):
    item: Mapping[str, object] = {"goods_id": 1, "sku_id": 2, "goods_price": 10, "goods_count": 2}
    order: Mapping[str, object] = {
        "order_sn": "1", "order_status": 1, "refund_status": 1, "created_time": "2026-03-01 10:00:00",
        "pay_amount": 20, "item_list": [item],
    }  # fmt: skip
    shop = pinduoduo.channel("pdd")
    sound, spoilt = twice({"order_list": [order]}, "order_list", order_sn="2")

    @pytest.fixture
    def samples(self) -> Samples:
        refund = {"id": 9, "order_sn": "1", "after_sales_status": 10, "refund_amount": 1700, "goods_number": "2"}
        return {"read_refunds": dumped({"refund_list": [{**refund, "created_time": "2026-03-02 10:00:00"}]})}


LEDGER = "动账流水号,关联订单号,关联子订单号,动账时间,账户方向,动账金额(元),动账场景"


class TestJd(_Kit):
    order: Mapping[str, object] = {
        "orderId": "300", "orderState": "WAIT_SELLER_STOCK_OUT", "orderStartTime": "2026-03-01 10:00:00",
        "orderPayment": "100.00", "itemInfoList": [{"skuId": "7", "jdPrice": "50.00", "itemTotal": "2"}],
    }  # fmt: skip
    shop = jd.channel("jd")
    answer: Mapping[str, object] = {"searchorderinfo_result": {"orderInfoList": [order]}}
    sound, spoilt = twice(answer, "searchorderinfo_result.orderInfoList", orderId="301")

    @pytest.fixture
    def samples(self) -> Samples:
        refund = {"id": 4409, "orderId": "300", "applyRefundSum": "10000", "status": "0"}
        results = [{**refund, "applyTime": "2026-03-02 10:00:00"}]
        head = "订单编号,单据编号,商品编号,费用项,金额,收支方向,费用结算时间,币种"
        row = "300,D1,7,佣金,-5.00,支出,2026-03-20 00:00:00,CNY"
        return {
            "read_refunds": dumped({"x_responce": {"queryResult": {"success": True, "result": results}}}),
            "read_settlement": f"{head}\n{row}\n".encode(),
        }


class TestDouyin(_Kit):
    line: Mapping[str, object] = {
        "order_id": "681", "product_id": 5, "sku_id": 6, "item_num": 1, "origin_amount": 2000,
    }  # fmt: skip
    order: Mapping[str, object] = {
        "order_id": "68", "order_status": 2, "create_time": 1772330400, "pay_amount": 2000,
        "sku_order_list": [line],
    }  # fmt: skip
    shop = douyin.channel("dy")
    sound, spoilt = twice({"data": {"shop_order_list": [order]}}, "data.shop_order_list", order_id="69")

    @pytest.fixture
    def samples(self) -> Samples:
        case = {
            "aftersale_id": "146", "aftersale_type": 1, "aftersale_status": 6, "apply_time": 1772330400,
            "refund_amount": 2000, "update_time": 1772330401,
        }  # fmt: skip
        goods = {"sku_order_id": "681", "product_id": 5, "aftersale_item_num": 1, "aftersale_pay_amount": 2000}
        order = {"shop_order_id": "68", "related_order_info": [goods]}
        row = "T1,68,681,2026-03-20 10:00:00,支出,-0.40,退换货运费险"
        return {
            "read_refunds": dumped({"data": {"items": [{"aftersale_info": case, "order_info": order}]}}),
            "read_settlement": f"{LEDGER}\n{row}\n".encode(),
        }


class TestWangdiantong(_Kit):
    line: Mapping[str, object] = {"tid": "1", "oid": "1", "num": 1, "price": 1, "spec_no": "S"}
    order: Mapping[str, object] = {
        "tid": "1", "trade_status": "30", "trade_time": "2026-03-01 10:00:00", "receivable": 1,
        "trade_orders": [line],
    }  # fmt: skip
    shop = wangdiantong.channel("wdt")
    sound, spoilt = twice({"data": {"order": [order]}}, "data.order", tid="2")

    @pytest.fixture
    def samples(self) -> Samples:
        return {"read_refunds": sample("channels/wangdiantong/RawRefund.search.response.json")}


class TestUbl(_Kit):
    shop = ubl.channel("b2b")

    @pytest.fixture
    def payload(self) -> bytes:
        return sample("channels/ubl/UBL-Order-2.1-Example.xml")

    @pytest.fixture
    def broken(self, payload: bytes) -> bytes:
        return payload.replace(b"SEK", b"XXX")

    @pytest.fixture
    def extended(self, payload: bytes) -> bytes:
        return extended_xml(payload)

    @pytest.fixture
    def single(self) -> bool:
        return True


HEAD = "order no,date,sku,qty,price,address"
ROWS = ("A1,2026-03-01,S1,2,9.90,x", 'A1,2026-03-01,S2,1,1.00,"a, b"', "A2,2026-03-01,S1,1,9.90,y")


class TestSpreadsheets(_Kit):
    shop = spreadsheets.channel("desk", spreadsheets.Layout("CNY", "CN"))
    sound = "\n".join([HEAD, *ROWS]).encode()
    spoilt = "\n".join([HEAD, *ROWS[:2], "A9,2026-03-01,S1,two,9.90,y", ROWS[2]]).encode()

    @pytest.fixture
    def extended(self) -> bytes:
        return "\n".join([f"{HEAD},colour", *(f"{row},blue" for row in ROWS)]).encode()


def messages(payload: bytes, first: bytes, last: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what stands before an interchange's message, the message, and what stands after it."""
    start, end = payload.index(first), payload.index(last)
    return payload[:start], payload[start:end], payload[end:]


class TestX12(_Kit):
    shop = Channel("x12", edi.read_x12)
    head, message, tail = messages(sample("channels/edi/x12.850.edi"), b"ST*850", b"GE*1")
    other = message.replace(b"1000012", b"1000013").replace(b"*0003", b"*0004")
    bad = message.replace(b"*19.95*", b"*much*").replace(b"*0003", b"*0005")
    sound = head + message + other + tail.replace(b"GE*1*", b"GE*2*")
    spoilt = head + message + bad + other + tail.replace(b"GE*1*", b"GE*3*")

    @pytest.fixture
    def extended(self) -> bytes:
        more = b"".join(
            one.replace(b"PO1*", b"NTE*ZZZ*x~PO1*", 1).replace(b"SE*11", b"SE*12")
            for one in (self.message, self.other)
        )
        return self.head + more + self.tail.replace(b"GE*1*", b"GE*2*")


class TestEdifact(_Kit):
    shop = Channel("edifact", edi.read_edifact)
    head = b"UNA:+.? 'UNB+UNOC:3+1:14+2:14+181205:1607+8'"
    body = (
        b"UNH+7+ORDERS:D:01B:UN:EAN010'BGM+220+2019+9'DTM+137:20181205:102'CUX+2:EUR:9'"
        b"NAD+DP+42::9++Shop+Street 1+City++46149+DE'LIN+1++1001:SA'IMD+F++:::Butter?+'QTY+21:2:PCE'PRI+AAA:1.25'"
        b"UNS+S'UNT+11+7'"
    )
    other = body.replace(b"2019+9", b"2020+9")
    sound = head + body + other + b"UNZ+2+8'"
    spoilt = head + body + body.replace(b"QTY+21:2", b"QTY+21:two") + other + b"UNZ+3+8'"

    @pytest.fixture
    def extended(self) -> bytes:
        more = (self.body + self.other).replace(b"UNS+S", b"FTX+ZZZ+++x'UNS+S").replace(b"UNT+11", b"UNT+12")
        return self.head + more + b"UNZ+2+8'"


class TestAmazon(_Kit):
    shop = amazon.channel("amz", "SELLER", "MARKETPLACE")
    sound, spoilt = twice(
        json.loads(
            amazon.join(
                sample("channels/amazon_sp_api/getOrder.example.json"),
                [sample("channels/amazon_sp_api/getOrderItems.example.json")],
            )
        ),
        "payload.Orders",
        AmazonOrderId="902-1845936-5435066",
    )

    @pytest.fixture
    def samples(self) -> Samples:
        charge = {"ChargeType": "Tax", "ChargeAmount": {"CurrencyCode": "USD", "CurrencyAmount": -25.37}}
        item = {"OrderAdjustmentItemId": "7", "ItemChargeAdjustmentList": [charge]}
        refund = {"AmazonOrderId": "1", "PostedDate": "2020-02-05T13:56:00Z", "ShipmentItemAdjustmentList": [item]}
        return {
            "read_settlement": dumped({"payload": {"FinancialEvents": {"RefundEventList": [refund]}}}),
            "read_news": sample("channels/amazon_sp_api/OrderChangeNotification.examples.json"),
        }


def test_every_shipped_channel_passed_under_its_own_name() -> None:
    kits: Iterable[type[_Kit]] = _Kit.__subclasses__()
    assert len({kit.shop.code for kit in kits}) == len(list(kits))
