"""Opening a database: the tables of every kind, and the storage that a URL names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omskit.engine.kinds import KINDS
from omskit.storage import MemoryStorage, Storage

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from omskit.storage.sql import Tables


def define_tables(metadata: MetaData, *, prefix: str = "oms_", schema: str | None = None) -> Tables:
    """Define every table of the system on a host's metadata, for its migrations to see.

    Give the result to :class:`omskit.storage.sql.SqlStorage`, which otherwise defines its own.

    Args:
        metadata: Nothing is created here.
        prefix: Comes before every name.
        schema: The database schema; None for the connection's default.
    """
    from omskit.storage.sql import define_tables as define  # noqa: PLC0415 - loads SQLAlchemy

    return define(metadata, KINDS, prefix=prefix, schema=schema)


def open_storage(url: str) -> Storage:
    """Return a storage for a URL, with its tables made; see :meth:`Oms.open`."""
    if url == "memory:":
        return MemoryStorage()
    from omskit.storage.sql import SqlStorage, open_engine  # noqa: PLC0415 - loads SQLAlchemy

    storage = SqlStorage(open_engine(url), KINDS)
    storage.create()
    return storage
