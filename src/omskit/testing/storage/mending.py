"""Mending: balances become what their movements come to, and nothing else can be made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from omskit.core import Cell, Claim, ConcurrencyConflict, Level, Refused
from omskit.storage import Balance, Imbalance, Measure, Storage
from omskit.testing.storage.base import Opening
from omskit.testing.storage.booking import booked, drift, levels, reservations
from omskit.testing.storage.hands import in_threads
from omskit.testing.storage.racing import TURNS
from omskit.testing.storage.tickets import A, B, C, coming, post, reserving

#: Sets one balance of a storage to a number, past all rules; a level or a reservation that is not there is made.
Damage = Callable[[Storage, Balance, int], None]


#: How often mending is tried beside others; they are through long before.
MOST_TRIES = 500


def on_hand(cell: Cell) -> Balance:
    """Return the balance of what is there."""
    return Balance(Measure.ON_HAND, cell)


def reserved(cell: Cell) -> Balance:
    """Return the balance of what is promised."""
    return Balance(Measure.RESERVED, cell)


def reservation(cell: Cell, order: int, line: int = 1) -> Balance:
    """Return what one order line has."""
    return Balance(Measure.RESERVATION, cell, Claim(order, line))


def mend(storage: Storage, drift: Sequence[Imbalance]) -> None:
    """Mend in a unit of its own."""
    with storage.begin() as unit:
        unit.stock.mend(drift)


def refused(storage: Storage, drift: Sequence[Imbalance]) -> Refused:
    """Return the refusal that mending meets; the unit goes on and is kept."""
    with storage.begin() as unit:
        with pytest.raises(Refused) as caught:
            unit.stock.mend(drift)
        unit.stock.post([coming(C, 1)])
    return caught.value


def _mend_or_book(storage: Storage, hand: int) -> None:
    """Book one piece after another for the same line; the first hand mends until all is explained.

    Who mends and who books may wait for each other: then one of them loses the race, and does it again.
    """
    turns = TURNS if hand else 1
    for _ in range(MOST_TRIES):
        try:
            turns -= _booked(storage) if hand else _mended(storage)
        except ConcurrencyConflict:
            continue
        if not turns:
            return


def _booked(storage: Storage) -> bool:
    post(storage, coming(A, 1), reserving(A, 1))
    return True


def _mended(storage: Storage) -> bool:
    """Mend what the book shows, and say whether it shows nothing; what moves in between is looked at again."""
    with storage.begin(read=True) as unit:
        shown = list(unit.stock.drift())
    try:
        mend(storage, shown)
    except Refused:
        return False
    return not shown


class GuardKit(Opening):
    """What the book does not show cannot be mended."""

    def test_to_mend_nothing_is_no_error(self, storage: Storage) -> None:
        post(storage, coming(A, 5))
        mend(storage, [])
        assert levels(storage) == {A: Level(5)}

    def test_a_balance_that_its_movements_explain_is_not_mended(self, storage: Storage) -> None:
        post(storage, coming(A, 5), reserving(A, 2))
        for balance, found, wanted in ((on_hand(A), 5, 7), (reserved(A), 2, 1), (reservation(A, 1), 2, 1)):
            error = refused(storage, [Imbalance(balance, found, wanted)])
            assert (error.code, error.facts["subjects"]) == ("drift_changed", (str(balance),))
        assert levels(storage, "A")[A] == Level(5, 2)
        assert [one.quantity for one in reservations(storage, 1)] == [2]

    def test_a_balance_that_nobody_knows_is_not_mended(self, storage: Storage) -> None:
        assert refused(storage, [Imbalance(on_hand(A), 0, 3)]).code == "drift_changed"
        assert levels(storage, "A").get(A, Level()) == Level()


class MendingKit(GuardKit):
    """What the book does show is mended, where the author says how a storage is damaged."""

    @pytest.fixture
    def damage(self) -> Damage | None:
        """Return what damages a storage of the author's; None where balances cannot be damaged."""
        return None

    @pytest.fixture
    def damaging(self, damage: Damage | None) -> Damage:
        """Return what damages the storage."""
        if damage is None:
            pytest.skip("nothing says how balances are damaged: give a fixture `damage`")
        return damage

    def test_a_level_is_mended_in_both_of_its_numbers(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5), coming(B, 2), reserving(A, 2))
        damaging(storage, on_hand(A), 9)
        damaging(storage, reserved(A), 6)
        with storage.begin(read=True) as unit:
            shown = list(unit.stock.drift())
        assert shown == [Imbalance(on_hand(A), 9, 5), Imbalance(reserved(A), 6, 2)]
        mend(storage, shown)
        assert levels(storage) == {A: Level(5, 2), B: Level(2)}
        assert drift(storage) == []

    @pytest.mark.parametrize("found", [0, 1, 4])
    def test_a_reservation_is_mended_up_and_down(self, storage: Storage, damaging: Damage, found: int) -> None:
        post(storage, coming(A, 5), reserving(A, 2), reserving(A, 1, 2))
        damaging(storage, reservation(A, 1), found)
        mend(storage, [Imbalance(reservation(A, 1), found, 2)])
        assert [(one.claim, one.quantity) for one in reservations(storage, 1, 2)] == [
            (Claim(1, 1), 2),
            (Claim(2, 1), 1),
        ]
        assert drift(storage) == []

    def test_a_reservation_that_no_movement_made_is_taken_away(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5))
        damaging(storage, reservation(A, 7), 3)
        mend(storage, [Imbalance(reservation(A, 7), 3, 0)])
        assert (reservations(storage, 7), drift(storage)) == ([], [])

    def test_a_level_that_no_movement_made_is_emptied(self, storage: Storage, damaging: Damage) -> None:
        damaging(storage, on_hand(B), 4)
        mend(storage, [Imbalance(on_hand(B), 4, 0)])
        assert (levels(storage, "B").get(B, Level()), drift(storage)) == (Level(), [])

    def test_what_is_not_asked_for_stays_as_it_is(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5), coming(B, 5))
        damaging(storage, on_hand(A), 6)
        damaging(storage, on_hand(B), 7)
        mend(storage, [Imbalance(on_hand(B), 7, 5)])
        assert levels(storage) == {A: Level(6), B: Level(5)}

    def test_mending_books_no_movement(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5))
        damaging(storage, on_hand(A), 6)
        mend(storage, [Imbalance(on_hand(A), 6, 5)])
        assert booked(storage, A) == 1

    def test_what_moved_since_it_was_found_is_not_mended(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5))
        damaging(storage, on_hand(A), 6)
        with storage.begin(read=True) as unit:
            shown = list(unit.stock.drift())
        post(storage, coming(A, 1))
        assert refused(storage, shown).code == "drift_changed"
        assert levels(storage, "A")[A] == Level(7)

    def test_what_cannot_be_mended_leaves_the_rest_unmended(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5), coming(B, 5), reserving(A, 2))
        damaging(storage, on_hand(A), 6)
        damaging(storage, reservation(A, 1), 1)
        good = [Imbalance(on_hand(A), 6, 5), Imbalance(reservation(A, 1), 1, 2)]
        error = refused(storage, [*good, Imbalance(on_hand(B), 4, 5)])
        assert error.facts["subjects"] == (str(on_hand(B)),)
        assert levels(storage, "A", "B") == {A: Level(6, 2), B: Level(5), C: Level(1)}
        assert [one.quantity for one in reservations(storage, 1)] == [1]

    def test_who_mends_beside_nine_who_book_loses_nothing(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5), reserving(A, 1))
        damaging(storage, on_hand(A), 9)
        damaging(storage, reservation(A, 1), 4)
        assert [one for one in in_threads(storage, _mend_or_book) if isinstance(one, Exception)] == []
        assert levels(storage) == {A: Level(5 + 9 * TURNS, 1 + 9 * TURNS)}
        assert [one.quantity for one in reservations(storage, 1)] == [1 + 9 * TURNS]
        assert drift(storage) == []

    def test_what_is_mended_keeps_the_rules_of_every_balance(self, storage: Storage, damaging: Damage) -> None:
        post(storage, coming(A, 5), reserving(A, 2))
        damaging(storage, on_hand(A), 9)
        damaging(storage, reserved(A), 8)
        damaging(storage, reservation(A, 1), 3)
        half = [Imbalance(on_hand(A), 9, 5), Imbalance(reservation(A, 1), 3, 2)]
        assert refused(storage, half).code == "out_of_stock"
        assert levels(storage, "A")[A] == Level(9, 8)
        assert [one.quantity for one in reservations(storage, 1)] == [3]
