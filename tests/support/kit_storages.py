"""The storages that the kit is run on: SQLite and PostgreSQL, opened as often as a test wants."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import define, field
from sqlalchemy import Engine

from omskit.storage.sql import SqlStorage, open_engine
from omskit.testing import KIT_KINDS


@define
class SqlOpener:
    """Opens the storage of one URL; travels to other processes without what it has opened in this one."""

    url: str
    make: Callable[..., SqlStorage] = SqlStorage
    opened: list[Engine] = field(factory=list, eq=False)

    def __call__(self) -> SqlStorage:
        if not self.opened:
            self.opened.append(open_engine(self.url))
            self.make(self.opened[0], KIT_KINDS).create()
        return self.make(self.opened[0], KIT_KINDS)

    def __reduce__(self) -> tuple[object, ...]:
        return partial(SqlOpener, self.url, self.make), ()

    def close(self) -> None:
        """Close all connections of this process."""
        while self.opened:
            self.opened.pop().dispose()


def wiped(storage: SqlStorage) -> SqlStorage:
    """Return the storage with all its tables empty, as if it had just been made."""
    tables = list(storage.tables.entries.metadata.sorted_tables)
    with storage.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for table in tables:
                connection.execute(table.delete())
        else:
            names = [table.name for table in tables if table is not storage.tables.counter]
            connection.exec_driver_sql(";".join(f"DELETE FROM {name}" for name in names))
    return storage
