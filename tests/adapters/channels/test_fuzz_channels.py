"""Every reader of a channel's payloads survives real payloads with bytes changed: only typed errors, no hang."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import fuzz, sample, survives

from omskit.adapters.channels import (
    amazon,
    douyin,
    douyin_after_sales,
    edi,
    jd,
    jd_refunds,
    pinduoduo,
    shopify,
    spreadsheets,
    statements,
    taobao,
    taobao_merge,
    ubl,
    wangdiantong,
    woocommerce,
)
from omskit.adapters.channels.shopify_fulfillment import read_fulfillment_orders
from omskit.adapters.couriers import chinese_tracking
from omskit.adapters.warehouses import csv_folder

Reader = Callable[[bytes], object]
SHOPIFY: list[str | bytes] = [
    f"channels/shopify/{name}.json" for name in ("order", "orders", "refund", "goshopify_order_with_transaction")
]
WOO: list[str | bytes] = [
    f"channels/woocommerce/{name}.json" for name in ("order_created", "orders_list", "orders_batch")
]


TRADE = (
    b'{"trade_fullinfo_get_response":{"trade":{"tid":1,"type":"fixed","status":"WAIT_SELLER_SEND_GOODS","created":'
    b'"2026-03-01 10:00:00","payment":"95.00","post_fee":"5.00",'
    b'"receiver_state":"\xe6\xb5\x99\xe6\xb1\x9f","orders":'
    b'{"order":[{"oid":"11","num":2,"price":"50.00","outer_sku_id":"S1","divide_order_fee":"90.00"}]}}}}'
)
PDD = (
    b'{"order_list_get_response":{"order_list":[{"order_sn":"1","order_status":1,"refund_status":1,"created_time":'
    b'"2026-03-01 10:00:00","pay_amount":17.00,"discount_amount":3.00,"item_list":[{"goods_id":1,"sku_id":2,'
    b'"goods_price":10.00,"goods_count":2}]}]}}'
)
JD = (
    b'{"jingdong_pop_order_search_responce":{"searchorderinfo_result":{"orderInfoList":[{"orderId":"300",'
    b'"orderState":"PAUSE","orderStartTime":"2026-03-01 10:00:00",'
    b'"orderSellerPrice":"90.00","orderPayment":"70.00",'
    b'"itemInfoList":[{"skuId":"7","jdPrice":"50.00","itemTotal":"2"}]}]}}}'
)
DOUYIN = (
    b'{"data":{"shop_order_list":[{"order_id":"68","order_status":2,"create_time":1772330400,"pay_amount":1900,'
    b'"mask_post_addr":{"province":{"id":"44"}},"sku_order_list":[{"order_id":"681","product_id":5,"sku_id":6,'
    b'"item_num":1,"origin_amount":2000,"promotion_amount":100}]}]}}'
)


EDIFACT = (
    b"UNA:+.? 'UNB+UNOC:3+1:14+2:14+181205:1607+8'UNH+7+ORDERS:D:01B:UN:EAN010'BGM+220+2019+9'DTM+137:20181205:102'"  # noqa: E501
    b"NAD+DP+42::9++Shop+Street 1+City++46149+DE'LIN+1++1001:SA'IMD+F++:::Butter?+'QTY+21:2:PCE'PRI+AAA:1.255'UNS+S'"  # noqa: E501
    b"UNT+10+7'UNZ+1+8'"
)
SHEET = 'order no,date,sku,qty,price,address\nA1,2026-03-01,S1,2,9.90,x\nA1,2026-03-01,S2,1,1.00,"a, b"\n'
LAYOUT = spreadsheets.Layout("CNY", "CN")


REFUND = (
    b'{"refund_get_response":{"refund":{"refund_id":"901","tid":1,"oid":11,"refund_fee":"45.00","status":"SUCCESS",'
    b'"created":"2026-03-02 10:00:00","num":1,"refund_remind_timeout":{"timeout":"2026-03-05 10:00:00"}}}}'
)
PDD_REFUND = (
    b'{"refund_list":[{"id":9,"order_sn":"1","after_sales_status":10,"refund_amount":1700,'
    b'"created_time":"2026-03-02 10:00:00","goods_number":"2"}]}'
)
JD_REFUND = (
    b'{"jingdong_pop_afs_soa_refundapply_queryPageList_responce":{"queryResult":{"success":true,"result":[{"id":4409,'
    b'"orderId":"300","applyRefundSum":"10000","status":"0","applyTime":"2026-03-02 10:00:00"}]}}}'
)
DOUYIN_CASE = (
    b'{"data":{"items":[{"aftersale_info":{"aftersale_id":"146","aftersale_type":0,"aftersale_status":12,'
    b'"apply_time":1772330400,"refund_amount":1,"refund_status":3},"order_info":{"shop_order_id":"68",'
    b'"related_order_info":[{"sku_order_id":"681","shop_sku_code":"S6","aftersale_item_num":1}]}}]}}'
)
JD_BILL = "订单编号,单据编号,费用项,金额,收支方向,费用结算时间\n300,D1,佣金,5.00,支出,2026-03-20 00:00:00\n"
DOUYIN_BILL = "动账流水号,动账时间,动账方向,动账金额,动账场景\nT1,2026-03-20 00:00:00,入账,5.00,货款\n"
EVENTS = (
    b'{"payload":{"FinancialEvents":{"RefundEventList":[{"AmazonOrderId":"1","PostedDate":"2020-02-05T13:56:00Z",'
    b'"ShipmentItemAdjustmentList":[{"OrderAdjustmentItemId":"7","ItemChargeAdjustmentList":[{"ChargeType":"Tax",'
    b'"ChargeAmount":{"CurrencyCode":"USD","CurrencyAmount":-25.37}}]}]}]}}}'
)
SHIPMENTS = b"number,report,final,sku,quantity,waybill,courier,weight_g\nF1,1,1,S,2,W1,SF,500\n"
PUSH = (
    b"param=%7B%22status%22%3A%22polling%22%2C%22lastResult%22%3A%7B%22nu%22%3A%22W%22%2C%22status%22%3A%22200%22%2C"
    b"%22state%22%3A%220%22%2C%22data%22%3A%5B%7B%22time%22%3A%222026-03-02%22%2C%22context%22%3A%22x%22%7D%5D%7D%7D"
)
SF = (
    b'{"success":true,"msgData":{"routeResps":[{"mailNo":"SF1","routes":[{"opCode":"80","acceptTime":'
    b'"2026-03-02 09:00:00","remark":"x","acceptAddress":"y"}]}]}}'
)


def amazon_orders(payload: bytes) -> object:
    return list(amazon.read(amazon.join(payload, [])))


READERS: list[tuple[str, Reader, list[str | bytes]]] = [
    ("shopify", shopify.read, SHOPIFY),
    ("shopify payouts", shopify.read_settlement, ["channels/shopify/payouts_transactions.json"]),
    ("shopify fulfillment", read_fulfillment_orders, ["channels/shopify/goshopify_fulfillment_order.json"]),
    ("woocommerce", woocommerce.read, WOO),
    (
        "woocommerce refunds",
        lambda payload: woocommerce.read_refunds(payload, "USD"),
        ["channels/woocommerce/order_refunds_list.json"],
    ),
    ("amazon", amazon_orders, ["channels/amazon_sp_api/getOrder.example.json"]),
    ("taobao", taobao.read, [TRADE, "channels/taobao_top/trades_sold_get.doc_sample.json"]),
    ("pinduoduo", pinduoduo.read, [PDD]),
    ("jd", jd.read, [JD]),
    ("douyin", douyin.read, [DOUYIN]),
    (
        "wangdiantong",
        wangdiantong.read,
        [
            "channels/wangdiantong/RawTrade.search.response.json",
            "channels/wangdiantong/RawTrade.pushSelf.request.json",
        ],
    ),
    ("ubl", ubl.read, ["channels/ubl/UBL-Order-2.1-Example.xml", "channels/ubl/UBL-Order-2.0-Example.xml"]),
    (
        "ubl changes",
        lambda payload: ubl.read(payload, known=lambda _: [sample("channels/ubl/UBL-Order-2.1-Example.xml")]),
        [f"channels/ubl/UBL-Order{name}-2.1-Example.xml" for name in ("Change", "Cancellation")],
    ),
    ("x12", edi.read_x12, ["channels/edi/x12.850.edi", "channels/edi/x12.850.issue135.edi"]),
    ("edifact", edi.read_edifact, [EDIFACT]),
    ("csv", lambda payload: spreadsheets.read(payload, LAYOUT), [SHEET.encode()]),
    ("taobao refunds", taobao.read_refunds, [REFUND]),
    (
        "taobao merge",
        taobao_merge.read_merge,
        [b'{"top_oaid_merge_response":{"tid_list":{"string":["12,11","13"]}}}'],
    ),
    ("pinduoduo refunds", pinduoduo.read_refunds, [PDD_REFUND]),
    ("jd refunds", jd_refunds.read_refunds, [JD_REFUND]),
    ("douyin refunds", douyin_after_sales.read_refunds, [DOUYIN_CASE]),
    ("jd statements", statements.read_jd, [JD_BILL.encode()]),
    ("douyin statements", statements.read_douyin, [DOUYIN_BILL.encode()]),
    ("wangdiantong refunds", wangdiantong.read_refunds, ["channels/wangdiantong/RawRefund.search.response.json"]),
    ("amazon events", amazon.read_settlement, [EVENTS]),
    ("folder shipments", csv_folder.read_shipments, [SHIPMENTS]),
    ("kuaidi100 push", chinese_tracking.read_kuaidi100_push, [PUSH]),
    ("sf", chinese_tracking.read_sf, [SF]),
    ("amazon news", amazon.read_news, ["channels/amazon_sp_api/OrderChangeNotification.examples.json"]),
]
IDS = [name for name, _, _ in READERS]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["1.00", "EUR", "2020-01-01"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("_", "read", "names"), READERS, ids=IDS)
def test_mutants_of_real_payloads_meet_only_typed_errors(_: str, read: Reader, names: list[str | bytes]) -> None:
    assert fuzz(read, names, 400) == 400


@pytest.mark.long
@pytest.mark.parametrize(("_", "read", "names"), READERS, ids=IDS)
def test_a_hundred_thousand_mutants_meet_only_typed_errors(_: str, read: Reader, names: list[str | bytes]) -> None:
    assert fuzz(read, names, 100_000, seed=11) == 100_000


@pytest.mark.parametrize(("_", "read", "names"), READERS, ids=IDS)
@given(said=JSON)
def test_any_json_meets_only_typed_errors(_: str, read: Reader, names: list[str | bytes], said: object) -> None:
    assert names
    survives(read, json.dumps(said).encode())


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in csv.reader(SHEET.splitlines()):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_mutants_of_a_workbook_meet_only_typed_errors() -> None:
    assert fuzz(lambda payload: spreadsheets.read(b"PK" + payload[2:], LAYOUT), [workbook()], 200) == 200
