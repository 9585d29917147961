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
        engine = open_engine(self.url)
        self.opened.append(engine)
        storage = self.make(engine, KIT_KINDS)
        storage.create()
        return storage

    def __reduce__(self) -> tuple[object, ...]:
        return partial(SqlOpener, self.url, self.make), ()

    def close(self) -> None:
        """Close all connections of this process."""
        while self.opened:
            self.opened.pop().dispose()


def wiped(storage: SqlStorage) -> SqlStorage:
    """Return the storage with all its tables empty, as if it had just been made."""
    with storage.engine.begin() as connection:
        for table in storage.tables.entries.metadata.sorted_tables:
            if connection.dialect.name == "sqlite" or table is not storage.tables.counter:
                connection.execute(table.delete())
    return storage
