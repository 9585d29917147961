"""SQLAlchemy engines as the storage needs them: what a connection is told, how SQLite's writer is awaited."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError, OperationalError
from sqlalchemy.util import await_only

from omskit.core import UsageError
from omskit.storage.sql.wire import is_busy, typed

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

#: Execution option of a connection on which SQLite shall not take the write lock.
READING = "omskit_reading"
#: Longest wait for SQLite's write lock before ``database_busy``.
WAIT_SECONDS = 30.0
#: Longest single wait between two tries; each wait is a random part of it.
STEP_SECONDS = 0.012

#: Memory for pages of a connection. A batch of a thousand orders changes more pages than SQLite keeps by default
#: (2 MiB), and those that find no place are written, and read again, before the transaction ends.
CACHE_KIB = 16_384

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 10",
    f"cache_size = -{CACHE_KIB}",
)


def prepare_sqlite(engine: Engine, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Give every connection of a SQLite engine what the storage counts on.

    Write-ahead log, ``synchronous = FULL``, a page cache of up to :data:`CACHE_KIB`, transactions that take the
    write lock at their begin (so that two that read and then write cannot both have read the same), and a wait
    for that lock in short random steps, which starves nobody. A connection is never used by a process that was
    forked after it was opened. The host's own transactions on the engine begin in the same way.

    Args:
        engine: Fresh from ``create_engine``; preparing it twice does nothing more.
        wait_seconds: How long a transaction may wait for the write lock.

    Raises:
        UsageError: ``not_sqlite``.
    """
    if engine.dialect.name != "sqlite":
        raise UsageError("not_sqlite", f"the engine is for {engine.dialect.name}; only SQLite needs preparing")
    if is_prepared(engine):
        return
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _Beginning(wait_seconds, _pause_of(engine)))
    _keep_from_forks(engine)


def is_prepared(engine: Engine) -> bool:
    """Whether an engine went through :func:`prepare_sqlite`."""
    return event.contains(engine, "connect", _configure)


def _configure(connection: Any, _record: Any) -> None:
    """Set what SQLite keeps per connection; the driver shall begin no transaction by itself."""
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA journal_mode")  # an async cursor does not return itself
        mode = cursor.fetchone()[0]
    finally:
        cursor.close()
    if mode != "wal":
        raise UsageError(
            "not_wal",
            f"SQLite kept the journal mode {mode!r}: the database must be a file on a local disk;"
            " the URL memory: keeps everything in the process",
            mode=mode,
        )


@frozen(eq=False)
class _Beginning:
    """Begins transactions on SQLite."""

    wait_seconds: float
    pause: Callable[[float], object]

    def __call__(self, connection: Connection) -> None:
        if connection.get_execution_options().get(READING):
            connection.exec_driver_sql("BEGIN")
            return
        deadline = time.monotonic() + self.wait_seconds
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if not is_busy(error):
                    raise
                if time.monotonic() > deadline:
                    raise typed(error) from error
            else:
                return
            self.pause(random.uniform(0, STEP_SECONDS))  # noqa: S311 - keeps waiters apart, guards nothing


def _pause_of(engine: Engine) -> Callable[[float], object]:
    if engine.dialect.is_async:
        return lambda seconds: await_only(asyncio.sleep(seconds))
    return time.sleep


def _keep_from_forks(engine: Engine) -> None:
    """Let a process open its own connections in place of those it was forked with."""

    def opened(_connection: Any, record: Any) -> None:
        record.info["pid"] = os.getpid()

    def taken(_connection: Any, record: Any, proxy: Any) -> None:
        if record.info["pid"] != os.getpid():
            record.dbapi_connection = proxy.dbapi_connection = None
            raise DisconnectionError("the connection belongs to the process that this one was forked from")

    event.listen(engine, "connect", opened)
    event.listen(engine, "checkout", taken)


def _known(url: str) -> URL:
    try:
        known = make_url(url)
    except ArgumentError as error:
        raise UsageError("bad_url", f"{url!r} is no database URL, as in sqlite:///shop.db", url=url) from error
    if known.get_backend_name() not in {"sqlite", "postgresql"}:
        raise UsageError(
            "unknown_database",
            f"{known.get_backend_name()!r}: the storage speaks sqlite and postgresql",
            database=known.get_backend_name(),
        )
    return known


def _opened(make: Callable[[URL], Any], url: str) -> Any:
    known = _known(url)
    try:
        return make(known)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise UsageError(
            "missing_driver", f"{known.drivername}: {error}; install omskit[postgres] or omskit[async]"
        ) from error


def _prepared(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    else:
        _keep_from_forks(engine)


def open_engine(url: str) -> Engine:
    """Return an engine that the storage accepts.

    Args:
        url: ``sqlite:///shop.db`` or ``postgresql+psycopg://user@host/shop``.

    Raises:
        UsageError: ``bad_url``, ``unknown_database``, ``missing_driver``.
    """
    engine: Engine = _opened(create_engine, url)
    _prepared(engine)
    return engine


def open_async_engine(url: str) -> AsyncEngine:
    """Return an async engine whose synchronous face the storage accepts; see :func:`open_engine`.

    Args:
        url: ``sqlite+aiosqlite:///shop.db`` or ``postgresql+psycopg://user@host/shop``.

    Raises:
        UsageError: ``bad_url``, ``unknown_database``, ``missing_driver``.
    """
    try:
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - needs greenlet, of the extra async
    except ImportError as error:
        raise UsageError("missing_driver", f"{error}; install omskit[async]") from error
    engine: AsyncEngine = _opened(create_async_engine, url)
    _prepared(engine.sync_engine)
    return engine
