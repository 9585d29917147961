"""Points at which a unit can break: before and after each statement, and before its commit; and broken units."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import define
from sqlalchemy import Engine, event, text

from omskit.engine import Oms
from omskit.storage.sql import SqlStorage
from omskit.storage.sql.inbox import SqlInbox
from omskit.storage.sql.stock import SqlStockBook


class BrokenError(Exception):
    """What a point raises."""


@define(eq=False)
class Points:
    """Counts points, and breaks at the chosen one; the beginning of a transaction is none.

    Args:
        at: Which point breaks, from 0; -1 for none.
        how: What breaking is: raises, or ends the process.
    """

    at: int
    how: Callable[[], None]
    passed: int = 0

    def __call__(self, *given: object) -> None:
        if any(isinstance(one, str) and one.startswith("BEGIN") for one in given):
            return
        self.passed += 1
        if self.passed == self.at + 1:
            self.how()

    @property
    def fired(self) -> bool:
        return 0 <= self.at < self.passed


def breaks() -> None:
    """Raise in the middle of a unit."""
    raise BrokenError


def dies() -> None:
    """End this process as a power cut does: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def breaking(engine: Engine, at: int, how: Callable[[], None] = breaks) -> Iterator[Points]:
    """Count the points of an engine's statements and commits, and break at one of them."""
    points = Points(at, how)
    names = ("before_cursor_execute", "after_cursor_execute")
    for name in names:
        event.listen(engine, name, points)
    commit = engine.dialect.do_commit

    def committing(connection: Any) -> None:
        points()
        commit(connection)

    engine.dialect.do_commit = committing  # type: ignore[method-assign,assignment]  # a method, for a while
    try:
        yield points
    finally:
        engine.dialect.do_commit = commit  # type: ignore[method-assign]  # as it was
        for name in names:
            event.remove(engine, name, points)


def engine_of(oms: Oms) -> Engine:
    """Return the engine below a system."""
    assert isinstance(oms.storage, SqlStorage)
    return oms.storage.engine


def _commits(original: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: Any, *given: Any, **named: Any) -> Any:
        done = original(self, *given, **named)
        connection = self.wire.connection
        connection.execute(text("COMMIT"))
        connection.execute(text("BEGIN" if connection.dialect.name == "postgresql" else "BEGIN IMMEDIATE"))
        return done

    return wrapped


#: Mutants: a unit that is committed in its middle, by where.
MUTANTS: dict[str, Sequence[tuple[type[Any], str]]] = {
    "stock in an earlier transaction": [(SqlStockBook, "post")],
    "receipts in an earlier transaction": [(SqlInbox, "record")],
}


def mutate(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Put a mutant in place for the rest of a test."""
    for owner, method in MUTANTS[name]:
        monkeypatch.setattr(owner, method, _commits(getattr(owner, method)))
