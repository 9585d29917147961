"""The statements about hot cells: taking from one of their shards, looking at them, laying their pieces out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    Delete,
    Dialect,
    Select,
    Table,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import CompoundSelect

from omskit.storage.sql.booking import Booking, bears, booking
from omskit.storage.sql.bulk import Feed, Guarded, addition, is_sqlite, members, upsertion
from omskit.storage.sql.tables import WORDS, Tables

SHARD = ("sku", "warehouse", "shard", "on_hand", "reserved")
#: Where the level of a cell that has shards stands among them, if it has one; see :meth:`HotCells.book`.
COLD = -1


@frozen(eq=False)
class HotStatements:
    """Every statement about hot cells, made once for a dialect."""

    take: Booking
    first: Select[Any]
    put: Booking
    look: CompoundSelect[Any]
    lock: Select[Any]
    fold: ReturningDelete[Any, Any]
    shift: Guarded
    make: Feed
    numbers: Select[Any]
    note: Feed
    cold: Select[Any]
    cold_locked: Select[Any]
    hot_locked: Select[Any]
    drop: Delete


def hot_statements(dialect: Dialect, tables: Tables) -> HotStatements:
    """Make the statements about hot cells."""
    levels, shards, hot = tables.levels, tables.shards, tables.hot
    every = select(*(shards.c[name] for name in SHARD)).order_by(shards.c.sku, shards.c.warehouse, shards.c.shard)
    there = shards.alias("there")
    turn = there.c.shard if is_sqlite(dialect) else func.random()
    free = select(there.c.shard).where(*_of(there), *bears(there.c, _MORE)).order_by(turn).limit(1)
    chosen = free.with_for_update(skip_locked=True)
    return HotStatements(
        take=booking(dialect, tables, _adding(shards, chosen.scalar_subquery())),
        first=every.where(*_of(shards)).limit(1).with_for_update(),
        put=booking(dialect, tables, _adding(shards, bindparam("to_shard", type_=BigInteger()))),
        look=union_all(
            select(literal(COLD).label("shard"), levels.c.on_hand, levels.c.reserved).where(*_of(levels)),
            select(*(shards.c[name] for name in SHARD[2:])).where(*_of(shards)),
        ),
        lock=every.where(*_of(shards)).with_for_update(),
        fold=delete(levels).where(*_of(levels)).returning(levels.c.on_hand, levels.c.reserved),
        shift=addition(dialect, shards, SHARD, lambda _have, _more: ()),
        make=upsertion(dialect, shards, SHARD, adding=True),
        numbers=select(hot.c.sku, hot.c.shards).where(hot.c.sku.in_(members(dialect, WORDS))),
        note=upsertion(dialect, hot, ("sku", "shards")),
        cold=select(levels.c.sku).where(levels.c.sku.in_(members(dialect, WORDS))),
        cold_locked=select(*levels.c)
        .where(levels.c.sku.in_(members(dialect, WORDS)))
        .order_by(levels.c.sku, levels.c.warehouse)
        .with_for_update(),
        hot_locked=every.with_only_columns(*(shards.c[name] for name in SHARD if name != "shard"))
        .where(shards.c.sku.in_(members(dialect, WORDS)))
        .with_for_update(),
        drop=delete(shards).where(
            *_of(shards), shards.c.shard >= bindparam("least"), shards.c.on_hand == 0, shards.c.reserved == 0
        ),
    )


def _of(table: Any) -> tuple[ColumnElement[bool], ...]:
    return table.c.sku == bindparam("of_sku"), table.c.warehouse == bindparam("of_warehouse")


def _more(name: str) -> ColumnElement[int]:
    return bindparam(f"more_{name}", type_=BigInteger())


#: What is added to a shard, as parameters of a statement.
_MORE = SimpleNamespace(on_hand=_more("on_hand"), reserved=_more("reserved"))


def _adding(shards: Table, chosen: ColumnElement[int]) -> ReturningUpdate[Any]:
    """Return the guarded addition to one shard of a cell; a query that chooses it does so once, and locks it."""
    return (
        update(shards)
        .where(*_of(shards), shards.c.shard == chosen, *bears(shards.c, _MORE))
        .values({name: shards.c[name] + _more(name) for name in SHARD[3:]})
        .returning(shards.c.shard, (shards.c.on_hand - shards.c.reserved).label("left"))
    )


def summed(shards: Table) -> Select[Any]:
    """Return the sum of each cell's shards, as rows like those of levels."""
    cell = (shards.c.sku, shards.c.warehouse)
    sums = (cast(func.sum(shards.c[name]), BigInteger).label(name) for name in SHARD[3:])
    return select(*cell, *sums).group_by(*cell)
