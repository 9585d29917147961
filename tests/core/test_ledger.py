"""The values of a stock book: what is there, what is promised, what moved."""

from datetime import UTC, datetime

from omskit.core import Cell, Claim, Level, Movement, Reservation


def test_cells_are_ordered_by_sku_and_then_warehouse() -> None:
    cells = [Cell("B", "x"), Cell("A", "y"), Cell("A", "x")]
    assert sorted(cells) == [Cell("A", "x"), Cell("A", "y"), Cell("B", "x")]


def test_what_can_be_promised_is_on_hand_less_reserved() -> None:
    assert Level(on_hand=10, reserved=3).available == 7
    assert Level().available == 0


def test_a_movement_without_an_order_claims_for_order_zero() -> None:
    moved = Movement("received", Cell("A", "x"), 5, 5, 0, datetime(2026, 3, 1, tzinfo=UTC), "amy")
    assert moved.claim == Claim(0, 0)
    assert moved.document == ""


def test_equal_cells_and_claims_are_one_key() -> None:
    assert len({Cell("A", "x"), Cell("A", "x")}) == 1
    assert len({Reservation(Claim(1, 1), Cell("A", "x"), 2), Reservation(Claim(1, 1), Cell("A", "x"), 2)}) == 1
