"""Races: many hands reach for the same thing at the same moment, in threads and in processes.

The verdict does not depend on who is faster: a right storage passes however the hands are timed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TypeVar

import pytest

from omskit.core import Cell, ConcurrencyConflict, Duplicate, Level, OmsError, Refused
from omskit.storage import Attempt, Delivery, Op, Receipt, Storage, Where
from omskit.testing.storage.base import Opener, Opening
from omskit.testing.storage.booking import drift, levels, reservations
from omskit.testing.storage.hands import in_processes, in_threads
from omskit.testing.storage.tickets import (
    AT,
    TICKETS,
    A,
    Moved,
    change,
    coming,
    keep,
    message,
    opening,
    post,
    put,
    reserving,
    tickets,
)

T = TypeVar("T")

HANDS = 10
#: How often a hand does its work again after a conflict; each conflict is another hand's success.
TRIES = 100
TURNS = 3
CELLS = tuple(Cell(sku, "BER") for sku in "ABCDE")


def reach_for_the_last_piece(storage: Storage, number: int) -> str:
    """Write a ticket, a message and a receipt, and promise the only piece to it; the stock goes last."""
    with storage.begin() as unit:
        (key,) = unit.keys(1)
        unit.of(TICKETS).save([opening(key)])
        unit.outbox.put([message(key)])
        unit.inbox.record("web", [Receipt(str(number), "f", "{}")], at=AT)
        unit.stock.post([reserving(A, 1, key)])
    return "won"


def count_up(storage: Storage, _number: int) -> int:
    """Raise the rank of the one ticket, a few times, again after each conflict; return the conflicts."""
    conflicts = 0
    for _ in range(TURNS):
        while True:
            try:
                with storage.begin() as unit:
                    stored = unit.of(TICKETS).load([1])[1]
                    unit.of(TICKETS).save([change(1, stored, Moved(stored.state.rank + 1, "open"))])
                break
            except ConcurrencyConflict:
                conflicts += 1
                if conflicts == TRIES:
                    raise
    return conflicts


def open_the_same(storage: Storage, number: int) -> int:
    """Open a ticket under a serial that all hands want."""
    keep(storage, opening(number + 1, serial="the one"))
    return number


def receive_the_same(storage: Storage, number: int) -> int:
    """Record a receipt that all hands have."""
    with storage.begin() as unit:
        unit.inbox.record("web", [Receipt("1", f"f{number}", "{}")], at=AT)
    return number


def take_messages(storage: Storage, _number: int) -> list[int]:
    """Lease and finish messages until there are no more."""
    taken: list[int] = []
    while True:
        with storage.begin() as unit:
            leased = unit.outbox.lease(AT, limit=2, seconds=60)
        if not leased:
            return taken
        taken += [one.message.id for one in leased]
        with storage.begin() as unit:
            unit.outbox.settle([Attempt(one.message.id, Delivery.DONE) for one in leased])


def take_one_message(storage: Storage, _number: int) -> list[int]:
    """Lease one message."""
    with storage.begin() as unit:
        return [one.message.id for one in unit.outbox.lease(AT, limit=1, seconds=60)]


def take_keys(storage: Storage, _number: int) -> list[int]:
    """Take keys in several units."""
    taken: list[int] = []
    for _ in range(TURNS):
        with storage.begin() as unit:
            taken += unit.keys(7)
    return taken


def claim_two(storage: Storage, _number: int) -> list[int]:
    """Claim two open tickets and shut them."""
    with storage.begin() as unit:
        claimed = unit.of(TICKETS).claim(Where("status", Op.EQ, "open"), limit=2, by="rank")
        unit.of(TICKETS).save([change(key, one, Moved(0, "shut")) for key, one in claimed.items()])
        return list(claimed)


def book_every_cell(storage: Storage, number: int) -> None:
    """Book goods into the same cells as every other hand, half of them in the opposite order."""
    cells = CELLS if number % 2 else CELLS[::-1]
    for _ in range(TURNS):
        post(storage, *(coming(cell, 1) for cell in cells))
        post(storage, *(reserving(cell, 1, number + 1) for cell in cells))


def came_through(outcomes: Sequence[T | Exception]) -> list[T]:
    """Return the results, and raise what is no error of omskit's."""
    strange = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, OmsError)]
    if strange:
        raise strange[0]
    return [one for one in outcomes if not isinstance(one, Exception)]


def codes(outcomes: Sequence[object]) -> dict[str, int]:
    """Count the errors by code, and results as ``ok``."""
    counts: dict[str, int] = {}
    for one in outcomes:
        code = one.code if isinstance(one, OmsError) else repr(one) if isinstance(one, Exception) else "ok"
        counts[code] = counts.get(code, 0) + 1
    return counts


def check_one_winner(storage: Storage, outcomes: Sequence[object]) -> None:
    """Check that one hand got the last piece, and that the others left no row behind."""
    assert codes(outcomes) == {"ok": 1, "out_of_stock": HANDS - 1}
    assert {type(one) for one in outcomes} == {str, Refused}
    assert levels(storage) == {A: Level(1, 1)}
    with storage.begin(read=True) as unit:
        (winner,) = unit.of(TICKETS).find(limit=99)
        assert unit.outbox.waiting() == {None: 1}
        assert len(unit.inbox.seen("web", [str(number) for number in range(HANDS)])) == 1
        assert len(unit.stock.movements(A, limit=99)) == 2
    assert [one.claim.order for one in reservations(storage, winner)] == [winner]
    assert drift(storage) == []


def check_nothing_lost(storage: Storage, outcomes: Sequence[object]) -> None:
    """Check that every hand's work is in the ticket and in its history."""
    assert codes(outcomes) == {"ok": HANDS}
    stored = tickets(storage, 1)[1]
    assert (stored.state.rank, stored.version) == (HANDS * TURNS, HANDS * TURNS + 1)
    with storage.begin(read=True) as unit:
        assert len(unit.of(TICKETS).history([1])[1]) == HANDS * TURNS + 1


class ThreadKit(Opening):
    """Ten threads of this process."""

    def test_ten_threads_reach_for_one_piece_and_exactly_one_gets_it(self, storage: Storage) -> None:
        post(storage, coming(A, 1))
        check_one_winner(storage, in_threads(storage, reach_for_the_last_piece))

    def test_ten_threads_count_up_one_ticket_and_nothing_is_lost(self, storage: Storage) -> None:
        keep(storage, opening(1))
        check_nothing_lost(storage, in_threads(storage, count_up))

    def test_ten_threads_take_one_unique_value_and_exactly_one_has_it(self, storage: Storage) -> None:
        outcomes = in_threads(storage, open_the_same)
        assert codes(outcomes) == {"ok": 1, "duplicate_key": HANDS - 1}
        assert {type(one) for one in outcomes} == {int, Duplicate}
        assert [key - 1 for key in tickets(storage, *range(1, HANDS + 1))] == came_through(outcomes)

    def test_ten_threads_receive_one_message_and_exactly_one_records_it(self, storage: Storage) -> None:
        outcomes = in_threads(storage, receive_the_same)
        assert codes(outcomes) == {"ok": 1, "duplicate_receipt": HANDS - 1}
        with storage.begin(read=True) as unit:
            kept = unit.inbox.seen("web", ["1"])["1"]
        assert [f"f{one}" for one in came_through(outcomes)] == [kept.fingerprint]

    def test_ten_threads_empty_the_outbox_and_no_message_is_in_two_hands(self, storage: Storage) -> None:
        put(storage, *(message(number) for number in range(1, 41)))
        taken = came_through(in_threads(storage, take_messages))
        assert sorted(chain.from_iterable(taken)) == list(range(1, 41))

    def test_ten_threads_want_messages_of_one_key_and_only_the_first_is_taken(self, storage: Storage) -> None:
        put(storage, *(message(number, "k") for number in range(1, 41)))
        taken = came_through(in_threads(storage, take_one_message))
        assert sorted(taken) == [*[[]] * (HANDS - 1), [1]]

    def test_ten_threads_take_keys_and_none_is_given_twice(self, storage: Storage) -> None:
        taken = came_through(in_threads(storage, take_keys))
        assert len(set(chain.from_iterable(taken))) == HANDS * TURNS * 7
        assert all(some == sorted(some) for some in taken)

    def test_ten_threads_claim_tickets_and_none_is_claimed_twice(self, storage: Storage) -> None:
        keep(storage, *(opening(key, rank=key % 3) for key in range(1, 2 * HANDS + 1)))
        claimed = came_through(in_threads(storage, claim_two))
        assert sorted(chain.from_iterable(claimed)) == list(range(1, 2 * HANDS + 1))

    def test_ten_threads_book_the_same_cells_in_any_order_and_all_adds_up(self, storage: Storage) -> None:
        assert codes(in_threads(storage, book_every_cell)) == {"ok": HANDS}
        assert levels(storage) == dict.fromkeys(CELLS, Level(HANDS * TURNS, HANDS * TURNS))
        assert drift(storage) == []


class ProcessKit(Opening):
    """Two processes of five threads each, where storages are shared."""

    @pytest.fixture
    def shared(self, storage: Storage) -> Storage:
        """Return the storage, if other processes can open it too."""
        if not storage.capabilities.shared:
            pytest.skip("the storage is not shared: other processes have their own")
        return storage

    def test_processes_reach_for_one_piece_and_exactly_one_gets_it(self, shared: Storage, opener: Opener) -> None:
        post(shared, coming(A, 1))
        check_one_winner(shared, in_processes(opener, reach_for_the_last_piece))

    def test_processes_count_up_one_ticket_and_nothing_is_lost(self, shared: Storage, opener: Opener) -> None:
        keep(shared, opening(1))
        check_nothing_lost(shared, in_processes(opener, count_up))

    def test_processes_empty_the_outbox_and_no_message_is_in_two_hands(
        self, shared: Storage, opener: Opener
    ) -> None:
        put(shared, *(message(number) for number in range(1, 41)))
        taken = came_through(in_processes(opener, take_messages))
        assert sorted(chain.from_iterable(taken)) == list(range(1, 41))

    def test_processes_take_keys_and_none_is_given_twice(self, shared: Storage, opener: Opener) -> None:
        mine = take_keys(shared, 0)
        taken = [mine, *came_through(in_processes(opener, take_keys))]
        assert len(set(chain.from_iterable(taken))) == (1 + HANDS) * TURNS * 7

    def test_what_another_process_kept_is_there_when_it_has_ended(self, shared: Storage, opener: Opener) -> None:
        if not shared.capabilities.durable:
            pytest.skip("the storage is not durable: what a process kept ends with it")
        assert codes(in_processes(opener, open_the_same, processes=1, hands=1)) == {"ok": 1}
        assert set(tickets(shared, 1)) == {1}
