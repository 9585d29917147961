"""Pinduoduo, JD, Douyin, Wangdiantong by their documented fields; the first three have no public samples."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from samples import sample

from omskit.adapters.channels import douyin, jd, pinduoduo, wangdiantong
from omskit.channels import (
    ChannelOrder,
    Funder,
    RefundKind,
    RefundRequest,
    RefundState,
    SentLine,
    ShipmentNotice,
    StockUpdate,
)
from omskit.core import Destination, Refusal

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PDD = {
    "order_sn": "260301-1",
    "order_status": 1,
    "refund_status": 1,
    "group_status": 1,
    "risk_control_status": 0,
    "created_time": "2026-03-01 10:00:00",
    "goods_amount": 20.00,
    "discount_amount": 3.00,
    "platform_discount": 2.00,
    "seller_discount": 1.00,
    "postage": 0.00,
    "pay_amount": 17.00,
    "province": "广东省",
    "receiver_name_mask": "张*",
    "open_address_id": "A1",
    "item_list": [{"goods_id": 1, "sku_id": 2, "goods_price": 10.00, "goods_count": 2}],
}
JD = {
    "orderId": "300",
    "orderState": "WAIT_SELLER_STOCK_OUT",
    "orderStartTime": "2026-03-01 10:00:00",
    "paymentConfirmTime": "0001-01-01 00:00:00",
    "orderTotalPrice": "100.00",
    "orderSellerPrice": "90.00",
    "orderPayment": "70.00",
    "balanceUsed": "15.00",
    "freightPrice": "6.00",
    "payType": "4-在线支付",
    "consigneeInfo": {"province": "北京", "city": "海淀区", "fullname": "张三", "mobile": "13800001234"},
    "itemInfoList": [{"skuId": "7", "outerSkuId": "S7", "jdPrice": "50.00", "itemTotal": "2"}],
}
DOUYIN = {
    "order_id": "68",
    "order_status": 2,
    "main_status": 2,
    "create_time": 1772330400,
    "pay_time": 1772330460,
    "pay_amount": 1900,
    "post_amount": 0,
    "pay_type": 1,
    "open_address_id": "D1",
    "exp_ship_time": 1772503200,
    "mask_post_addr": {"province": {"id": "44", "name": "广东省"}, "city": {"name": "深圳市"}, "detail": "**"},
    "sku_order_list": [
        {
            "order_id": "681",
            "product_id": 5,
            "sku_id": 6,
            "code": "S6",
            "item_num": 1,
            "origin_amount": 2000,
            "promotion_amount": 100,
            "promotion_platform_amount": 100,
            "order_status": 2,
        }
    ],
}


def pdd(**changes: Any) -> ChannelOrder:
    (read,) = pinduoduo.read(json.dumps({"order_list_get_response": {"order_list": [PDD | changes]}}).encode())
    assert isinstance(read, ChannelOrder), read
    return read


def jingdong(**changes: Any) -> ChannelOrder:
    said = {"jingdong_pop_order_search_responce": {"searchorderinfo_result": {"orderInfoList": [JD | changes]}}}
    (read,) = jd.read(json.dumps(said).encode())
    assert isinstance(read, ChannelOrder), read
    return read


def dou(**changes: Any) -> ChannelOrder:
    (read,) = douyin.read(json.dumps({"data": {"shop_order_list": [DOUYIN | changes]}}).encode())
    assert isinstance(read, ChannelOrder), read
    return read


def codes(read: ChannelOrder) -> list[str]:
    return [hold.code for hold in read.holds]


@pytest.mark.parametrize("make", [pdd, jingdong, dou], ids=["pinduoduo", "jd", "douyin"])
def test_the_sums_of_an_order_hold(make: Any) -> None:
    read = make()
    assert read.expected_minor == read.paid_minor
    assert codes(read) == []
    assert read.currency == "CNY"


def test_pinduoduo_counts_orders_in_yuan() -> None:
    read = pdd()
    assert (read.paid_minor, read.lines[0].list_minor, read.lines[0].discount_minor) == (1700, 2000, 300)
    assert [(one.funder, one.amount_minor) for one in read.discounts] == [
        (Funder.PLATFORM, 200),
        (Funder.SELLER, 100),
    ]


def test_pinduoduo_counts_refunds_in_fen() -> None:
    said = {
        "id": 9,
        "order_sn": "260301-1",
        "after_sales_status": 10,
        "after_sales_type": 3,
        "refund_amount": 1700,
        "created_time": "2026-03-02 10:00:00",
        "goods_number": "2",
    }
    (read,) = pinduoduo.read_refunds(
        json.dumps({"refund_increment_get_response": {"refund_list": [said]}}).encode()
    )
    assert isinstance(read, RefundRequest)
    assert (read.amount_minor, read.state, read.kind) == (1700, RefundState.DONE, RefundKind.RETURN)


def test_a_refund_of_pinduoduo_in_yuan_is_refused_not_taken_for_fen() -> None:
    said = {
        "id": 9,
        "order_sn": "1",
        "after_sales_status": 10,
        "refund_amount": "17.00",
        "created_time": "2026-03-02",
    }
    (refused,) = pinduoduo.read_refunds(json.dumps({"refund_list": [said]}).encode())
    assert isinstance(refused, Refusal)
    assert refused.code == "bad_whole"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"risk_control_status": 1}, ["must_not_ship"]),
        ({"group_status": 0}, ["must_not_ship"]),
        ({"group_status": 2}, ["cancelled_at_channel"]),
        ({"refund_status": 2}, ["under_refund"]),
        ({"refund_status": 4}, ["refunded"]),
        ({"order_status": 2}, ["sent_elsewhere"]),
        ({"order_status": 9}, ["unknown_status"]),
        ({"step_order_info": {"step_trade_status": 1}}, ["awaiting_payment"]),
        ({"order_tag_list": [{"name": "ship_hold", "value": 1}]}, ["must_not_ship"]),
    ],
)
def test_pinduoduo_says_what_must_not_be_sent(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(pdd(**changes)) == expected


def test_case_10_an_order_under_review_is_read_without_any_receiver() -> None:
    blank = {"receiver_name_mask": "", "province": "", "open_address_id": ""}
    read = pdd(risk_control_status=1, **blank)
    assert read.receiver.is_empty
    assert read.destination == Destination("CN")


def test_pinduoduos_newer_address_id_is_the_merge_identity() -> None:
    assert (pdd().merge, pdd(open_address_id_2="B2").merge) == ("pdd/A1", "pdd/B2")


def test_an_urged_order_of_pinduoduo_is_urgent() -> None:
    assert pdd(urge_shipping_time="2026-03-01 12:00:00").urgent


def test_jd_tells_what_seller_and_platform_give() -> None:
    read = jingdong()
    assert [(one.funder, one.amount_minor) for one in read.lines[0].discounts] == [
        (Funder.SELLER, 1000),
        (Funder.PLATFORM, 1100),
    ]
    assert (read.paid_minor, read.payments[0].amount_minor) == (8500, 1500)


def test_case_24_the_year_1_stands_for_no_time() -> None:
    assert jingdong().paid_at is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("WAIT_SELLER_DELIVERY", []),
        ("WAIT_GOODS_RECEIVE_CONFIRM", ["sent_elsewhere"]),
        ("FINISHED_L", ["finished_elsewhere"]),
        ("TRADE_CANCELED", ["cancelled_at_channel"]),
        ("LOCKED", ["must_not_ship"]),
        ("PAUSE", ["must_not_ship"]),
        ("POP_ORDER_PAUSE", ["must_not_ship"]),
        ("NEW_STATE", ["unknown_status"]),
    ],
)
def test_jd_says_what_must_not_be_sent(state: str, expected: list[str]) -> None:
    assert codes(jingdong(orderState=state)) == expected


def test_jd_tells_cash_on_delivery_by_the_first_digit() -> None:
    assert jingdong(payType="1-货到付款").cod


def test_douyin_counts_in_fen_and_seconds() -> None:
    read = dou()
    assert (read.paid_minor, read.lines[0].list_minor) == (1900, 2000)
    assert read.placed_at == datetime(2026, 3, 1, 2, tzinfo=UTC)
    assert read.destination == Destination("CN", "GD")
    assert read.lines[0].discounts[0].funder is Funder.PLATFORM


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (1, ["awaiting_payment"]),
        (105, ["must_not_ship"]),
        (101, []),
        (3, ["sent_elsewhere"]),
        (77, ["unknown_status"]),
    ],
)
def test_douyin_says_what_must_not_be_sent(status: int, expected: list[str]) -> None:
    items = [DOUYIN["sku_order_list"][0] | {"order_status": status}]  # type: ignore[index]
    assert codes(dou(order_status=status, main_status=status, sku_order_list=items)) == expected


@pytest.mark.parametrize(
    ("main", "expected"), [(103, ["awaiting_payment"]), (21, ["refunded"]), (22, ["refunded"]), (39, ["refunded"])]
)
def test_douyins_main_status_counts_too(main: int, expected: list[str]) -> None:
    assert codes(dou(main_status=main)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(0, []), (6, [("under_refund", 1)]), (12, [("refunded", 1)]), (51, []), (99, [("unknown_status", 1)])],
)
def test_douyins_after_sale_holds_its_line(status: int, expected: list[tuple[str, int]]) -> None:
    items = [DOUYIN["sku_order_list"][0] | {"after_sale_info": {"after_sale_status": status}}]  # type: ignore[index]
    assert [(hold.code, hold.line) for hold in dou(sku_order_list=items).holds] == expected


def test_douyin_receivers_are_encrypted_and_merge_by_address_id() -> None:
    read = dou()
    assert (read.receiver.masked, read.receiver.token, read.merge) == (True, "D1", "douyin/D1")


def test_parcels_are_told_to_each_channel_in_its_words() -> None:
    notice = ShipmentNotice("c", "1", "W1", "44", (SentLine("681", "S6", 1),))
    (told,) = pinduoduo.write_shipment(notice, AT)
    assert dict(told.fields)["tracking_number"] == "W1"
    (told,) = jd.write_shipment(notice, AT)
    assert dict(told.fields)["360buy_param_json"] == '{"logiCoprId":"44","logiNo":"W1","orderId":"1"}'
    (told,) = douyin.write_shipment(notice, AT)
    assert (told.path, dict(told.fields)["param_json"]) == (
        "/order/logisticsAdd",
        (
            '{"company_code":"44","logistics_code":"W1","order_id":"1",'
            '"shipped_order_info":[{"shipped_num":1,"shipped_order_id":"681"}]}'
        ),
    )


def test_stock_is_published_to_each_channel_in_its_words() -> None:
    update = [StockUpdate("5", 3, variant="6")]
    assert dict(pinduoduo.write_stock(update)[0].fields)["update_type"] == "1"
    assert dict(jd.write_stock(update)[0].fields)["360buy_param_json"] == '{"skuId":"5","stockNum":3}'
    assert (
        dict(douyin.write_stock(update)[0].fields)["param_json"]
        == '{"incremental":false,"sku_id":"6","stock_num":3}'
    )


def test_a_signed_call_of_douyin_signs_the_text_that_it_sends() -> None:
    (call,) = douyin.write_stock([StockUpdate("5", 3)])
    signed = dict(douyin.signed(call, "key", "token", "2026-03-02 09:00:00", "secret").fields)
    assert signed["param_json"] == dict(call.fields)["param_json"]
    assert len(signed["sign"]) == 64
    assert "secret" not in signed.values()


def test_wangdiantongs_documented_trade_is_read() -> None:
    (read,) = wangdiantong.read(sample("channels/wangdiantong/RawTrade.search.response.json"))
    assert isinstance(read, ChannelOrder)
    assert (read.external_id, read.paid_minor, read.expected_minor) == ("20240821006", 10000, 10000)
    assert (read.destination, codes(read)) == (Destination("CN", "TJ"), [])
    assert [(one.item, one.quantity) for one in read.lines] == [("wangdiantong", 10)]


def test_wangdiantongs_documented_push_is_read_and_its_sums_do_not_hold() -> None:
    (read,) = wangdiantong.read(sample("channels/wangdiantong/RawTrade.pushSelf.request.json"))
    assert isinstance(read, ChannelOrder)
    assert [(one.external_id, one.list_minor, one.discount_minor) for one in read.lines] == [
        ("tid-aqyYHjEldp-0", 880, 0),
        ("tid-aqyYHjEldp-1", 880, 0),
    ]
    identity = read.identity()
    assert identity is not None
    assert identity.gap_minor == -720


def test_wangdiantongs_documented_refund_is_read() -> None:
    (read,) = wangdiantong.read_refunds(sample("channels/wangdiantong/RawRefund.search.response.json"))
    assert isinstance(read, RefundRequest)
    assert (read.external_id, read.kind, read.state) == ("202210270002", RefundKind.RETURN, RefundState.AGREED)
    assert read.lines[0].quantity == 5


def test_what_is_pushed_to_wangdiantong_is_read_back_the_same() -> None:
    read = jingdong()
    (again,) = wangdiantong.read(wangdiantong.write_orders("shop", [read]).body)
    assert isinstance(again, ChannelOrder)
    assert [(one.item, one.quantity, one.list_minor - one.discount_minor) for one in again.lines] == [
        ("S7", 2, 7900)
    ]
    assert (again.external_id, again.placed_at, again.paid_minor, again.freight_minor) == (
        read.external_id,
        read.placed_at,
        read.paid_minor,
        read.freight_minor,
    )
