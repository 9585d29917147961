from __future__ import annotations

import pytest

from omskit.channels import read_cells, safe_cell, write_cells
from omskit.core import PayloadError


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", " =1", "\uff1d1+1", "\r=1", "-"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.50", "0", "a=1", "", "SO-1", "3-4"])
def test_plain_text_and_numbers_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_what_is_written_is_read_again() -> None:
    rows = [["单号", "qty"], ["a,b", '"2"'], ["x\ny", ""]]
    assert read_cells(write_cells(rows)) == rows


def test_chinese_text_of_old_programs_is_read() -> None:
    assert read_cells("订单号,数量\n1,2\n".encode("gb18030")) == [["订单号", "数量"], ["1", "2"]]


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b'"open', "bad_table"), (b'"a"b,c', "bad_table"), (b"a\0b", "bad_table"), (b"\xff\xff\xff", "bad_encoding")],
)
def test_what_is_no_table_is_refused(payload: bytes, code: str) -> None:
    with pytest.raises(PayloadError, match=code):
        read_cells(payload)
