"""Databases to measure on: a fresh copy for each run of one that has all tables and all stock."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import workload
from attrs import define, frozen
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url

from omskit.engine import KINDS
from omskit.storage.sql import SqlStorage, open_engine

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

import postgres_server

#: Pieces in each cell: enough for every order.
PIECES = 1_000_000
#: A server as it runs in earnest: every commit is flushed.
OPTIONS = "-c listen_addresses= -c shared_buffers=512MB -c max_wal_size=4GB"


def fill(url: str) -> None:
    """Make the tables, and receive the stock of the workload."""
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    desk = workload.oms(storage, workload.process(), batch=1).stock
    for warehouse, pieces in workload.stock(pieces=PIECES).items():
        desk.receive(warehouse, pieces, actor="benchmark")
    engine.dispose()


@define
class SqliteFiles:
    """Copies of a SQLite file."""

    folder: Path
    server: int = 0
    made: int = 0

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[SqliteFiles]:
        """Yield a place with a filled file to copy, gone afterwards."""
        with TemporaryDirectory(prefix="omskit-bench-") as name:
            fill(f"sqlite:///{name}/filled.db")
            yield cls(Path(name))

    def copy(self) -> str:
        """Return the URL of a fresh copy; the one before is gone."""
        for old in self.folder.glob("run*"):
            old.unlink()
        self.made += 1
        shutil.copyfile(self.folder / "filled.db", self.folder / f"run{self.made}.db")
        return self.latest

    @property
    def latest(self) -> str:
        """URL of the copy made last."""
        return f"sqlite:///{self.folder}/run{self.made}.db"


@frozen
class _Server:
    room: Path
    url: str

    def run(self, *statements: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@define
class PostgresDatabases:
    """Copies of a database on a server of their own, which keeps what it commits."""

    place: _Server
    server: int

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[PostgresDatabases]:
        """Yield a server with a filled database to copy, gone afterwards."""
        room = postgres_server.make_room()
        try:
            place = _Server(room, postgres_server.start_once(room, OPTIONS))
            place.run("CREATE DATABASE filled TEMPLATE template0")
            fill(place.url_of("filled"))
            place.run("VACUUM ANALYZE")
            pid = int((room / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
            yield cls(place, pid)
        finally:
            postgres_server.stop(room)

    def copy(self) -> str:
        """Return the URL of a fresh copy; the one before is gone."""
        self.place.run(
            "DROP DATABASE IF EXISTS run WITH (FORCE)", "CREATE DATABASE run TEMPLATE filled", "CHECKPOINT"
        )
        return self.latest

    @property
    def latest(self) -> str:
        """URL of the copy made last."""
        return self.place.url_of("run")


Databases = SqliteFiles | PostgresDatabases
