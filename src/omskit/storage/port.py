"""The storage port: what a storage promises to the engine, as protocols over core values.

A storage keeps five things, all within one *unit* (a transaction): collections of aggregates, the stock book,
the outbox, the inbox and the key counter. Everything takes and returns many, and every promise written here has a
test in the conformance kit (``omskit.testing.storage``). Instants are kept to the millisecond at least.
"""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import Enum
from typing import Protocol, TypeVar

from attrs import frozen

from omskit.core import Cell, Change, Entry, Kind, Level, Movement, Reservation, Stored, quick
from omskit.storage.balances import Imbalance

S = TypeVar("S")


class Op(Enum):
    """How a column is compared in a search."""

    EQ = "="
    IN = "in"
    LE = "<="
    GE = ">="


@frozen
class Where:
    """One condition of a search; several hold together. ``IN`` takes a tuple, which may be empty.

    A column without a value (None) fulfills no condition. A column of the child table is named with the table
    before it, as in ``parcels.waybill``: the condition holds when some row of the state fulfills it.
    """

    column: str
    op: Op
    value: int | str | tuple[int | str, ...]


@frozen
class After:
    """Where the page before ended: the sort column's value (None without one) and the key."""

    value: int | None
    key: int


@frozen
class Capabilities:
    """What a storage can do beyond the contract that all fulfill.

    Args:
        durable: Whether a finished unit survives the end of the process.
        concurrent_units: Whether two units may write at the same time (row locks) or queue up (one writer).
        shared: Whether other processes see the same data.
    """

    durable: bool
    concurrent_units: bool
    shared: bool


class Collection(Protocol[S]):
    """All aggregates of one kind."""

    def load(self, keys: Items[int], *, lock: bool = False) -> Mapping[int, Stored[S]]:
        """Return the states by key; keys that are not there are left out.

        With ``lock`` the rows stay as they are until the unit ends, also for others.
        """
        ...

    def save(self, changes: Sequence[Change[S]]) -> None:
        """Write all changes with their entries, or none; at most one change a key.

        Raises:
            UsageError: ``key_twice`` with ``key``.
            ConcurrencyConflict: ``stale_version`` with ``keys`` when a stored version is not the change's
                ``before``.
            Duplicate: ``duplicate_key`` with ``columns`` when a new key, or a unique column tuple, is taken.
        """
        ...

    def find(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Sequence[int]:
        """Return the keys of at most ``limit`` matching states, ordered by column ``by`` and then key.

        ``by`` names an int column that is never None. ``after`` continues behind the end of a page: pages
        neither overlap nor leave gaps.
        """
        ...

    def claim(
        self, *where: Where, limit: int, by: str | None = None, after: After | None = None
    ) -> Mapping[int, Stored[S]]:
        """Find, lock and load in one step, in order; what another unit holds is passed over, not waited for."""
        ...

    def history(self, keys: Items[int]) -> Mapping[int, Sequence[Entry]]:
        """Return the entries of each key in sequence; a key without entries gives an empty sequence."""
        ...

    def count(self, *where: Where) -> int:
        """Return how many states match."""
        ...


class StockBook(Protocol):
    """Balances per cell, and what is reserved for whom; written by movements and :meth:`mend`."""

    def levels(self, skus: Items[str], *, lock: bool = False) -> Mapping[Cell, Level]:
        """Return the level of every known cell of the SKUs.

        With ``lock`` the cells stay as they are until the unit ends; locks are taken in cell order.
        """
        ...

    def all_levels(self) -> Iterator[tuple[Cell, Level]]:
        """Yield every cell in order, without holding all of them in memory."""
        ...

    def reservations(self, orders: Items[int]) -> Sequence[Reservation]:
        """Return what is still reserved for the orders, in order of claim and cell."""
        ...

    def post(self, movements: Sequence[Movement]) -> None:
        """Book all movements, or none: levels, reservations and the movements themselves.

        Effects are added up per cell and applied in cell order. Each resulting level keeps
        ``0 <= reserved <= on_hand`` and each reservation stays at zero or more.

        Raises:
            Refused: ``out_of_stock`` when a cell has less than the movements need, with ``cells``: (SKU,
                warehouse, needed, available) of each; ``not_reserved`` when a claim has less reserved than
                the movements take.
        """
        ...

    def movements(self, cell: Cell, *, limit: int) -> Sequence[Movement]:
        """Return the last ``limit`` movements of a cell, newest first."""
        ...

    def since(self, warehouse: str, at: datetime) -> Sequence[Movement]:
        """Return the movements at a warehouse that happened after an instant, to the millisecond, as booked."""
        ...

    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        """Return the movements of some cells behind a place of each, as booked, with their places from 1 on.

        A movement keeps its place; in a locked cell (:meth:`levels`) none comes up before one that is seen.
        """
        ...

    def drift(self) -> Sequence[Imbalance]:
        """Compare levels and reservations with the sums of the movements; empty when all agree."""
        ...

    def mend(self, drift: Sequence[Imbalance]) -> None:
        """Set balances to what their movements come to, all or none, as :meth:`drift` asks at that moment.

        Raises:
            Refused: ``drift_changed`` with ``subjects`` when what was found is otherwise by now; ``out_of_stock``,
                ``not_reserved`` when movements come to what no balance may be.
            ConcurrencyConflict: ``lost_race``, here or for who books the same cells meanwhile.
        """
        ...


@quick
@frozen
class Message:
    """Something that has to leave the process, stored before it does.

    Args:
        id: From ``Unit.keys``; also the idempotency key of the request.
        topic: Who it is for, as in ``warehouse:BERLIN``.
        key: Messages with the same key leave one after another, in order of id.
        tag: What kind of document the body is.
        body: The document as JSON text.
        due: Not before this instant.
    """

    id: int
    topic: str
    key: str
    tag: str
    body: str
    due: datetime


@frozen
class Leased:
    """A message in the hands of one relay until the lease ends; ``attempts`` counts this one."""

    message: Message
    attempts: int


class Delivery(Enum):
    """What became of an attempt to send.

    ``FAILED`` waits and is tried again; ``PARKED`` waits for a person; ``IN_DOUBT`` may or may not have
    arrived and is not tried again until it is resolved.
    """

    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"
    IN_DOUBT = "in_doubt"


@frozen
class Attempt:
    """The outcome of sending one leased message; ``due`` is when a failed one may be tried again."""

    id: int
    outcome: Delivery
    due: datetime | None = None
    note: str = ""


class Outbox(Protocol):
    """Messages waiting to be sent, at least once, in order per key."""

    def put(self, messages: Sequence[Message]) -> None:
        """Store messages with the unit: they exist if and only if the unit's changes do."""
        ...

    def lease(self, at: datetime, *, limit: int, seconds: int, topics: Items[str] = ()) -> Sequence[Leased]:
        """Take at most ``limit`` messages that are due, in order of id, for some seconds.

        Of the messages of one key only the first unfinished one can be taken, so that a parked or doubtful
        message holds back those behind it. A message is in one pair of hands at a time; after the lease it
        can be taken again. ``topics`` limits what is taken; empty means all.
        """
        ...

    def settle(self, attempts: Sequence[Attempt]) -> None:
        """Record outcomes. A message that is done is finished for good.

        Raises:
            StorageError: ``unknown_message``.
        """
        ...

    def resolve(self, id: int, outcome: Delivery) -> None:  # noqa: A002
        """Let a person decide on a parked or doubtful message: ``DONE``, or ``FAILED`` to send it again.

        Raises:
            StorageError: ``unknown_message`` if it is neither parked nor in doubt.
        """
        ...

    def waiting(self) -> Mapping[Delivery | None, int]:
        """Count unfinished messages: None are those never settled, the others by last outcome."""
        ...


@quick
@frozen
class Receipt:
    """What was received under an id, and what came of it.

    Args:
        id: The sender's id of the message, or the caller's idempotency key.
        fingerprint: Digest of the content; the same id with another one is a different message.
        outcome: JSON text of the first outcome, handed out again on every repeat.
    """

    id: str
    fingerprint: str
    outcome: str


class Inbox(Protocol):
    """What was received before, per source, so that a repeat does nothing twice."""

    def seen(self, source: str, ids: Items[str]) -> Mapping[str, Receipt]:
        """Return the receipts of the ids that were received before."""
        ...

    def record(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:
        """Keep receipts with the unit.

        Raises:
            Duplicate: ``duplicate_receipt`` when an id is there already, also from a concurrent unit.
        """
        ...

    def replace(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:
        """Keep receipts in place of the ones known under the same ids."""
        ...


class Unit(Protocol):
    """One transaction. Everything done through it is kept together when its block ends, or not at all.

    A refusal (``Refused``) leaves the unit as it was. After a ``StorageError`` nothing of the unit can be kept:
    a block that ends as if nothing had happened raises ``StorageError`` with the code ``unit_broken``.
    """

    @property
    def outbox(self) -> Outbox:
        """What has to be sent."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What was received."""
        ...

    @property
    def stock(self) -> StockBook:
        """The stock book."""
        ...

    def of(self, kind: Kind[S]) -> Collection[S]:
        """Return the collection of a kind."""
        ...

    def keys(self, count: int) -> Sequence[int]:
        """Hand out ``count`` ascending keys that were never handed out before, in any unit that was kept."""
        ...


class Storage(Protocol):
    """Opens units. A unit whose block raises keeps nothing and passes the error on."""

    @property
    def capabilities(self) -> Capabilities:
        """What this storage can do."""
        ...

    def begin(self, *, read: bool = False) -> AbstractContextManager[Unit]:
        """Open a unit; units of one storage may be open in several threads.

        Args:
            read: The unit only looks, at one moment; where units can overlap it holds up no writer.

        Raises:
            UsageError: ``reading_unit`` by whatever writes, hands out keys or locks in a unit that only looks.
        """
        ...
