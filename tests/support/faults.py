"""Faults to inject below the engine, and what every shop has to hold after any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from attrs import define, field
from sqlalchemy import Engine, event, select

from omskit.core import Movement, Refused
from omskit.engine import Oms
from omskit.storage import Capabilities
from omskit.storage.sql import SqlStorage


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
class LosesAnswers:
    """A storage whose next commit succeeds, and nobody hears of it.

    Args:
        inner: The real storage.
        armed: Whether the next unit that writes is the one.
    """

    inner: Any
    armed: bool = False

    @property
    def capabilities(self) -> Capabilities:
        """As the real one's."""
        return self.inner.capabilities  # type: ignore[no-any-return]  # any storage

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit."""
        with self.inner.begin(read=read) as unit:
            yield unit
        if self.armed and not read:
            self.armed = False
            raise Cut


@define
class Part:
    """A book of a unit of which one method is put off until the unit is kept."""

    real: Any
    method: str
    later: list[Sequence[Any]]

    def __getattr__(self, name: str) -> Any:
        if name == self.method:
            return lambda *args, **named: self.later.append((args, named))
        return getattr(self.real, name)


@define
class SplitUnit:
    """A unit with a part that is written by another transaction."""

    real: Any
    part: str
    method: str
    later: list[Sequence[Any]] = field(factory=list)

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.real, name)
        return Part(real, self.method, self.later) if name == self.part else real


@define
class Splits:
    """A mutant: one book of each unit is written by a second transaction, after the first has committed."""

    inner: Any
    part: str
    method: str

    @property
    def capabilities(self) -> Capabilities:
        """As the real one's."""
        return self.inner.capabilities  # type: ignore[no-any-return]  # any storage

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit, and another one for the part when it has ended."""
        with self.inner.begin(read=read) as real:
            unit = SplitUnit(real, self.part, self.method)
            yield unit
        if unit.later:
            with self.inner.begin() as second:
                for args, named in unit.later:
                    getattr(getattr(second, self.part), self.method)(*args, **named)


#: Makes each mutant of a storage.
SPLITS: Mapping[str, Callable[[Any], Splits]] = {
    "stock in a second transaction": lambda inner: Splits(inner, "stock", "post"),
    "outbox in a second transaction": lambda inner: Splits(inner, "outbox", "put"),
    "receipt in a second transaction": lambda inner: Splits(inner, "inbox", "record"),
}


def rows(storage: SqlStorage) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table but the counter of keys, of which some may be lost."""
    skipped = storage.tables.counter
    tables = [one for one in skipped.metadata.sorted_tables if one is not skipped]
    with storage.engine.begin() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr) for table in tables
        }


def summary(oms: Oms) -> Mapping[str, object]:
    """Return what a shop holds, without keys."""
    orders = sorted((one.terms.external_id, one.status, len(one.consignments)) for one in oms.orders())
    with oms.storage.begin(read=True) as unit:
        levels = dict(unit.stock.all_levels())
        waiting = unit.outbox.waiting()
    moved = {cell: [(one.kind, one.quantity) for one in oms.stock.movements(*cell)] for cell in levels}
    return {"orders": orders, "levels": levels, "waiting": waiting, "moved": moved}


def violations(oms: Oms) -> list[str]:
    """Return what is wrong: the proofs of the system, and its orders against the receipts for them."""
    wrong = [str(one) for one in oms.verify().drift]
    ids = [one.terms.external_id for one in oms.orders()]
    if len(set(ids)) != len(ids):
        wrong.append(f"placed twice: {sorted(ids)}")
    with oms.storage.begin(read=True) as unit:
        receipts = unit.inbox.seen("channel:web/order", ids)
    if len(receipts) != len(ids):
        wrong.append(f"{len(ids)} orders, {len(receipts)} receipts")
    return wrong


def unasked(oms: Oms) -> list[str]:
    """Return what is wrong where nothing was sent yet: each fulfillment order waits as one request."""
    with oms.storage.begin(read=True) as unit:
        waiting = sum(unit.outbox.waiting().values())
    work = len(list(oms.fulfillments()))
    return [] if waiting == work else [f"{work} fulfillment orders, {waiting} requests"]


@define
class Forgets:
    """A mutant: what was received is never written down."""

    inner: Any

    @property
    def capabilities(self) -> Capabilities:
        """As the real one's."""
        return self.inner.capabilities  # type: ignore[no-any-return]  # any storage

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit whose receipts are lost."""
        with self.inner.begin(read=read) as real:
            yield SplitUnit(real, "inbox", "record")


@define
class Greedy:
    """A stock book that posts movement by movement, and leaves out what is refused."""

    real: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def post(self, movements: Sequence[Movement]) -> None:
        """Book what can be booked."""
        for one in movements:
            with suppress(Refused):
                self.real.post([one])


@define
class _GreedyUnit:
    real: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    @property
    def stock(self) -> Greedy:
        return Greedy(self.real.stock)


@define
class SwallowsShortages:
    """A mutant: of what a unit books, the part for which there is enough is booked."""

    inner: Any

    @property
    def capabilities(self) -> Capabilities:
        """As the real one's."""
        return self.inner.capabilities  # type: ignore[no-any-return]  # any storage

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        """Open a unit."""
        with self.inner.begin(read=read) as real:
            yield _GreedyUnit(real)
