"""Faults to inject below the engine, and what every shop has to hold after any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from attrs import define
from sqlalchemy import Engine, event, insert, select

from omskit.core import Movement, Refused
from omskit.engine import KINDS, Oms
from omskit.storage import Capabilities, Unit
from omskit.storage.sql import SqlStorage

#: Every row, by name of its table.
Rows = Mapping[str, Sequence[tuple[Any, ...]]]


class Cut(Exception):  # noqa: N818 - what happens, not what is wrong
    """The process or its connection ends here."""


@define
class Failpoints:
    """Counts the points of an engine at which it can be cut off, and cuts at one of them.

    A point stands before each statement, behind each, and before each commit.

    Args:
        at: Cut at this point, from 1; 0 never.
        passed: Points since the count began.
    """

    at: int = 0
    passed: int = 0

    def point(self, *_: object) -> None:
        """Be at a point."""
        self.passed += 1
        if self.passed == self.at:
            raise Cut

    @contextmanager
    def on(self, engine: Engine) -> Iterator[Failpoints]:
        """Watch an engine."""
        names = ("before_cursor_execute", "after_cursor_execute", "commit")
        for name in names:
            event.listen(engine, name, self.point)
        try:
            yield self
        finally:
            for name in names:
                event.remove(engine, name, self.point)


@define
class Shell:
    """A storage around a real one; what is wrong with it stands in ``begin``."""

    inner: Any

    @property
    def capabilities(self) -> Capabilities:
        """As the real one's."""
        return self.inner.capabilities  # type: ignore[no-any-return]  # any storage

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit."""
        with self.inner.begin(read=read) as unit:
            yield unit


@define
class Instead:
    """Something real of which one method is another one."""

    _real: Any
    _method: str
    _other: Any

    def __getattr__(self, name: str) -> Any:
        return self._other if name == self._method else getattr(self._real, name)


def with_other(unit: Any, book: str, method: str, other: Callable[..., object]) -> Instead:
    """Return a unit with a book of which one method is another one."""
    return Instead(unit, book, Instead(getattr(unit, book), method, other))


@define
class LosesAnswers(Shell):
    """A storage whose next commit succeeds, and nobody hears of it.

    Args:
        inner: The real storage.
        armed: Whether the next unit that writes is the one.
    """

    armed: bool = False

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit."""
        with self.inner.begin(read=read) as unit:
            yield unit
        if self.armed and not read:
            self.armed = False
            raise Cut


@define
class OnlyReads(Shell):
    """A storage in which nobody writes."""

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit that reads."""
        assert read, "this writes"
        with self.inner.begin(read=True) as unit:
            yield unit


@define
class Watches(Shell):
    """A storage that counts the pieces which become unavailable.

    Args:
        inner: The real storage.
        taken: Pieces so far.
    """

    taken: int = 0

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit."""
        with self.inner.begin(read=read) as real:
            yield with_other(real, "stock", "post", partial(self._post, real))

    def _post(self, unit: Unit, movements: Sequence[Movement]) -> None:
        unit.stock.post(movements)
        self.taken += sum(max(0, one.reserved - one.on_hand) for one in movements)


@define
class Splits(Shell):
    """A mutant: one book of each unit is written by a second transaction, after the first has committed."""

    book: str
    method: str

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit, and another one for the book when it has ended."""
        later: list[tuple[Any, Any]] = []
        with self.inner.begin(read=read) as real:
            yield with_other(real, self.book, self.method, lambda *args, **named: later.append((args, named)))
        if later:
            with self.inner.begin() as second:
                for args, named in later:
                    getattr(getattr(second, self.book), self.method)(*args, **named)


#: Makes each mutant of a storage.
SPLITS: Mapping[str, Callable[[Any], Splits]] = {
    "stock in a second transaction": lambda inner: Splits(inner, "stock", "post"),
    "outbox in a second transaction": lambda inner: Splits(inner, "outbox", "put"),
    "receipt in a second transaction": lambda inner: Splits(inner, "inbox", "record"),
}


@define
class Forgets(Shell):
    """A mutant: what was received is never written down."""

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit whose receipts are lost."""
        with self.inner.begin(read=read) as real:
            yield with_other(real, "inbox", "record", lambda *_, **__: None)


@define
class SwallowsShortages(Shell):
    """A mutant: of what a unit books, the part for which there is enough is booked."""

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit that posts movement by movement, and leaves out what is refused."""
        with self.inner.begin(read=read) as real:
            yield with_other(real, "stock", "post", partial(_post_what_can_be, real))


def _post_what_can_be(unit: Unit, movements: Sequence[Movement]) -> None:
    for one in movements:
        with suppress(Refused):
            unit.stock.post([one])


def rows(storage: SqlStorage) -> Rows:
    """Return every row of every table but the counter of keys, of which some may be lost."""
    skipped = storage.tables.counter
    tables = [one for one in skipped.metadata.sorted_tables if one is not skipped]
    with storage.engine.begin() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr) for table in tables
        }


def put_back(storage: SqlStorage, before: Rows) -> None:
    """Let a database have the rows that it had."""
    tables = [one for one in storage.tables.counter.metadata.sorted_tables if one.name in before]
    with storage.engine.begin() as connection:
        for table in reversed(tables):
            connection.execute(table.delete())
        for table in tables:
            names = [column.name for column in table.columns]
            if some := [dict(zip(names, row, strict=True)) for row in before[table.name]]:
                connection.execute(insert(table), some)


def summary(oms: Oms) -> Mapping[str, object]:
    """Return what a shop holds, without keys: what has happened to each thing, stock, and what is to be sent."""
    with oms.storage.begin(read=True) as unit:
        levels = dict(unit.stock.all_levels())
        waiting = unit.outbox.waiting()
        happened = {}
        for kind in KINDS:
            kept = unit.of(kind)
            histories = kept.history(kept.find(limit=1_000))
            tags = {key: [kind.events.tag_of(one.event) for one in some] for key, some in histories.items()}
            happened[kind.tag] = [tags[key] for key in sorted(tags)]
    moved = {cell: [(one.kind, one.quantity) for one in oms.stock.movements(*cell)] for cell in levels}
    return {"happened": happened, "levels": levels, "waiting": waiting, "moved": moved}


def violations(oms: Oms) -> list[str]:
    """Return what is wrong: the proofs of the system, and its orders against the receipts for them."""
    wrong = [str(one) for one in oms.verify().drift]
    placed: dict[str, list[str]] = {}
    for one in oms.orders():
        placed.setdefault(one.terms.channel, []).append(one.terms.external_id)
    for channel, ids in placed.items():
        if len(set(ids)) != len(ids):
            wrong.append(f"placed twice: {channel} {sorted(ids)}")
    with oms.storage.begin(read=True) as unit:
        for channel in oms.channels:
            # What omskit makes of an order has a number of its own behind the channel's.
            ids = [one for one in placed.get(channel, ()) if "~" not in one]
            if (receipts := len(unit.inbox.seen(f"channel:{channel}/order", ids))) != len(ids):
                wrong.append(f"{channel}: {len(ids)} orders, {receipts} receipts")
    return wrong


def unasked(oms: Oms) -> list[str]:
    """Return what is wrong where nothing was sent yet: each fulfillment order waits as one request."""
    with oms.storage.begin(read=True) as unit:
        waiting = sum(unit.outbox.waiting().values())
    work = len(list(oms.fulfillments()))
    return [] if waiting == work else [f"{work} fulfillment orders, {waiting} requests"]
