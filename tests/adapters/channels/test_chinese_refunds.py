"""What JD and Douyin say of money that goes back, and what their accounts book, after the documented fields."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from omskit.adapters.channels import douyin_after_sales, jd, jd_refunds, statements
from omskit.channels import (
    GoodsState,
    RefundAnswer,
    RefundKind,
    RefundRequest,
    RefundState,
    ReversedLine,
    StatementLine,
)
from omskit.core import PayloadError, Refusal

JD_ASKED = {
    "id": 4409, "orderId": "300", "applyRefundSum": "10050", "status": "0", "applyTime": "2026-03-02 10:00:00",
    "reason": "不想买了", "checkTime": None,
}  # fmt: skip
CASE = {
    "aftersale_id": "146701382803677771", "aftersale_type": 0, "aftersale_status": 11, "related_id": "681",
    "apply_time": 1731986326, "update_time": 1731986645, "status_deadline": 1732072726, "refund_amount": 2100,
    "refund_status": 1, "arbitrate_status": 0, "return_logistics_code": "SF1", "got_pkg": 1,
    "return_logistics_company_name": "顺丰", "refund_post_amount": 100,
}  # fmt: skip
GOODS = {
    "sku_order_id": "681", "shop_sku_code": "112233", "product_id": 3660207428038974464, "aftersale_item_num": 2,
    "aftersale_pay_amount": 2000,
}  # fmt: skip


def jd_read(**changes: Any) -> RefundRequest:
    said = {"x_responce": {"queryResult": {"success": True, "result": [JD_ASKED | changes]}}}
    (read,) = jd_refunds.read_refunds(json.dumps(said).encode())
    assert isinstance(read, RefundRequest), read
    return read


def douyin_read(**changes: Any) -> RefundRequest:
    item = {
        "aftersale_info": CASE | changes,
        "order_info": {"shop_order_id": "68", "related_order_info": [GOODS]},
        "text_part": {"reason_text": "尺码不合适"},
    }
    (read,) = douyin_after_sales.read_refunds(json.dumps({"data": {"items": [item]}}).encode())
    assert isinstance(read, RefundRequest), read
    return read


def test_jd_counts_refunds_in_fen_while_orders_count_in_yuan() -> None:
    asked = jd_read()
    assert (asked.external_id, asked.order, asked.currency, asked.amount_minor) == ("4409", "300", "CNY", 10050)
    assert asked.at == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert (asked.kind, asked.lines, asked.reason) == (RefundKind.MONEY, (), "不想买了")


def test_a_refund_of_jd_in_yuan_is_refused_not_taken_for_fen() -> None:
    said = {"x_responce": {"queryResult": {"result": [JD_ASKED | {"applyRefundSum": "100.50"}]}}}
    (refused,) = jd_refunds.read_refunds(json.dumps(said).encode())
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.subject) == ("bad_whole", "4409")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("0", RefundState.REQUESTED), ("1", RefundState.AGREED), ("2", RefundState.REFUSED),
        ("3", RefundState.DONE), ("4", RefundState.UNKNOWN), ("9", RefundState.UNKNOWN),
        ("77", RefundState.UNKNOWN),
    ],
)  # fmt: skip
def test_a_status_of_jd_that_is_not_plain_waits_for_a_person(status: str, state: RefundState) -> None:
    assert jd_read(status=status).state is state


def test_a_question_that_jd_could_not_answer_is_no_empty_list() -> None:
    said = {"x_responce": {"queryResult": {"success": False, "result": []}}}
    with pytest.raises(PayloadError, match="channel_error"):
        list(jd_refunds.read_refunds(json.dumps(said).encode()))


@pytest.mark.parametrize(("agreed", "status"), [(True, 1), (False, 2)])
def test_jd_is_answered_with_a_remark_and_refused_with_a_type(*, agreed: bool, status: int) -> None:
    shop = jd.channel("jd", operator="anna")
    (request,) = shop.write_refund_answer(RefundAnswer("4409", "300", agreed, 10050, "CNY", "sent already"))
    fields = dict(request.fields)
    assert fields["method"] == "jingdong.pop.afs.soa.refundapply.replyRefund"
    told = json.loads(fields["360buy_param_json"])
    assert told.pop("rejectType", None) == (None if agreed else 5)
    assert told == {"id": "4409", "status": status, "checkUserName": "anna", "remark": "sent already"}
    assert request.key == "refund/4409"


def test_a_case_of_douyin_tells_its_money_its_goods_and_its_parcel() -> None:
    case = douyin_read()
    assert (case.external_id, case.order, case.amount_minor) == ("146701382803677771", "68", 2100)
    assert case.at == datetime(2024, 11, 19, 3, 18, 46, tzinfo=UTC)
    assert case.answer_by == datetime(2024, 11, 20, 3, 18, 46, tzinfo=UTC)
    assert case.lines == (ReversedLine("112233", 2, 2000, "681"),)
    assert (case.kind, case.state, case.goods) == (RefundKind.RETURN, RefundState.RETURNING, GoodsState.UNDERWAY)
    assert (case.waybill, case.courier, case.version) == ("SF1", "顺丰", "1731986645")
    assert (case.reason, dict(case.extra)["refund_post_amount"]) == ("尺码不合适", "100")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"aftersale_status": 6}, RefundState.REQUESTED),
        ({"aftersale_status": 6, "arbitrate_status": 1}, RefundState.DISPUTED),
        ({"aftersale_status": 12, "refund_status": 3}, RefundState.DONE),
        ({"aftersale_status": 12, "refund_status": 3, "arbitrate_status": 4}, RefundState.DONE),
        ({"aftersale_status": 12, "refund_status": 2}, RefundState.AGREED),
        ({"aftersale_status": 12, "refund_status": 4}, RefundState.AGREED),
        ({"aftersale_status": 28}, RefundState.CLOSED),
        ({"aftersale_status": 27}, RefundState.REFUSED),
        ({"aftersale_status": 13}, RefundState.UNKNOWN),
    ],
)
def test_a_case_of_douyin_is_done_when_its_money_has_arrived(changes: dict[str, Any], state: RefundState) -> None:
    assert douyin_read(**changes).state is state


@pytest.mark.parametrize(
    ("changes", "kind", "goods"),
    [
        ({"aftersale_type": 2, "aftersale_status": 6}, RefundKind.MONEY, GoodsState.UNSENT),
        ({"aftersale_type": 1, "aftersale_status": 6, "got_pkg": 0}, RefundKind.MONEY, GoodsState.UNKNOWN),
        ({"aftersale_type": 3, "aftersale_status": 6}, RefundKind.EXCHANGE, GoodsState.WITH_BUYER),
        ({"aftersale_type": 99, "aftersale_status": 6}, RefundKind.OTHER, GoodsState.WITH_BUYER),
    ],
)
def test_what_the_buyer_wants_and_where_the_goods_are(
    changes: dict[str, Any], kind: RefundKind, goods: GoodsState
) -> None:
    case = douyin_read(**changes)
    assert (case.kind, case.goods) == (kind, goods)


JD_BILL = """京东结算单
账单日期,2026-03-20
订单编号,单据编号,单据类型,商品编号,费用项,金额,币种,收支方向,费用结算时间
="300",="D1",订单,7,货款,100.00,CNY,收入,2026-03-20 00:00:00
="300",="D1",订单,7,佣金,-5.00,人民币,支出,2026-03-20 00:00:00
="300",="D1",订单,7,佣金,1.00,CNY,支出,2026-03-20 00:00:00
="301",="D2",订单,7,货款,-1.00,CNY,收入,2026-03-20 00:00:00
="302",="D3",订单,7,货款,1.00,CNY,调整,2026-03-20 00:00:00
"""


def test_jds_settlement_gives_a_line_a_row_with_the_sign_of_its_direction() -> None:
    goods, fee, again, *_ = statements.read_jd(JD_BILL.encode())
    at = datetime(2026, 3, 19, 16, tzinfo=UTC)
    kind = (("单据类型", '"订单"'),)
    assert goods == StatementLine("D1/货款/7", at, "CNY", 10000, "货款", "300", extra=kind)
    assert fee == StatementLine("D1/佣金/7", at, "CNY", -500, "佣金", "300", extra=kind)
    assert again == StatementLine("D1/佣金/7/2", at, "CNY", -100, "佣金", "300", extra=kind)


def test_a_row_whose_sign_cannot_be_told_is_refused_and_stops_no_other() -> None:
    *_, contradiction, unknown = statements.read_jd(JD_BILL.encode("gb18030"))
    assert isinstance(contradiction, Refusal)
    assert isinstance(unknown, Refusal)
    assert (contradiction.code, contradiction.subject) == ("bad_amount", "row 7")
    assert (unknown.code, unknown.subject) == ("bad_amount", "row 8")


@pytest.mark.parametrize(
    "header",
    [
        "动账流水号,订单号,子订单号,动账时间,动账方向,动账金额,动账场景",
        "动账流水号,关联订单号,关联子订单号,动账时间,账户方向,动账金额(元),动账场景",
    ],
)
def test_douyins_movements_are_read_in_both_layouts(header: str) -> None:
    rows = (
        "T1,68,681,2026-03-20 10:00:00,支出,-0.40,退换货运费险\n"
        "T2,68,681,2026-03-20 10:00:00,入账,9.00,货款结算入账\n"
    )
    at = datetime(2026, 3, 20, 2, tzinfo=UTC)
    assert list(statements.read_douyin(f"\ufeff{header}\n{rows}".encode())) == [
        StatementLine("T1", at, "CNY", -40, "退换货运费险", "68", "681"),
        StatementLine("T2", at, "CNY", 900, "货款结算入账", "68", "681"),
    ]


@pytest.mark.parametrize("table", ["a,b\n1,2\n", "动账流水号,动账时间,动账时间\nT1,x,y\n"])
def test_a_file_without_the_columns_is_no_statement(table: str) -> None:
    with pytest.raises(PayloadError, match="bad_table"):
        list(statements.read_douyin(table.encode()))
