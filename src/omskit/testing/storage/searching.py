"""Searching: conditions, order, pages, counts, and claims that pass over what others hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from threading import Event, Thread

import pytest

from omskit.core import UsageError
from omskit.storage import After, Op, Storage, Where
from omskit.testing.storage.base import Opening
from omskit.testing.storage.hands import PATIENCE_SECONDS, elsewhere
from omskit.testing.storage.tickets import TICKETS, Moved, change, in_order, keep, opening, tickets

OPEN = Where("status", Op.EQ, "open")


def found(storage: Storage, *where: Where, limit: int = 99, by: str | None = None) -> list[int]:
    """Return the keys that a search finds."""
    with storage.begin(read=True) as unit:
        return list(unit.of(TICKETS).find(*where, limit=limit, by=by))


def pages(storage: Storage, *where: Where, limit: int, by: str | None = None) -> list[list[int]]:
    """Return the keys of all pages, one after another; at most twenty."""
    read: list[list[int]] = []
    after: After | None = None
    for _ in range(20):
        with storage.begin(read=True) as unit:
            keys = list(unit.of(TICKETS).find(*where, limit=limit, by=by, after=after))
            states = unit.of(TICKETS).load(keys)
        if not keys:
            return read
        read.append(keys)
        after = After(states[keys[-1]].state.rank if by else None, keys[-1])
    return read


#: (key, rank) in an order that is neither; ranks come in ties, and across pages of two and three.
RANKED = ((5, 2), (3, 1), (9, 1), (1, 3), (7, 1), (4, 2), (8, -4), (2, 2))
BY_RANK = [8, 3, 7, 9, 2, 4, 5, 1]


def _ranked(storage: Storage) -> None:
    keep(storage, *(opening(key, rank=rank) for key, rank in RANKED))


@contextmanager
def claimed_elsewhere(storage: Storage, limit: int) -> Iterator[list[int]]:
    """Claim open tickets in another thread, and hold them until the block ends."""
    held: list[int] = []
    ready, done = Event(), Event()

    def hold() -> None:
        with storage.begin() as unit:
            held.extend(unit.of(TICKETS).claim(OPEN, limit=limit, by="rank"))
            ready.set()
            done.wait(PATIENCE_SECONDS)

    thread = Thread(target=hold, daemon=True)
    thread.start()
    try:
        assert ready.wait(PATIENCE_SECONDS)
        yield held
    finally:
        done.set()
        thread.join(PATIENCE_SECONDS)


class ConditionKit(Opening):
    """Conditions hold together, and mean what they say."""

    @pytest.mark.parametrize(
        ("op", "value", "expected"),
        [
            (Op.EQ, 20, [2, 5]),
            (Op.EQ, 25, []),
            (Op.LE, 20, [1, 2, 5]),
            (Op.GE, 20, [2, 3, 5]),
            (Op.IN, (10, 30, 99), [1, 3]),
            (Op.IN, (), []),
        ],
        ids=["equal", "equal_to_none", "at_most", "at_least", "one_of", "one_of_nothing"],
    )
    def test_a_condition_on_an_int_column_finds_what_it_says(
        self, storage: Storage, op: Op, value: int | tuple[int, ...], expected: list[int]
    ) -> None:
        ranks = {1: 10, 2: 20, 3: 30, 5: 20}
        keep(storage, *(opening(key, due=due) for key, due in ranks.items()))
        assert found(storage, Where("due", op, value)) == expected

    @pytest.mark.parametrize(
        ("op", "value", "expected"),
        [
            (Op.EQ, "b", [2]),
            (Op.LE, "b", [1, 2, 4]),
            (Op.GE, "b", [2, 3]),
            (Op.IN, ("a", "ä"), [1, 3]),
        ],
        ids=["equal", "at_most", "at_least", "one_of"],
    )
    def test_a_condition_on_a_text_column_compares_by_code_point(
        self, storage: Storage, op: Op, value: str | tuple[str, ...], expected: list[int]
    ) -> None:
        benches = {1: "a", 2: "b", 3: "ä", 4: "Z"}
        keep(storage, *(opening(key, bench=bench) for key, bench in benches.items()))
        assert found(storage, Where("bench", op, value)) == expected

    @pytest.mark.parametrize("op", [Op.EQ, Op.LE, Op.GE])
    def test_a_column_without_a_value_fulfills_no_condition(self, storage: Storage, op: Op) -> None:
        keep(storage, opening(1, due=None), opening(2, due=0))
        assert found(storage, Where("due", op, 0)) == [2]

    def test_a_column_without_a_value_is_one_of_nothing(self, storage: Storage) -> None:
        keep(storage, opening(1, due=None), opening(2, due=0))
        assert found(storage, Where("due", Op.IN, (0, 1))) == [2]

    def test_several_conditions_hold_together(self, storage: Storage) -> None:
        keep(storage, opening(1, bench="A", rank=1), opening(2, bench="B", rank=1), opening(3, bench="A", rank=9))
        assert found(storage, Where("bench", Op.EQ, "A"), Where("rank", Op.LE, 5)) == [1]

    def test_without_a_condition_all_are_found(self, storage: Storage) -> None:
        _ranked(storage)
        assert found(storage) == [1, 2, 3, 4, 5, 7, 8, 9]

    def test_a_column_that_is_not_there_is_refused(self, storage: Storage) -> None:
        with pytest.raises(UsageError) as caught:
            found(storage, Where("colour", Op.EQ, "red"))
        assert caught.value.code == "unknown_column"

    def test_count_says_how_many_match(self, storage: Storage) -> None:
        _ranked(storage)
        with storage.begin(read=True) as unit:
            ticketed = unit.of(TICKETS)
            assert (ticketed.count(), ticketed.count(Where("rank", Op.EQ, 1), OPEN)) == (8, 3)
            assert ticketed.count(Where("status", Op.EQ, "gone")) == 0


class PageKit(Opening):
    """Pages are in order, and neither overlap nor leave gaps."""

    def test_a_search_is_ordered_by_key(self, storage: Storage) -> None:
        _ranked(storage)
        assert found(storage, OPEN) == [1, 2, 3, 4, 5, 7, 8, 9]

    def test_a_search_by_a_column_is_ordered_by_it_and_then_by_key(self, storage: Storage) -> None:
        _ranked(storage)
        assert found(storage, OPEN, by="rank") == BY_RANK

    def test_a_search_finds_at_most_its_limit(self, storage: Storage) -> None:
        _ranked(storage)
        assert found(storage, OPEN, limit=3) == [1, 2, 3]

    @pytest.mark.parametrize("limit", [1, 2, 3, 8])
    def test_pages_by_key_neither_overlap_nor_leave_gaps(self, storage: Storage, limit: int) -> None:
        _ranked(storage)
        assert list(chain.from_iterable(pages(storage, OPEN, limit=limit))) == [1, 2, 3, 4, 5, 7, 8, 9]

    @pytest.mark.parametrize("limit", [1, 2, 3, 8])
    def test_pages_by_a_column_neither_overlap_nor_leave_gaps(self, storage: Storage, limit: int) -> None:
        _ranked(storage)
        assert list(chain.from_iterable(pages(storage, OPEN, limit=limit, by="rank"))) == BY_RANK

    def test_a_page_may_start_after_a_place_where_nothing_is(self, storage: Storage) -> None:
        _ranked(storage)
        with storage.begin(read=True) as unit:
            ticketed = unit.of(TICKETS)
            assert list(ticketed.find(limit=2, after=After(None, 5))) == [7, 8]
            assert list(ticketed.find(limit=2, by="rank", after=After(1, 8))) == [9, 2]
            assert list(ticketed.find(limit=2, by="rank", after=After(0, 99))) == [3, 7]
            assert list(ticketed.find(limit=2, by="rank", after=After(3, 1))) == []


class ClaimKit(Opening):
    """Claims find, lock and load; what another unit holds is passed over."""

    def test_a_claim_gives_states_in_the_order_of_the_search(self, storage: Storage) -> None:
        _ranked(storage)
        with storage.begin() as unit:
            claimed = unit.of(TICKETS).claim(OPEN, limit=5, by="rank")
        assert in_order(claimed) == BY_RANK[:5]
        assert claimed == tickets(storage, *BY_RANK[:5])

    def test_a_claim_continues_after_a_page(self, storage: Storage) -> None:
        _ranked(storage)
        with storage.begin() as unit:
            claimed = unit.of(TICKETS).claim(OPEN, limit=3, by="rank", after=After(1, 7))
        assert in_order(claimed) == [9, 2, 4]

    def test_a_claim_finds_only_what_matches(self, storage: Storage) -> None:
        keep(storage, opening(1, status="shut"), opening(2), opening(3, status="shut"))
        with storage.begin() as unit:
            assert in_order(unit.of(TICKETS).claim(OPEN, limit=9)) == [2]

    def test_a_claimed_state_can_be_saved(self, storage: Storage) -> None:
        _ranked(storage)
        with storage.begin() as unit:
            claimed = unit.of(TICKETS).claim(OPEN, limit=2, by="rank")
            unit.of(TICKETS).save([change(key, one, Moved(0, "shut")) for key, one in claimed.items()])
        with storage.begin() as unit:
            assert in_order(unit.of(TICKETS).claim(OPEN, limit=2, by="rank")) == BY_RANK[2:4]

    def test_what_another_unit_holds_is_passed_over_and_not_waited_for(self, storage: Storage) -> None:
        if not storage.capabilities.concurrent_units:
            pytest.skip("units queue up: nobody else can hold anything")
        _ranked(storage)
        with claimed_elsewhere(storage, 3) as held:

            def claim() -> list[int]:
                with storage.begin() as unit:
                    return in_order(unit.of(TICKETS).claim(OPEN, limit=3, by="rank"))

            assert (held, elsewhere(claim)) == (BY_RANK[:3], BY_RANK[3:6])

    def test_what_another_unit_gave_back_can_be_claimed(self, storage: Storage) -> None:
        _ranked(storage)
        with claimed_elsewhere(storage, 3) as held:
            assert held == BY_RANK[:3]
        with storage.begin() as unit:
            assert in_order(unit.of(TICKETS).claim(OPEN, limit=3, by="rank")) == BY_RANK[:3]
