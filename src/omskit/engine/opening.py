"""Opening a database: the tables of every kind, and the storage that a URL names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from omskit.engine.kinds import KINDS
from omskit.storage import MemoryStorage, Storage
from omskit.storage.spreading import checked_shards

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


def open_storage(url: str, hot: Mapping[str, int] | None = None) -> Storage:
    """Return a storage for a URL, with its tables made and SKUs hot; see :meth:`Oms.open`."""
    numbers = checked_shards(hot or {})
    if url == "memory:":
        return MemoryStorage()  # one unit works at a time, whatever it wants
    from omskit.storage.sql import SqlStorage, open_engine  # noqa: PLC0415 - loads SQLAlchemy

    storage = SqlStorage(open_engine(url), KINDS)
    storage.create()
    storage.heat(numbers)
    return storage
