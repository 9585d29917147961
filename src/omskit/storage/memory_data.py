"""What the reference storage keeps: plain dicts, and a log of how to take back what the open unit wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from attrs import define, field

from omskit.core import Cell, Claim, Entry, Level, Movement, StorageError, Stored, UsageError
from omskit.storage.port import Delivery, Message, Receipt


@define
class Sent:
    """A message of the outbox with what happened to it."""

    message: Message
    attempts: int = 0
    until: datetime | None = None
    outcome: Delivery | None = None


@define
class Data:
    """All that is kept, and the undo log of the unit that is open."""

    states: dict[str, dict[int, Stored[Any]]] = field(factory=dict)
    unique: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], int]] = field(factory=dict)
    entries: dict[str, dict[int, list[Entry]]] = field(factory=dict)
    levels: dict[Cell, Level] = field(factory=dict)
    reserved: dict[tuple[Claim, Cell], int] = field(factory=dict)
    movements: dict[int, Movement] = field(factory=dict)
    sent: dict[int, Sent] = field(factory=dict)
    receipts: dict[tuple[str, str], Receipt] = field(factory=dict)
    counter: dict[str, int] = field(factory=lambda: {"key": 0})
    undo: list[Callable[[], Any]] = field(factory=list)
    open: bool = False
    reading: bool = False
    broken: bool = False

    def writing(self) -> None:
        """Refuse to go on in a unit that only looks."""
        if self.reading:
            raise UsageError("reading_unit", "a unit that only looks can neither write nor lock nor hand out keys")

    def failure(self, error: StorageError) -> StorageError:
        """Mark the unit as one that cannot be kept any more, and return the error to raise."""
        self.broken = True
        return error

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Write one cell of a table and remember how to take it back."""
        if key in table:
            old = table[key]
            self.undo.append(lambda: table.__setitem__(key, old))
        else:
            self.undo.append(lambda: table.pop(key))
        table[key] = value

    def drop(self, table: dict[Any, Any], key: Any) -> None:
        """Remove one cell of a table and remember how to bring it back."""
        old = table.pop(key)
        self.undo.append(lambda: table.__setitem__(key, old))

    @contextmanager
    def unit(self, *, read: bool) -> Iterator[None]:
        """Keep what the block writes if it ends well, and take everything back if it does not."""
        if self.open:
            raise UsageError("nested_unit", "a unit is open in this thread; end it before another begins")
        self.open, self.reading, self.broken = True, read, False
        try:
            yield
            self.check()
        except BaseException:
            for step in reversed(self.undo):
                step()
            raise
        finally:
            self.undo.clear()
            self.open = False

    def check(self) -> None:
        """Refuse to keep a unit in which something could not be stored."""
        if self.broken:
            raise StorageError("unit_broken", "a storage error was caught inside the unit; begin another")
