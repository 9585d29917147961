"""Counts and snapshots: absolute at their instant, safe with orders in flight, approved beyond a tolerance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from omskit.core import Cell, Claim, Level, Movement, UsageError
from omskit.inventory import (
    FOUND,
    LOST,
    RECEIVED,
    SHIPPED,
    Counted,
    Move,
    Tolerance,
    completed,
    corrections,
    due_for_count,
    restated,
    settle_count,
)

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
A, B = Cell("TEE", "A"), Cell("TEE", "B")


def _shipped(quantity: int, at: datetime) -> Movement:
    return Movement(SHIPPED, A, quantity, -quantity, -quantity, at, "wms", Claim(1, 1))


def _received(quantity: int, at: datetime) -> Movement:
    return Movement(RECEIVED, A, quantity, quantity, 0, at, "")


def test_i12_a_count_before_a_shipment_is_held_against_the_book_of_that_instant() -> None:
    """Book 45 at 10:00, 3 ship at 10:05, counted 42 at 10:00: 3 are missing and the book ends at 39."""
    found = settle_count([Counted(A, 42, TEN)], {A: Level(42)}, since=[_shipped(3, TEN + 5 * MINUTE)])
    assert found.booked == (Move(LOST, A, 3, reason="count"),)


def test_i12_a_count_after_a_shipment_finds_nothing_missing() -> None:
    shipped = [_shipped(3, TEN + 5 * MINUTE)]
    found = settle_count([Counted(A, 42, TEN + 10 * MINUTE)], {A: Level(42)}, since=shipped)
    assert (found.booked, found.watermarks) == ((), {A: TEN + 10 * MINUTE})


def test_pieces_found_are_booked_with_their_reason() -> None:
    found = settle_count([Counted(A, 7, TEN, "misplaced")], {A: Level(5)}, document="C1")
    assert found.booked == (Move(FOUND, A, 2, document="C1", reason="misplaced"),)


def test_edge_5_a_snapshot_without_what_is_picked_takes_nothing_from_the_order() -> None:
    """On hand 1, reserved 1, picked; the warehouse says 0. The order still ships and on hand ends at 0."""
    found = settle_count([Counted(A, 0, TEN)], {A: Level(1, 1)}, in_flight={A: 1})
    assert found.booked == ()
    assert found.variances[0].explained == 1


def test_edge_5_a_shipment_booked_after_the_snapshots_instant_was_in_flight_then() -> None:
    """Six in the book at 10:00, five seen, one shipped in the book at 10:05: it was picked already."""
    found = settle_count([Counted(A, 5, TEN)], {A: Level(5)}, since=[_shipped(1, TEN + MINUTE)], in_flight={})
    assert (found.booked, found.variances[0].difference) == ((), 0)


def test_more_missing_than_flies_is_lost() -> None:
    found = settle_count([Counted(A, 4, TEN)], {A: Level(10, 3)}, in_flight={A: 2})
    assert found.booked == (Move(LOST, A, 4, reason="count"),)


def test_edge_5_an_older_snapshot_is_ignored_and_so_is_the_same_one_again() -> None:
    lines = [Counted(A, 3, TEN), Counted(B, 3, TEN - MINUTE)]
    found = settle_count(lines, {A: Level(5), B: Level(5)}, watermarks={A: TEN, B: TEN})
    assert (found.booked, found.ignored, found.watermarks) == ((), tuple(lines), {})


def test_promised_pieces_that_are_not_there_are_told_and_not_booked_before_the_promise_is_given_up() -> None:
    found = settle_count([Counted(A, 3, TEN)], {A: Level(10, 5)})
    (one,) = found.variances
    assert (one.difference, one.uncovered, one.bookable) == (-7, 2, -5)
    assert found.booked == (Move(LOST, A, 5, reason="count"),)


@pytest.mark.parametrize(
    "tolerance", [Tolerance(pieces=2), Tolerance(share=Decimal("0.02")), Tolerance(value_minor=299)]
)
def test_a_variance_beyond_a_bound_waits_for_approval(tolerance: Tolerance) -> None:
    found = settle_count([Counted(A, 97, TEN)], {A: Level(100)}, tolerance=tolerance, unit_costs={"TEE": 100})
    assert (found.booked, len(found.to_approve), found.watermarks) == ((), 1, {})
    assert corrections(found.to_approve) == (Move(LOST, A, 3, reason="count"),)


def test_a_variance_at_its_bounds_books_itself() -> None:
    tolerance = Tolerance(pieces=3, share=Decimal("0.03"), value_minor=300)
    found = settle_count([Counted(A, 97, TEN)], {A: Level(100)}, tolerance=tolerance, unit_costs={"TEE": 100})
    assert found.booked == (Move(LOST, A, 3, reason="count"),)


def test_a_full_snapshot_says_zero_of_what_it_does_not_name() -> None:
    full = completed([Counted(A, 3, TEN)], [A, Cell("CAP", "A"), B], warehouse="A", as_of=TEN)
    assert full[1:] == (Counted(Cell("CAP", "A"), 0, TEN, "not in snapshot"),)


def test_i15_a_receipt_dated_before_a_count_leaves_the_count_as_it_is() -> None:
    found = restated([_received(10, TEN - MINUTE), _received(4, TEN + MINUTE)], {A: TEN})
    assert found == (Move(LOST, A, 10, reason="counted since"),)


def test_a_shipment_told_late_is_not_undone_because_the_count_left_it_its_pieces() -> None:
    assert restated([_shipped(1, TEN - MINUTE)], {A: TEN}) == ()


def test_a_cell_is_counted_once_in_a_count() -> None:
    with pytest.raises(UsageError, match="counted_twice"):
        settle_count([Counted(A, 1, TEN), Counted(A, 2, TEN)], {})


def test_nobody_counts_fewer_than_none() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        Counted(A, -1, TEN)


def test_an_instant_has_a_time_zone() -> None:
    with pytest.raises(UsageError, match="naive_datetime"):
        Counted(A, 1, datetime(2026, 3, 2))  # noqa: DTZ001


def test_cells_are_counted_by_class_the_most_overdue_first() -> None:
    last = {
        Cell("a", "A"): date(2026, 2, 20),
        Cell("b", "A"): date(2026, 2, 20),
        Cell("never", "A"): None,
        Cell("old", "A"): date(2026, 1, 1),
        Cell("other", "A"): None,
    }
    classes = {"a": "A", "b": "B", "never": "B", "old": "A"}
    every = {"A": timedelta(days=7), "B": timedelta(days=30)}
    found = due_for_count(last, classes, every, on=date(2026, 3, 2), limit=3)
    assert [cell.sku for cell in found] == ["never", "old", "a"]
