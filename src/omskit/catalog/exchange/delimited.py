"""CSV in and out: UTF-8 or GB18030, the delimiter stated or, if asked for, found."""

from __future__ import annotations

import csv
import io

from omskit.catalog.exchange.tables import (
    MAX_CELL,
    Row,
    Table,
    checked_bytes,
    checked_count,
    checked_header,
    guarded,
    unguarded,
)
from omskit.core import PayloadError, UsageError

#: Ask for the delimiter to be found: the one of comma, semicolon, tab and bar that the header has most of.
FIND = "find"

_DELIMITERS = (",", ";", "\t", "|")
_ENCODINGS = ("utf-8", "gb18030")


def read_csv(data: bytes, *, encoding: str = "utf-8", delimiter: str = ",") -> Table:
    """Read a CSV file; a byte order mark in front is passed over.

    Args:
        data: The file.
        encoding: ``utf-8``, or ``gb18030`` as spreadsheets write it in China.
        delimiter: One of comma, semicolon, tab and bar, or :data:`FIND`.

    Raises:
        PayloadError: ``bad_encoding`` with the ``position`` of the byte; ``bad_csv`` with the ``row``;
            ``no_header``; ``file_too_large``, ``too_many_rows``, ``too_many_columns``.
        UsageError: ``unknown_encoding``, ``unknown_delimiter``.
    """
    text = _decoded(checked_bytes(data), encoding)
    if delimiter == FIND:
        head = text.split("\n", 1)[0]
        delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_known(delimiter), strict=True)
    rows: list[Row] = []
    header: tuple[str, ...] = ()
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number == 1:
                header = checked_header([unguarded(cell) for cell in cells])
            elif any(cells):
                rows.append(Row(number, tuple([unguarded(cell.replace("\r\n", "\n")) for cell in cells])))
                checked_count(len(rows))
    except csv.Error as error:
        raise PayloadError("bad_csv", f"row {number + 1}: {error}", row=number + 1) from None
    if not header:
        checked_header([])
    return Table(header, tuple(rows))


def _decoded(data: bytes, encoding: str) -> str:
    if encoding not in _ENCODINGS:
        raise UsageError("unknown_encoding", f"{encoding!r}; there are {', '.join(_ENCODINGS)}", encoding=encoding)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        others = " or ".join(one for one in _ENCODINGS if one != encoding)
        raise PayloadError(
            "bad_encoding",
            f"byte {error.start} is no {encoding}; perhaps the file is {others}",
            position=error.start,
            encoding=encoding,
        ) from None
    return text.removeprefix("\ufeff")


def _known(delimiter: str) -> str:
    if delimiter not in _DELIMITERS:
        raise UsageError("unknown_delimiter", f"{delimiter!r}; comma, semicolon, tab or bar", delimiter=delimiter)
    return delimiter


def write_csv(table: Table, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Write a CSV file that spreadsheets open as it is meant: with a byte order mark, and without live formulas.

    Raises:
        UsageError: ``unknown_encoding``, ``unknown_delimiter``; ``cell_too_long`` beyond what spreadsheets hold.
    """
    if encoding not in _ENCODINGS:
        raise UsageError("unknown_encoding", f"{encoding!r}; there are {', '.join(_ENCODINGS)}", encoding=encoding)
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=_known(delimiter))
    for cells in (table.header, *(row.cells for row in table.rows)):
        writer.writerow([fitting(guarded(cell)) for cell in cells])
    text = written.getvalue()
    return text.encode("utf-8-sig" if encoding == "utf-8" else encoding)


def fitting(cell: str) -> str:
    """Return a cell if a spreadsheet can hold it.

    Raises:
        UsageError: ``cell_too_long``.
    """
    if len(cell) > MAX_CELL:
        raise UsageError("cell_too_long", f"{len(cell)} characters; a cell holds {MAX_CELL}", value=cell[:80])
    return cell
