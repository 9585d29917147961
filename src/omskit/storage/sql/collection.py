"""A kind's aggregates in SQL: documents that are loaded and saved in batches, columns that are searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Items
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

from attrs import define, field, frozen
from sqlalchemy import Dialect, FromClause, Select, func, select, true, tuple_
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import ColumnElement

from omskit.core import (
    Change,
    ConcurrencyConflict,
    Duplicate,
    Entry,
    Kind,
    Stored,
    UsageError,
    from_ms,
    to_ms,
)
from omskit.storage.port import After, Op, Where
from omskit.storage.sql.bulk import Feed, Values, encoded, insertion, members, revision
from omskit.storage.sql.rows import RowStatements, row_statements
from omskit.storage.sql.tables import WHOLE, KindTables, Tables, unique_name
from omskit.storage.sql.wire import AnyRow, Wire
from omskit.storage.sums import first_twice

S = TypeVar("S")

#: A change with the document of its state.
_Written = tuple[Change[S], str]

_KEY = attrgetter("key")
#: What no event holds.
_NONE = object()
_ENTRY = ("kind", "stream", "sequence", "at_ms", "actor", "cause", "tag", "body")


@frozen(eq=False)
class KindStatements:
    """Every statement of one kind, made once for a dialect."""

    tables: KindTables
    load: Select[Any]
    history: Select[Any]
    versions: Select[Any]
    insert: Feed
    revise: Feed
    changing: Callable[[Values], Values]
    rows: RowStatements | None
    log: Feed


def kind_statements(dialect: Dialect, kind: Kind[Any], tables: Tables) -> KindStatements:
    """Make the statements of a kind."""
    mine, entries = tables.kinds[kind.tag], tables.entries
    main, rows = mine.main, mine.rows
    columns = tuple(name for name, _ in kind.columns)
    changing = tuple(name for name in columns if name not in kind.fixed)
    names = ("key", "version", "document", *columns)
    keys = members(dialect, WHOLE)
    of_kind = entries.c.kind == kind.tag
    return KindStatements(
        tables=mine,
        load=select(main.c.key, main.c.version, main.c.document).where(main.c.key.in_(keys)).order_by(main.c.key),
        history=select(*(entries.c[name] for name in _ENTRY[1:]))
        .where(of_kind, entries.c.stream.in_(keys))
        .order_by(entries.c.stream, entries.c.sequence),
        versions=select(entries.c.stream, func.max(entries.c.sequence))
        .where(of_kind, entries.c.stream.in_(keys))
        .group_by(entries.c.stream),
        insert=insertion(dialect, main, names),
        revise=revision(dialect, main, ("version", "document", *changing)),
        changing=_picking([columns.index(name) for name in changing]),
        rows=row_statements(dialect, kind.rows, rows) if kind.rows and rows is not None else None,
        log=insertion(dialect, entries, _ENTRY),
    )


def _picking(places: Sequence[int]) -> Callable[[Values], Values]:
    """Return the function that gives the values at some places of a row."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple([row[place] for place in places])


@define
class SqlCollection(Generic[S]):
    """All aggregates of one kind, within one unit.

    Where it may write it remembers what it loaded and saved, so that of the rows derived from a state only those
    are written that are no longer what they were. A unit that only looks forgets, however much it looks at.
    """

    kind: Kind[S]
    statements: KindStatements
    wire: Wire
    _loaded: dict[int, Stored[S]] = field(factory=dict, init=False)
    _saved: dict[int, Change[S]] = field(factory=dict, init=False)

    def load(self, keys: Items[int], *, lock: bool = False) -> Mapping[int, Stored[S]]:
        """Return the states by key, locked if asked."""
        statement = self.statements.load
        if lock:
            self.wire.writing()
            statement = statement.with_for_update()
        return self._read(self.wire.rows(statement, keys=encoded(keys)) if keys else ())

    def _read(self, rows: Iterable[AnyRow]) -> dict[int, Stored[S]]:
        read, tag = self.kind.state.load, self.kind.tag
        found = {key: Stored(read(tag, document), version) for key, version, document in rows}
        if not self.wire.reading:
            self._loaded.update(found)
        return found

    def save(self, changes: Sequence[Change[S]]) -> None:
        """Write all changes with their entries, or none."""
        self.wire.writing()
        twice = first_twice([change.key for change in changes])
        if twice is not None:
            raise UsageError("key_twice", f"{self.kind.tag} {twice} is changed twice in one save", key=twice)
        ordered = sorted(changes, key=_KEY)
        dump = self.kind.state.dump
        texts = [dump(change.state) for change in ordered]
        written = list(zip(ordered, texts, strict=True))
        made = [one for one in written if not one[0].before]
        revised = [one for one in written if one[0].before]
        self._insert(made)
        self._revise(revised)
        self._write_rows([change for change, _ in made], [change for change, _ in revised])
        self.statements.log.write(self.wire, self._entries(written))
        self._saved.update(zip(map(_KEY, ordered), ordered, strict=True))

    def _insert(self, changes: Sequence[_Written[S]]) -> None:
        row = self.kind.row
        rows = [(change.key, change.after, text, *row(change.state)) for change, text in changes]
        try:
            self.statements.insert.write(self.wire, rows)
        except Duplicate as error:
            raise self._taken(error) from error

    def _revise(self, changes: Sequence[_Written[S]]) -> None:
        row, picked = self.kind.row, self.statements.changing
        rows = [
            (change.after, text, *picked(row(change.state)), change.key, change.before) for change, text in changes
        ]
        try:
            revised = self.statements.revise.write(self.wire, rows)
        except Duplicate as error:
            raise self._taken(error) from error
        if revised != len(rows):
            stale = self._stale([change for change, _ in changes])
            raise self.wire.failure(
                ConcurrencyConflict("stale_version", f"{self.kind.tag} was written by someone else", keys=stale)
            )

    def _taken(self, error: Duplicate) -> Duplicate:
        """Return the error with the columns whose value is taken; SQLite names them, PostgreSQL the constraint."""
        table = self.statements.tables.main
        for names in self.kind.unique:
            listed = ", ".join(f"{table.name}.{name}" for name in names)
            if error.message.endswith(f": {listed}") or f'"{unique_name(table.name, names)}"' in error.message:
                return Duplicate("duplicate_key", f"{self.kind.tag}: {', '.join(names)} is taken", columns=names)
        return Duplicate("duplicate_key", f"{self.kind.tag}: the key is taken", columns=("key",))

    def _stale(self, changes: Sequence[Change[S]]) -> tuple[int, ...]:
        """Return the keys whose history has moved on; the entries of the changes themselves come later."""
        keys = encoded(change.key for change in changes)
        found: dict[int, int] = dict(self.wire.rows(self.statements.versions, keys=keys))
        return tuple(change.key for change in changes if found.get(change.key, 0) != change.before)

    def _write_rows(self, made: Sequence[Change[S]], revised: Sequence[Change[S]]) -> None:
        rows, statements = self.kind.rows, self.statements.rows
        if rows is None or statements is None:
            return
        of = rows.of
        statements.write(
            self.wire,
            [(change.key, of(change.state)) for change in made],
            [(change.key, self._rows_before(change, of), of(change.state)) for change in revised],
        )

    def _rows_before(self, change: Change[S], of: Callable[[S], Sequence[Values]]) -> Sequence[Values]:
        """Return the rows of the state that was there before a change, as far as this unit knows it."""
        saved = self._saved.get(change.key)
        if saved is not None and saved.after == change.before:
            return of(saved.state)
        loaded = self._loaded.get(change.key)
        if loaded is not None and loaded.version == change.before:
            return of(loaded.state)
        return ()

    def _entries(self, written: Sequence[_Written[S]]) -> list[Values]:
        """Return the rows of the entries; one that holds the state itself shares the state's text."""
        tag, tagged = self.kind.tag, self.kind.events.entry
        shared = self.kind.state.format == 1
        at, at_ms = None, 0
        rows: list[Values] = []
        for change, text in written:
            part = change.state if shared else _NONE
            for entry in change.entries:
                if entry.at is not at:
                    at, at_ms = entry.at, to_ms(entry.at)
                what, body = tagged(entry.event, part, text)
                rows.append((tag, entry.stream, entry.sequence, at_ms, entry.actor, entry.cause, what, body))
        return rows

    def _conditions(self, where: Iterable[Where], table: FromClause | None = None) -> list[ColumnElement[bool]]:
        named = (self.statements.tables.main if table is None else table).c
        return [self._condition(named, w) for w in where]

    def _condition(self, named: ReadOnlyColumnCollection[str, Any], where: Where) -> ColumnElement[bool]:
        rows = self.statements.tables.rows
        if rows is None or where.column not in self.kind.parts:
            self.kind.column(where.column)
            return _condition(named[where.column], where)
        part = rows.c[where.column.rpartition(".")[2]]
        owners: ColumnElement[bool] = named.key.in_(select(rows.c.owner).where(_condition(part, where)))
        return owners

    def _column(self, name: str) -> ColumnElement[Any]:
        self.kind.column(name)
        return self.statements.tables.main.c[name]

    def _ordered(
        self, query: Select[Any], where: tuple[Where, ...], by: str | None, after: After | None
    ) -> Select[Any]:
        key = self.statements.tables.main.c.key
        query = query.where(*self._conditions(where))
        if by is None:
            return (query.where(key > after.key) if after else query).order_by(key)
        rank = self._column(by)
        if after:
            query = query.where(tuple_(rank, key) > tuple_(after.value or 0, after.key))
        return query.order_by(rank, key)

    def find(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Sequence[int]:
        """Return the keys of at most ``limit`` matching states, in order."""
        query = self._ordered(select(self.statements.tables.main.c.key), where, by, after).limit(limit)
        return [row[0] for row in self.wire.rows(query)]

    def claim(
        self, *where: Where, limit: int, by: str | None = None, after: After | None = None
    ) -> Mapping[int, Stored[S]]:
        """Find, lock and load in one step; rows that are locked by another unit are passed over.

        Where rows are locked, what waits is sorted by rank and key alone and then locked one by one up to the
        limit: sorting whole rows under a lock would carry every waiting document through the sort of every batch.
        """
        self.wire.writing()
        main = self.statements.tables.main
        if not self.wire.locks_rows:
            query = self._ordered(select(main.c.key, main.c.version, main.c.document), where, by, after)
            return self._read(self.wire.rows(query.limit(limit)))
        rank = main.c.key if by is None else self._column(by)
        waiting = self._ordered(select(main.c.key, rank.label("by")), where, by, after).subquery("waiting")
        there = main.alias("there")
        held = (
            select(there.c.key, there.c.version, there.c.document)
            .where(there.c.key == waiting.c.key, *self._conditions(where, there))
            .with_for_update(skip_locked=True)
            .lateral("held")
        )
        query = select(held).join_from(waiting, held, true()).order_by(waiting.c.by, waiting.c.key).limit(limit)
        return self._read(self.wire.rows(query))

    def history(self, keys: Items[int]) -> Mapping[int, Sequence[Entry]]:
        """Return the entries of each key in sequence."""
        found: dict[int, list[Entry]] = {key: [] for key in keys}
        read = self.kind.events.load
        for stream, sequence, at_ms, actor, cause, tag, body in (
            self.wire.rows(self.statements.history, keys=encoded(found)) if found else ()
        ):
            found[stream].append(Entry(stream, sequence, from_ms(at_ms), actor, cause, read(tag, body)))
        return {key: tuple(entries) for key, entries in found.items()}

    def count(self, *where: Where) -> int:
        """Return how many states match."""
        query = select(func.count()).select_from(self.statements.tables.main).where(*self._conditions(where))
        return int(self.wire.rows(query)[0][0])


def _condition(column: ColumnElement[Any], where: Where) -> ColumnElement[bool]:
    if where.op is Op.IN:
        return column.in_(where.value if isinstance(where.value, tuple) else (where.value,))
    if where.op is Op.EQ:
        return column == where.value
    return column <= where.value if where.op is Op.LE else column >= where.value
