"""Qimen in both roles: samples of real systems are read; what we write holds the required flags."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve
from samples import fuzz, sample

from omskit.adapters.signing import wrapped_md5
from omskit.adapters.warehouses import (
    CancelWork,
    Confirmed,
    Counted,
    DeliveryWork,
    DoneLine,
    EntryWork,
    Goods,
    HoldWork,
    Kit,
    Lacking,
    Packed,
    Party,
    Progress,
    Reply,
    ReturnWork,
    StockChanged,
    StockFigure,
    StockOutWork,
    Work,
    WorkItem,
    qimen,
    qimen_reports,
    qimen_xml,
)
from omskit.channels import Webhook, parse_xml
from omskit.core import PayloadError, UsageError

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
ANN = Party("Ann & Co", "13800001234", "浙江省", "杭州市", "文一路<1>号")
LINE = WorkItem("S1", 3, "OWNER", "1", paid_minor=1000, extra=(("colour", "red"),))
DELIVERY = DeliveryWork(
    "FO-1-3",
    "WH1",
    AT,
    AT,
    "shop",
    "SF",
    ANN,
    ANN,
    (LINE,),
    flags=("COD", "SPLIT"),
    freight_minor=600,
    collect_minor=1600,
)
SAMPLES = {
    "deliveryorder.confirm": "channels/qimen/QimenDeliveryOrder_confirm.xml",
    "entryorder.confirm": "channels/qimen/QimenEntryOrder_confirm.xml",
}


def confirmed(method: str, name: str) -> Confirmed:
    (fact,) = qimen_reports.read(method, sample(f"channels/qimen/{name}.xml"))
    assert isinstance(fact, Confirmed)
    return fact


def test_a_real_delivery_confirmation_is_read() -> None:
    assert confirmed("deliveryorder.confirm", "QimenDeliveryOrder_confirm") == Confirmed(
        "delivery",
        "201105220000001",
        "shenyi_xdb -",
        final=True,
        lines=(DoneLine("SAJH047", 2, batches=(("L128", 1),)),),
        parcels=(Packed("SF1048734748612", "SF", (("SAJH047", 2),), 489),),
        warehouse="shenyi_xdb",
        at=datetime(2020, 11, 9, 2, 43, tzinfo=UTC),
    )


def test_a_real_entry_confirmation_is_an_increment() -> None:
    fact = confirmed("entryorder.confirm", "QimenEntryOrder_confirm")
    assert (fact.work, fact.code, fact.key, fact.final, fact.status) == (
        "entry", "E2020110982903", "E2020032618394", False, "FULFILLED",
    )  # fmt: skip
    assert [(line.item, line.quantity) for line in fact.lines] == [
        ("FBAV039", 90),
        ("FBAV040", 90),
        ("FBAV041", 90),
    ]


def test_a_real_cross_border_entry_confirmation_is_final() -> None:
    fact = confirmed("entryorder.confirm", "QimenEntryOrderCross_confirm")
    assert (fact.final, fact.lines) == (True, (DoneLine("FAJH016", 100000, batches=(("AAAA", 100000),)),))


def test_a_sample_with_a_comment_before_its_declaration_is_no_xml() -> None:
    with pytest.raises(PayloadError, match="bad_xml"):
        qimen_reports.read("deliveryorder.confirm", sample("channels/qimen/QimenDeliveryOrderCross_confirm.xml"))


def test_a_document_type_is_refused() -> None:
    evil = b'<!DOCTYPE request [<!ENTITY x SYSTEM "file:///etc/passwd">]><request>&x;</request>'
    with pytest.raises(PayloadError, match="xml_doctype"):
        qimen_reports.read("deliveryorder.confirm", evil)


def test_extend_props_are_kept() -> None:
    body = (
        "<request><deliveryOrder><deliveryOrderCode>1</deliveryOrderCode><extendProps><shift>2</shift></extendProps>"
        "</deliveryOrder><packages><package><expressCode>W</expressCode><items><item><itemCode>S</itemCode>"
        "<quantity>2</quantity></item></items></package></packages></request>"
    )
    (fact,) = qimen_reports.read("stockout.confirm", body.encode())
    assert isinstance(fact, Confirmed)
    assert (fact.extra, fact.lines, fact.key) == ((("shift", "2"),), (DoneLine("S", 2),), "1")


def test_what_a_warehouse_reports_beside_its_work_is_read() -> None:
    change = (
        "<request><items><item><ownerCode>O</ownerCode><warehouseCode>W</warehouseCode><orderCode>A1</orderCode>"
        "<outBizCode>K</outBizCode><itemCode>S</itemCode><quantity>-3</quantity><inventoryType>CC</inventoryType>"
        "<changeTime>2026-03-02 09:00:00</changeTime></item></items></request>"
    )
    assert qimen_reports.read("taobao.qimen.stockchange.report", change.encode()) == (
        StockChanged("K/1", "S", -3, "W", "O", "CC", "A1", AT),
    )
    count = (
        "<request><totalPage>2</totalPage><currentPage>1</currentPage><pageSize>50</pageSize><warehouseCode>W"
        "</warehouseCode><ownerCode>O</ownerCode><checkOrderCode>C</checkOrderCode><outBizCode>K</outBizCode>"
        "<adjustType>ADJUST</adjustType><items><item><itemCode>S</itemCode><quantity>2</quantity></item></items></request>"
    )
    assert qimen_reports.read("inventory.report", count.encode()) == (
        Counted("K/1", "C", "W", "O", (("S", "ZP", 2),), 1, 2, adjusts=True),
    )
    lack = (
        "<request><warehouseCode>W</warehouseCode><deliveryOrderCode>D</deliveryOrderCode><outBizCode>K</outBizCode>"
        "<items><item><itemCode>S</itemCode><planQty>3</planQty><lackQty>1</lackQty><reason>physical</reason></item>"
        "</items></request>"
    )
    assert qimen_reports.read("itemlack.report", lack.encode()) == (
        Lacking("K", "D", "W", (("S", 3, 1, "physical"),)),
    )
    step = (
        "<request><order><orderCode>D</orderCode><warehouseCode>W</warehouseCode></order><process>"
        "<processStatus>TMSCANCELED</processStatus><operateTime>2026-03-02 09:00:00</operateTime></process></request>"  # noqa: E501
    )
    assert qimen_reports.read("orderprocess.report", step.encode()) == (Progress("D", "TMSCANCELED", AT, "W"),)


def test_a_method_that_is_not_read_is_refused() -> None:
    with pytest.raises(PayloadError, match="unknown_method"):
        qimen_reports.read("wavenum.report", b"<request/>")


def test_a_delivery_is_written_with_its_sums() -> None:
    request = qimen.write_work(DELIVERY)
    root = parse_xml(request.body)
    said = root.first("deliveryOrder").fields()
    assert request.key == "deliveryorder.create/FO-1-3"
    assert [said.text(name) for name in ("orderType", "orderFlag", "createTime", "isUrgency")] == [
        "JYCK", "COD^SPLIT", "2026-03-02 09:00:00", "N",
    ]  # fmt: skip
    total, due, got, items, less, freight = (
        said.amount(name, "CNY")
        for name in ("totalAmount", "arAmount", "gotAmount", "itemAmount", "discountAmount", "freight")
    )
    assert total == due + got == items - less + freight == 1600
    assert root.first("deliveryOrder", "receiverInfo", "detailAddress").text == "文一路<1>号"
    assert root.first("orderLines", "orderLine", "actualPrice").text == "3.33"
    assert root.first("orderLines", "orderLine", "extendProps", "colour").text == "red"


def test_a_required_element_that_is_empty_is_not_sent() -> None:
    with pytest.raises(
        UsageError, match=r"missing_element: deliveryorder.create asks for deliveryOrder/logisticsCode"
    ):
        qimen.write_work(evolve(DELIVERY, courier=""))
    with pytest.raises(UsageError, match=r"orderLines/orderLine/ownerCode"):
        qimen.write_work(evolve(DELIVERY, lines=(evolve(LINE, owner=""),)))
    with pytest.raises(UsageError, match=r"deliveryOrder/receiverInfo/mobile"):
        qimen.write_work(evolve(DELIVERY, receiver=evolve(ANN, mobile="")))


WORKS: list[tuple[Work, str, str]] = [
    (EntryWork("E1", "W", "O", (LINE,)), "entryorder.create", "entryOrder/entryOrderCode"),
    (ReturnWork("R1", "W", "D1", "SF", ANN, (LINE,)), "returnorder.create", "returnOrder/preDeliveryOrderCode"),
    (StockOutWork("O1", "W", AT, ANN, (LINE,)), "stockout.create", "deliveryOrder/createTime"),
    (CancelWork("D1", "W", reason="refund"), "order.cancel", "orderCode"),
    (HoldWork("D1", "W"), "order.pending", "actionType"),
    (Goods("S1", "Shirt", ("690", "691"), "O", "W", weight_g=1250), "singleitem.synchronize", "item/barCode"),
    (Kit("K1", "O", (("S1", 2),)), "combineitem.synchronize", "items/item/quantity"),
]


@pytest.mark.parametrize(("work", "method", "path"), WORKS, ids=[method for _, method, _ in WORKS])
def test_every_kind_of_work_is_written_under_its_method(work: Work, method: str, path: str) -> None:
    request = qimen.write_work(work)
    assert dict(request.fields) == {"method": method}
    assert parse_xml(request.body).first(*path.split("/")).text


def test_goods_are_told_in_kilograms_and_barcodes_by_semicolons() -> None:
    item = parse_xml(qimen.write_work(Goods("S1", "Shirt", ("690", "691"), "O", "W", weight_g=1250)).body).first(
        "item"
    )
    assert (item.first("grossWeight").text, item.first("barCode").text) == ("1.25", "690;691")


def test_a_signed_request_is_proven_by_the_other_side() -> None:
    request = qimen.signed(qimen.write_work(DELIVERY), "app", "customer", AT, "secret")
    assert request.path.startswith("/router/qimen/service?")
    query = {"method": "m", "timestamp": "2026-03-02 09:00:00"}
    query["sign"] = wrapped_md5(query, "secret", request.body.decode())
    qimen.verify(query, Webhook({}, request.body), "secret")
    with pytest.raises(PayloadError, match="bad_signature"):
        qimen.verify(query, Webhook({}, request.body + b" "), "secret")


def test_replies_are_read_and_written() -> None:
    payload = qimen_xml.write_reply(ok=False, code="S003", message="no <such> order")
    assert qimen.read_reply(payload) == Reply(ok=False, code="S003", message="no <such> order")
    created = b"<response><flag>success</flag><code>0</code><deliveryOrderId>7</deliveryOrderId></response>"
    assert qimen.read_reply(created) == Reply(ok=True, code="0", id="7")


def test_stock_is_asked_for_and_read() -> None:
    assert (
        parse_xml(qimen.ask_stock("W", "O", ["S1", "S2"]).body)
        .first("criteriaList")
        .children[1]
        .first("itemCode")
        .text
        == "S2"
    )
    payload = (
        b"<response><flag>success</flag><items><item><warehouseCode>W</warehouseCode><itemCode>S1</itemCode>"
        b"<quantity>5</quantity><lockQuantity>2</lockQuantity></item></items></response>"
    )
    assert qimen.read_stock(payload) == (StockFigure("S1", "W", 5, 2),)


def test_nothing_personal_shows_in_a_repr() -> None:
    assert "Ann" not in repr(DELIVERY)
    assert "13800001234" not in repr(qimen.write_work(DELIVERY))


@pytest.mark.parametrize("method", sorted(qimen_reports.METHODS))
def test_mutants_of_real_reports_meet_only_typed_errors(method: str) -> None:
    name = SAMPLES.get(method, "channels/qimen/QimenEntryOrderCross_confirm.xml")
    assert fuzz(lambda payload: qimen_reports.read(method, payload), [name], 300) == 300


@pytest.mark.long
@pytest.mark.parametrize("method", sorted(SAMPLES))
def test_a_hundred_thousand_mutants_meet_only_typed_errors(method: str) -> None:
    assert fuzz(lambda payload: qimen_reports.read(method, payload), [SAMPLES[method]], 100_000) == 100_000
