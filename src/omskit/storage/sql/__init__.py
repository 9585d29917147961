"""The storage in SQLite and PostgreSQL, through SQLAlchemy Core; importing it loads no driver."""

from omskit.storage.sql.engines import open_async_engine, open_engine, prepare_sqlite
from omskit.storage.sql.storage import SqlStorage
from omskit.storage.sql.tables import KindTables, Tables, define_tables

__all__ = [
    "KindTables",
    "SqlStorage",
    "Tables",
    "define_tables",
    "open_async_engine",
    "open_engine",
    "prepare_sqlite",
]
