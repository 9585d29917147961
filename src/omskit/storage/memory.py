"""The reference storage: dicts behind one lock, for tests, try-outs and as the model that others are held to.

A unit works on the dicts themselves and keeps an undo log; a block that raises is undone step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Items
from contextlib import contextmanager
from datetime import datetime
from threading import RLock
from typing import Any, Generic, TypeVar

from attrs import define, field

from omskit.core import (
    Cell,
    Change,
    Claim,
    ConcurrencyConflict,
    Duplicate,
    Entry,
    Kind,
    Level,
    Movement,
    Refused,
    Reservation,
    Stored,
    UsageError,
    to_ms,
)
from omskit.storage.balances import Balance, Imbalance, Measure, imbalances, mending
from omskit.storage.memory_data import Data
from omskit.storage.memory_messages import MemoryInbox, MemoryOutbox
from omskit.storage.port import After, Capabilities, Op, Where
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
        twice = first_twice([change.key for change in changes])
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
            value = tuple(self.kind.column(name)(change.state) for name in names)
            if before is not None:
                old = tuple(self.kind.column(name)(before.state) for name in names)
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
        rank = self.kind.column(by) if by else None
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
        self._holding(claims)
        self._write(self._levels_after(movements), claims)
        for movement in movements:
            self.data.put(self.data.movements, len(self.data.movements), movement)

    def _holding(self, claims: Mapping[tuple[Claim, Cell], int]) -> None:
        for where, effect in claims.items():
            if self.data.reserved.get(where, 0) + effect < 0:
                raise Refused("not_reserved", "the claim has less reserved", claim=where[0], cell=where[1])

    def _write(self, levels: Mapping[Cell, Level], claims: Mapping[tuple[Claim, Cell], int]) -> None:
        for cell, level in levels.items():
            self.data.put(self.data.levels, cell, level)
        for where, effect in claims.items():
            self.data.put(self.data.reserved, where, self.data.reserved.get(where, 0) + effect)

    def _levels_after(self, movements: Sequence[Movement]) -> dict[Cell, Level]:
        return self._adding(effects_of(movements))

    def _adding(self, effects: Mapping[Cell, tuple[int, int]]) -> dict[Cell, Level]:
        short, levels = [], {}
        for cell, (on_hand, reserved) in effects.items():
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

    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        placed = ((number + 1, movement) for number, movement in self.data.movements.items())
        return [(at, one) for at, one in placed if at > after.get(one.cell, at)][:limit]

    def drift(self) -> Sequence[Imbalance]:
        everything = self.data.movements.values()
        effects, claims = effects_of(everything), claims_of(everything)
        found = []
        for cell in sorted({*self.data.levels, *effects}):
            level = self.data.levels.get(cell, Level())
            found += imbalances(cell, (level.on_hand, level.reserved), effects.get(cell, (0, 0)))
        for claim, cell in sorted({*self.data.reserved, *claims}):
            have, want = self.data.reserved.get((claim, cell), 0), claims.get((claim, cell), 0)
            if have != want:
                found.append(Imbalance(Balance(Measure.RESERVATION, cell, claim), have, want))
        return found

    def mend(self, drift: Sequence[Imbalance]) -> None:
        self.data.writing()
        effects, claims = mending(drift, self.drift())
        self._holding(claims)
        self._write(self._adding(effects), claims)


@define
class _Unit:
    data: Data

    @property
    def outbox(self) -> MemoryOutbox:
        return MemoryOutbox(self.data)

    @property
    def inbox(self) -> MemoryInbox:
        return MemoryInbox(self.data)

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
