"""One transaction on the wire: runs statements, gives the driver's errors their types, knows when all is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import define
from sqlalchemy import Connection, Executable, NestedTransaction, Row
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from omskit.core import ConcurrencyConflict, Duplicate, StorageError, UsageError

#: A row of any columns.
AnyRow = Row[*tuple[Any, ...]]
#: Serialisation failure, deadlock, lock not available: others came first.
_LOST_RACES = frozenset({"40001", "40P01", "55P03"})
_UNIQUE_VIOLATION = "23505"


def _state_of(error: DBAPIError) -> str:
    """Return the five characters of an SQLSTATE; empty where the driver has none."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def typed(error: Exception) -> StorageError:
    """Return what a driver's error means to those who use a storage.

    ``lost_race`` when the database chose another transaction (:class:`ConcurrencyConflict`), ``duplicate_key``
    when a unique value is taken (:class:`Duplicate`), ``check_failed`` when a value breaks a constraint of the
    tables, ``database_busy`` when SQLite's one writer did not finish in time, else ``database_error``.
    """
    reason = str(getattr(error, "orig", None) or error).strip()
    if isinstance(error, DBAPIError):
        state = _state_of(error)
        if state in _LOST_RACES:
            return ConcurrencyConflict("lost_race", reason, sqlstate=state)
        if isinstance(error, IntegrityError):
            if state == _UNIQUE_VIOLATION or reason.startswith("UNIQUE constraint failed"):
                return Duplicate("duplicate_key", reason)
            return StorageError("check_failed", reason)
        if isinstance(error, OperationalError) and is_busy(error):
            return StorageError("database_busy", reason)
    return StorageError("database_error", reason)


def is_busy(error: OperationalError) -> bool:
    """Whether SQLite said that another connection is writing."""
    return "database is locked" in str(error.orig) or "database table is locked" in str(error.orig)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the typed error in place of a driver's, chained to it."""
    try:
        yield
    except (DBAPIError, OverflowError, UnicodeEncodeError) as error:
        raise typed(error) from error


@define
class Wire:
    """The connection of one unit.

    Args:
        connection: In a transaction that somebody else begins and ends.
        reading: The unit only looks.
        broken: Something could not be stored; nothing of the unit can be kept.
    """

    connection: Connection
    reading: bool = False
    broken: bool = False

    @property
    def locks_rows(self) -> bool:
        """Whether the database locks single rows; SQLite has one writer, and nothing to lock."""
        return self.connection.dialect.name != "sqlite"

    def writing(self) -> None:
        """Refuse to go on in a unit that only looks.

        Raises:
            UsageError: ``reading_unit``.
        """
        if self.reading:
            raise UsageError("reading_unit", "a unit that only looks can neither write nor lock nor hand out keys")

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Mark the unit as broken by any storage error that passes."""
        try:
            with translated():
                yield
        except StorageError:
            self.broken = True
            raise

    def failure(self, error: StorageError) -> StorageError:
        """Mark the unit as broken, and return the error to raise."""
        self.broken = True
        return error

    def check(self) -> None:
        """Refuse to keep a unit in which something could not be stored.

        Raises:
            StorageError: ``unit_broken``.
        """
        if self.broken:
            raise StorageError("unit_broken", "a storage error was caught inside the unit; begin another")

    @contextmanager
    def attempt(self) -> Iterator[NestedTransaction]:
        """Begin something that can be undone, with its locks, while the rest of the unit stays."""
        with self.guarded(), self.connection.begin_nested() as nested:
            yield nested

    def rows(self, statement: Executable, **values: Any) -> Sequence[AnyRow]:
        """Run a statement and return all its rows."""
        with self.guarded():
            return self.connection.execute(statement, values).all()

    def run(self, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
        """Run a statement and return how many rows it touched."""
        with self.guarded():
            return self.connection.execute(statement, values).rowcount

    def feed(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run a compiled statement once for each tuple and return how many rows were touched in all."""
        with self.guarded():
            return self.connection.exec_driver_sql(sql, list(rows)).rowcount
