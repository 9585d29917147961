"""Trades as the documented nodes of trade.fullinfo.get describe them; published samples have no lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from samples import sample

from omskit.adapters.channels import taobao, taobao_merge
from omskit.channels import (
    ChannelOrder,
    Funder,
    GoodsState,
    PresaleStep,
    RefundAnswer,
    RefundKind,
    RefundRequest,
    RefundState,
    SentLine,
    ShipmentNotice,
    StockUpdate,
)
from omskit.core import Destination, PayloadError, Refusal

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINE = {
    "oid": "11",
    "num": 2,
    "price": "50.00",
    "outer_sku_id": "S1",
    "divide_order_fee": "90.00",
    "discount_fee": "4.00",
    "part_mjz_discount": "6.00",
    "status": "WAIT_SELLER_SEND_GOODS",
    "refund_status": "NO_REFUND",
}
TRADE = {
    "tid": 2231958349112233445,
    "type": "fixed",
    "status": "WAIT_SELLER_SEND_GOODS",
    "created": "2026-03-01 10:00:00",
    "pay_time": "2026-03-01 10:01:00",
    "payment": "95.00",
    "post_fee": "5.00",
    "receiver_state": "浙江省",
    "receiver_city": "杭州市",
    "receiver_name": "张*",
    "receiver_mobile": "138****1234",
    "oaid": "CIPHER",
    "orders": {"order": [LINE]},
}


def payload(*trades: dict[str, Any]) -> bytes:
    return json.dumps({"trades_sold_get_response": {"trades": {"trade": list(trades)}}}).encode()


def trade(line: dict[str, Any] | None = None, **changes: Any) -> ChannelOrder:
    (read,) = taobao.read(payload({**TRADE, "orders": {"order": [{**LINE, **(line or {})}]}, **changes}))
    assert isinstance(read, ChannelOrder), read
    return read


def test_a_trade_is_read() -> None:
    read = trade()
    assert (read.currency, read.paid_minor, read.freight_minor) == ("CNY", 9500, 500)
    assert read.destination == Destination("CN", "ZJ")
    assert read.placed_at == datetime(2026, 3, 1, 2, tzinfo=UTC)
    assert [(one.item, one.quantity, one.list_minor, one.discount_minor) for one in read.lines] == [
        ("S1", 2, 10000, 1000)
    ]
    assert read.identity() is not None
    assert read.expected_minor == read.paid_minor
    assert read.holds == ()


def test_a_trade_id_beyond_2_to_the_53rd_keeps_every_digit() -> None:
    assert trade().external_id == "2231958349112233445"


def test_the_documentation_sample_has_no_lines_and_says_where() -> None:
    (refused,) = taobao.read(sample("channels/taobao_top/trades_sold_get.doc_sample.json"))
    assert isinstance(refused, Refusal)
    assert (refused.subject, refused.code) == ("2231958349", "missing_field")
    assert refused.facts["path"] == "$.trades_sold_get_response.trade[0].orders.order[0].num"


def test_the_payment_of_a_single_line_is_never_read_because_it_holds_the_freight() -> None:
    assert trade({"payment": "95.00"}).lines[0].discount_minor == 1000


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        ("WAIT_SELLER_SEND_GOODS", []),
        ("SELLER_CONSIGNED_PART", []),
        ("WAIT_BUYER_PAY", ["awaiting_payment"]),
        ("PAID_FORBID_CONSIGN", ["must_not_ship"]),
        ("WAIT_BUYER_CONFIRM_GOODS", ["sent_elsewhere"]),
        ("TRADE_FINISHED", ["finished_elsewhere"]),
        ("TRADE_CLOSED", ["refunded"]),
        ("TRADE_CLOSED_BY_TAOBAO", ["cancelled_at_channel"]),
        ("TRADE_OF_TOMORROW", ["unknown_status"]),
    ],
)
def test_case_10_the_status_says_whether_a_trade_may_be_sent(status: str, codes: list[str]) -> None:
    assert [hold.code for hold in trade({"status": status}, status=status).holds] == codes


@pytest.mark.parametrize(
    ("refund", "codes"),
    [
        ("NO_REFUND", []),
        ("CLOSED", []),
        ("WAIT_SELLER_AGREE", [("under_refund", 1)]),
        ("SELLER_REFUSE_BUYER", [("under_refund", 1)]),
        ("SUCCESS", [("refunded", 1)]),
        ("ODD", [("unknown_status", 1)]),
    ],
)
def test_case_1_a_refund_holds_its_line(refund: str, codes: list[tuple[str, int]]) -> None:
    assert [(hold.code, hold.line) for hold in trade({"refund_status": refund}).holds] == codes


@pytest.mark.parametrize(
    ("step", "codes", "paid"),
    [
        ("FRONT_NOPAID_FINAL_NOPAID", ["awaiting_payment"], (False, False)),
        ("FRONT_PAID_FINAL_NOPAID", ["awaiting_payment"], (True, False)),
        ("FRONT_PAID_FINAL_PAID", [], (True, True)),
        ("FRONT_PAID_FRONT_FORFEITED", ["cancelled_at_channel"], (True, False)),
    ],
)
def test_case_9_only_a_presale_whose_balance_is_paid_is_sent(
    step: str, codes: list[str], paid: tuple[bool, bool]
) -> None:
    read = trade(type="step", step_trade_status=step, step_paid_fee="30.00")
    assert [hold.code for hold in read.holds] == codes
    assert read.presale == (PresaleStep("deposit", 3000, paid[0]), PresaleStep("balance", 6500, paid[1]))


def test_what_the_platform_pays_is_taken_off_the_buyer_and_named() -> None:
    read = trade(payment="92.00", platform_subsidy_fee="3.00")
    assert read.expected_minor == 9200
    assert (read.lines[0].discounts[-1].funder, read.lines[0].discounts[-1].amount_minor) == (Funder.PLATFORM, 300)


def test_cash_on_delivery_is_sent_unpaid() -> None:
    read = trade(type="cod", pay_time=None)
    assert (read.cod, read.paid_at, read.holds) == (True, None, ())


def test_an_urged_trade_is_urgent() -> None:
    assert trade(ob_tag="abc,lg").urgent


def test_a_receiver_behind_an_oaid_is_masked_and_has_no_merge_identity() -> None:
    read = trade()
    assert (read.receiver.masked, read.receiver.token, read.merge) == (True, "CIPHER", "")


def test_a_virtual_number_keeps_its_extension() -> None:
    read = trade(oaid="", receiver_name="张三", receiver_mobile="18877771111-123")
    assert (read.receiver.contact.phone, read.receiver.extension, read.receiver.masked) == (
        "18877771111",
        "123",
        False,
    )


def test_case_21_a_county_level_city_may_have_no_city() -> None:
    assert trade(receiver_city=None, receiver_district="义乌市").receiver.contact.lines == ("浙江省", "义乌市")


def test_both_memos_are_kept() -> None:
    assert trade(buyer_message="快点", seller_memo="送礼").memo == "快点 | 送礼"


def test_an_error_of_the_gateway_is_told() -> None:
    with pytest.raises(PayloadError, match=r"channel_error: the channel answers 27: Invalid session"):
        list(taobao.read(b'{"error_response":{"code":27,"msg":"Invalid session"}}'))


def test_a_refund_is_read() -> None:
    said = {
        "refund_id": "901",
        "tid": 1,
        "oid": 11,
        "refund_fee": "45.00",
        "status": "WAIT_SELLER_CONFIRM_GOODS",
        "good_status": "BUYER_RETURNED_GOODS",
        "has_good_return": True,
        "created": "2026-03-02 10:00:00",
        "num": 1,
        "outer_id": "S1",
        "sid": "SF1",
        "refund_version": 1488888888888,
        "refund_phase": "onsale",
    }
    (read,) = taobao.read_refunds(json.dumps({"refund_get_response": {"refund": said}}).encode())
    assert isinstance(read, RefundRequest)
    assert (read.order, read.amount_minor, read.kind, read.state, read.goods) == (
        "1",
        4500,
        RefundKind.RETURN,
        RefundState.RETURNING,
        GoodsState.RETURNED,
    )
    assert (read.waybill, read.version) == ("SF1", "1488888888888|onsale")


def test_case_11_sub_orders_are_told_once_each_and_whole() -> None:
    lines = (SentLine("12", "b", 1), SentLine("11", "a", 1), SentLine("11", "a", 2))
    (request,) = taobao.write_shipment(ShipmentNotice("tb", "7", "SF1", "SF", lines), AT)
    assert dict(request.fields) == {
        "method": "taobao.logistics.online.send",
        "tid": "7",
        "out_sid": "SF1",
        "company_code": "SF",
        "is_split": "1",
        "sub_tid": "11,12",
    }


def test_a_granted_refund_is_told_in_fen() -> None:
    answer = RefundAnswer("901", "1", agreed=True, amount_minor=4500, currency="CNY", version="148|aftersale")
    (request,) = taobao.write_refund_answer(answer)
    assert dict(request.fields)["refund_infos"] == "901|4500|148|aftersale"


def test_stock_is_published_as_an_absolute_figure() -> None:
    (request,) = taobao.write_stock([StockUpdate("33", 4, variant="44")])
    assert dict(request.fields) == {
        "method": "taobao.item.quantity.update",
        "num_iid": "33",
        "sku_id": "44",
        "quantity": "4",
        "type": "1",
    }


def test_case_5_merge_groups_are_asked_for_by_the_hundred_and_never_guessed() -> None:
    assert len(taobao_merge.ask_merge({str(n): "x" for n in range(101)})) == 2
    merged = taobao_merge.read_merge(b'{"top_oaid_merge_response":{"tid_list":{"string":["12,11","13"]}}}')
    assert merged == {"11": "oaid/11", "12": "oaid/11", "13": "oaid/13"}
    assert taobao_merge.with_merge(trade(tid=99), merged).merge == ""
    assert taobao_merge.with_merge(trade(tid=12), merged).merge == "oaid/11"


@pytest.mark.parametrize(("said", "merged"), [('[",", ""]', {}), ("[]", {}), ('["7"]', {"7": "oaid/7"})])
def test_an_empty_merge_group_is_no_group(said: str, merged: dict[str, str]) -> None:
    payload = f'{{"top_oaid_merge_response":{{"tid_list":{{"string":{said}}}}}}}'
    assert taobao_merge.read_merge(payload.encode()) == merged


def test_merge_groups_of_another_shape_are_refused() -> None:
    with pytest.raises(PayloadError, match="not_an_array"):
        taobao_merge.read_merge(b'{"top_oaid_merge_response":{"tid_list":{"string":"1,2"}}}')
