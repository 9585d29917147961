"""CSV in and out: rows as dictionaries, and cells that no spreadsheet program runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from omskit.channels.strict_json import MAX_BYTES, must_fit
from omskit.core import PayloadError

#: Most rows of one table.
MAX_ROWS = 1_000_000
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def decode_text(payload: bytes, encodings: Sequence[str] = ("utf-8-sig", "gb18030")) -> str:
    """Return text in the first encoding that fits.

    Raises:
        PayloadError: ``bad_encoding`` when none does.
    """
    for encoding in encodings:
        try:
            return payload.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PayloadError("bad_encoding", f"the text is none of {', '.join(encodings)}", path="$")


def read_cells(payload: bytes, *, delimiter: str = ",", max_bytes: int = MAX_BYTES) -> list[list[str]]:
    """Return the rows of a CSV file, cells without surrounding blanks.

    Raises:
        PayloadError: ``bad_table`` for broken quotes or too many rows; ``bad_encoding``; ``too_big``.
    """
    must_fit(payload, max_bytes)
    text = decode_text(payload)
    if "\0" in text:
        raise PayloadError("bad_table", "a NUL within the text", path="$")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([cell.strip() for cell in row])
            if len(rows) > MAX_ROWS:
                raise PayloadError("bad_table", f"more than {MAX_ROWS} rows", path="$")
    except csv.Error as error:
        raise PayloadError("bad_table", f"row {len(rows) + 1}: {error}", path=f"row {len(rows) + 1}") from None
    return rows


def safe_cell(value: object) -> str:
    """Return a cell's text; what a spreadsheet program would run as a formula gets an apostrophe before it.

    Plain numbers, negative ones too, stay as they are (OWASP, "CSV injection").
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def write_cells(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as CSV in UTF-8 with a byte order mark, every cell safe to open."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
