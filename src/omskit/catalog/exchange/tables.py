"""The table between files and products: texts in rows, with what could not be read as text."""

from __future__ import annotations

from attrs import field, frozen

from omskit.core import PayloadError

#: Most bytes of one file.
MAX_BYTES = 200_000_000
#: Most rows of one file.
MAX_ROWS = 500_000
#: Most columns of one file.
MAX_COLUMNS = 2_000
#: Most characters of one cell: what spreadsheets hold.
MAX_CELL = 32_767

#: What a spreadsheet would run as a formula when a cell begins with it; the full-width forms do so in some
#: languages.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001
_GUARD = "'"


@frozen
class Row:
    """One row of a file.

    Args:
        number: As a spreadsheet counts it: the header is 1.
        cells: Texts in the order of the header.
    """

    number: int
    cells: tuple[str, ...]


@frozen
class CellFault:
    """A cell whose content is no text, number, day, or yes and no."""

    row: int
    column: int
    code: str
    message: str


@frozen
class Table:
    """A header and rows of text.

    Args:
        header: One name a column.
        rows: Without rows that are empty altogether.
        faults: Cells that could not be read.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    faults: tuple[CellFault, ...] = field(default=())


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs: what might be a formula gets an apostrophe in front."""
    return _GUARD + text if text and (text[0] in _FORMULA or _is_guarded(text)) else text


def unguarded(text: str) -> str:
    """Return what a guarded cell stands for; the inverse of :func:`guarded`."""
    return text[1:] if _is_guarded(text) else text


def _is_guarded(text: str) -> bool:
    return text[0:1] == _GUARD and (text[1:2] in _FORMULA or text[1:2] == _GUARD) and len(text) > 1


def checked_bytes(data: bytes) -> bytes:
    """Return the bytes of a file if they are not too many.

    Raises:
        PayloadError: ``file_too_large``.
    """
    if len(data) > MAX_BYTES:
        raise PayloadError("file_too_large", f"{len(data)} bytes; at most {MAX_BYTES}", value=len(data))
    return data


def checked_header(names: list[str]) -> tuple[str, ...]:
    """Return the header without blanks around its names and without empty columns at its end.

    Raises:
        PayloadError: ``no_header`` for an empty one; ``too_many_columns``.
    """
    header = [name.strip() for name in names]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise PayloadError("no_header", "the first row names the columns")
    if len(header) > MAX_COLUMNS:
        raise PayloadError("too_many_columns", f"{len(header)} columns; at most {MAX_COLUMNS}", value=len(header))
    return tuple(header)


def checked_count(rows: int) -> None:
    """Refuse a file with too many rows.

    Raises:
        PayloadError: ``too_many_rows``.
    """
    if rows > MAX_ROWS:
        raise PayloadError("too_many_rows", f"more than {MAX_ROWS} rows", value=rows)
