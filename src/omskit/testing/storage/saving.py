"""Saving: versions, uniqueness, history; all changes or none."""

from __future__ import annotations

import pytest

from omskit.core import Change, ConcurrencyConflict, Duplicate, StorageError, Stored, UsageError, fold
from omskit.storage import Op, Storage, Where
from omskit.testing.storage.base import Opening
from omskit.testing.storage.tickets import (
    NOTES,
    TICKETS,
    Fitted,
    Labelled,
    Moved,
    Note,
    Opened,
    Ticket,
    change,
    keep,
    note,
    opening,
    tickets,
)


def _refused(storage: Storage, *changes: Change[Ticket]) -> StorageError:
    with pytest.raises(StorageError) as caught:
        keep(storage, *changes)
    return caught.value


class SavingKit(Opening):
    """Saves write all changes, or none."""

    def test_a_state_is_loaded_as_it_was_saved(self, storage: Storage) -> None:
        ticket = Ticket("Ä 'b\" \\ 中", "№ 1", -5, "open", 2**53, (("bolt", 2), ("nut", 1)))
        keep(storage, change(1, None, Opened(ticket)))
        assert tickets(storage, 1) == {1: Stored(ticket, 1)}

    def test_keys_that_are_not_there_are_left_out(self, storage: Storage) -> None:
        keep(storage, opening(1), opening(3))
        assert set(tickets(storage, 1, 2, 3)) == {1, 3}
        assert tickets(storage) == {}

    def test_the_largest_key_is_kept(self, storage: Storage) -> None:
        keep(storage, opening(2**63 - 1))
        assert set(tickets(storage, 2**63 - 1)) == {2**63 - 1}

    def test_the_version_is_the_number_of_entries(self, storage: Storage) -> None:
        keep(storage, opening(1))
        keep(storage, change(1, tickets(storage, 1)[1], Moved(5, "open"), Fitted("bolt", 2)))
        assert tickets(storage, 1)[1].version == 3

    def test_a_state_is_replaced_by_the_next(self, storage: Storage) -> None:
        keep(storage, opening(1, rank=1), opening(2, rank=1))
        keep(storage, change(1, tickets(storage, 1)[1], Moved(7, "shut")))
        assert {key: stored.state.rank for key, stored in tickets(storage, 1, 2).items()} == {1: 7, 2: 1}

    def test_what_was_saved_in_the_unit_can_be_saved_again_in_it(self, storage: Storage) -> None:
        with storage.begin() as unit:
            unit.of(TICKETS).save([opening(1)])
            unit.of(TICKETS).save([change(1, unit.of(TICKETS).load([1])[1], Fitted("bolt", 1))])
        assert tickets(storage, 1)[1].version == 2

    def test_kinds_are_kept_apart(self, storage: Storage) -> None:
        with storage.begin() as unit:
            unit.of(TICKETS).save([opening(1)])
            unit.of(NOTES).save([note(1, "a")])
        with storage.begin(read=True) as unit:
            assert unit.of(NOTES).load([1]) == {1: Stored(Note("a"), 1)}
            assert (unit.of(NOTES).count(), unit.of(TICKETS).count()) == (1, 1)
            assert len(unit.of(NOTES).history([1])[1]) == 1

    def test_saving_nothing_is_no_error(self, storage: Storage) -> None:
        keep(storage)
        with storage.begin(read=True) as unit:
            assert unit.of(TICKETS).count() == 0

    def test_one_key_twice_in_a_save_is_refused_with_the_key(self, storage: Storage) -> None:
        with pytest.raises(UsageError) as caught:
            keep(storage, opening(2), opening(1), opening(1, bench="B"))
        assert (caught.value.code, caught.value.facts["key"]) == ("key_twice", 1)
        assert tickets(storage, 1, 2) == {}


class VersionKit(Opening):
    """A save against another version than the stored one is a conflict."""

    def test_a_save_against_an_older_version_is_a_conflict(self, storage: Storage) -> None:
        keep(storage, opening(1))
        loaded = tickets(storage, 1)[1]
        keep(storage, change(1, loaded, Moved(1, "open")))
        error = _refused(storage, change(1, loaded, Moved(2, "open")))
        assert (type(error), error.code) == (ConcurrencyConflict, "stale_version")
        assert tickets(storage, 1)[1].state.rank == 1

    def test_a_save_against_a_version_to_come_is_a_conflict(self, storage: Storage) -> None:
        keep(storage, opening(1))
        ahead = Stored(tickets(storage, 1)[1].state, 7)
        assert _refused(storage, change(1, ahead, Moved(2, "open"))).code == "stale_version"

    def test_a_save_of_what_is_not_there_is_a_conflict(self, storage: Storage) -> None:
        gone = Stored(Ticket("A", "1", 0), 1)
        assert _refused(storage, change(1, gone, Moved(2, "open"))).code == "stale_version"
        assert tickets(storage, 1) == {}

    def test_a_conflict_names_the_keys_that_are_stale_and_no_others(self, storage: Storage) -> None:
        keep(storage, *(opening(key) for key in (1, 2, 3)))
        loaded = tickets(storage, 1, 2, 3)
        keep(storage, *(change(key, loaded[key], Moved(1, "open")) for key in (1, 3)))
        error = _refused(storage, *(change(key, loaded[key], Moved(2, "open")) for key in (1, 2, 3)))
        assert set(error.facts["keys"]) == {1, 3}  # type: ignore[call-overload]  # facts are objects

    def test_a_conflict_writes_none_of_the_changes(self, storage: Storage) -> None:
        keep(storage, opening(1), opening(2))
        loaded = tickets(storage, 1, 2)
        keep(storage, change(1, loaded[1], Moved(1, "open")))
        _refused(storage, opening(3), *(change(key, loaded[key], Moved(2, "open")) for key in (1, 2)))
        assert {key: stored.version for key, stored in tickets(storage, 1, 2, 3).items()} == {1: 2, 2: 1}
        with storage.begin(read=True) as unit:
            histories = unit.of(TICKETS).history([1, 2, 3])
        assert {key: len(entries) for key, entries in histories.items()} == {1: 2, 2: 1, 3: 0}


class UniqueKit(Opening):
    """Keys and unique columns are taken once."""

    def test_a_key_that_is_taken_is_a_duplicate(self, storage: Storage) -> None:
        keep(storage, opening(1, rank=1))
        error = _refused(storage, opening(1, rank=2, serial="other"))
        assert (type(error), error.code, error.facts["columns"]) == (Duplicate, "duplicate_key", ("key",))
        assert tickets(storage, 1)[1].state.rank == 1

    def test_unique_columns_that_are_taken_are_a_duplicate(self, storage: Storage) -> None:
        keep(storage, opening(1, serial="x"))
        error = _refused(storage, opening(2, serial="x"))
        assert (type(error), error.code) == (Duplicate, "duplicate_key")
        assert error.facts["columns"] == ("bench", "serial")

    def test_unique_columns_twice_in_one_save_are_a_duplicate(self, storage: Storage) -> None:
        assert _refused(storage, opening(1, serial="x"), opening(2, serial="x")).code == "duplicate_key"

    def test_unique_columns_that_a_later_change_takes_are_a_duplicate(self, storage: Storage) -> None:
        keep(storage, opening(1, serial="x"), opening(2, serial="y"))
        error = _refused(storage, change(2, tickets(storage, 2)[2], Labelled("x")))
        assert error.facts["columns"] == ("bench", "serial")
        assert tickets(storage, 2)[2].state.serial == "y"

    def test_a_duplicate_writes_none_of_the_changes(self, storage: Storage) -> None:
        keep(storage, opening(1, serial="x"))
        _refused(storage, opening(2), opening(3, serial="x"))
        assert set(tickets(storage, 1, 2, 3)) == {1}

    def test_columns_are_unique_together_not_each(self, storage: Storage) -> None:
        keep(storage, opening(1, bench="A", serial="x"), opening(2, bench="B", serial="x"))
        keep(storage, opening(3, bench="A", serial="y"))
        assert set(tickets(storage, 1, 2, 3)) == {1, 2, 3}

    def test_a_column_without_a_value_is_the_same_as_no_other(self, storage: Storage) -> None:
        keep(storage, opening(1, serial=None), opening(2, serial=None))
        keep(storage, opening(3, serial=None))
        assert set(tickets(storage, 1, 2, 3)) == {1, 2, 3}

    def test_unique_columns_that_are_given_up_can_be_taken(self, storage: Storage) -> None:
        keep(storage, opening(1, serial="x"))
        keep(storage, change(1, tickets(storage, 1)[1], Labelled("y")))
        keep(storage, opening(2, serial="x"))
        assert set(tickets(storage, 1, 2)) == {1, 2}

    def test_unique_columns_of_a_unit_that_is_rolled_back_are_free(self, storage: Storage) -> None:
        keep(storage, opening(1, serial="x"))
        _refused(storage, opening(2, serial="y"), opening(3, serial="x"))
        keep(storage, opening(4, serial="y"))
        assert set(tickets(storage, 1, 4)) == {1, 4}


class HistoryKit(Opening):
    """The history says how a state came to be."""

    def test_the_history_is_all_entries_in_sequence(self, storage: Storage) -> None:
        made = opening(1)
        keep(storage, made, opening(2))
        more = change(1, tickets(storage, 1)[1], Fitted("bolt", 2), Moved(3, "shut"))
        keep(storage, more)
        with storage.begin(read=True) as unit:
            found = unit.of(TICKETS).history([1])
        assert list(found) == [1]
        assert list(found[1]) == [*made.entries, *more.entries]

    def test_a_key_without_entries_has_an_empty_history(self, storage: Storage) -> None:
        keep(storage, opening(1))
        with storage.begin(read=True) as unit:
            assert {key: len(some) for key, some in unit.of(TICKETS).history([1, 2]).items()} == {1: 1, 2: 0}

    def test_a_state_is_what_its_history_folds_to(self, storage: Storage) -> None:
        keep(storage, opening(1))
        for rank in range(3):
            keep(storage, change(1, tickets(storage, 1)[1], Moved(rank, "open"), Fitted("nut", rank + 1)))
        with storage.begin(read=True) as unit:
            history = unit.of(TICKETS).history([1])[1]
        assert fold(TICKETS.evolve, [entry.event for entry in history]) == tickets(storage, 1)[1].state
        assert [entry.sequence for entry in history] == [1, 2, 3, 4, 5, 6, 7]

    def test_columns_follow_the_state(self, storage: Storage) -> None:
        keep(storage, opening(1, status="open"))
        keep(storage, change(1, tickets(storage, 1)[1], Moved(1, "shut")))
        with storage.begin(read=True) as unit:
            ticketed = unit.of(TICKETS)
            assert list(ticketed.find(Where("status", Op.EQ, "open"), limit=9)) == []
            assert list(ticketed.find(Where("status", Op.EQ, "shut"), limit=9)) == [1]
