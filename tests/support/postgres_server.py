"""A throw-away PostgreSQL for one test run: started from installed binaries, gone when the run ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url

#: Whom the server runs as when the tests run as root, which PostgreSQL refuses.
_OTHERS = ("postgres", "nobody")
#: What is there need not outlive the run, so nothing is flushed.
_OPTIONS = "-c listen_addresses= -c max_connections=100 -c fsync=off -c full_page_writes=off"


def binaries() -> Path | None:
    """Return the folder of the newest installed server, None when there is none."""
    found = shutil.which("initdb")
    if found and (Path(found).resolve().parent / "pg_ctl").exists():
        return Path(found).resolve().parent
    places = [place.parent for place in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(places, key=lambda place: int(place.parent.name), default=None)


def make_room() -> Path:
    """Return a fresh folder, with a path short enough for a socket, that the server's user may write to."""
    room = Path(tempfile.mkdtemp(prefix="omskit-pg-"))
    if other := _other():
        shutil.chown(room, other)
    return room


def start_once(room: Path, options: str = _OPTIONS) -> str:
    """Start the server in the folder unless another process of the run has; return its URL without a database."""
    with (room / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (room / "data" / "postmaster.pid").exists():
            _start(room, options)
    return f"postgresql+psycopg://omskit@/postgres?host={room}"


def _start(room: Path, options: str) -> None:
    data = room / "data"
    _run("initdb", "-D", data, "-U", "omskit", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    _run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", room / "log", "-o", f"{options} -k {room}", "start")


def stop(room: Path) -> None:
    """Stop the server, if it was ever started, and remove all it wrote."""
    if (room / "data" / "postmaster.pid").exists():
        _run("pg_ctl", "-D", room / "data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(room)


def _run(program: str, *arguments: object) -> None:
    folder = binaries()
    assert folder is not None
    subprocess.run(
        [folder / program, *map(str, arguments)],
        check=True,
        user=_other(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _other() -> str | None:
    """Return who else can run the server; None when whoever runs the tests can."""
    if os.geteuid() != 0:
        return None
    known = Path("/etc/passwd").read_text(encoding="utf-8").splitlines()
    return next(name for name in _OTHERS if any(line.startswith(f"{name}:") for line in known))


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """Make a database on a server, yield its URL, and drop it whoever is still connected."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def empty(url: str) -> None:
    """Make a database as good as new: nobody is connected to it, and it holds nothing.

    That costs a tenth of making another one.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        schemas = connection.exec_driver_sql(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        )
        for (schema,) in schemas.all():
            connection.exec_driver_sql(f'DROP SCHEMA "{schema}" CASCADE')
        connection.exec_driver_sql("CREATE SCHEMA public")
