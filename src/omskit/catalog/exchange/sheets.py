"""XLSX in and out, with the extra ``xlsx``: cells are written as text, formulas are never run or written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from omskit.catalog.exchange.delimited import fitting
from omskit.catalog.exchange.tables import (
    CellFault,
    Row,
    Table,
    checked_bytes,
    checked_count,
    checked_header,
    guarded,
    unguarded,
)
from omskit.core import OmsError, PayloadError, UsageError

#: Most bytes that the parts of a file may unpack to.
MAX_UNPACKED = 1_000_000_000


def load_openpyxl() -> Any:
    """Return the package that reads and writes workbooks.

    Raises:
        UsageError: ``missing_extra``.
    """
    try:
        import openpyxl  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise UsageError(
            "missing_extra", "XLSX needs openpyxl: pip install 'omskit[xlsx]'", extra="xlsx"
        ) from None
    return openpyxl


def read_xlsx(data: bytes, *, sheet: str = "") -> Table:
    """Read a sheet of a workbook; numbers, days and yes or no are taken as text, formulas are faults.

    Args:
        data: The file.
        sheet: Its name; empty for the first one.

    Raises:
        PayloadError: ``bad_xlsx``; ``unknown_sheet`` with the names that are ``allowed``; ``no_header``;
            ``file_too_large``, ``too_many_rows``, ``too_many_columns``.
        UsageError: ``missing_extra`` when openpyxl is not installed.
    """
    openpyxl = load_openpyxl()
    try:
        book = _opened(openpyxl, checked_bytes(data))
        try:
            return _read(_sheet(book, sheet))
        finally:
            book.close()
    except OmsError:
        raise
    except Exception as error:
        # A broken archive or broken XML comes as whatever the parsers of zip and XML raise, sheets only when read.
        raise PayloadError("bad_xlsx", f"no workbook: {error!r}"[:300]) from error


def _opened(openpyxl: Any, data: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MAX_UNPACKED:
        message = f"unpacks to {unpacked} bytes; at most {MAX_UNPACKED}"
        raise PayloadError("file_too_large", message, value=unpacked)
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)


def _sheet(book: Any, name: str) -> Any:
    names = tuple(book.sheetnames)
    if name and name not in names:
        raise PayloadError("unknown_sheet", f"{name!r}; there are {', '.join(names)}", value=name, allowed=names)
    return book[name or names[0]]


def _read(sheet: Any) -> Table:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    faults: list[CellFault] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = []
        for place, cell in enumerate(cells):
            text = "" if cell.data_type in ("f", "e") else _text(cell.value)
            texts.append(text if cell.data_type != "s" else unguarded(text.replace("\r\n", "\n")))
            if cell.data_type in ("f", "e"):
                faults.append(
                    CellFault(number, place, "formula_cell", f"{cell.value!r} is a formula or its error")
                )
        if not header:
            header = checked_header(texts)
        elif any(texts) or any(fault.row == number for fault in faults[-len(texts) :]):
            rows.append(Row(number, tuple(texts)))
            checked_count(len(rows))
    if not header:
        checked_header([])
    return Table(header, tuple(rows), tuple(faults))


def _text(value: object) -> str:
    """Return what a person sees in a cell, as exactly as the file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def write_xlsx(*sheets: tuple[str, Table]) -> bytes:
    """Write a workbook: (name, table) for each sheet, every cell as text.

    Raises:
        UsageError: ``missing_extra``; ``no_sheet`` without any; ``cell_too_long`` beyond what spreadsheets hold.
    """
    openpyxl = load_openpyxl()
    if not sheets:
        raise UsageError("no_sheet", "a workbook has at least one sheet")
    book = openpyxl.Workbook(write_only=True)
    for name, table in sheets:
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for cells in _lines(table):
            sheet.append([_cell(openpyxl, sheet, text) for text in cells])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _lines(table: Table) -> Iterator[Sequence[str]]:
    yield table.header
    for row in table.rows:
        yield row.cells


def _cell(openpyxl: Any, sheet: Any, text: str) -> Any:
    if not text:
        return None
    cell = openpyxl.cell.WriteOnlyCell(sheet)
    cell.value = fitting(guarded(text))
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
