"""Booking with its records: on PostgreSQL one statement, so that what many want is locked for the shortest time.

A guarded write to balances, and what it leaves behind when it succeeds: what is reserved for whom, and the
movements. Two statements more between the lock on a balance and the commit would be two round trips more for which
everybody else waits who wants pieces of the same cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from attrs import frozen
from sqlalchemy import BigInteger, ColumnElement, Dialect, Select, Table, bindparam, func, literal_column, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.dml import ReturningUpdate

from omskit.storage.sql.bulk import Feed, Given, Values, given, insertion, is_sqlite, upsertion
from omskit.storage.sql.ledger import MOVEMENT
from omskit.storage.sql.tables import Tables
from omskit.storage.sql.wire import AnyRow, Wire

CLAIM = ("order", "line", "sku", "warehouse", "quantity")


@frozen
class Records:
    """What a booking leaves behind: rows of :data:`CLAIM` to add to reservations, and of :data:`MOVEMENT`."""

    claims: Sequence[Values] = ()
    movements: Sequence[Values] = ()


#: A booking after which others of the same unit come.
NOTHING = Records()


@frozen
class Recording:
    """Writes records by themselves."""

    claims: Feed
    movements: Feed

    def write(self, wire: Wire, records: Records) -> None:
        """Write records."""
        self.claims.write(wire, records.claims)
        self.movements.write(wire, records.movements)


def recording(dialect: Dialect, tables: Tables) -> Recording:
    """Return what writes records by themselves."""
    return Recording(
        upsertion(dialect, tables.reservations, CLAIM, adding=True),
        insertion(dialect, tables.movements, MOVEMENT),
    )


def bears(have: Any, more: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a balance can take what is added: no less on hand than is reserved."""
    after = have.reserved + more.reserved
    return after >= literal_column("0"), have.on_hand + more.on_hand >= after


class Booking(Protocol):
    """A guarded write together with its records."""

    def apply(
        self, wire: Wire, values: Mapping[str, Any], wanted: int, records: Records
    ) -> Sequence[AnyRow]:
        """Write, and return what was written to; with all of the ``wanted`` rows the records are kept too."""
        ...


@frozen
class _After:
    """Writes the records afterwards, for a database with one writer, which nobody could have outrun."""

    update: ReturningUpdate[Any]
    recording: Recording

    def apply(self, wire: Wire, values: Mapping[str, Any], wanted: int, records: Records) -> Sequence[AnyRow]:
        booked = wire.rows(self.update, **values)
        if len(booked) == wanted:
            self.recording.write(wire, records)
        return booked


@frozen
class _Together:
    """Hands over the records with the write, in one statement that keeps them if all could be written."""

    statement: Select[Any]
    claims: Given
    movements: Given

    def apply(self, wire: Wire, values: Mapping[str, Any], wanted: int, records: Records) -> Sequence[AnyRow]:
        claims, movements = self.claims.bound(records.claims), self.movements.bound(records.movements)
        return wire.rows(self.statement, **values, **claims, **movements, wanted=wanted)


def booking(dialect: Dialect, tables: Tables, update: ReturningUpdate[Any]) -> Booking:
    """Return an update that returns what it wrote to, together with its records."""
    if is_sqlite(dialect):
        return _After(update, recording(dialect, tables))
    booked = update.cte("booked")
    whole = select(func.count()).select_from(booked).scalar_subquery() == bindparam("wanted", type_=BigInteger())
    claims = given(dialect, tables.reservations, CLAIM, called="claim")
    movements = given(dialect, tables.movements, MOVEMENT, called="line")
    reserved = _copied(tables.reservations, CLAIM, claims, whole)
    key = [part.name for part in tables.reservations.primary_key]
    added = tables.reservations.c.quantity + reserved.excluded.quantity
    statement = select(booked).add_cte(
        reserved.on_conflict_do_update(index_elements=key, set_={"quantity": added}).cte("reserved"),
        _copied(tables.movements, MOVEMENT, movements, whole).cte("moved"),
    )
    return _Together(statement, claims, movements)


def _copied(table: Table, names: Sequence[str], rows: Given, only: ColumnElement[bool]) -> postgresql.Insert:
    return postgresql.insert(table).from_select(list(names), select(*rows.rows.c).where(only))
