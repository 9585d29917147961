"""One unit in SQL: the collections, the books and the keys of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import define, field, frozen
from sqlalchemy import BigInteger, Dialect, Executable, Integer, bindparam, func, select
from sqlalchemy.dialects import sqlite

from omskit.core import Kind, UsageError
from omskit.storage.sql.bulk import is_sqlite
from omskit.storage.sql.collection import KindStatements, SqlCollection, kind_statements
from omskit.storage.sql.hot import Hints
from omskit.storage.sql.inbox import InboxStatements, SqlInbox, inbox_statements
from omskit.storage.sql.outbox import OutboxStatements, SqlOutbox, outbox_statements
from omskit.storage.sql.stock import SqlStockBook, StockStatements, stock_statements
from omskit.storage.sql.tables import Tables
from omskit.storage.sql.wire import Wire

S = TypeVar("S")


@frozen(eq=False)
class Statements:
    """Every statement that a storage ever runs, made once for its dialect.

    ``keys`` hands out ``count`` keys: on SQLite it returns the last of them, on PostgreSQL each one.
    """

    kinds: Mapping[str, KindStatements]
    stock: StockStatements
    outbox: OutboxStatements
    inbox: InboxStatements
    keys: Executable


def statements(dialect: Dialect, kinds: Iterable[Kind[Any]], tables: Tables) -> Statements:
    """Make all statements."""
    return Statements(
        kinds={kind.tag: kind_statements(dialect, kind, tables) for kind in kinds},
        stock=stock_statements(dialect, tables),
        outbox=outbox_statements(dialect, tables),
        inbox=inbox_statements(dialect, tables),
        keys=_keys(dialect, tables),
    )


def _keys(dialect: Dialect, tables: Tables) -> Executable:
    if is_sqlite(dialect):
        counter = tables.counter
        insert = sqlite.insert(counter).values(id=1, last=bindparam("count", type_=Integer()))
        added = counter.c.last + insert.excluded.last
        return insert.on_conflict_do_update(index_elements=["id"], set_={"last": added}).returning(counter.c.last)
    one = func.generate_series(1, bindparam("count", type_=BigInteger())).table_valued("n")
    return select(tables.sequence.next_value()).select_from(one)


@define
class SqlUnit:
    """One transaction on one connection; who opened the connection ends it."""

    statements: Statements
    wire: Wire
    hints: Hints
    _collections: dict[str, SqlCollection[Any]] = field(factory=dict, init=False)

    @property
    def outbox(self) -> SqlOutbox:
        """What has to be sent."""
        return SqlOutbox(self.statements.outbox, self.wire)

    @property
    def inbox(self) -> SqlInbox:
        """What was received."""
        return SqlInbox(self.statements.inbox, self.wire)

    @property
    def stock(self) -> SqlStockBook:
        """The stock book."""
        return SqlStockBook(self.statements.stock, self.wire, self.hints)

    def of(self, kind: Kind[S]) -> SqlCollection[S]:
        """Return the collection of a kind.

        Raises:
            UsageError: ``unknown_kind`` for a kind that the storage was not made for.
        """
        if kind.tag not in self._collections:
            known = self.statements.kinds.get(kind.tag)
            if known is None:
                kinds = ", ".join(sorted(self.statements.kinds))
                raise UsageError("unknown_kind", f"no tables for {kind.tag!r}; there are: {kinds}", kind=kind.tag)
            self._collections[kind.tag] = SqlCollection(kind, known, self.wire)
        return self._collections[kind.tag]

    def keys(self, count: int) -> Sequence[int]:
        """Hand out ascending keys in one statement; those of a unit that is not kept are lost."""
        self.wire.writing()
        if count < 1:
            return ()
        found = [row[0] for row in self.wire.rows(self.statements.keys, count=count)]
        return found if len(found) == count else range(found[0] - count + 1, found[0] + 1)
