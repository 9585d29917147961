"""Stock: movements are booked all or none, never beyond what is there, and explain every balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from attrs import evolve

from omskit.core import Cell, Claim, Level, Movement, Refused, Reservation
from omskit.storage import Storage, Unit
from omskit.testing.storage.base import Opening
from omskit.testing.storage.tickets import (
    AT,
    TICKETS,
    A,
    B,
    C,
    coming,
    moving,
    opening,
    post,
    reserving,
    shipping,
    tickets,
)


def refusal(unit: Unit, *movements: Movement) -> Refused:
    """Return the refusal that booking meets."""
    with pytest.raises(Refused) as caught:
        unit.stock.post(movements)
    return caught.value


def refused(storage: Storage, *movements: Movement) -> Refused:
    """Return the refusal that booking in a unit of its own meets; the unit is kept."""
    with storage.begin() as unit:
        return refusal(unit, *movements)


def levels(storage: Storage, *skus: str) -> dict[Cell, Level]:
    """Return the levels of SKUs; of all when there is none."""
    with storage.begin(read=True) as unit:
        return dict(unit.stock.levels(skus) if skus else unit.stock.all_levels())


def reservations(storage: Storage, *orders: int) -> Sequence[Reservation]:
    """Return what is reserved for orders."""
    with storage.begin(read=True) as unit:
        return list(unit.stock.reservations(orders))


def drift(storage: Storage) -> list[object]:
    """Return all that the book does not explain."""
    with storage.begin(read=True) as unit:
        return list(unit.stock.drift())


def booked(storage: Storage, cell: Cell) -> int:
    """Return how many movements a cell has."""
    with storage.begin(read=True) as unit:
        return len(unit.stock.movements(cell, limit=99))


def trail(storage: Storage, after: Mapping[Cell, int], *, limit: int = 99) -> list[tuple[int, Movement]]:
    """Return what was booked behind places."""
    with storage.begin(read=True) as unit:
        return list(unit.stock.trail(after, limit=limit))


class LevelKit(Opening):
    """Levels are read by SKU, and all of them in order."""

    def test_a_level_is_the_sum_of_its_movements(self, storage: Storage) -> None:
        post(storage, coming(A, 5), reserving(A, 3))
        post(storage, coming(A, 1), shipping(A, 2))
        assert levels(storage, "A") == {A: Level(4, 1)}

    def test_levels_are_of_every_cell_of_the_skus_and_of_no_other(self, storage: Storage) -> None:
        post(storage, coming(A, 1), coming(B, 2), coming(C, 3))
        assert levels(storage, "A") == {A: Level(1), C: Level(3)}
        assert levels(storage, "B", "X") == {B: Level(2)}

    def test_no_skus_have_no_levels(self, storage: Storage) -> None:
        post(storage, coming(A, 1))
        with storage.begin(read=True) as unit:
            assert dict(unit.stock.levels([])) == {}

    def test_levels_under_lock_are_the_same_levels(self, storage: Storage) -> None:
        post(storage, coming(A, 1), coming(B, 2))
        with storage.begin() as unit:
            assert dict(unit.stock.levels(["A", "B"], lock=True)) == {A: Level(1), B: Level(2)}

    def test_all_levels_come_in_order_of_the_cell(self, storage: Storage) -> None:
        cells = [Cell(sku, house) for sku in ("a", "B", "b", "ä") for house in ("PAR", "BER")]
        post(storage, *(coming(cell, 1) for cell in cells))
        with storage.begin(read=True) as unit:
            assert [cell for cell, _ in unit.stock.all_levels()] == sorted(cells)

    def test_a_cell_that_is_emptied_is_still_known(self, storage: Storage) -> None:
        post(storage, coming(A, 1))
        post(storage, moving(A, -1, 0))
        assert levels(storage, "A") == {A: Level()}


class ReservationKit(Opening):
    """Reservations say what is promised to whom."""

    def test_reservations_come_in_order_of_claim_and_cell(self, storage: Storage) -> None:
        post(storage, coming(A, 9), coming(B, 9), coming(C, 9))
        post(storage, reserving(B, 1, 2), reserving(C, 2, 1, 2), reserving(A, 3, 1, 2), reserving(B, 4, 1, 1))
        assert reservations(storage, 2, 1) == [
            Reservation(Claim(1, 1), B, 4),
            Reservation(Claim(1, 2), A, 3),
            Reservation(Claim(1, 2), C, 2),
            Reservation(Claim(2, 1), B, 1),
        ]

    def test_reservations_are_of_the_orders_and_of_no_other(self, storage: Storage) -> None:
        post(storage, coming(A, 9), reserving(A, 1, 1), reserving(A, 2, 2))
        assert reservations(storage, 2, 3) == [Reservation(Claim(2, 1), A, 2)]
        assert reservations(storage) == []

    def test_a_reservation_that_is_used_up_is_gone(self, storage: Storage) -> None:
        post(storage, coming(A, 5), reserving(A, 3))
        post(storage, shipping(A, 2))
        assert reservations(storage, 1) == [Reservation(Claim(1, 1), A, 1)]
        post(storage, reserving(A, -1))
        assert reservations(storage, 1) == []

    def test_what_is_reserved_for_no_order_is_no_reservation(self, storage: Storage) -> None:
        post(storage, coming(A, 5), moving(A, 0, 2))
        assert (levels(storage, "A"), reservations(storage, 0)) == ({A: Level(5, 2)}, [])


class PostingKit(Opening):
    """Movements are booked all or none."""

    def test_less_than_needed_is_refused_with_what_is_short(self, storage: Storage) -> None:
        post(storage, coming(A, 5), coming(B, 1), coming(C, 1), reserving(A, 2))
        error = refused(storage, reserving(C, 2, 2), reserving(A, 4, 2), reserving(B, 1, 2))
        assert error.code == "out_of_stock"
        assert error.facts["cells"] == (("A", "BER", 4, 3), ("A", "PAR", 2, 1))

    def test_a_cell_that_nobody_knows_has_nothing(self, storage: Storage) -> None:
        error = refused(storage, reserving(A, 1))
        assert (error.code, error.facts["cells"]) == ("out_of_stock", (("A", "BER", 1, 0),))
        assert levels(storage) == {}

    def test_quantities_of_one_cell_are_added_up_before_they_are_checked(self, storage: Storage) -> None:
        post(storage, coming(A, 3))
        error = refused(storage, reserving(A, 2, 1, 1), reserving(A, 2, 1, 2))
        assert error.facts["cells"] == (("A", "BER", 4, 3),)

    def test_the_movements_since_an_instant_are_those_of_one_warehouse_that_happened_later(
        self, storage: Storage
    ) -> None:
        post(storage, coming(A, 1), coming(C, 2))
        later = [evolve(coming(cell, 3), at=AT + timedelta(milliseconds=1)) for cell in (A, B, C)]
        post(storage, *later)
        with storage.begin(read=True) as unit:
            assert list(unit.stock.since(A.warehouse, AT)) == later[:2]
            assert list(unit.stock.since(A.warehouse, AT + timedelta(milliseconds=1))) == []

    def test_what_comes_in_with_the_same_movements_can_be_promised(self, storage: Storage) -> None:
        post(storage, reserving(A, 2), coming(A, 2))
        assert levels(storage, "A") == {A: Level(2, 2)}

    def test_the_last_piece_can_be_promised(self, storage: Storage) -> None:
        post(storage, coming(A, 1))
        post(storage, reserving(A, 1))
        assert levels(storage, "A")[A].available == 0

    def test_what_is_promised_cannot_be_lost(self, storage: Storage) -> None:
        post(storage, coming(A, 3), reserving(A, 2))
        assert refused(storage, moving(A, -2, 0)).facts["cells"] == (("A", "BER", 2, 1),)

    def test_no_more_is_released_than_is_reserved_in_the_cell(self, storage: Storage) -> None:
        post(storage, coming(A, 3), moving(A, 0, 1))
        assert refused(storage, moving(A, 0, -2)).code == "out_of_stock"
        assert levels(storage, "A") == {A: Level(3, 1)}

    def test_a_claim_with_less_reserved_is_refused(self, storage: Storage) -> None:
        post(storage, coming(A, 9), reserving(A, 1, 1), reserving(A, 5, 2))
        assert refused(storage, shipping(A, 2, 1)).code == "not_reserved"
        assert refused(storage, reserving(A, -1, 3)).code == "not_reserved"
        assert [one.quantity for one in reservations(storage, 1, 2, 3)] == [1, 5]

    def test_what_one_order_has_in_another_cell_is_not_taken(self, storage: Storage) -> None:
        post(storage, coming(A, 2), coming(C, 2), reserving(A, 1), moving(C, 0, 1))
        assert refused(storage, shipping(C, 1)).code == "not_reserved"
        assert levels(storage, "A") == {A: Level(2, 1), C: Level(2, 1)}

    def test_a_shortage_books_none_of_the_movements(self, storage: Storage) -> None:
        post(storage, coming(A, 5), coming(B, 1))
        refused(storage, coming(A, 1), reserving(A, 1), reserving(B, 2), coming(C, 1))
        assert levels(storage) == {A: Level(5), B: Level(1)}
        assert (booked(storage, A), booked(storage, B), booked(storage, C)) == (1, 1, 0)
        assert (reservations(storage, 1), drift(storage)) == ([], [])

    def test_a_shortage_gives_back_the_reservations_that_it_took(self, storage: Storage) -> None:
        post(storage, coming(A, 5), coming(B, 1), reserving(A, 2))
        assert refused(storage, shipping(A, 2), reserving(B, 2)).code == "out_of_stock"
        assert (reservations(storage, 1), drift(storage)) == ([Reservation(Claim(1, 1), A, 2)], [])

    def test_a_claim_that_falls_short_books_none_of_the_movements(self, storage: Storage) -> None:
        post(storage, coming(A, 5), coming(B, 5), reserving(A, 2), reserving(B, 2))
        assert refused(storage, coming(C, 1), shipping(A, 1), shipping(B, 3)).code == "not_reserved"
        assert levels(storage) == {A: Level(5, 2), B: Level(5, 2)}
        assert [one.quantity for one in reservations(storage, 1)] == [2, 2]
        assert drift(storage) == []

    def test_a_refusal_leaves_the_unit_as_it_was_and_usable(self, storage: Storage) -> None:
        with storage.begin() as unit:
            unit.of(TICKETS).save([opening(1)])
            unit.stock.post([coming(A, 2)])
            assert refusal(unit, reserving(A, 3)).code == "out_of_stock"
            unit.stock.post([reserving(A, 2)])
        assert (set(tickets(storage, 1)), levels(storage)) == ({1}, {A: Level(2, 2)})
        assert drift(storage) == []

    def test_booking_nothing_is_no_error(self, storage: Storage) -> None:
        post(storage)
        assert levels(storage) == {}


class LedgerKit(Opening):
    """Movements are kept, and explain every balance."""

    def test_movements_are_kept_as_they_were_booked(self, storage: Storage) -> None:
        made = moving(A, 5, 2, Claim(3, 4), document="FO-1", reason="'quoted' ü")
        post(storage, made)
        with storage.begin(read=True) as unit:
            assert list(unit.stock.movements(A, limit=9)) == [made]

    def test_movements_come_newest_first_up_to_the_limit(self, storage: Storage) -> None:
        post(storage, coming(A, 1), coming(B, 9), coming(A, 2))
        post(storage, coming(A, 3), coming(A, 4))
        with storage.begin(read=True) as unit:
            assert [one.on_hand for one in unit.stock.movements(A, limit=3)] == [4, 3, 2]

    def test_a_cell_without_movements_has_none(self, storage: Storage) -> None:
        post(storage, coming(A, 1))
        with storage.begin(read=True) as unit:
            assert list(unit.stock.movements(C, limit=3)) == []

    def test_the_trail_of_cells_is_all_that_was_booked_there_in_order(self, storage: Storage) -> None:
        post(storage, coming(A, 1), coming(B, 2), reserving(A, 1))
        post(storage, coming(C, 3), coming(B, 4), coming(A, 5))
        found = trail(storage, {A: 0, C: 0})
        assert [(one.cell, one.quantity) for _, one in found] == [(A, 1), (A, 1), (C, 3), (A, 5)]
        places = [place for place, _ in found]
        assert places == sorted(set(places))
        assert places[0] >= 1

    def test_the_trail_goes_on_behind_the_place_of_each_cell(self, storage: Storage) -> None:
        post(storage, *(coming(cell, count) for count in (1, 2, 3) for cell in (A, B)))
        places = {(one.cell, one.quantity): place for place, one in trail(storage, {A: 0, B: 0})}
        after = {A: places[A, 1], B: places[B, 2], C: 0}
        assert [(one.cell, one.quantity) for _, one in trail(storage, after)] == [(A, 2), (A, 3), (B, 3)]
        post(storage, coming(B, 4))
        (last,) = trail(storage, {B: places[B, 3]})
        assert (last[0] > places[B, 3], last[1].quantity) == (True, 4)

    def test_the_trail_in_parts_is_the_whole_trail(self, storage: Storage) -> None:
        post(storage, *(coming(cell, count) for count in (1, 2, 3) for cell in (A, B)))
        whole = trail(storage, {A: 0, B: 0})
        after, parts = {A: 0, B: 0}, list[tuple[int, Movement]]()
        for _ in whole:
            part = trail(storage, after, limit=2)
            parts += part
            after |= {one.cell: place for place, one in part}
            assert len(part) <= 2
        assert parts == whole == sorted(whole, key=lambda one: one[0])

    def test_no_cells_have_no_trail(self, storage: Storage) -> None:
        post(storage, coming(A, 1))
        assert trail(storage, {}) == []

    def test_a_book_that_is_kept_by_movements_has_no_drift(self, storage: Storage) -> None:
        post(storage, coming(A, 9), coming(B, 9), coming(C, 9))
        post(storage, reserving(A, 4, 1), reserving(A, 2, 2), reserving(C, 1, 1, 2), moving(B, 0, 3))
        post(storage, shipping(A, 3, 1), reserving(A, -2, 2), moving(B, -1, 0))
        post(storage, shipping(A, 1, 1), coming(A, 1), reserving(A, 1, 5), reserving(A, -1, 5))
        assert drift(storage) == []
        assert levels(storage) == {A: Level(6, 0), B: Level(8, 3), C: Level(9, 1)}
