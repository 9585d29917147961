"""JSON in and out: an array of flat objects, one a product, keyed by column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from omskit.catalog.cells import BETWEEN
from omskit.catalog.exchange.tables import CellFault, Row, Table, checked_bytes, checked_count, checked_header
from omskit.core import PayloadError


class _Twice:
    """Stands for a key that an object has twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _Twice() if name in found else value
    return found


def read_json(data: bytes) -> Table:
    """Read an array of objects; numbers are taken as they are written.

    An array of texts is a cell with several items. Rows are numbered like those of a sheet with a header: the
    first object is row 2.

    Raises:
        PayloadError: ``bad_json``; ``not_an_array``; ``not_an_object``; ``no_header`` for objects without keys;
            ``file_too_large``, ``too_many_rows``, ``too_many_columns``.
    """
    try:
        said = json.loads(checked_bytes(data), object_pairs_hook=_object, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise PayloadError("bad_json", f"no JSON: {error}"[:300]) from None
    if not isinstance(said, list):
        raise PayloadError("not_an_array", "expected an array of objects @ $", path="$")
    checked_count(len(said))
    names: dict[str, int] = {}
    for position, one in enumerate(said):
        if not isinstance(one, Mapping):
            raise PayloadError("not_an_object", f"expected an object @ $[{position}]", path=f"$[{position}]")
        for name in one:
            names.setdefault(name, len(names))
    header = checked_header(list(names))
    rows, faults = [], []
    for number, one in enumerate(said, 2):
        texts = [""] * len(names)
        for name, value in one.items():
            try:
                texts[names[name]] = _text(value)
            except TypeError:
                faults.append(CellFault(number, names[name], "not_a_cell", "is an object, or comes twice"))
        rows.append(Row(number, tuple(texts)))
    return Table(header, tuple(rows), tuple(faults))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return BETWEEN.join(value)
    raise TypeError(type(value).__name__)


def write_json(table: Table) -> bytes:
    """Write an array of objects; empty cells are left out."""
    objects = [
        {name: cell for name, cell in zip(table.header, row.cells, strict=True) if cell} for row in table.rows
    ]
    return json.dumps(objects, ensure_ascii=False, indent=1).encode()
