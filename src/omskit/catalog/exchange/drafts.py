"""Rows read against the declared columns: what each makes of its product, and each cell that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from attrs import define, field, frozen

from omskit.catalog.attributes import checked_code
from omskit.catalog.exchange.columns import CODE, STATUS, Column, Columns, in_unit
from omskit.catalog.exchange.tables import Row, Table
from omskit.catalog.problems import Problem
from omskit.catalog.products.assemble import assemble
from omskit.catalog.products.edits import edit_between
from omskit.catalog.products.flat import flatten
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.catalog.trees.model import Tree
from omskit.core import Machine, PayloadError


class Blank(Enum):
    """What an empty cell means: leave the field as it is, or empty it."""

    KEEP = "keep"
    CLEAR = "clear"


@frozen
class CellError:
    """One cell that cannot be taken.

    Args:
        row: As a spreadsheet counts it; 1 is the header.
        column: Name of the column as it stands in the header; empty for the whole row.
        path: The field.
        code: What is wrong, stable; ``docs/reference/catalog.md`` lists them.
        message: One sentence for a person.
        value: What stands there.
        allowed: What would be taken, where that can be listed.
    """

    row: int
    column: str
    path: str
    code: str
    message: str
    value: str = ""
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        allowed = f"; allowed: {', '.join(self.allowed)}" if self.allowed else ""
        return f"row {self.row}, {self.column or 'row'}: {self.message}{allowed}"


@define
class Draft:
    """A row on its way: what it makes of its product, and what is wrong with it."""

    row: Row
    code: str
    before: Product | None
    after: Product
    status: str
    triggers: tuple[str, ...] = ()
    problems: list[Problem] = field(factory=list)

    def target(self, machine: Machine) -> str:
        """Return the status in which the product would stand afterwards."""
        return self.status or (self.before.status if self.before else machine.initial)


@frozen
class Header:
    """The header of a file against the declared columns."""

    columns: tuple[Column | None, ...]
    names: tuple[str, ...]
    code_at: int
    errors: tuple[CellError, ...]

    def place(self, error: CellError) -> tuple[int, int]:
        """Return where a reader meets an error: by row, then by column, what concerns a whole row last."""
        return error.row, self.names.index(error.column) if error.column in self.names else len(self.names)

    def error(self, row: int, problem: Problem) -> CellError:
        """Return a problem at its cell: the column of its path, or the nearest there is."""
        path = problem.path
        at = next((place for place, one in enumerate(self.columns) if one and one.path == path), None)
        if at is None:
            stem = path.partition(".")[0]
            at = next((place for place, one in enumerate(self.columns) if one and one.path == stem), None)
        name = self.names[at] if at is not None else ""
        return CellError(row, name, path, problem.code, problem.message, problem.value, problem.allowed)


def read_header(table: Table, columns: Columns) -> Header:
    """Hold a header against the declared columns: unknown and repeated names are errors, and so is no SKU."""
    named = columns.named()
    found: list[Column | None] = []
    errors = []
    for name in table.header:
        one = named.get(name.strip().casefold())
        if one is None and not columns.is_ignored(name):
            allowed = tuple(it.names[0] for it in columns.columns)
            errors.append(CellError(1, name, "", "unknown_column", f"{name!r} is not declared", name, allowed))
        elif one is not None and one in found:
            errors.append(CellError(1, name, one.path, "column_twice", f"{one.path} comes twice", name))
        found.append(one)
    paths = [one.path if one else "" for one in found]
    if CODE not in paths:
        errors.append(CellError(1, "", CODE, "no_code_column", "no column names the products"))
    return Header(tuple(found), table.header, paths.index(CODE) if CODE in paths else -1, tuple(errors))


@frozen
class Setting:
    """What an import is held against: schema, products that are there, their life, what a blank means."""

    schema: Schema
    products: Mapping[str, Product]
    machine: Machine
    blank: Blank = Blank.KEEP
    trees: Mapping[str, Tree] | None = None


def read_rows(table: Table, header: Header, setting: Setting) -> Iterator[Draft]:
    """Yield what each row makes of its product, with everything in it that cannot be read."""
    faults: dict[int, list[Problem]] = {}
    for fault in table.faults:
        one = header.columns[fault.column] if fault.column < len(header.columns) else None
        faults.setdefault(fault.row, []).append(Problem(one.path if one else "", fault.code, fault.message))
    seen: set[str] = set()
    for row in table.rows:
        draft = _read_row(row, header, setting)
        draft.problems[:0] = faults.get(row.number, [])
        if draft.code and draft.code in seen:
            draft.problems.append(
                Problem(CODE, "row_twice", f"{draft.code!r} comes twice in the file", draft.code)
            )
        seen.add(draft.code)
        yield draft


def _read_row(row: Row, header: Header, setting: Setting) -> Draft:
    cells = row.cells
    code = cells[header.code_at].strip() if header.code_at < len(cells) else ""
    before = setting.products.get(code)
    flat, status = _overlaid(flatten(before, setting.schema) if before else {}, header, cells, setting.blank)
    after, found = assemble(code, flat, setting.schema)
    if before:
        after = edit_between(before, after).apply(before)
    draft = Draft(row, code, before, after, status, problems=list(found))
    extra = [text for text in cells[len(header.columns) :] if text]
    if extra:
        draft.problems.append(Problem("", "extra_cell", "has cells beyond the header", extra[0][:80]))
    try:
        checked_code(code)
    except PayloadError as error:
        draft.problems.append(Problem(CODE, "bad_code", error.message, code[:80]))
    now = before.status if before else setting.machine.initial
    if status and status != now:
        _find_way(draft, now, setting.machine)
    return draft


def _overlaid(
    flat: dict[str, str], header: Header, cells: tuple[str, ...], blank: Blank
) -> tuple[dict[str, str], str]:
    status = ""
    for one, text in zip(header.columns, cells, strict=False):
        if one is None or one.path == CODE:
            continue
        if one.path == STATUS:
            status = text.strip()
        elif text and not text.isspace():
            flat[one.path] = in_unit(text, one.unit) if one.unit else text
        elif blank is Blank.CLEAR:
            flat.pop(one.path, None)
    return flat, status


def _find_way(draft: Draft, now: str, machine: Machine) -> None:
    ways: list[tuple[str, tuple[str, ...]]] = [(now, ())]
    seen = {now}
    for here, made in ways:
        if here == draft.status:
            draft.triggers = made
            return
        for (start, trigger), to in machine.moves.items():
            if start == here and to not in seen:
                seen.add(to)
                ways.append((to, (*made, trigger)))
    allowed = tuple(sorted(seen))
    message = f"{draft.status!r} cannot be reached from {now!r}"
    draft.problems.append(Problem(STATUS, "unknown_status", message, draft.status, allowed))
