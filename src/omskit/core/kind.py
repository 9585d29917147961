"""Kinds: all that a storage must know of an aggregate, declared by the aggregate over plain values.

A state is stored as one document; *columns* and *rows* are pure functions of the state, there for queries and
for the database's own checks. A version is the number of entries written so far, so that history and state can
be held against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

import attrs
from attrs import field, frozen

from omskit.core.errors import UsageError
from omskit.core.quick import quick
from omskit.core.serde import Codec

S = TypeVar("S")


class ColumnType(Enum):
    """What a column holds; instants are ints of milliseconds, money is ints of minor units."""

    INT = "int"
    TEXT = "text"


#: The values of one row of a table, in the order of its columns.
Row = tuple[int | str | None, ...]


@frozen
class Rows(Generic[S]):
    """A child table derived from a state, for queries; ``of`` gives one tuple a row in column order.

    Args:
        name: The table's name without prefix.
        columns: (name, type) pairs; the owner's key and the row's position come before them by themselves.
        of: The rows of one state; their order is stable, and a row never goes away.
        checks: SQL conditions that hold for every row.
        indexes: Column names that get an index each.
    """

    name: str
    columns: tuple[tuple[str, ColumnType], ...]
    of: Callable[[S], Sequence[Row]]
    checks: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()


@frozen
class Repaired:
    """A state was written anew as its history says; part of every history that may need it, and changes nothing.

    Args:
        plan: The plan that it was part of.
        changes: What was found and what was written: (path, found, written), the latter two as JSON.
    """

    plan: str
    changes: tuple[tuple[str, str, str], ...] = ()


def _no_row(_state: object) -> Row:
    return ()


def _with_repairs(events: Codec[Any]) -> Codec[Any]:
    return attrs.evolve(events, types={**events.types, "repaired": Repaired})


def _past_repairs(evolve: Callable[[S | None, Any], S]) -> Callable[[S | None, Any], S]:
    def evolved(state: S | None, event: Any) -> S:
        if type(event) is Repaired and state is not None:
            return state
        return evolve(state, event)

    return evolved


@frozen
class Kind(Generic[S]):
    """How one aggregate is stored.

    Args:
        tag: Its name in tables, entries and errors; part of the stored format.
        state: Codec of the state under this tag.
        events: Codec of its events; :class:`Repaired` joins them by itself.
        evolve: ``evolve(state or None, event) -> state``, for proving a state by its history; it never meets
            :class:`Repaired`.
        columns: What can be searched: (name, type) pairs.
        row: The values of ``columns`` for a state, in their order; a pure function.
        fixed: Names of columns whose value is the same in every state of one thing; a storage may leave them out
            where it writes a state anew.
        unique: Column names that are unique together.
        rows: Child table, if people query parts of the state.
        queue: Column names, in order, of the index by which waiting work is found.
        lookups: Column names that get an index each, or several that get one together, for searches by people and
            by other rooms.
        number: Prefix of the readable number.
    """

    tag: str
    state: Codec[S]
    events: Codec[Any] = field(converter=_with_repairs)
    evolve: Callable[[S | None, Any], S] = field(converter=_past_repairs)
    columns: tuple[tuple[str, ColumnType], ...] = ()
    row: Callable[[S], Row] = _no_row
    fixed: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    rows: Rows[S] | None = None
    queue: tuple[str, ...] = ()
    lookups: tuple[str | tuple[str, ...], ...] = ()
    number: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the child table's columns, with the table's name before them: ``order_lines.sku``."""
        return tuple(f"{self.rows.name}.{name}" for name, _ in self.rows.columns) if self.rows else ()

    def values(self, name: str) -> Callable[[S], Row]:
        """Return the function that gives the value of a column, or those of a column of the child table.

        Raises:
            UsageError: ``unknown_column``.
        """
        if self.rows is not None and name in self.parts:
            of, place = self.rows.of, self.parts.index(name)
            return lambda state: tuple([row[place] for row in of(state)])
        value = self.column(name)
        return lambda state: (value(state),)

    def column(self, name: str) -> Callable[[S], int | str | None]:
        """Return the function that gives the value of a column.

        Raises:
            UsageError: ``unknown_column``.
        """
        names = [known for known, _ in self.columns]
        if name not in names:
            listed = ", ".join([*names, *self.parts])
            raise UsageError(
                "unknown_column", f"{self.tag} has no column {name!r}; there are: {listed}", column=name
            )
        row, place = self.row, names.index(name)
        return lambda state: row(state)[place]


@quick
@frozen
class Entry:
    """One event in the history of one thing; never changed, never deleted.

    Args:
        stream: Key of the thing.
        sequence: 1, 2, 3 ... within the stream, without gaps.
        at: When it happened, UTC.
        actor: Who did it.
        cause: The command, step or message that led to it.
        event: The event itself.
    """

    stream: int
    sequence: int
    at: datetime
    actor: str
    cause: str
    event: Any


@quick
@frozen
class Stored(Generic[S]):
    """A state as it was loaded, with the version to hand back when it is saved."""

    state: S
    version: int


@quick
@frozen
class Change(Generic[S]):
    """One state to save, with the entries that led to it.

    ``before`` is the loaded version, 0 for a thing that is new; the version after is
    ``before + len(entries)``.

    Raises:
        UsageError: ``bad_change`` unless the entries continue the version without a gap.
    """

    key: int
    before: int
    state: S
    entries: tuple[Entry, ...]

    def __attrs_post_init__(self) -> None:
        expected = self.before
        for entry in self.entries:
            expected += 1
            if entry.sequence != expected or entry.stream != self.key:
                raise UsageError(
                    "bad_change", f"entry {entry.stream}/{entry.sequence} where {self.key}/{expected} belongs"
                )
        if expected == self.before:
            raise UsageError("bad_change", f"a change of {self.key} without an entry")

    @property
    def after(self) -> int:
        """The version that saving leads to."""
        return self.before + len(self.entries)


def fold(evolve: Callable[[S | None, Any], S], events: Iterable[Any]) -> S | None:
    """Return the state that a history leads to; None for no history."""
    state: S | None = None
    for event in events:
        state = evolve(state, event)
    return state
