"""The reference storage: dicts behind one lock, for tests, try-outs and as the model that others are held to.

A unit works on the dicts themselves and keeps an undo log; a block that raises is undone step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Items
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field

from omskit.core import (
    Cell,
    Change,
    ConcurrencyConflict,
    Duplicate,
    Entry,
    Kind,
    Level,
    Movement,
    Refused,
    Reservation,
    StorageError,
    Stored,
    UsageError,
    to_ms,
)
from omskit.storage.memory_data import Data, Sent
from omskit.storage.port import (
    After,
    Attempt,
    Capabilities,
    Delivery,
    Drift,
    Leased,
    Message,
    Op,
    Receipt,
    Where,
)
from omskit.storage.sums import claims_of, effects_of, first_twice

S = TypeVar("S")

_COMPARE: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: lambda have, want: bool(have == want),
    Op.IN: lambda have, want: have in want,
    Op.LE: lambda have, want: bool(have <= want),
    Op.GE: lambda have, want: bool(have >= want),
}


@define
class _Collection(Generic[S]):
    kind: Kind[S]
    data: Data

    @property
    def _states(self) -> dict[int, Stored[S]]:
        return self.data.states.setdefault(self.kind.tag, {})

    def load(self, keys: Items[int], *, lock: bool = False) -> Mapping[int, Stored[S]]:
        if lock:
            self.data.writing()
        states = self._states
        return {key: states[key] for key in keys if key in states}

    def save(self, changes: Sequence[Change[S]]) -> None:
        self.data.writing()
        states = self._states
        versions = {change.key: states[change.key].version for change in changes if change.key in states}
        twice = first_twice(change.key for change in changes)
        if twice is not None:
            raise UsageError("key_twice", f"{self.kind.tag} {twice} is changed twice in one save", key=twice)
        stale = []
        for change in changes:
            there = versions.get(change.key, 0)
            if change.before == 0 and there:
                raise self.data.failure(
                    Duplicate("duplicate_key", f"{self.kind.tag} {change.key} is there already", columns=("key",))
                )
            if there != change.before:
                stale.append(change.key)
        if stale:
            raise self.data.failure(
                ConcurrencyConflict(
                    "stale_version", f"{self.kind.tag} was written by someone else", keys=tuple(stale)
                )
            )
        for change in changes:
            self._index(change)
            self.data.put(states, change.key, Stored(change.state, change.after))
            streams = self.data.entries.setdefault(self.kind.tag, {})
            self.data.put(streams, change.key, [*streams.get(change.key, []), *change.entries])

    def _index(self, change: Change[S]) -> None:
        before = self._states.get(change.key)
        for names in self.kind.unique:
            taken = self.data.unique.setdefault((self.kind.tag, names), {})
            value = tuple(self.kind.column(name).of(change.state) for name in names)
            if before is not None:
                old = tuple(self.kind.column(name).of(before.state) for name in names)
                if old in taken:
                    self.data.drop(taken, old)
            if taken.get(value, change.key) != change.key:
                raise self.data.failure(
                    Duplicate("duplicate_key", f"{self.kind.tag} {names} = {value} is taken", columns=names)
                )
            if None not in value:
                self.data.put(taken, value, change.key)

    def _matching(self, where: tuple[Where, ...], by: str | None) -> list[tuple[int, int]]:
        conditions = [(self.kind.values(w.column), _COMPARE[w.op], w.value) for w in where]
        rank = self.kind.column(by).of if by else None
        found = []
        for key, stored in self._states.items():
            values = [(of(stored.state), compare, want) for of, compare, want in conditions]
            if all(any(one is not None and compare(one, want) for one in have) for have, compare, want in values):
                found.append((rank(stored.state) if rank else 0, key))
        return sorted(found)  # type: ignore[arg-type]  # a sort column is an int that is never None

    def find(self, *where: Where, limit: int, by: str | None = None, after: After | None = None) -> Sequence[int]:
        start = ((after.value or 0) if by else 0, after.key) if after else None
        ordered = self._matching(where, by)
        return [key for value, key in ordered if start is None or (value, key) > start][:limit]

    def claim(
        self, *where: Where, limit: int, by: str | None = None, after: After | None = None
    ) -> Mapping[int, Stored[S]]:
        self.data.writing()
        return self.load(self.find(*where, limit=limit, by=by, after=after))

    def history(self, keys: Items[int]) -> Mapping[int, Sequence[Entry]]:
        streams = self.data.entries.get(self.kind.tag, {})
        return {key: tuple(streams.get(key, ())) for key in keys}

    def count(self, *where: Where) -> int:
        return len(self._matching(where, None))


@define
class _StockBook:
    data: Data

    def levels(self, skus: Items[str], *, lock: bool = False) -> Mapping[Cell, Level]:
        if lock:
            self.data.writing()
        wanted = frozenset(skus)
        return {cell: level for cell, level in sorted(self.data.levels.items()) if cell.sku in wanted}

    def all_levels(self) -> Iterator[tuple[Cell, Level]]:
        yield from sorted(self.data.levels.items())

    def reservations(self, orders: Items[int]) -> Sequence[Reservation]:
        wanted = frozenset(orders)
        live = [(claim, cell, left) for (claim, cell), left in self.data.reserved.items() if left]
        return [Reservation(*row) for row in sorted(live) if row[0].order in wanted]

    def post(self, movements: Sequence[Movement]) -> None:
        self.data.writing()
        claims = claims_of(movements)
        for where, effect in claims.items():
            if self.data.reserved.get(where, 0) + effect < 0:
                raise Refused("not_reserved", "the claim has less reserved", claim=where[0], cell=where[1])
        for cell, level in self._levels_after(movements).items():
            self.data.put(self.data.levels, cell, level)
        for where, effect in claims.items():
            self.data.put(self.data.reserved, where, self.data.reserved.get(where, 0) + effect)
        for movement in movements:
            self.data.put(self.data.movements, len(self.data.movements), movement)

    def _levels_after(self, movements: Sequence[Movement]) -> dict[Cell, Level]:
        short, levels = [], {}
        for cell, (on_hand, reserved) in effects_of(movements).items():
            now = self.data.levels.get(cell, Level())
            then = Level(now.on_hand + on_hand, now.reserved + reserved)
            if then.reserved < 0 or then.available < 0:
                short.append((cell.sku, cell.warehouse, reserved - on_hand, now.available))
            levels[cell] = then
        if short:
            raise Refused("out_of_stock", "less is there than the movements need", cells=tuple(short))
        return levels

    def movements(self, cell: Cell, *, limit: int) -> Sequence[Movement]:
        found = [movement for movement in self.data.movements.values() if movement.cell == cell]
        return found[::-1][:limit]

    def since(self, warehouse: str, at: datetime) -> Sequence[Movement]:
        there = (movement for movement in self.data.movements.values() if movement.cell.warehouse == warehouse)
        return [movement for movement in there if to_ms(movement.at) > to_ms(at)]

    def drift(self) -> Sequence[Drift]:
        everything = self.data.movements.values()
        effects, claims = effects_of(everything), claims_of(everything)
        found = []
        for cell in sorted({*self.data.levels, *effects}):
            level, (on_hand, reserved) = self.data.levels.get(cell, Level()), effects.get(cell, (0, 0))
            subject = f"{cell.sku}@{cell.warehouse}"
            if level.on_hand != on_hand:
                found.append(Drift(f"on_hand {subject}", level.on_hand, on_hand))
            if level.reserved != reserved:
                found.append(Drift(f"reserved {subject}", level.reserved, reserved))
        for claim, cell in sorted({*self.data.reserved, *claims}):
            have, want = self.data.reserved.get((claim, cell), 0), claims.get((claim, cell), 0)
            if have != want:
                subject = f"reservation {claim.order}/{claim.line} {cell.sku}@{cell.warehouse}"
                found.append(Drift(subject, have, want))
        return found


@define
class _Outbox:
    data: Data

    def put(self, messages: Sequence[Message]) -> None:
        self.data.writing()
        for message in messages:
            self.data.put(self.data.sent, message.id, Sent(message))

    def lease(self, at: datetime, *, limit: int, seconds: int, topics: Items[str] = ()) -> Sequence[Leased]:
        self.data.writing()
        taken: list[Leased] = []
        blocked: set[str] = set()
        for number, sent in sorted(self.data.sent.items()):
            if sent.outcome is Delivery.DONE or sent.message.key in blocked:
                continue
            blocked.add(sent.message.key)
            free = sent.outcome in {None, Delivery.FAILED} and sent.message.due <= at
            if not free or (sent.until and sent.until > at) or (topics and sent.message.topic not in topics):
                continue
            if len(taken) == limit:
                break
            taken.append(Leased(sent.message, sent.attempts + 1))
            until = at + timedelta(seconds=seconds)
            self.data.put(self.data.sent, number, evolve(sent, attempts=sent.attempts + 1, until=until))
        return taken

    def settle(self, attempts: Sequence[Attempt]) -> None:
        self.data.writing()
        for attempt in attempts:
            sent = self.data.sent.get(attempt.id)
            if sent is None or sent.outcome is Delivery.DONE:
                raise self.data.failure(
                    StorageError("unknown_message", f"no unfinished message {attempt.id}", id=attempt.id)
                )
            message = evolve(sent.message, due=attempt.due or sent.message.due)
            after = evolve(sent, message=message, outcome=attempt.outcome, until=None)
            self.data.put(self.data.sent, attempt.id, after)

    def resolve(self, id: int, outcome: Delivery) -> None:  # noqa: A002
        self.data.writing()
        sent = self.data.sent.get(id)
        if sent is None or sent.outcome not in {Delivery.PARKED, Delivery.IN_DOUBT}:
            raise self.data.failure(
                StorageError("unknown_message", f"message {id} is neither parked nor in doubt", id=id)
            )
        self.data.put(self.data.sent, id, evolve(sent, outcome=outcome, until=None))

    def waiting(self) -> Mapping[Delivery | None, int]:
        counts: dict[Delivery | None, int] = {}
        for sent in self.data.sent.values():
            if sent.outcome is not Delivery.DONE:
                counts[sent.outcome] = counts.get(sent.outcome, 0) + 1
        return counts


@define
class _Inbox:
    data: Data

    def seen(self, source: str, ids: Items[str]) -> Mapping[str, Receipt]:
        return {i: self.data.receipts[source, i] for i in ids if (source, i) in self.data.receipts}

    def record(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:
        self.data.writing()
        for receipt in receipts:
            if (source, receipt.id) in self.data.receipts:
                raise self.data.failure(
                    Duplicate(
                        "duplicate_receipt", f"{source} {receipt.id!r} is known", source=source, id=receipt.id
                    )
                )
            self.replace(source, [receipt], at=at)

    def replace(self, source: str, receipts: Sequence[Receipt], *, at: datetime) -> None:  # noqa: ARG002
        self.data.writing()
        for receipt in receipts:
            self.data.put(self.data.receipts, (source, receipt.id), receipt)


@define
class _Unit:
    data: Data

    @property
    def outbox(self) -> _Outbox:
        return _Outbox(self.data)

    @property
    def inbox(self) -> _Inbox:
        return _Inbox(self.data)

    @property
    def stock(self) -> _StockBook:
        return _StockBook(self.data)

    def of(self, kind: Kind[S]) -> _Collection[S]:
        return _Collection(kind, self.data)

    def keys(self, count: int) -> Sequence[int]:
        self.data.writing()
        first = self.data.counter["key"] + 1
        self.data.counter["key"] += count
        return range(first, first + count)


@define
class MemoryStorage:
    """A storage in this process's memory; gone when the process ends.

    Units queue up: one at a time, whatever the number of threads.
    """

    _data: Data = field(factory=Data, init=False, repr=False)
    _lock: Any = field(factory=RLock, init=False, repr=False)

    @property
    def capabilities(self) -> Capabilities:
        """Neither durable nor shared; one unit at a time."""
        return Capabilities(durable=False, concurrent_units=False, shared=False)

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[_Unit]:
        """Open a unit; another thread waits until this one ends.

        Raises:
            UsageError: ``nested_unit`` when this thread has one open.
            StorageError: ``unit_broken`` when the block ends normally after a storage error.
        """
        with self._lock, self._data.unit(read=read):
            yield _Unit(self._data)
