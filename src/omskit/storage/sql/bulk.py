"""The hot writes: on SQLite a statement compiled once and fed with tuples, on PostgreSQL one JSON document.

Either way the number of statements does not depend on the number of rows, and no SQL is compiled twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    Dialect,
    Executable,
    FromClause,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection as Columns
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Select

from omskit.storage.sql.wire import Wire

#: What a row is made of.
Value = int | str | None
Values = tuple[Value, ...]

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode


def is_sqlite(dialect: Dialect) -> bool:
    """Whether statements are for SQLite; otherwise they are for PostgreSQL."""
    return dialect.name == "sqlite"


def encoded(rows: Iterable[Any]) -> str:
    """Return values as the JSON text that :func:`members` and :func:`source` read."""
    return _encode(list(rows))


def _plain(table: Table, name: str) -> Any:
    return BigInteger() if isinstance(table.c[name].type, Integer) else Text()


def members(dialect: Dialect, type_: Any, name: str = "keys") -> Select[Any]:
    """Return the query of all values in the JSON list that is bound to ``name``."""
    bound = bindparam(name, type_=Text())
    if is_sqlite(dialect):
        return select(func.json_each(bound).table_valued("value").c.value)
    value = func.json_array_elements_text(cast(bound, postgresql.JSON)).table_valued("value").c.value
    return select(cast(value, type_))


def source(dialect: Dialect, table: Table, names: Sequence[str]) -> FromClause:
    """Return rows with some of a table's columns, read from the JSON list of lists that is bound to ``rows``.

    On PostgreSQL each row is a JSON object by column name, on SQLite a list in the order of ``names``.
    """
    if is_sqlite(dialect):
        bound = bindparam("rows", type_=Text())
        value = func.json_each(bound).table_valued("value").c.value
        return select(
            *(func.json_extract(value, f"$[{at}]").label(name) for at, name in enumerate(names))
        ).subquery("given")
    return _recordset({name: _plain(table, name) for name in names})


def _recordset(types: Mapping[str, Any]) -> FromClause:
    document = cast(bindparam("rows", type_=Text()), postgresql.JSON)
    columns = (column(name, type_) for name, type_ in types.items())
    return func.json_to_recordset(document).table_valued(*columns).render_derived(name="given", with_types=True)


class Feed(Protocol):
    """Writes rows to one table."""

    def write(self, wire: Wire, rows: Sequence[Values]) -> int:
        """Write all rows and return how many the database touched."""
        ...


@frozen
class _Tuples:
    """Feeds a compiled statement with one tuple a row; ``order`` says where it has which value of the row."""

    sql: str
    order: tuple[int, ...] | None

    def write(self, wire: Wire, rows: Sequence[Values]) -> int:
        if not rows:
            return 0
        if self.order is not None:
            order = self.order
            rows = [tuple([row[at] for at in order]) for row in rows]
        return wire.feed(self.sql, rows)


@frozen
class _Document:
    """Hands all rows over in one JSON document."""

    statement: Executable
    names: tuple[str, ...]

    def write(self, wire: Wire, rows: Sequence[Values]) -> int:
        if not rows:
            return 0
        names = self.names
        return wire.run(self.statement, {"rows": _encode([dict(zip(names, row, strict=True)) for row in rows])})


def _tuples(dialect: Dialect, statement: Any, names: Sequence[str]) -> _Tuples:
    compiled = statement.compile(dialect=dialect)
    order = tuple(names.index(name) for name in compiled.positiontup or ())
    return _Tuples(str(compiled), None if order == tuple(range(len(names))) else order)


def insertion(dialect: Dialect, table: Table, names: Sequence[str]) -> Feed:
    """Return the feed that inserts rows of some columns."""
    if is_sqlite(dialect):
        statement = sqlite.insert(table).values({name: bindparam(name) for name in names})
        return _tuples(dialect, statement, names)
    given = source(dialect, table, names)
    return _Document(
        postgresql.insert(table).from_select(list(names), select(*(given.c[name] for name in names))), tuple(names)
    )


def upsertion(dialect: Dialect, table: Table, names: Sequence[str], *, adding: bool = False) -> Feed:
    """Return the feed that inserts rows, and where the primary key is there replaces the rest or adds to it."""
    key = [part.name for part in table.primary_key]
    rest = [name for name in names if name not in key]
    if is_sqlite(dialect):
        there = sqlite.insert(table).values({name: bindparam(name) for name in names})
        values = {name: table.c[name] + there.excluded[name] if adding else there.excluded[name] for name in rest}
        return _tuples(dialect, there.on_conflict_do_update(index_elements=key, set_=values), names)
    given = source(dialect, table, names)
    insert = postgresql.insert(table).from_select(list(names), select(*(given.c[name] for name in names)))
    values = {name: table.c[name] + insert.excluded[name] if adding else insert.excluded[name] for name in rest}
    return _Document(insert.on_conflict_do_update(index_elements=key, set_=values), tuple(names))


def revision(dialect: Dialect, table: Table, names: Sequence[str]) -> Feed:
    """Return the feed that rewrites versioned rows: (key, version before, new values of the other ``names``).

    A row whose version is another by now is left alone, and the count says so.
    """
    rest = [name for name in names if name != "key"]
    if is_sqlite(dialect):
        statement = (
            update(table)
            .where(table.c.key == bindparam("given_key"), table.c.version == bindparam("before"))
            .values({name: bindparam(f"new_{name}") for name in rest})
        )
        return _tuples(dialect, statement, ("given_key", "before", *(f"new_{name}" for name in rest)))
    types = {"key": BigInteger(), "before": BigInteger(), **{name: _plain(table, name) for name in rest}}
    given = _recordset(types)
    return _Document(
        update(table)
        .where(table.c.key == given.c.key, table.c.version == given.c.before)
        .values({name: given.c[name] for name in rest}),
        tuple(types),
    )


@frozen
class Guarded:
    """Writes to rows that are there and fulfill a condition, and says which ones did."""

    statement: Executable
    names: tuple[str, ...]
    objects: bool

    def apply(self, wire: Wire, rows: Sequence[Values]) -> frozenset[Values]:
        """Write, and return the keys of the rows that were there and fulfilled the condition."""
        if not rows:
            return frozenset()
        given = [dict(zip(self.names, row, strict=True)) for row in rows] if self.objects else rows
        return frozenset(tuple(row) for row in wire.rows(self.statement, rows=_encode(given)))


def addition(
    dialect: Dialect,
    table: Table,
    names: Sequence[str],
    guard: Callable[[Columns[str, Any], Columns[str, Any]], Sequence[ColumnElement[bool]]],
) -> Guarded:
    """Return the guarded addition to a table: the guard and the write are one statement.

    ``guard`` gives the conditions under which a row (first argument) can take what is added (second). On
    PostgreSQL the rows are locked in the order of their key before the first one is written.
    """
    key = [part.name for part in table.primary_key]
    given = source(dialect, table, names)
    if not is_sqlite(dialect):
        there = table.alias("there")
        given = (
            select(*given.c)
            .join_from(given, there, and_(*(there.c[name] == given.c[name] for name in key)))
            .order_by(*(there.c[name] for name in key))
            .with_for_update(of=there)
            .subquery("locked")
        )
    statement = (
        update(table)
        .where(*(table.c[name] == given.c[name] for name in key), *guard(table.c, given.c))
        .values({name: table.c[name] + given.c[name] for name in names if name not in key})
        .returning(*(table.c[name] for name in key))
    )
    return Guarded(statement, tuple(names), objects=not is_sqlite(dialect))
