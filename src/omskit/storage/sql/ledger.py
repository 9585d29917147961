"""The queries that read movements: the last ones of a cell, those since an instant, those behind a place."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, FromClause, Integer, Select, and_, bindparam, select, true

from omskit.storage.sql.bulk import is_sqlite
from omskit.storage.sql.tables import Tables

#: The columns of a movement, in the order in which it is written.
MOVEMENT = (
    "kind",
    "sku",
    "warehouse",
    "quantity",
    "on_hand",
    "reserved",
    "order",
    "line",
    "document",
    "reason",
    "actor",
    "at_ms",
)


def last_movements(tables: Tables) -> Select[Any]:
    """Return the query of the last movements of a cell, newest first."""
    movements = tables.movements
    return (
        select(*(movements.c[name] for name in MOVEMENT))
        .where(movements.c.sku == bindparam("sku"), movements.c.warehouse == bindparam("warehouse"))
        .order_by(movements.c.id.desc())
        .limit(bindparam("count", type_=Integer()))
    )


def movements_since(tables: Tables) -> Select[Any]:
    """Return the query of what happened at a warehouse after an instant."""
    movements = tables.movements
    return (
        select(*(movements.c[name] for name in MOVEMENT))
        .where(movements.c.warehouse == bindparam("warehouse"), movements.c.at_ms > bindparam("at_ms"))
        .order_by(movements.c.id)
    )


def trail_of(dialect: Dialect, tables: Tables, places: FromClause) -> Select[Any]:
    """Return the query of movements behind places.

    PostgreSQL is told to go cell by cell: left alone, it may walk through the whole ledger in order of its key.
    """
    moved, count = tables.movements, bindparam("count", type_=Integer())
    behind = (
        moved.c.sku == places.c.sku,
        moved.c.warehouse == places.c.warehouse,
        moved.c.id > places.c.after,
    )
    columns = ("id", *MOVEMENT)
    if is_sqlite(dialect):
        joined = select(*(moved.c[name] for name in columns)).join_from(places, moved, and_(*behind))
        return joined.order_by(moved.c.id).limit(count)
    each = select(*(moved.c[name] for name in columns)).where(*behind).order_by(moved.c.id).limit(count)
    found = each.lateral("found")
    return select(found).join_from(places, found, true()).order_by(found.c.id).limit(count)
