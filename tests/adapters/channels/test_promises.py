"""What every adapter of a channel promises, each with a mutant that breaks it and is caught."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import pytest
from samples import sample

from omskit.adapters.channels import amazon, douyin, jd, pinduoduo, shopify, taobao, wangdiantong, woocommerce
from omskit.channels import DOCUMENTS, ChannelOrder
from omskit.core import Refusal

ODD = "STATUS_OF_TOMORROW"
Make = Callable[[str], bytes]


def shopify_order(status: str) -> bytes:
    said = json.loads(sample("channels/shopify/order.json"))
    said["order"]["financial_status"] = status
    return json.dumps({"orders": [said["order"]]}).encode()


def woocommerce_order(status: str) -> bytes:
    return json.dumps(
        [json.loads(sample("channels/woocommerce/order_created.json")) | {"status": status}]
    ).encode()


def amazon_order(status: str) -> bytes:
    said = json.loads(sample("channels/amazon_sp_api/getOrder.example.json"))
    said["payload"]["OrderStatus"] = status
    return amazon.join(json.dumps(said).encode(), [])


def taobao_trade(status: str) -> bytes:
    line = {"oid": 1, "num": 1, "price": "1.00", "outer_iid": "S"}
    trade = {"tid": 1, "status": status, "created": "2026-03-01", "payment": "1.00", "orders": {"order": [line]}}
    return json.dumps({"x_response": {"trades": {"trade": [trade]}}}).encode()


def pinduoduo_order(status: str) -> bytes:
    item = {"goods_id": 1, "goods_price": 1, "goods_count": 1}
    said = {
        "order_sn": "1",
        "order_status": status,
        "refund_status": 1,
        "created_time": "2026-03-01",
        "pay_amount": 1,
    }
    return json.dumps({"order_list": [said | {"item_list": [item]}]}).encode()


def jd_order(status: str) -> bytes:
    said = {"orderId": "1", "orderState": status, "orderStartTime": "2026-03-01", "orderPayment": "1.00"}
    orders = [said | {"itemInfoList": [{"skuId": "1", "jdPrice": "1.00", "itemTotal": "1"}]}]
    return json.dumps({"searchorderinfo_result": {"orderInfoList": orders}}).encode()


def douyin_order(status: str) -> bytes:
    item = {"order_id": "2", "sku_id": 1, "item_num": 1, "origin_amount": 1}
    said = {"order_id": "1", "order_status": status, "create_time": 1772330400, "pay_amount": 1}
    return json.dumps({"data": {"shop_order_list": [said | {"sku_order_list": [item]}]}}).encode()


def wangdiantong_trade(status: str) -> bytes:
    line = {"tid": "1", "oid": "1", "num": 1, "price": 1, "spec_no": "S"}
    said = {
        "tid": "1",
        "trade_status": status,
        "trade_time": "2026-03-01",
        "receivable": 1,
        "trade_orders": [line],
    }
    return json.dumps({"data": {"order": [said]}}).encode()


ADAPTERS: list[tuple[ModuleType, Make]] = [
    (shopify, shopify_order),
    (woocommerce, woocommerce_order),
    (amazon, amazon_order),
    (taobao, taobao_trade),
    (pinduoduo, pinduoduo_order),
    (jd, jd_order),
    (douyin, douyin_order),
    (wangdiantong, wangdiantong_trade),
]
IDS = [module.__name__.rpartition(".")[2] for module, _ in ADAPTERS]


def holds_unknown_statuses(read: Callable[[bytes], Iterable[Any]], payload: bytes) -> bool:
    (order,) = read(payload)
    assert isinstance(order, ChannelOrder), order
    return "unknown_status" in {hold.code for hold in order.holds}


@pytest.mark.parametrize(("module", "make"), ADAPTERS, ids=IDS)
def test_a_status_that_is_not_known_holds_the_order(module: ModuleType, make: Make) -> None:
    assert holds_unknown_statuses(module.read, make(ODD))


@pytest.mark.parametrize(("module", "make"), ADAPTERS, ids=IDS)
def test_an_adapter_that_guesses_is_caught(
    module: ModuleType, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "holds_of", lambda *_: ())
    assert not holds_unknown_statuses(module.read, make(ODD))


@pytest.mark.parametrize(("module", "make"), ADAPTERS, ids=IDS)
def test_reading_twice_gives_the_same_documents_and_they_can_be_stored(module: ModuleType, make: Make) -> None:
    first, again = list(module.read(make(ODD))), list(module.read(make(ODD)))
    assert first == again
    assert [DOCUMENTS.load("order", DOCUMENTS.dump(one)) for one in first] == first


@pytest.mark.parametrize(("module", "make"), ADAPTERS, ids=IDS)
def test_a_bad_order_comes_as_a_refusal_beside_a_good_one(module: ModuleType, make: Make) -> None:
    good = make(ODD)
    holder = json.loads(good)
    orders = holder
    while not isinstance(orders, list):
        orders = next(value for value in orders.values() if isinstance(value, dict | list))
    orders.insert(0, {})
    first, second = module.read(json.dumps(holder).encode())
    assert isinstance(first, Refusal)
    assert "path" in first.facts
    assert isinstance(second, ChannelOrder)


@pytest.mark.parametrize(("module", "make"), ADAPTERS, ids=IDS)
def test_nothing_but_the_receiver_holds_personal_data(module: ModuleType, make: Make) -> None:
    (order,) = module.read(make(ODD))
    text = repr(order) + repr(order.extra)
    assert not [secret for secret in ("Norman", "hostmail", "John", "969 Market", "555") if secret in text]
