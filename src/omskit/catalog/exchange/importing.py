"""From a table to what would change: products to create, edits to make, and an error for each wrong cell.

Nothing here writes. A row with an error changes nothing, and neither does one that depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from omskit.catalog.exchange.checking import check_drafts, in_order
from omskit.catalog.exchange.columns import Columns
from omskit.catalog.exchange.drafts import Blank, CellError, Draft, Header, Setting, read_header, read_rows
from omskit.catalog.exchange.tables import Table
from omskit.catalog.identifiers import GTIN
from omskit.catalog.products.commands import Advance, Create, Revise
from omskit.catalog.products.edits import Edit, edit_between
from omskit.catalog.products.flat import Difference, differences
from omskit.catalog.products.machine import PRODUCT_MACHINE, SELLABLE
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.catalog.trees.model import Tree
from omskit.core import Machine

_NO_EDIT = Edit()


@frozen
class Planned:
    """What one row would do.

    Args:
        row: Its number.
        before: The product as it stands; None for one to be created.
        after: The product as it would stand, before any move of its status.
        edit: What would change; empty for a product to be created.
        triggers: Moves that lead to the status the row asks for.
    """

    row: int
    before: Product | None
    after: Product
    edit: Edit
    triggers: tuple[str, ...] = ()

    def commands(self, key: int = 0) -> tuple[Create | Revise | Advance, ...]:
        """Return the commands of the row; a product to be created needs its key.

        A change of the stock unit has to be given by hand: it needs to know what the ledger holds.
        """
        first: tuple[Create | Revise, ...] = ()
        if self.before is None:
            first = (Create(evolve(self.after, key=key)),)
        elif not self.edit.is_empty:
            first = (Revise(self.edit),)
        return (*first, *(Advance(trigger, "import") for trigger in self.triggers))


@frozen
class ImportPlan:
    """What an import would do.

    Args:
        planned: Rows that change something, in an order in which products come after those they name.
        unchanged: Codes of rows that say what is known already.
        errors: Every cell that cannot be taken, by row and column.
    """

    planned: tuple[Planned, ...]
    unchanged: tuple[str, ...]
    errors: tuple[CellError, ...]

    @property
    def products(self) -> Mapping[str, Product]:
        """The products as they would stand, by code; commands need them beside them."""
        return {one.after.code: one.after for one in self.planned}

    def differences(self, schema: Schema) -> Mapping[str, tuple[Difference, ...]]:
        """Return what would change, by product."""
        return {one.after.code: differences(one.before, one.after, schema) for one in self.planned}

    def describe(self, schema: Schema) -> str:
        """Tell what would change, one line a product, for people to say yes to."""
        lines = []
        for one in self.planned:
            what = "change" if one.before else "create"
            told = [
                *map(str, differences(one.before, one.after, schema)),
                *(f"{trigger}" for trigger in one.triggers),
            ]
            lines.append(f"{what} {one.after.code}: {'; '.join(told) or 'nothing known of it yet'}")
        lines.append(f"{len(self.planned)} to write, {len(self.unchanged)} unchanged, {len(self.errors)} errors")
        return "\n".join(lines)


@frozen
class Asked:
    """What an import has to know of the catalog beside the products that its rows are about.

    Args:
        codes: Products that some row names: parts, families, relations.
        numbers: GTINs; who has one of them already.
        families: Their variants, since no two have the same options.
        everything: Whether only the whole catalog tells: when values of an attribute are unique, or something
            leaves the sale that others may need.
    """

    codes: frozenset[str]
    numbers: frozenset[str]
    families: frozenset[str]
    everything: bool


@frozen
class Reading:
    """The rows of a table, read beside the products that they are about.

    Args:
        header: Against the declared columns.
        drafts: What each row makes of its product.
        setting: What they are held against.
    """

    header: Header
    drafts: tuple[Draft, ...]
    setting: Setting

    @property
    def asks(self) -> Asked:
        """What else has to be known before it is planned; what the named products name belongs to it."""
        schema, machine = self.setting.schema, self.setting.machine
        after = [draft.after for draft in self.drafts]
        gtins = (one.value for product in after for one in product.live_identifiers if one.scheme == GTIN)
        leaving = any(draft.triggers and not machine.has(draft.target(machine), SELLABLE) for draft in self.drafts)
        return Asked(
            frozenset(code for product in after for code in product.names),
            frozenset() if schema.shared_gtins else frozenset(gtins),
            frozenset(product.family for product in after if product.family),
            leaving or any(one.unique for one in schema.definitions),
        )

    def plan(self, products: Mapping[str, Product]) -> ImportPlan:
        """Return what the rows would change.

        Args:
            products: The products that are there, by code: those the rows are about, and all that was asked for.
        """
        if self.header.errors:
            return ImportPlan((), (), self.header.errors)
        machine, header = self.setting.machine, self.header
        drafts = [evolve(draft, problems=list(draft.problems)) for draft in self.drafts]
        check_drafts(drafts, evolve(self.setting, products=products))
        errors = [header.error(draft.row.number, problem) for draft in drafts for problem in draft.problems]
        planned, unchanged = [], []
        for draft in in_order([draft for draft in drafts if not draft.problems], machine):
            edit = edit_between(draft.before, draft.after) if draft.before else _NO_EDIT
            if draft.before and edit.is_empty and not draft.triggers:
                unchanged.append(draft.code)
            else:
                planned.append(Planned(draft.row.number, draft.before, draft.after, edit, draft.triggers))
        return ImportPlan(tuple(planned), tuple(unchanged), tuple(sorted(errors, key=header.place)))


def codes_named(table: Table, columns: Columns) -> frozenset[str]:
    """Return the codes of the products that a table's rows are about; none without a column of codes."""
    at = read_header(table, columns).code_at
    if at < 0:
        return frozenset()
    return frozenset(code for row in table.rows if at < len(row.cells) and (code := row.cells[at].strip()))


def read_import(
    table: Table,
    columns: Columns,
    *,
    schema: Schema,
    products: Mapping[str, Product],
    machine: Machine = PRODUCT_MACHINE,
    blank: Blank = Blank.KEEP,
    trees: Mapping[str, Tree] | None = None,
) -> Reading:
    """Read the rows of a table beside the products that they are about, for a catalog too large to be at hand.

    The arguments are those of :func:`plan_import`; ``products`` are those of :func:`codes_named`.
    """
    header = read_header(table, columns)
    setting = Setting(schema, products, machine, blank, trees)
    return Reading(header, () if header.errors else tuple(read_rows(table, header, setting)), setting)


def plan_import(
    table: Table,
    columns: Columns,
    *,
    schema: Schema,
    products: Mapping[str, Product] | None = None,
    machine: Machine = PRODUCT_MACHINE,
    blank: Blank = Blank.KEEP,
    trees: Mapping[str, Tree] | None = None,
) -> ImportPlan:
    """Return what a table would change, without changing it.

    Args:
        table: From :func:`read_csv`, :func:`read_xlsx` or :func:`read_json`.
        columns: The declared columns; a column that is neither declared nor ignored stops the import.
        schema: What products are checked against.
        products: The products that are there, by code: those the file names, and all that it may clash with.
        machine: The product's life.
        blank: What an empty cell means.
        trees: Category trees by code; None leaves categories unchecked.
    """
    known = products or {}
    reading = read_import(
        table, columns, schema=schema, products=known, machine=machine, blank=blank, trees=trees
    )
    return reading.plan(known)
