"""The queries that hold balances against the sums of their movements; the database does it in constant memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import FromClause, Select, Table, func, literal, or_, select, tuple_, union_all

from omskit.storage.sql.tables import Tables

_CLAIM = ("order", "line", "sku", "warehouse", "quantity")


def drifted(tables: Tables, within: FromClause | None = None) -> Select[Any]:
    """Return the query of levels, of some cells or of all, that are not the sum of their movements."""
    levels, shards, moved, none = tables.levels, tables.shards, tables.movements, literal(0)
    both = union_all(
        _within(
            select(
                levels.c.sku,
                levels.c.warehouse,
                levels.c.on_hand,
                none.label("on_hand_sum"),
                levels.c.reserved,
                none.label("reserved_sum"),
            ),
            levels,
            within,
        ),
        _within(
            select(shards.c.sku, shards.c.warehouse, shards.c.on_hand, none, shards.c.reserved, none),
            shards,
            within,
        ),
        _within(
            select(moved.c.sku, moved.c.warehouse, none, moved.c.on_hand, none, moved.c.reserved), moved, within
        ),
    ).subquery()
    return _unequal(both, ("sku", "warehouse"), ("on_hand", "reserved"))


def drifted_claims(tables: Tables, within: FromClause | None = None) -> Select[Any]:
    """Return the query of reservations, in some cells or in all, that are not the sum of their movements."""
    held, moved, none = tables.reservations, tables.movements, literal(0)
    moves = select(*(moved.c[name] for name in _CLAIM[:4]), none, moved.c.reserved)
    both = union_all(
        _within(select(*(held.c[name] for name in _CLAIM), none.label("quantity_sum")), held, within),
        _within(moves.where(moved.c.order != 0, moved.c.reserved != 0), moved, within),
    ).subquery()
    return _unequal(both, _CLAIM[:4], ("quantity",))


def _within(rows: Select[Any], table: Table, cells: FromClause | None) -> Select[Any]:
    """Return the rows of some cells; of all without any."""
    if cells is None:
        return rows
    return rows.where(tuple_(table.c.sku, table.c.warehouse).in_(select(cells.c.sku, cells.c.warehouse)))


def _unequal(both: FromClause, by: Sequence[str], values: Sequence[str]) -> Select[Any]:
    """Return the groups in which the total of a value differs from the total that its movements give."""
    keys = [both.c[name] for name in by]
    totals = [(func.sum(both.c[name]), func.sum(both.c[f"{name}_sum"])) for name in values]
    return (
        select(*keys, *(total for pair in totals for total in pair))
        .group_by(*keys)
        .having(or_(*(found != expected for found, expected in totals)))
        .order_by(*keys)
    )
