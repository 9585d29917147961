"""Reservations: got or created, and moved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from omskit.core import Cell, Claim, Level, Refused, Reservation, UsageError
from omskit.inventory import (
    RELEASED,
    RESERVED_FOR,
    Difference,
    Move,
    decide,
    differences,
    moves,
    relocate,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONE, TWO = Claim(1, 1), Claim(2, 1)
A, B = Cell("TEE", "A"), Cell("TEE", "B")


def test_asking_for_what_is_reserved_changes_nothing() -> None:
    assert differences([Reservation(ONE, A, 5)], [Reservation(ONE, A, 5)]) == ()


def test_another_quantity_is_an_explicit_difference() -> None:
    held = [Reservation(ONE, A, 5), Reservation(TWO, A, 1)]
    found = differences(held, [Reservation(ONE, A, 3), Reservation(ONE, B, 4)])
    assert found == (Difference(ONE, A, 5, 3), Difference(ONE, B, 0, 4))


def test_edge_9_what_is_not_mentioned_stays_reserved() -> None:
    assert differences([Reservation(ONE, A, 5)], []) == ()


def test_differences_become_one_movement_each_what_is_let_go_first() -> None:
    found = moves([Difference(ONE, A, 0, 4), Difference(TWO, A, 5, 3)], reason="edit")
    assert found == (Move(RELEASED, A, 2, TWO, reason="edit"), Move(RESERVED_FOR, A, 4, ONE, reason="edit"))


def test_one_claim_and_cell_is_wanted_once() -> None:
    with pytest.raises(UsageError, match="reservation_twice"):
        differences([], [Reservation(ONE, A, 5), Reservation(ONE, A, 1)])


def test_fewer_than_none_cannot_be_reserved() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        differences([], [Reservation(ONE, A, -1)])


def test_edge_11_moving_to_another_warehouse_lets_go_there_exactly_what_is_reserved_here() -> None:
    held = [Reservation(ONE, A, 10), Reservation(ONE, B, 1)]
    assert relocate(held, ONE, A, B, 4) == (Difference(ONE, A, 10, 6), Difference(ONE, B, 1, 5))


def test_more_than_is_reserved_does_not_move() -> None:
    with pytest.raises(Refused, match="not_reserved"):
        relocate([Reservation(ONE, A, 3)], ONE, A, B, 4)


@pytest.mark.parametrize(
    ("target", "quantity", "code"),
    [(A, 1, "other_sku"), (Cell("CAP", "B"), 1, "other_sku"), (B, 0, "bad_quantity")],
)
def test_a_move_that_makes_no_sense_is_an_error(target: Cell, quantity: int, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        relocate([Reservation(ONE, A, 3)], ONE, A, target, quantity)


def test_i5_two_lines_of_one_batch_that_together_exceed_stock_are_refused_as_a_whole() -> None:
    wanted = [Reservation(ONE, A, 2), Reservation(TWO, A, 2)]
    with pytest.raises(Refused) as refused:
        decide({A: Level(3)}, moves(differences([], wanted)), at=AT, actor="")
    assert refused.value.facts["cells"] == (("TEE", "A", 4, 3),)
