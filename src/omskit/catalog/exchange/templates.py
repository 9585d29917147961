"""Templates for people to fill: a header, what each column takes, and lists to choose from in a workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from omskit.catalog.attributes import Type
from omskit.catalog.definitions import Definition
from omskit.catalog.exchange.columns import STATUS, Column, Columns, attribute_of
from omskit.catalog.exchange.sheets import load_openpyxl
from omskit.catalog.exchange.tables import Row, Table, guarded
from omskit.catalog.products.machine import PRODUCT_MACHINE
from omskit.catalog.schema import Schema
from omskit.core import Machine


def template(columns: Columns) -> Table:
    """Return an empty table with the header of columns, for people to fill."""
    return Table(tuple(one.names[0] for one in columns.columns))


def guide(columns: Columns, schema: Schema) -> Table:
    """Return what each column takes: its path, type, allowed values and limits, and who requires it."""
    rows = []
    for number, one in enumerate(columns.columns, 2):
        definition = schema.by_code.get(attribute_of(one.path))
        kind, allowed = _takes(definition, schema) if definition else ("", "")
        required = [
            f"{it.product_type or 'all'}@{it.channel or 'all'}"
            for it in schema.requirements
            if _asks(it.path, one)
        ]
        rows.append(Row(number, (one.names[0], one.path, kind, allowed, ", ".join(required))))
    return Table(("Column", "Path", "Type", "Allowed", "Required by"), tuple(rows))


def _asks(path: str, one: Column) -> bool:
    return one.path == path or one.path.partition("[")[0].partition("@")[0] == path


def _takes(definition: Definition, schema: Schema) -> tuple[str, str]:
    limits = definition.limits
    allowed = ", ".join(definition.codes)
    if definition.unit_family:
        allowed = ", ".join(unit.symbol for unit in schema.units[definition.unit_family].units)
    low, high = (
        (limits.earliest, limits.latest) if definition.type is Type.DATE else (limits.minimum, limits.maximum)
    )
    span = f"{'' if low is None else low}..{'' if high is None else high}" if (low, high) != (None, None) else ""
    return definition.type.value, "; ".join(part for part in (allowed, span, limits.pattern) if part)


def write_template(
    columns: Columns, schema: Schema, *, rows: int = 1_000, machine: Machine = PRODUCT_MACHINE
) -> bytes:
    """Write a workbook to fill: the header with lists to choose from, the guide, and the lists.

    Args:
        columns: The declared columns.
        schema: Gives options and limits.
        rows: For how many rows the lists are offered.
        machine: Gives the statuses to choose from.

    Raises:
        UsageError: ``missing_extra`` when openpyxl is not installed.
    """
    openpyxl = load_openpyxl()
    book = openpyxl.Workbook()
    filled = book.active
    filled.title = "Products"
    _fill(filled, template(columns))
    _fill(book.create_sheet("Guide"), guide(columns, schema))
    lists = book.create_sheet("Lists")
    for place, one in enumerate(columns.columns, 1):
        letter = openpyxl.utils.get_column_letter(place)
        # Text, so that nothing is taken for a number, a day or a formula while it is typed.
        filled.column_dimensions[letter].number_format = "@"
        choices = _choices(one, schema, machine)
        if choices:
            for row, text in enumerate((one.names[0], *choices), 1):
                _put(lists.cell(row, place), text)
            _offer(
                openpyxl,
                filled,
                f"{letter}2:{letter}{rows + 1}",
                f"Lists!${letter}$2:${letter}${len(choices) + 1}",
            )
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _choices(one: Column, schema: Schema, machine: Machine) -> Sequence[str]:
    if one.path == STATUS:
        return tuple(machine.states)
    definition = schema.by_code.get(attribute_of(one.path))
    if definition is None:
        return ()
    return ("true", "false") if definition.type is Type.BOOLEAN else tuple(definition.codes)


def _fill(sheet: Any, table: Table) -> None:
    sheet.freeze_panes = "A2"
    for number, cells in enumerate((table.header, *(row.cells for row in table.rows)), 1):
        for place, text in enumerate(cells, 1):
            _put(sheet.cell(number, place), text)


def _put(cell: Any, text: str) -> None:
    if text:
        cell.value = guarded(text)
        cell.data_type = "s"


def _offer(openpyxl: Any, sheet: Any, cells: str, source: str) -> None:
    offered = openpyxl.worksheet.datavalidation.DataValidation("list", source, showErrorMessage=False)
    offered.add(cells)
    sheet.add_data_validation(offered)
