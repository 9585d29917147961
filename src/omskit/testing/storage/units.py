"""Units and keys: all or nothing, one moment, nothing kept after an error, no key twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from threading import Event, Thread

import pytest

from omskit.core import Change, Refused, StorageError, UsageError
from omskit.storage import Attempt, Delivery, Receipt, Storage, Unit
from omskit.testing.storage.base import Opener, Opening
from omskit.testing.storage.hands import MOMENT_SECONDS, PATIENCE_SECONDS, elsewhere
from omskit.testing.storage.tickets import (
    AT,
    NOTES,
    TICKETS,
    A,
    B,
    Ticket,
    coming,
    keep,
    message,
    note,
    opening,
    post,
    reserving,
    tickets,
)

#: Every way to write, to lock or to take keys.
WRITES: dict[str, Callable[[Unit], object]] = {
    "save": lambda unit: unit.of(TICKETS).save([opening(1)]),
    "load_and_lock": lambda unit: unit.of(TICKETS).load([1], lock=True),
    "claim": lambda unit: unit.of(TICKETS).claim(limit=1),
    "post": lambda unit: unit.stock.post([coming(A, 1)]),
    "mend": lambda unit: unit.stock.mend([]),
    "lock_levels": lambda unit: unit.stock.levels(["A"], lock=True),
    "put": lambda unit: unit.outbox.put([message(1)]),
    "lease": lambda unit: unit.outbox.lease(AT, limit=1, seconds=60),
    "settle": lambda unit: unit.outbox.settle([Attempt(1, Delivery.DONE)]),
    "resolve": lambda unit: unit.outbox.resolve(1, Delivery.DONE),
    "record": lambda unit: unit.inbox.record("web", [Receipt("1", "f", "{}")], at=AT),
    "replace": lambda unit: unit.inbox.replace("web", [Receipt("1", "f", "{}")], at=AT),
    "keys": lambda unit: unit.keys(1),
}


class _HostError(Exception):
    """Something of the host's, which no storage knows."""


def _do_all(unit: Unit) -> None:
    unit.of(TICKETS).save([opening(1)])
    unit.of(NOTES).save([note(2, "a")])
    unit.stock.post([coming(A, 5), reserving(A, 2)])
    unit.outbox.put([message(3)])
    unit.inbox.record("web", [Receipt("1", "f", "{}")], at=AT)


def _found(storage: Storage) -> tuple[list[int], list[int], int, int, int, int, int, list[str]]:
    """Return traces of all that a unit can write."""
    with storage.begin(read=True) as unit:
        ticketed, noted = unit.of(TICKETS), unit.of(NOTES)
        return (
            list(ticketed.load([1])),
            list(noted.load([2])),
            sum(len(entries) for entries in ticketed.history([1]).values()),
            len(unit.stock.levels(["A"])),
            len(unit.stock.reservations([1])),
            len(unit.stock.movements(A, limit=9)),
            sum(unit.outbox.waiting().values()),
            list(unit.inbox.seen("web", ["1"])),
        )


_ALL = ([1], [2], 1, 1, 1, 2, 1, ["1"])
_NOTHING: tuple[object, ...] = ([], [], 0, 0, 0, 0, 0, [])


def _change_all(unit: Unit) -> None:
    unit.of(TICKETS).save([opening(9)])
    unit.stock.post([coming(A, 5), reserving(A, -2)])
    unit.inbox.replace("web", [Receipt("1", "g", "{}")], at=AT)
    unit.outbox.lease(AT, limit=9, seconds=60)
    unit.outbox.settle([Attempt(3, Delivery.DONE)])


def _break_off(storage: Storage, work: Callable[[Unit], object]) -> None:
    """Do something in a unit that an error of the host ends, and check that the error comes through."""

    def run() -> None:
        with storage.begin() as unit:
            work(unit)
            raise _HostError

    with pytest.raises(_HostError):
        run()


def _reach_for_nothing(unit: Unit) -> None:
    unit.of(TICKETS).save([opening(1)])
    unit.stock.post([reserving(A, 1)])


def _take_key_twice(unit: Unit, *before: Change[Ticket]) -> None:
    """Try to open a ticket that is there, and go on as if nothing had happened."""
    unit.of(TICKETS).save(before)
    with pytest.raises(StorageError):
        unit.of(TICKETS).save([opening(1)])


class UnitKit(Opening):
    """A unit is one transaction."""

    def test_a_unit_keeps_all_that_was_done_through_it(self, storage: Storage) -> None:
        with storage.begin() as unit:
            _do_all(unit)
        assert _found(storage) == _ALL

    def test_a_unit_sees_what_it_wrote_itself(self, storage: Storage) -> None:
        with storage.begin() as unit:
            _do_all(unit)
            assert list(unit.of(TICKETS).load([1])) == unit.of(TICKETS).find(limit=9) == [1]
            assert unit.stock.levels(["A"])[A].available == 3
            assert set(unit.inbox.seen("web", ["1"])) == {"1"}

    def test_a_unit_whose_block_raises_keeps_nothing_and_passes_the_error_on(self, storage: Storage) -> None:
        _break_off(storage, _do_all)
        assert _found(storage) == _NOTHING

    def test_a_unit_that_is_rolled_back_leaves_what_was_there(self, storage: Storage) -> None:
        with storage.begin() as unit:
            _do_all(unit)
        _break_off(storage, _change_all)
        assert _found(storage) == _ALL
        with storage.begin(read=True) as unit:
            assert unit.inbox.seen("web", ["1"])["1"].fingerprint == "f"

    def test_a_lease_of_a_unit_that_is_rolled_back_was_never_taken(self, storage: Storage) -> None:
        with storage.begin() as unit:
            unit.outbox.put([message(3)])
        _break_off(storage, lambda unit: unit.outbox.lease(AT, limit=9, seconds=60))
        with storage.begin() as unit:
            assert [one.attempts for one in unit.outbox.lease(AT, limit=9, seconds=60)] == [1]

    def test_a_block_that_is_left_by_a_refusal_keeps_nothing_either(self, storage: Storage) -> None:
        with pytest.raises(Refused), storage.begin() as unit:
            _reach_for_nothing(unit)
        assert _found(storage) == _NOTHING

    def test_a_unit_in_which_a_storage_error_was_swallowed_is_broken(self, storage: Storage) -> None:
        keep(storage, opening(1))
        with pytest.raises(StorageError) as caught, storage.begin() as unit:
            _take_key_twice(unit)
        assert caught.value.code == "unit_broken"

    def test_a_broken_unit_keeps_nothing(self, storage: Storage) -> None:
        keep(storage, opening(1))
        with pytest.raises(StorageError), storage.begin() as unit:
            _take_key_twice(unit, opening(2))
        assert list(tickets(storage, 1, 2)) == [1]

    def test_after_a_broken_unit_the_next_one_works(self, storage: Storage) -> None:
        keep(storage, opening(1))
        with pytest.raises(StorageError), storage.begin() as unit:
            _take_key_twice(unit)
        keep(storage, opening(2))
        assert set(tickets(storage, 1, 2)) == {1, 2}

    def test_a_unit_within_a_unit_of_the_same_thread_is_refused(self, storage: Storage) -> None:
        with storage.begin(), pytest.raises(UsageError) as caught, storage.begin():
            pytest.fail("it would wait for itself")
        assert caught.value.code == "nested_unit"

    def test_a_refused_unit_within_a_unit_leaves_the_outer_one_usable(self, storage: Storage) -> None:
        with storage.begin() as unit:
            with pytest.raises(UsageError), storage.begin():
                pytest.fail("it would wait for itself")
            unit.of(TICKETS).save([opening(1)])
        assert set(tickets(storage, 1)) == {1}


class ReadingKit(Opening):
    """A unit that only looks."""

    @pytest.mark.parametrize("write", WRITES)
    def test_a_unit_that_only_looks_refuses_to_write_to_lock_and_to_give_keys(
        self, storage: Storage, write: str
    ) -> None:
        with storage.begin(read=True) as unit, pytest.raises(UsageError) as caught:
            WRITES[write](unit)
        assert caught.value.code == "reading_unit"

    def test_a_unit_that_only_looks_sees_all_that_is_kept(self, storage: Storage) -> None:
        with storage.begin() as unit:
            _do_all(unit)
        assert _found(storage) == _ALL

    def test_a_unit_that_only_looks_sees_one_moment(self, storage: Storage) -> None:
        """Somebody writes while the unit is open, or waits until it ends where units queue up."""
        keep(storage, opening(1))
        writer = Thread(target=lambda: keep(storage, opening(2)), daemon=True)
        patience = PATIENCE_SECONDS if storage.capabilities.concurrent_units else MOMENT_SECONDS
        with storage.begin(read=True) as unit:
            before = unit.of(TICKETS).count()
            writer.start()
            writer.join(patience)
            assert (before, unit.of(TICKETS).count()) == (1, 1)
        writer.join(PATIENCE_SECONDS)
        assert set(tickets(storage, 1, 2)) == {1, 2}


class KeyKit(Opening):
    """Keys are handed out once."""

    def test_keys_ascend(self, storage: Storage) -> None:
        with storage.begin() as unit:
            keys = [*unit.keys(3), *unit.keys(1), *unit.keys(4)]
        assert len(keys) == 8
        assert all(one < next_one for one, next_one in pairwise(keys))

    def test_keys_ascend_from_unit_to_unit(self, storage: Storage) -> None:
        with storage.begin() as unit:
            earlier = list(unit.keys(3))
        with storage.begin() as unit:
            assert min(unit.keys(3)) > max(earlier)

    def test_no_key_is_below_one(self, storage: Storage) -> None:
        with storage.begin() as unit:
            assert min(unit.keys(2)) >= 1

    def test_asking_for_no_keys_gives_none(self, storage: Storage) -> None:
        with storage.begin() as unit:
            assert list(unit.keys(0)) == []

    def test_a_key_that_was_kept_is_never_handed_out_again_whatever_was_rolled_back(
        self, storage: Storage
    ) -> None:
        kept: list[int] = []
        for number in range(4):
            if number % 2:
                _break_off(storage, lambda unit: unit.keys(2))
                continue
            with storage.begin() as unit:
                kept += unit.keys(2)
        assert len(set(kept)) == len(kept) == 4


class CapabilityKit(Opening):
    """A storage is as durable, as shared and as concurrent as it says."""

    def test_a_shared_storage_is_the_same_wherever_it_is_opened_and_another_one_is_not(
        self, storage: Storage, opener: Opener
    ) -> None:
        keep(storage, opening(1))
        expected = {1} if storage.capabilities.shared else set()
        assert set(tickets(opener(), 1)) == expected

    def test_units_write_at_the_same_time_or_queue_up_as_the_storage_says(self, storage: Storage) -> None:
        inside, outside = Event(), Event()

        def other() -> None:
            with storage.begin() as unit:
                unit.of(TICKETS).save([opening(2)])
                inside.set()
            outside.set()

        thread = Thread(target=other, daemon=True)
        overlap = storage.capabilities.concurrent_units
        with storage.begin() as unit:
            unit.of(TICKETS).save([opening(1)])
            thread.start()
            assert inside.wait(PATIENCE_SECONDS if overlap else MOMENT_SECONDS) is overlap
        assert outside.wait(PATIENCE_SECONDS)
        assert set(tickets(storage, 1, 2)) == {1, 2}

    def test_several_threads_have_each_a_unit_of_their_own(self, storage: Storage) -> None:
        with storage.begin() as unit:
            unit.of(TICKETS).save([opening(1)])
        elsewhere(lambda: keep(storage, opening(2)))
        assert set(elsewhere(lambda: tickets(storage, 1, 2))) == {1, 2}

    def test_what_an_open_unit_has_written_is_not_seen_by_others(self, storage: Storage) -> None:
        seen: list[int] = []
        thread = Thread(target=lambda: seen.append(len(tickets(storage, 1))), daemon=True)
        patience = PATIENCE_SECONDS if storage.capabilities.concurrent_units else MOMENT_SECONDS

        def write(unit: Unit) -> None:
            unit.of(TICKETS).save([opening(1)])
            thread.start()
            thread.join(patience)

        _break_off(storage, write)
        thread.join(PATIENCE_SECONDS)
        assert seen == [0]

    def test_a_row_that_is_locked_stays_as_it_is_until_the_unit_ends(self, storage: Storage) -> None:
        """Somebody else locks the same row and waits, so that nobody decides on what is changing."""
        keep(storage, opening(1))
        seen: list[int] = []

        def other() -> None:
            with storage.begin() as unit:
                seen.append(unit.of(TICKETS).load([1], lock=True)[1].version)

        thread = Thread(target=other, daemon=True)
        with storage.begin() as unit:
            unit.of(TICKETS).load([1], lock=True)
            thread.start()
            thread.join(MOMENT_SECONDS)
            assert not seen
        thread.join(PATIENCE_SECONDS)
        assert seen == [1]

    def test_cells_that_are_locked_stay_as_they_are_until_the_unit_ends(self, storage: Storage) -> None:
        post(storage, coming(A, 1), coming(B, 1))
        seen: list[int] = []

        def other() -> None:
            with storage.begin() as unit:
                seen.append(unit.stock.levels(["A"], lock=True)[A].available)

        thread = Thread(target=other, daemon=True)
        with storage.begin() as unit:
            unit.stock.levels(["A", "B"], lock=True)
            thread.start()
            thread.join(MOMENT_SECONDS)
            assert not seen
            unit.stock.post([reserving(A, 1)])
        thread.join(PATIENCE_SECONDS)
        assert seen == [0]


class InstantKit(Opening):
    """Instants are kept to the millisecond at least."""

    def test_instants_are_kept_to_the_millisecond(self, storage: Storage) -> None:
        due = AT + timedelta(milliseconds=1)
        with storage.begin() as unit:
            unit.outbox.put([message(1, due=due)])
        with storage.begin() as unit:
            assert unit.outbox.lease(AT, limit=1, seconds=60) == []
            assert [one.message.due for one in unit.outbox.lease(due, limit=1, seconds=60)] == [due]
