"""A hot SKU under many hands: every piece is promised once, and nobody is refused while one is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from attrs import define, evolve, frozen
from kit_storages import SqlOpener
from sqlalchemy import text

from omskit.core import Cell, ConcurrencyConflict, Level, Refused
from omskit.storage import Storage
from omskit.storage.sql import SqlStorage, hot
from omskit.storage.sql.booking import NOTHING
from omskit.storage.sql.wire import Wire
from omskit.testing.storage.booking import drift, levels
from omskit.testing.storage.hands import in_processes, in_threads
from omskit.testing.storage.tickets import A, B, coming, post, reserving, shipping

HANDS, PIECES, SHARDS = 8, 40, 5


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlOpener]:
    at_home = f"sqlite:///{tmp_path}/hot.db"
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else at_home
    opener = SqlOpener(url, hot={"A": SHARDS, "B": 3})
    yield opener
    opener.close()


@pytest.fixture
def storage(opener: SqlOpener) -> SqlStorage:
    return opener()


@frozen
class Try:
    """One attempt to get a piece: whether it got it, and between which moments."""

    got: bool
    begun: float
    ended: float


def drain(pieces: int, storage: Storage, hand: int) -> list[Try]:
    """Reach for twice one's share of the pieces, one by one."""
    tries = []
    for turn in range(2 * pieces // HANDS):
        begun, got = time.monotonic(), True
        try:
            post(storage, reserving(A, 1, 1_000_000 * (hand + 1) + turn))
        except Refused:
            got = False
        tries.append(Try(got, begun, time.monotonic()))
    return tries


def wrong(storage: Storage, outcomes: Sequence[list[Try] | Exception], pieces: int) -> list[str]:
    """Return what is wrong when hands that reached for twice what there was are through.

    No piece ever comes back, so nobody who begins after somebody was refused can get one.
    """
    problems = [repr(one) for one in outcomes if isinstance(one, Exception)]
    tries = [one for some in outcomes if not isinstance(some, Exception) for one in some]
    got = [one for one in tries if one.got]
    refused = [one.ended for one in tries if not one.got]
    if len(got) != pieces:
        problems.append(f"{len(got)} promised of {pieces}")
    if refused and any(one.begun > min(refused) for one in got):
        problems.append("refused while a piece was left")
    if levels(storage, "A") != {A: Level(pieces, pieces)}:
        problems.append(f"levels {levels(storage, 'A')}")
    return problems + [str(one) for one in drift(storage)]


def drained(storage: Storage, pieces: int = PIECES) -> list[str]:
    post(storage, coming(A, pieces))
    return wrong(storage, in_threads(storage, partial(drain, pieces), hands=HANDS), pieces)


def test_threads_drain_a_hot_cell_to_exactly_nothing(storage: SqlStorage) -> None:
    assert drained(storage) == []


def test_processes_drain_a_hot_cell_to_exactly_nothing(opener: SqlOpener, storage: SqlStorage) -> None:
    post(storage, coming(A, PIECES))
    outcomes = in_processes(opener, partial(drain, PIECES), processes=2, hands=HANDS // 2)
    assert wrong(storage, outcomes, PIECES) == []


@pytest.mark.long
def test_two_thousand_attempts_from_processes_get_a_thousand_pieces(
    opener: SqlOpener, storage: SqlStorage
) -> None:
    post(storage, coming(A, 1_000))
    outcomes = in_processes(opener, partial(drain, 1_000), processes=2, hands=HANDS // 2)
    assert wrong(storage, outcomes, 1_000) == []


def turn_over(storage: Storage, hand: int) -> int:
    """Promise, ship, return and release pieces of two hot cells, named in any order; return how many left."""
    left = 0
    for turn in range(12):
        order, cells = 100 * (hand + 1) + turn, (A, B) if hand % 2 else (B, A)
        try:
            post(storage, *(reserving(cell, 1 + turn % 4, order) for cell in cells))
        except Refused:
            continue
        if turn % 3:
            post(storage, *(shipping(cell, 1 + turn % 4, order) for cell in cells))
            left += 1 + turn % 4
        else:
            post(storage, *(reserving(cell, -(1 + turn % 4), order) for cell in cells))
    return left


def test_pieces_of_two_hot_cells_come_and_go_in_any_order_and_all_adds_up(storage: SqlStorage) -> None:
    post(storage, coming(A, 60), coming(B, 50))
    outcomes = in_threads(storage, turn_over, hands=HANDS)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    left = sum(one for one in outcomes if isinstance(one, int))
    assert levels(storage, "A", "B") == {A: Level(60 - left), B: Level(50 - left)}
    assert drift(storage) == []


def take(count: int, storage: Storage, hand: int) -> None:
    post(storage, reserving(B, count, hand + 1))


def both_need_more_than_a_shard_has(storage: Storage) -> list[str]:
    """Let two hands want most of what lies in three shards; return what is wrong then."""
    post(storage, coming(B, 6))
    outcomes = in_threads(storage, partial(take, 4), hands=2)
    problems = [repr(one) for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)]
    if len([one for one in outcomes if one is None]) != 1:
        problems.append(f"{outcomes} of one")
    level = levels(storage, "B")[B]
    return problems + ([] if level == Level(6, 4) else [f"{level}"]) + [str(one) for one in drift(storage)]


def test_of_two_that_need_more_than_a_shard_has_one_gets_it(storage: SqlStorage) -> None:
    assert both_need_more_than_a_shard_has(storage) == []


# Mutants: what each of them breaks is named by a test above, and found by the same check.


def test_a_book_that_refuses_when_no_shard_has_enough_is_caught(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = hot.HotCells._look
    monkeypatch.setattr(hot.HotCells, "_look", lambda cells, cell: dict([*look(cells, cell).items()][:1]))
    assert "Level(on_hand=6, reserved=0)" in both_need_more_than_a_shard_has(storage)


def test_a_book_that_refuses_when_one_shard_is_empty_is_caught(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_only(cells: hot.HotCells, cell: Cell, *_: Any) -> tuple[str, str, int, int] | None:
        return None if cells._take(cells.statements.put, cell, (0, 1), NOTHING, to_shard=0) else (*cell, 1, 0)

    post(storage, coming(A, PIECES))
    monkeypatch.setattr(hot.HotCells, "book", first_only)
    outcomes = in_threads(storage, partial(drain, PIECES), hands=HANDS)
    assert f"{PIECES // SHARDS} promised of {PIECES}" in wrong(storage, outcomes, PIECES)


@define
class Unlocked:
    """The wire of a unit, on which shards are not locked, but are as they were seen without a lock."""

    wire: Wire
    seen: list[tuple[Any, ...]]

    def rows(self, statement: Any, **values: Any) -> Any:
        locking = str(statement).startswith("SELECT oms_shards")
        return self.seen if locking else self.wire.rows(statement, **values)


def lay_out_unlocked(gate: Barrier) -> Callable[..., bool]:
    """Return the mutant that adds all shards up without a lock, and lays out what it has seen."""
    lay_out = hot.HotCells._lay_out

    def unlocked(cells: hot.HotCells, cell: Cell, effect: hot.Pair) -> bool:
        seen = [(*cell, shard, *part) for shard, part in sorted(cells._look(cell).items())]
        gate.wait()
        cells.wire = Unlocked(cells.wire, seen)  # type: ignore[assignment]
        return lay_out(cells, cell, effect)

    return unlocked


@pytest.mark.postgres
@pytest.mark.parametrize("opener", ["postgres"], indirect=True)
def test_a_book_that_adds_shards_up_without_locking_them_is_caught(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with storage.engine.begin() as connection:
        connection.execute(text("ALTER TABLE oms_shards DROP CONSTRAINT ck_oms_shards"))
    monkeypatch.setattr(hot.HotCells, "_lay_out", lay_out_unlocked(Barrier(2, timeout=60)))
    assert "Level(on_hand=6, reserved=8)" in both_need_more_than_a_shard_has(storage)


def test_a_book_that_loses_a_piece_when_it_lays_out_is_caught(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot, "_shared", lambda pieces, shards: [pieces // shards] * shards)
    problems = both_need_more_than_a_shard_has(storage)
    assert [one for one in problems if one.startswith("Imbalance")] != []


class LocksInVain:
    """Takes that lock a shard which has had enough, and find that it has no longer."""

    @staticmethod
    def apply(wire: Wire, values: Any, wanted: int, records: Any) -> list[Any]:  # noqa: ARG004 - as a booking
        wire.rows(text("SELECT shard FROM oms_shards WHERE sku = 'A' AND shard = 3 FOR UPDATE"))
        return []


def left_by_a_look_in_vain(storage: SqlStorage, hints: hot.Hints) -> list[int]:
    """Return the shards that another connection can lock while a unit waits that found none for itself."""
    post(storage, coming(A, PIECES))
    with storage.begin() as unit:
        cells: hot.HotCells = unit.stock._hot_cells()
        cells.statements, cells.hints = evolve(cells.statements, take=LocksInVain()), hints
        assert not cells._grab(A, (0, 1), NOTHING)
        with storage.engine.begin() as other:
            free = other.execute(text("SELECT shard FROM oms_shards WHERE sku = 'A' FOR UPDATE SKIP LOCKED"))
            return sorted(free.scalars())


@pytest.mark.postgres
@pytest.mark.parametrize("opener", ["postgres"], indirect=True)
def test_who_looks_in_vain_where_pieces_may_run_short_holds_nothing_while_he_waits(storage: SqlStorage) -> None:
    assert left_by_a_look_in_vain(storage, hot.Hints()) == [0, 1, 2, 3, 4]


@pytest.mark.postgres
@pytest.mark.parametrize("opener", ["postgres"], indirect=True)
def test_a_book_that_holds_what_it_looked_at_in_vain_is_caught(storage: SqlStorage) -> None:
    plenty = hot.Hints(plenty={A})
    assert left_by_a_look_in_vain(storage, plenty) == [0, 1, 2, 4]
    assert plenty.plenty == set()


def test_plenty_is_known_from_what_a_shard_has_left(storage: SqlStorage) -> None:
    post(storage, coming(A, SHARDS * (hot.PLENTY + 1)))
    post(storage, reserving(A, 1, 1))
    assert storage._hints.plenty == {A}
    post(storage, reserving(A, hot.PLENTY, 2))
    assert storage._hints.plenty == set()


def to_and_fro(turns: int, storage: Storage, hand: int) -> int:
    """Reach for a piece and give it back; return how often the race for it was lost."""
    lost = 0
    for turn in range(turns):
        order = 1_000_000 * (hand + 1) + turn
        try:
            post(storage, reserving(A, 1, order))
            post(storage, reserving(A, -1, order))
        except Refused:
            continue
        except ConcurrencyConflict:
            lost += 1
    return lost


@pytest.mark.parametrize("turns", [25, pytest.param(500, marks=pytest.mark.long)])
def test_pieces_that_come_and_go_in_a_scarce_cell_lock_nobody_out(storage: SqlStorage, turns: int) -> None:
    post(storage, coming(A, SHARDS + 1))
    lost = in_threads(storage, partial(to_and_fro, turns), hands=HANDS)
    assert lost == [0] * HANDS
    assert levels(storage, "A") == {A: Level(SHARDS + 1, 0)}
    assert drift(storage) == []
