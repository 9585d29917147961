from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from omskit.adapters.channels import spreadsheets
from omskit.adapters.channels.spreadsheets import Layout
from omskit.adapters.regions.provinces import CHINA_TIME
from omskit.channels import ChannelOrder, read_cells
from omskit.core import Destination, PayloadError, Refusal, UsageError

LAYOUT = Layout("CNY", "CN", CHINA_TIME)
HEAD = "订单号,下单时间,商品编码,数量,单价,运费,实付,收货人,手机,省份,备注\n"


def read(text: str) -> list[ChannelOrder | Refusal]:
    return list(spreadsheets.read(text.encode(), LAYOUT))


def xlsx(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_rows_of_one_order_stand_together() -> None:
    one, two = read(
        HEAD
        + "A1,2026/3/1 10:00,S1,2,9.90,6.00,30.70,张三,13800001234-77,浙江,小心\n"
        + "A2,2026-03-01,S1,1,9.90,,,,,,\n"
        + "A1,2026/3/1 10:00,S2,1,4.90,,,,,,\n"
    )
    assert isinstance(one, ChannelOrder)
    assert isinstance(two, ChannelOrder)
    assert [(line.item, line.quantity, line.list_minor, line.external_id) for line in one.lines] == [
        ("S1", 2, 1980, "2"),
        ("S2", 1, 490, "4"),
    ]
    assert (one.freight_minor, one.paid_minor, one.placed_at) == (600, 3070, datetime(2026, 3, 1, 2, tzinfo=UTC))
    assert (one.receiver.contact.phone, one.receiver.extension) == ("13800001234", "77")
    assert two.paid_minor is None
    assert two.destination == Destination("CN")


def test_english_headers_read_the_same() -> None:
    (one,) = read("Order No,Date,SKU,Qty\nA1,2026-03-01,S1,1\n")
    assert isinstance(one, ChannelOrder)


def test_every_bad_cell_is_told_with_its_row_and_column() -> None:
    text = HEAD + "A1,2026-03-01,S1,zwei,9.999,,,,,,\nA2,2026-03-01,S1,1,1.00,,,,,,\n"
    first, second, good = read(text)
    assert isinstance(first, Refusal)
    assert isinstance(second, Refusal)
    assert (first.subject, first.code, first.facts["path"]) == ("A1", "bad_whole", "row 2, quantity")
    assert (second.code, second.facts["row"], second.facts["column"]) == ("bad_amount", 2, "price")
    assert isinstance(good, ChannelOrder)
    assert good.external_id == "A2"


def test_an_order_with_a_bad_row_is_left_out_as_a_whole() -> None:
    read_out = read(HEAD + "A1,2026-03-01,S1,1,1.00,,,,,,\nA1,2026-03-01,,1,1.00,,,,,,\n")
    assert [type(one) for one in read_out] == [Refusal]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_table"),
        ("订单号,数量\n", "missing_column"),
        ("订单号,单号,下单时间,商品编码,数量\n", "column_twice"),
    ],
)
def test_a_sheet_without_its_columns_is_refused(text: str, code: str) -> None:
    with pytest.raises(PayloadError, match=code):
        read(text)


def test_a_day_that_is_none_is_refused() -> None:
    (refused,) = read(HEAD + "A1,2026-02-30,S1,1,1.00,,,,,,\n")
    assert isinstance(refused, Refusal)
    assert refused.code == "bad_instant"


def test_xlsx_reads_as_csv_does() -> None:
    payload = xlsx(
        ("订单号", "下单时间", "商品编码", "数量", "单价"),
        ("A1", datetime(2026, 3, 1, 10), "S1", 2, 19.9),  # noqa: DTZ001 - a sheet knows no zone
        ("A2", "2026-03-01", 1001, 3.0, "4.50"),
    )
    one, two = spreadsheets.read(payload, LAYOUT)
    assert isinstance(one, ChannelOrder)
    assert isinstance(two, ChannelOrder)
    assert (one.placed_at, one.lines[0].list_minor) == (datetime(2026, 3, 1, 2, tzinfo=UTC), 3980)
    assert (two.lines[0].item, two.lines[0].quantity, two.lines[0].list_minor) == ("1001", 3, 1350)


@pytest.mark.parametrize("payload", [b"PK", b"PK\x03\x04rubbish"])
def test_what_is_no_xlsx_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="bad_archive"):
        list(spreadsheets.read(payload, LAYOUT))


def test_templates_are_read_as_sheets_without_orders() -> None:
    assert list(spreadsheets.read(spreadsheets.write_template(LAYOUT), LAYOUT)) == []
    assert list(spreadsheets.read(spreadsheets.write_xlsx_template(LAYOUT), LAYOUT)) == []
    assert read_cells(spreadsheets.write_template(LAYOUT))[0][:2] == ["order no", "ordered at"]


@pytest.mark.parametrize(
    "headers",
    [
        {"order": ("no",), "placed_at": ("at",), "item": ("no",), "quantity": ("n",)},
        {"order": ("no",), "colour": ("c",)},
        {"order": ("no",)},
    ],
)
def test_a_layout_that_cannot_work_is_refused(headers: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(UsageError, match="bad_layout"):
        Layout("CNY", "CN", headers=headers)
