"""The child table of a kind in SQL: of the rows that derive from a state only those that changed are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from attrs import frozen
from sqlalchemy import Dialect, Table

from omskit.core import Rows
from omskit.storage.sql.bulk import Feed, Values, insertion, is_sqlite, upsertion
from omskit.storage.sql.wire import Wire

#: Key of the owner, its rows as they were as far as they are known, and as they are.
Derived = tuple[int, Sequence[Values], Sequence[Values]]


@frozen(eq=False)
class RowStatements:
    """Every statement that writes one child table, made once for a dialect.

    Args:
        insert: Writes the rows of owners that nobody knew.
        rewrite: Writes rows that may be there.
        revise: Writes rows whose indexed values are in the table as they are, and leaves those alone: SQLite takes
            a row out of every index over a column that is set, and puts it in again. None where that is no matter.
        indexed: Gives the indexed values of a row.
    """

    insert: Feed
    rewrite: Feed
    revise: Feed | None
    indexed: Callable[[Values], object]

    def write(self, wire: Wire, made: Sequence[tuple[int, Sequence[Values]]], revised: Iterable[Derived]) -> None:
        """Write the rows of owners that are new, and those of others that are not what they were."""
        self.insert.write(wire, [(key, at, *row) for key, rows in made for at, row in enumerate(rows)])
        changed, kept, indexed = list[Values](), list[Values](), self.indexed
        for key, before, rows in revised:
            known = len(before)
            for at, row in enumerate(rows):
                if at >= known:
                    changed.append((key, at, *row))
                elif before[at] != row:
                    (kept if indexed(before[at]) == indexed(row) else changed).append((key, at, *row))
        if self.revise is None:
            self.rewrite.write(wire, changed + kept)
        else:
            self.rewrite.write(wire, changed)
            self.revise.write(wire, kept)


def row_statements(dialect: Dialect, rows: Rows[Any], table: Table) -> RowStatements:
    """Make the statements of a child table."""
    columns = tuple(name for name, _ in rows.columns)
    names, indexed = ("owner", "position", *columns), rows.indexes
    spares = is_sqlite(dialect) and indexed
    return RowStatements(
        insert=insertion(dialect, table, names),
        rewrite=upsertion(dialect, table, names),
        revise=upsertion(dialect, table, names, but=indexed) if spares else None,
        indexed=itemgetter(*map(columns.index, indexed)) if indexed else len,
    )
