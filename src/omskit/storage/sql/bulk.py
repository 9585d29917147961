"""The hot writes: on SQLite a statement compiled once and fed with tuples, on PostgreSQL one array a column.

Either way the number of statements does not depend on the number of rows, and no SQL is compiled twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
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
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Select

from omskit.storage.sql.wire import Wire

#: Conditions under which a row, by its columns, can take what is added, by their names.
Guard = Callable[[Any, Any], Sequence[ColumnElement[bool]]]
#: What a row is made of.
Value = int | str | None
Values = tuple[Value, ...]

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode


def is_sqlite(dialect: Dialect) -> bool:
    """Whether statements are for SQLite; otherwise they are for PostgreSQL."""
    return dialect.name == "sqlite"


def encoded(rows: Iterable[Any]) -> str:
    """Return values as the JSON text that :func:`members` reads."""
    return _encode(list(rows))


def members(dialect: Dialect, type_: Any, name: str = "keys") -> Select[Any]:
    """Return the query of all values in the JSON list that is bound to ``name``."""
    bound = bindparam(name, type_=Text())
    if is_sqlite(dialect):
        return select(func.json_each(bound).table_valued("value").c.value)
    value = func.json_array_elements_text(cast(bound, postgresql.JSON)).table_valued("value").c.value
    return select(cast(value, type_))


@frozen
class Given:
    """Rows that are handed to one statement as its parameters.

    On SQLite that is one JSON list of lists; on PostgreSQL one array a column, written out as text: of what JSON
    objects by column name cost, that costs the client half and the server two thirds.

    Args:
        rows: The rows, to be read by the statement.
        types: Name of each column, and whether it holds ints.
        arrays: Whether there is a parameter for each column.
        name: Comes before the name of each such parameter; one statement may be handed several sets of rows.
    """

    rows: FromClause
    types: tuple[tuple[str, bool], ...]
    arrays: bool
    name: str = "given"

    def bound(self, rows: Sequence[Values]) -> dict[str, str]:
        """Return the parameters for rows; for none, if there is a parameter for each column."""
        if not self.arrays:
            return {"rows": _encode(rows)}
        if not rows:
            return {f"{self.name}_{name}": "{}" for name, _ in self.types}
        columns = zip(self.types, zip(*rows, strict=True), strict=True)
        return {f"{self.name}_{name}": (_ints if whole else _texts)(column) for (name, whole), column in columns}


def _ints(column: Values) -> str:
    text = ",".join(map(str, column))
    return f"{{{text.replace('None', 'NULL')}}}"


def _texts(column: Sequence[Any]) -> str:
    r"""Return a PostgreSQL array of texts: each in quotes, with quotes and backslashes escaped by a backslash."""
    if None in column:
        return f"{{{','.join(['NULL' if value is None else _texts((value,))[1:-1] for value in column])}}}"
    escaped = [value.replace("\\", "\\\\").replace('"', '\\"') for value in column]
    return '{"' + '","'.join(escaped) + '"}'


def given(dialect: Dialect, table: Table, names: Sequence[str], *, called: str = "given", **more: Any) -> Given:
    """Return rows with some of a table's columns, in the order of ``names``, and after them ``more`` by type."""
    types = {**{name: table.c[name].type for name in names}, **more}
    whole = tuple((name, isinstance(type_, Integer)) for name, type_ in types.items())
    if is_sqlite(dialect):
        value = func.json_each(bindparam("rows", type_=Text())).table_valued("value").c.value
        parts = (func.json_extract(value, f"$[{at}]").label(name) for at, name in enumerate(types))
        return Given(select(*parts).subquery(called), whole, arrays=False)
    plain = {name: BigInteger() if is_whole else Text() for name, is_whole in whole}
    arrays = (
        cast(bindparam(f"{called}_{name}", type_=Text()), postgresql.ARRAY(type_))
        for name, type_ in plain.items()
    )
    columns = (column(name, type_) for name, type_ in plain.items())
    unnested = func.unnest(*arrays).table_valued(*columns).render_derived(name=called)
    return Given(unnested, whole, arrays=True, name=called)


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
class _Together:
    """Hands all rows over at once."""

    statement: Executable
    given: Given

    def write(self, wire: Wire, rows: Sequence[Values]) -> int:
        return wire.run(self.statement, self.given.bound(rows)) if rows else 0


def _tuples(dialect: Dialect, statement: Any, names: Sequence[str]) -> _Tuples:
    compiled = statement.compile(dialect=dialect)
    order = tuple(names.index(name) for name in compiled.positiontup or ())
    return _Tuples(str(compiled), None if order == tuple(range(len(names))) else order)


def insertion(dialect: Dialect, table: Table, names: Sequence[str]) -> Feed:
    """Return the feed that inserts rows of some columns."""
    if is_sqlite(dialect):
        statement = sqlite.insert(table).values({name: bindparam(name) for name in names})
        return _tuples(dialect, statement, names)
    rows = given(dialect, table, names)
    return _Together(postgresql.insert(table).from_select(list(names), select(*rows.rows.c)), rows)


def upsertion(
    dialect: Dialect, table: Table, names: Sequence[str], *, adding: bool = False, but: Sequence[str] = ()
) -> Feed:
    """Return the feed that inserts rows, and where the primary key is there replaces the rest or adds to it.

    Columns named by ``but`` stay as they are where the primary key is there.
    """
    key = [part.name for part in table.primary_key]
    rest = [name for name in names if name not in {*key, *but}]
    if is_sqlite(dialect):
        there = sqlite.insert(table).values({name: bindparam(name) for name in names})
        values = {name: table.c[name] + there.excluded[name] if adding else there.excluded[name] for name in rest}
        return _tuples(dialect, there.on_conflict_do_update(index_elements=key, set_=values), names)
    rows = given(dialect, table, names)
    insert = postgresql.insert(table).from_select(list(names), select(*rows.rows.c))
    values = {name: table.c[name] + insert.excluded[name] if adding else insert.excluded[name] for name in rest}
    return _Together(insert.on_conflict_do_update(index_elements=key, set_=values), rows)


def revision(dialect: Dialect, table: Table, names: Sequence[str]) -> Feed:
    """Return the feed that rewrites versioned rows: (new values of ``names``, key, version before).

    A row whose version is another by now is left alone, and the count says so.
    """
    if is_sqlite(dialect):
        statement = (
            update(table)
            .where(table.c.key == bindparam("given_key"), table.c.version == bindparam("before"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        return _tuples(dialect, statement, [*(f"new_{name}" for name in names), "given_key", "before"])
    rows = given(dialect, table, (*names, "key"), before=BigInteger())
    return _Together(
        update(table)
        .where(table.c.key == rows.rows.c.key, table.c.version == rows.rows.c.before)
        .values({name: rows.rows.c[name] for name in names}),
        rows,
    )


@frozen
class Guarded:
    """Writes to rows that are there and fulfill a condition, and says which ones did."""

    statement: ReturningUpdate[Any]
    given: Given

    def apply(self, wire: Wire, rows: Sequence[Values]) -> frozenset[Values]:
        """Write, and return the keys of the rows that were there and fulfilled the condition."""
        if not rows:
            return frozenset()
        return frozenset([tuple(row) for row in wire.rows(self.statement, **self.given.bound(rows))])


@frozen
class Each:
    """Adds to many rows one by one, or to none of them: half the work of handing them all over, on SQLite.

    It does not say which rows were not there, or broke the guard.
    """

    sql: str
    order: tuple[int, ...]

    def add(self, wire: Wire, rows: Sequence[Values]) -> bool:
        """Add to all rows, which are different ones, and return whether each could take it."""
        order = self.order
        with wire.attempt() as adding:
            could = wire.feed(self.sql, [tuple([row[at] for at in order]) for row in rows]) == len(rows)
            if not could:
                adding.rollback()
        return could


def each(dialect: Dialect, table: Table, names: Sequence[str], guard: Guard) -> Each | None:
    """Return the guarded addition to one row after another; None where a row at a time costs more."""
    if not is_sqlite(dialect):
        return None
    key = [part.name for part in table.primary_key]
    more = {name: bindparam(f"more_{name}", type_=table.c[name].type) for name in names}
    statement = (
        update(table)
        .where(*(table.c[name] == more[name] for name in key), *guard(table.c, SimpleNamespace(**more)))
        .values({name: table.c[name] + more[name] for name in names if name not in key})
    )
    compiled = statement.compile(dialect=dialect)
    at = {f"more_{name}": position for position, name in enumerate(names)}
    return Each(str(compiled), tuple(at[name] for name in compiled.positiontup or ()))


def addition(
    dialect: Dialect,
    table: Table,
    names: Sequence[str],
    guard: Guard,
) -> Guarded:
    """Return the guarded addition to a table: the guard and the write are one statement.

    ``guard`` gives the conditions under which a row (first argument) can take what is added (second). On
    PostgreSQL the rows are locked in the order of their key before the first one is written.
    """
    key = [part.name for part in table.primary_key]
    rows = given(dialect, table, names)
    more = rows.rows
    if not is_sqlite(dialect):
        there = table.alias("there")
        more = (
            select(*more.c)
            .join_from(more, there, and_(*(there.c[name] == more.c[name] for name in key)))
            .order_by(*(there.c[name] for name in key))
            .with_for_update(of=there)
            .subquery("locked")
        )
    statement = (
        update(table)
        .where(*(table.c[name] == more.c[name] for name in key), *guard(table.c, more.c))
        .values({name: table.c[name] + more.c[name] for name in names if name not in key})
        .returning(*(table.c[name] for name in key))
    )
    return Guarded(statement, rows)
