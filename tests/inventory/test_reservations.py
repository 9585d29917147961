"""Reservations: got or created, moved, held for a time, and never let go silently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from omskit.core import Cell, Claim, Level, Refused, Reservation, UsageError
from omskit.inventory import (
    RELEASED,
    RESERVED_FOR,
    Difference,
    Move,
    Soft,
    availability,
    decide,
    differences,
    extend,
    harden,
    moves,
    relocate,
    reserve_again,
    sweep,
    unplaced,
)
from omskit.inventory.availability import Shelf

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, TWO = Claim(1, 1), Claim(2, 1)
A, B = Cell("TEE", "A"), Cell("TEE", "B")


def _soft(claim: Claim = ONE, quantity: int = 2, **more: object) -> Soft:
    return Soft(claim, "TEE", quantity, AT - HOUR, AT, **more)  # type: ignore[arg-type]


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


def test_i14_a_hold_is_valid_before_its_end_and_not_at_it() -> None:
    soft = _soft()
    assert harden(soft, A, at=AT - timedelta(milliseconds=1)) == Difference(ONE, A, 0, 2)
    with pytest.raises(Refused, match="reservation_expired"):
        harden(soft, A, at=AT)


def test_edge_12_what_a_payment_or_a_review_keeps_is_extended_and_said_to_be() -> None:
    kept, free = _soft(kept_by=frozenset({"payment"})), _soft(TWO)
    found = sweep([kept, free], at=AT, extend_by=HOUR)
    assert [soft.expires for soft in found.extended] == [AT + HOUR]
    assert found.ended == (free,)


def test_what_is_kept_too_long_is_shown_to_a_person_and_still_held() -> None:
    kept = _soft(kept_by=frozenset({"review"}))
    found = sweep([kept], at=AT, extend_by=HOUR, longest=timedelta(minutes=30))
    assert (found.extended, found.ended) == ((), ())
    assert [soft.expires for soft in found.overdue] == [AT + HOUR]


def test_what_is_not_over_is_left_out_of_a_sweep() -> None:
    found = sweep([_soft()], at=AT - HOUR, extend_by=HOUR)
    assert (found.extended, found.overdue, found.ended) == ((), (), ())


def test_an_extension_is_by_some_time() -> None:
    with pytest.raises(UsageError, match="bad_extension"):
        sweep([], at=AT, extend_by=timedelta(0))


def test_activity_extends_and_never_shortens() -> None:
    soft = _soft()
    assert extend(soft, at=AT - HOUR, expires=AT + HOUR).expires == AT + HOUR
    assert extend(soft, at=AT - HOUR, expires=AT - HOUR / 2) == soft


def test_a_soft_reservation_hardens_only_where_it_may() -> None:
    soft = _soft(warehouses=frozenset("B"))
    with pytest.raises(UsageError, match="other_warehouse"):
        harden(soft, A, at=AT - HOUR)
    with pytest.raises(UsageError, match="other_sku"):
        harden(soft, Cell("CAP", "B"), at=AT - HOUR)


def test_live_carts_take_off_what_is_available() -> None:
    off = unplaced([_soft(), _soft(TWO, kept_by=frozenset({"payment"}))], at=AT)
    assert availability([Shelf(A, 10)], on=AT.date(), unplaced=off)["TEE"].free == 8


def test_edge_12_a_late_payment_reserves_again_or_is_oversold() -> None:
    late, later = _soft(quantity=5), Soft(TWO, "TEE", 4, AT, AT)
    found = reserve_again([later, late], {A: Level(4, 1), B: Level(4)})
    assert found.reserved == (Difference(ONE, A, 0, 3), Difference(ONE, B, 0, 2))
    assert found.oversold == ((TWO, "TEE", 4),)


def test_a_warehouse_with_the_whole_line_is_preferred_when_reserving_again() -> None:
    assert reserve_again([_soft(quantity=5)], {A: Level(4), B: Level(5)}).reserved == (Difference(ONE, B, 0, 5),)
