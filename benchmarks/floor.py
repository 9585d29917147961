"""The raw floor: the rows that one run of the pipeline wrote, written again by the driver alone.

The rule. The pipeline writes each order twice, in two transactions: ``receive`` makes it, ``run`` moves it.
The floor does the same, with the same tables, the same rows, the same contents, batch by batch: rows that a
stage made are inserted; rows that it changed are updated by key, and only in the columns that differ in some row;
levels are added to, one row a cell and batch. It reads nothing, decides nothing, encodes no document, checks no
version and no guard, and gets its rows as tuples that lie ready. What it cannot leave out is what the database
does: indexes, constraints, log, commit.

On SQLite that is ``executemany`` of the standard library; on PostgreSQL ``COPY`` for inserts, and for updates one
JSON parameter a table, which is the quickest way into PostgreSQL that there is.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psycopg
from attrs import field, frozen
from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.engine import make_url

from omskit.engine import define_tables
from omskit.storage.sql import Tables, open_engine
from omskit.storage.sql.engines import CACHE_KIB

Row = tuple[Any, ...]
_TABLES = define_tables(MetaData())


def _of(tables: Tables) -> dict[str, tuple[Table, str, tuple[str, ...]]]:
    """Return each table that is written, with the column that says which order a row is of, and its key."""
    order, fulfillment = tables.kinds["order"], tables.kinds["fulfillment"]
    assert order.rows is not None
    return {
        "order": (order.main, "key", ("key",)),
        "order_lines": (order.rows, "owner", ("owner", "position")),
        "fulfillment": (fulfillment.main, "key", ("key",)),
        "entries": (tables.entries, "stream", ("kind", "stream", "sequence")),
        "inbox": (tables.inbox, "outcome", ("source", "id")),
        "outbox": (tables.outbox, "key", ("id",)),
        "reservations": (tables.reservations, "order", ("order", "line", "sku", "warehouse")),
        "movements": (tables.movements, "order", ("id",)),
    }


_WRITTEN = _of(_TABLES)


@frozen
class Write:
    """Rows for one table: to insert, or to update in some columns by some others, which come last."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    by: tuple[str, ...] = ()


@frozen
class Captured:
    """What one run wrote: batches of writes by stage, and what was added to levels (reserved, SKU, warehouse)."""

    received: Sequence[Sequence[Write]]
    moved: Sequence[Sequence[Write]]
    added: Sequence[Sequence[tuple[int, str, str]]]


def snapshot(url: str) -> dict[str, dict[Row, Row]]:
    """Return the rows of every written table by key; movements of the first stock are left out."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = {name: dict(_rows(connection, name)) for name in _WRITTEN}
    engine.dispose()
    return found


def _rows(connection: Connection, name: str) -> Iterator[tuple[Row, Row]]:
    table, _, key = _WRITTEN[name]
    query = select(table)
    if name == "movements":
        query = query.where(table.c.order != 0)
    at = [list(table.c.keys()).index(part) for part in key]
    for row in connection.execute(query):
        yield tuple(row[n] for n in at), tuple(row)


def captured(
    before: Mapping[str, Mapping[Row, Row]], after: Mapping[str, Mapping[Row, Row]], *, batch: int
) -> Captured:
    """Return what was written by ``receive`` (the rows of ``before``) and by ``run`` (what differs ``after``)."""
    batch_of = _Batches.of(after, batch)
    received: list[list[Write]] = [[] for _ in range(batch_of.count)]
    moved: list[list[Write]] = [[] for _ in range(batch_of.count)]
    for name, (table, _, key) in _WRITTEN.items():
        columns = tuple(table.c.keys())
        made = (row for at, row in after[name].items() if at not in before[name])
        _share(received, Write(name, columns, list(before[name].values())), batch_of)
        _share(moved, Write(name, columns, list(made)), batch_of)
        pairs = [(row, after[name][at]) for at, row in before[name].items() if after[name][at] != row]
        differ = [n for n in range(len(columns)) if any(old[n] != new[n] for old, new in pairs)]
        keys = [columns.index(part) for part in key]
        for at, share in enumerate(batch_of.split(name, [new for _, new in pairs])):
            if share:
                rows = [tuple(row[n] for n in (*differ, *keys)) for row in share]
                moved[at].append(Write(name, tuple(columns[n] for n in (*differ, *keys)), rows, key))
    return Captured(received, moved, [_added(writes) for writes in moved])


def _share(batches: list[list[Write]], write: Write, batch_of: _Batches) -> None:
    for at, rows in enumerate(batch_of.split(write.table, write.rows)):
        if rows:
            batches[at].append(Write(write.table, write.columns, rows))


def _added(writes: Iterable[Write]) -> list[tuple[int, str, str]]:
    sums: dict[tuple[str, str], int] = {}
    for write in writes:
        if write.table == "movements":
            sku, warehouse, reserved = (write.columns.index(name) for name in ("sku", "warehouse", "reserved"))
            for row in write.rows:
                cell = (row[sku], row[warehouse])
                sums[cell] = sums.get(cell, 0) + row[reserved]
    return [(units, *cell) for cell, units in sorted(sums.items())]


@frozen
class _Batches:
    """Says which batch a row belongs to: that of its order."""

    count: int
    of_order: Mapping[int, int]
    of_fulfillment: Mapping[int, int] = field(factory=dict)
    of_number: Mapping[str, int] = field(factory=dict)

    @classmethod
    def of(cls, after: Mapping[str, Mapping[Row, Row]], batch: int) -> _Batches:
        orders = {key: n // batch for n, (key,) in enumerate(sorted(after["order"]))}
        numbers = {f"SO-{key}": at for key, at in orders.items()}
        document = list(_TABLES.kinds["order"].main.c.keys()).index("document")
        fulfillments = {
            one["fulfillment"]: orders[key]
            for (key,), row in after["order"].items()
            for one in json.loads(row[document]).get("consignments", ())
        }
        return cls(max(orders.values()) + 1, orders, fulfillments, numbers)

    def split(self, name: str, rows: Iterable[Row]) -> list[list[Row]]:
        table, owner, _ = _WRITTEN[name]
        names = list(table.c.keys())
        at, kind = names.index(owner), names.index("kind") if name == "entries" else -1
        shares: list[list[Row]] = [[] for _ in range(self.count)]
        for row in rows:
            if name == "fulfillment" or (kind >= 0 and row[kind] == "fulfillment"):
                batch = self.of_fulfillment[row[at]]
            elif name == "outbox":
                batch = self.of_fulfillment[int(row[at].split("-")[1])]
            elif name == "inbox":
                batch = self.of_number[json.loads(row[at])[0].rpartition("-")[0]]
            else:
                batch = self.of_order[row[at]]
            shares[batch].append(row)
        return shares


@frozen
class Floor:
    """The job of writing captured rows; each worker takes every n-th batch."""

    url: str
    captured: Path
    processes: int = 1

    def __call__(self, number: int, barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Connect and lay the rows ready."""
        all_: Captured = pickle.loads(self.captured.read_bytes())  # noqa: S301 - our own file of a moment ago
        step = slice(number, None, self.processes)
        mine = Captured(all_.received[step], all_.moved[step], all_.added[step])
        write = _sqlite if self.url.startswith("sqlite") else _postgres
        return write(self.url, mine, barrier)


def _name(column: str) -> str:
    return f'"{column}"'


def _full(table: str) -> str:
    return _TABLES.levels.name if table == "levels" else _WRITTEN[table][0].name


def _statement(write: Write) -> str:
    names = [_name(column) for column in write.columns]
    if not write.by:
        marks = ",".join("?" * len(names))
        return f"INSERT INTO {_full(write.table)} ({','.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
    changed, by = names[: -len(write.by)], names[-len(write.by) :]
    sets, where = (glue.join(f"{name}=?" for name in some) for glue, some in ((",", changed), (" AND ", by)))
    return f"UPDATE {_full(write.table)} SET {sets} WHERE {where}"  # noqa: S608


_LEVELS_SQLITE = "UPDATE oms_levels SET reserved=reserved+? WHERE sku=? AND warehouse=?"


def _sqlite(url: str, mine: Captured, barrier: Barrier) -> Callable[[], Mapping[str, float]]:
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"cache_size=-{CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")

    def write(batch: Sequence[Write], added: Sequence[Row] = ()) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for one in batch:
            connection.executemany(_statement(one), one.rows)
        if added:
            connection.executemany(_LEVELS_SQLITE, added)
        connection.execute("COMMIT")

    def go() -> Mapping[str, float]:
        for batch in mine.received:
            write(batch)
        barrier.wait()
        for batch, added in zip(mine.moved, mine.added, strict=True):
            write(batch, added)
        return {}

    return go


_LEVELS_POSTGRES = """
UPDATE oms_levels AS t SET reserved = t.reserved + u.units
FROM (SELECT s.sku, s.warehouse, g.units FROM json_to_recordset(%s) AS g (units bigint, sku text, warehouse text)
      JOIN oms_levels AS s USING (sku, warehouse) ORDER BY s.sku, s.warehouse FOR UPDATE OF s) AS u
WHERE t.sku = u.sku AND t.warehouse = u.warehouse
"""


def _update(write: Write) -> str:
    columns = _WRITTEN[write.table][0].c
    types = ",".join(
        f"{_name(name)} {'bigint' if columns[name].type.python_type is int else 'text'}" for name in write.columns
    )
    sets = ",".join(f"{_name(name)}=g.{_name(name)}" for name in write.columns[: -len(write.by)])
    where = " AND ".join(f"t.{_name(name)}=g.{_name(name)}" for name in write.by)
    return (
        f"UPDATE {_full(write.table)} AS t SET {sets}"  # noqa: S608 - names of our own tables
        f" FROM json_to_recordset(%s) AS g ({types}) WHERE {where}"
    )


def _objects(columns: Sequence[str], rows: Iterable[Row]) -> str:
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows])


def _postgres(url: str, mine: Captured, barrier: Barrier) -> Callable[[], Mapping[str, float]]:
    known = make_url(url)
    connection = psycopg.connect(dbname=known.database, user=known.username, host=str(known.query["host"]))
    cursor = connection.cursor()

    def write(batch: Sequence[Write], added: Sequence[Row] = ()) -> None:
        for one in batch:
            if one.by:
                cursor.execute(_update(one), (_objects(one.columns, one.rows),))
                continue
            names = ",".join(map(_name, one.columns))
            with cursor.copy(f"COPY {_full(one.table)} ({names}) FROM STDIN") as copy:
                for row in one.rows:
                    copy.write_row(row)
        if added:
            cursor.execute(_LEVELS_POSTGRES, (_objects(("units", "sku", "warehouse"), added),))
        connection.commit()

    def go() -> Mapping[str, float]:
        for batch in mine.received:
            write(batch)
        barrier.wait()
        for batch, added in zip(mine.moved, mine.added, strict=True):
            write(batch, added)
        return {}

    return go
