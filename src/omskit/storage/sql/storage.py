"""The SQL storage: units as transactions of its own, or inside a transaction of the host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from attrs import define, field
from sqlalchemy import Connection, Engine, MetaData, RootTransaction, text

from omskit.core import Kind, UsageError
from omskit.storage.port import Capabilities
from omskit.storage.spreading import checked_shards
from omskit.storage.sql.bulk import is_sqlite
from omskit.storage.sql.engines import READING, is_prepared
from omskit.storage.sql.hot import Hints
from omskit.storage.sql.tables import Tables, define_tables
from omskit.storage.sql.unit import SqlUnit, Statements, statements
from omskit.storage.sql.wire import Wire, translated

#: Storages with an open unit in this thread or task, by identity.
_OPEN: ContextVar[frozenset[int]] = ContextVar("omskit_open_units", default=frozenset())
#: Any number that no other program locks; makers of tables queue up behind it.
_MAKING_TABLES = 0x6F6D736B6974


def _listed(kinds: Iterable[Kind[Any]]) -> tuple[Kind[Any], ...]:
    return tuple(kinds)


@define(eq=False)
class SqlStorage:
    """A storage in SQLite or PostgreSQL.

    Args:
        engine: From :func:`omskit.storage.sql.open_engine`, or the host's own; one for SQLite must have gone
            through :func:`omskit.storage.sql.prepare_sqlite`.
        kinds: The aggregates to keep.
        tables: From :func:`omskit.storage.sql.define_tables` on the host's metadata; by default the storage
            defines its own with the prefix ``oms_``.

    Raises:
        UsageError: ``unprepared_engine``, ``unknown_database``.
    """

    engine: Engine
    kinds: tuple[Kind[Any], ...] = field(converter=_listed)
    tables: Tables = field()
    _statements: Statements = field(init=False, repr=False)
    _hints: Hints = field(factory=Hints, init=False, repr=False)

    @tables.default
    def _own_tables(self) -> Tables:
        return define_tables(MetaData(), self.kinds)

    def __attrs_post_init__(self) -> None:
        _accept(self.engine)
        self._statements = statements(self.engine.dialect, self.kinds, self.tables)

    @property
    def capabilities(self) -> Capabilities:
        """Durable and shared; on PostgreSQL units write side by side, on SQLite one after another."""
        return Capabilities(durable=True, concurrent_units=not is_sqlite(self.engine.dialect), shared=True)

    def create(self) -> None:
        """Make the tables that are missing; several processes may do so at once.

        Raises:
            StorageError: ``database_error`` when the database refuses.
        """
        with translated(), self.engine.begin() as connection:
            if not is_sqlite(self.engine.dialect):
                connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _MAKING_TABLES})
            self.tables.create(connection)

    def heat(self, hot: Mapping[str, int]) -> None:
        """Let the pieces of SKUs lie in so many shards in each warehouse, from which as many units take at once.

        It is kept in the database and holds for every process, at once and until it is said otherwise; units that
        book these SKUs meanwhile wait for a moment. One shard is how a SKU cools down. Nobody sees shards: a
        SKU is refused when it has too little in all of them, and never before.

        Args:
            hot: Shards by SKU, about as many as there are connections that want it at the same moment. SKUs that
                have so many already are left alone.

        Raises:
            UsageError: ``bad_shards`` for a number below 1 or above 256.
            ConcurrencyConflict: ``lost_race``; nothing is changed.
        """
        numbers = checked_shards(hot)
        with self.begin() as unit:
            unit.stock.heat(numbers)

    def close(self) -> None:
        """Give the engine's connections back; the next unit opens others."""
        self.engine.dispose()

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[SqlUnit]:
        """Open a unit in a transaction of its own.

        A unit that only looks sees one moment, and takes no lock.

        Raises:
            UsageError: ``nested_unit`` when one is open in this thread or task.
            StorageError: ``unit_broken`` when the block ends normally after a storage error; ``database_busy``
                when SQLite's write lock was not to be had.
            ConcurrencyConflict: ``lost_race``.
        """
        with self._alone():
            with translated():
                connection = self.engine.connect()
            with connection:
                with translated():
                    transaction = self._ready(connection, read=read).begin()
                unit = SqlUnit(self._statements, Wire(connection, read), self._hints)
                yield unit
                unit.wire.check()
                _commit(transaction)

    def _ready(self, connection: Connection, *, read: bool) -> Connection:
        if not read:
            return connection
        if is_sqlite(self.engine.dialect):
            return connection.execution_options(**{READING: True})
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse a unit within a unit, which would wait for the one around it for ever."""
        if id(self) in _OPEN.get():
            raise UsageError("nested_unit", "a unit is open in this thread; end it before another begins")
        token = _OPEN.set(_OPEN.get() | {id(self)})
        try:
            yield
        finally:
            _OPEN.reset(token)

    @contextmanager
    def joined(self, connection: Connection) -> Iterator[SqlUnit]:
        """Open a unit inside the transaction of a connection of the host, which alone commits or rolls back.

        Raises:
            UsageError: ``unprepared_engine``, ``unknown_database``.
            StorageError: ``unit_broken`` when the block ends normally after a storage error; the host must
                roll back.
        """
        _accept(connection.engine)
        unit = SqlUnit(self._statements, Wire(connection), self._hints)
        yield unit
        unit.wire.check()


def _commit(transaction: RootTransaction) -> None:
    """Commit, or let go of the connection: SQLAlchemy would keep it in the pool with a transaction open."""
    kept = False
    try:
        with translated():
            transaction.commit()
        kept = True
    finally:
        if not kept:
            transaction.connection.invalidate()


def _accept(engine: Engine) -> None:
    if engine.dialect.name not in {"sqlite", "postgresql"}:
        raise UsageError("unknown_database", f"{engine.dialect.name!r}: the storage speaks sqlite and postgresql")
    if is_sqlite(engine.dialect) and not is_prepared(engine):
        raise UsageError(
            "unprepared_engine",
            "a SQLite engine must go through prepare_sqlite before its first connection, or updates get lost",
        )
