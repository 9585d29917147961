"""The model machine: random units on a storage and on the reference, compared in all that can be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from omskit.core import OmsError, Refused, StorageError
from omskit.storage import After, Attempt, Delivery, MemoryStorage, Op, Receipt, Storage, Unit, Where
from omskit.testing.storage.tickets import (
    AT,
    TICKETS,
    A,
    B,
    C,
    Fitted,
    Moved,
    change,
    coming,
    message,
    moving,
    opening,
    reserving,
    shipping,
)

#: One step within a unit; does something and returns what can be seen of it.
Step = Callable[[Unit], object]

_KEYS, _COUNTS, _CELLS = st.integers(1, 6), st.integers(1, 4), st.sampled_from([A, B, C])
_SERIALS = st.sampled_from([None, "x", "y", "z"])
_MINUTES = st.integers(0, 3).map(lambda minutes: AT + timedelta(minutes=minutes))


class _HostError(Exception):
    """Something of the host's, which ends a unit."""


def _break_off(fail: bool) -> None:  # noqa: FBT001
    if fail:
        raise _HostError


def _open(key: int, serial: str | None, rank: int, due: int | None) -> Step:
    def step(unit: Unit) -> None:
        unit.of(TICKETS).save([opening(key, serial=serial, rank=rank, due=due)])

    return step


def _revise(keys: set[int], rank: int, late: int) -> Step:
    """Change those of the tickets that are there; ``late`` is a key that is saved against an older version."""

    def step(unit: Unit) -> None:
        loaded = unit.of(TICKETS).load(sorted(keys))
        changes = []
        for key, stored in sorted(loaded.items()):
            if key != late or stored.version == 1:
                changes.append(change(key, stored, Moved(rank, "open" if rank % 2 else "shut"), Fitted("nut", 1)))
            else:
                changes.append(change(key, type(stored)(stored.state, stored.version - 1), Moved(rank, "open")))
        unit.of(TICKETS).save(changes)

    return step


def _claim(rank: int, limit: int) -> Step:
    return lambda unit: list(
        unit.of(TICKETS).claim(Where("rank", Op.GE, rank), limit=limit, by="rank").items()
    )


def _post(movements: Sequence[Any]) -> Step:
    """Book movements; a refusal is part of what can be seen, and the unit goes on."""

    def step(unit: Unit) -> object:
        try:
            unit.stock.post(movements)
        except Refused:
            return "refused"
        return "booked"

    return step


def _put(key: str, due: Any) -> Step:
    def step(unit: Unit) -> None:
        unit.outbox.put([message(unit.keys(1)[0], key, due=due)])

    return step


def _lease(at: Any, limit: int, outcomes: Sequence[Delivery | None], due: Any) -> Step:
    """Lease messages, and settle them at once where there is an outcome."""

    def step(unit: Unit) -> object:
        leased = unit.outbox.lease(at, limit=limit, seconds=60)
        pairs = zip(leased, outcomes, strict=False)
        unit.outbox.settle([Attempt(one.message.id, outcome, due) for one, outcome in pairs if outcome])
        return list(leased)

    return step


def _record(id_: str, body: str, replace: bool) -> Step:  # noqa: FBT001
    def step(unit: Unit) -> None:
        write = unit.inbox.replace if replace else unit.inbox.record
        write("web", [Receipt(id_, body, "{}")], at=AT)

    return step


_MOVEMENTS = st.lists(
    st.one_of(
        st.builds(coming, _CELLS, _COUNTS),
        st.builds(reserving, _CELLS, _COUNTS, st.integers(1, 2), st.integers(1, 2)),
        st.builds(lambda cell, count, order: reserving(cell, -count, order), _CELLS, _COUNTS, st.integers(1, 2)),
        st.builds(shipping, _CELLS, _COUNTS, st.integers(1, 2)),
        st.builds(lambda cell, count: moving(cell, -count, 0), _CELLS, _COUNTS),
    ),
    max_size=5,
)
_STEPS = st.one_of(
    st.builds(_open, _KEYS, _SERIALS, st.integers(-2, 2), st.none() | st.integers(-1, 1)),
    st.builds(_revise, st.sets(_KEYS, max_size=4), st.integers(-2, 2), st.integers(1, 30)),
    st.builds(_claim, st.integers(-2, 2), st.integers(1, 4)),
    st.builds(_post, _MOVEMENTS),
    st.builds(_put, st.sampled_from(["k", "l", "m"]), _MINUTES),
    st.builds(
        _lease, _MINUTES, st.integers(1, 3), st.lists(st.none() | st.sampled_from(Delivery), max_size=3), _MINUTES
    ),
    st.builds(_record, st.sampled_from("123"), st.sampled_from("fg"), st.booleans()),
)


class _Replay:
    """Runs one script on one storage and notes what can be seen of each step."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def run(self, steps: Sequence[Step], *, fail: bool) -> list[object]:
        seen: list[object] = []
        try:
            with self.storage.begin() as unit:
                seen += [self._plain(step(unit)) for step in steps]
                _break_off(fail)
        except _HostError:
            seen.append("rolled back")
        except OmsError as error:
            seen.append((type(error), error.code if isinstance(error, StorageError) else ""))
        return seen

    def look(self) -> list[object]:
        with self.storage.begin(read=True) as unit:
            return [*self._tickets(unit), *self._stock(unit), self._outbox(unit), self._inbox(unit)]

    def _plain(self, value: object) -> object:
        """Name messages by the order in which they were seen: keys may differ from storage to storage."""
        if isinstance(value, list) and value and hasattr(value[0], "attempts"):
            return [(one.message.key, one.attempts) for one in value]
        return value

    def _tickets(self, unit: Unit) -> list[object]:
        ticketed, keys = unit.of(TICKETS), range(1, 7)
        return [
            dict(ticketed.load(keys)),
            {key: list(entries) for key, entries in ticketed.history(keys).items()},
            list(ticketed.find(limit=99)),
            list(ticketed.find(Where("status", Op.EQ, "open"), limit=2, by="rank", after=After(0, 2))),
            list(ticketed.find(Where("due", Op.LE, 0), limit=3, by="rank")),
            list(ticketed.find(Where("due", Op.IN, (-1, 1)), Where("rank", Op.GE, 0), limit=9)),
            ticketed.count(Where("serial", Op.IN, ("x", "z"))),
        ]

    def _stock(self, unit: Unit) -> list[object]:
        book = unit.stock
        return [
            list(book.all_levels()),
            dict(book.levels(["A"])),
            list(book.reservations([1, 2])),
            [list(book.movements(cell, limit=5)) for cell in (A, B, C)],
            list(book.since(A.warehouse, AT)),
            list(book.drift()),
        ]

    def _outbox(self, unit: Unit) -> object:
        return dict(unit.outbox.waiting())

    def _inbox(self, unit: Unit) -> object:
        return dict(unit.inbox.seen("web", ["1", "2", "3"]))


def storage_machine(
    fresh: Callable[[], Storage], *, model: Callable[[], Storage] = MemoryStorage
) -> type[RuleBasedStateMachine]:
    """Return a Hypothesis machine that holds a storage to the reference, unit by unit.

    Each unit is a random script of saves, claims, bookings, leases and receipts, some of which meet conflicts,
    duplicates or refusals, and some of which the host breaks off. After each unit all that can be read is equal.
    Run it with ``hypothesis.stateful.run_state_machine_as_test``, or collect its ``TestCase``.

    Args:
        fresh: Returns an empty storage every time, made for :data:`KIT_KINDS` if it has to know its kinds.
        model: What it is held to.
    """

    class StorageMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.real, self.model = _Replay(fresh()), _Replay(model())

        @rule(steps=st.lists(_STEPS, min_size=1, max_size=6), fail=st.integers(0, 5).map(lambda n: n == 0))
        def unit(self, steps: list[Step], fail: bool) -> None:  # noqa: FBT001
            assert self.real.run(steps, fail=fail) == self.model.run(steps, fail=fail)

        @invariant()
        def all_that_can_be_read_is_equal(self) -> None:
            assert self.real.look() == self.model.look()

    return StorageMachine
