"""Movements over levels: the cases in which partial shipping, cancelling and returning went wrong elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from omskit.core import Cell, Claim, Component, Level, Refused, UsageError
from omskit.inventory import (
    FOUND,
    LOST,
    RECEIVED,
    RELEASED,
    RESERVED_FOR,
    RETURNED,
    SHIPPED,
    Move,
    decide,
    evolve,
    pieces,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
A, B = Cell("A", "BER"), Cell("B", "BER")
ONE, TWO = Claim(1, 1), Claim(1, 2)


def _after(levels: dict[Cell, Level], *batches: Iterable[Move]) -> dict[Cell, Level]:
    for batch in batches:
        for one in decide(levels, tuple(batch), at=AT, actor="amy"):
            levels[one.cell] = evolve(levels.get(one.cell), one)
    return levels


def test_i1_cancelling_after_a_part_was_shipped_gives_back_only_the_rest() -> None:
    found = _after(
        {A: Level(100), B: Level(100)},
        [Move(RESERVED_FOR, A, 10, ONE), Move(RESERVED_FOR, B, 10, TWO)],
        [Move(SHIPPED, A, 7, ONE), Move(SHIPPED, B, 6, TWO)],
        [Move(RELEASED, A, 3, ONE), Move(RELEASED, B, 4, TWO)],
    )
    assert (found[A].available, found[B].available) == (93, 94)
    assert (found[A].reserved, found[B].reserved) == (0, 0)


def test_i2_edge_6_a_return_comes_back_and_what_was_not_shipped_is_let_go_once() -> None:
    found = _after(
        {A: Level(100)},
        [Move(RESERVED_FOR, A, 5, ONE)],
        [Move(SHIPPED, A, 2, ONE)],
        [Move(RETURNED, A, 2), Move(RELEASED, A, 1, ONE)],
    )
    assert (found[A], found[A].available) == (Level(100, 2), 98)


def test_i3_a_refund_before_shipping_leaves_the_rest_to_ship() -> None:
    found = _after(
        {A: Level(6)}, [Move(RESERVED_FOR, A, 6, ONE)], [Move(RELEASED, A, 4, ONE)], [Move(SHIPPED, A, 2, ONE)]
    )
    assert found[A] == Level(4, 0)


def test_i4_a_bundle_is_shipped_and_counted_in_its_pieces() -> None:
    (needed,) = pieces([Component("A", 5)], 1).items()
    found = _after({A: Level(100)}, [Move(RESERVED_FOR, A, needed[1], ONE)], [Move(SHIPPED, A, needed[1], ONE)])
    assert (found[A].on_hand, found[A].available) == (95, 95)


def test_edge_2_a_single_and_a_bundle_that_share_a_component_are_added_up() -> None:
    wanted = [Move(RESERVED_FOR, A, 1, ONE), Move(RESERVED_FOR, A, 1, TWO)]
    with pytest.raises(Refused) as refused:
        decide({A: Level(1)}, wanted, at=AT, actor="amy")
    assert refused.value.facts["cells"] == (("A", "BER", 2, 1),)


def test_edge_10_the_last_piece_ships_for_the_order_that_holds_it() -> None:
    assert _after({A: Level(1, 1)}, [Move(SHIPPED, A, 1, ONE)])[A] == Level(0, 0)


def test_promised_pieces_cannot_be_lost() -> None:
    with pytest.raises(Refused, match="out_of_stock"):
        decide({A: Level(3, 3)}, [Move(LOST, A, 1)], at=AT, actor="amy")


def test_goods_that_arrive_in_the_same_batch_can_be_promised_in_it() -> None:
    assert _after({}, [Move(RECEIVED, A, 2), Move(RESERVED_FOR, A, 2, ONE)])[A] == Level(2, 2)


@pytest.mark.parametrize(
    ("move", "code"),
    [
        (Move("stolen", A, 1), "unknown_movement"),
        (Move(FOUND, A, 0), "bad_quantity"),
        (Move(RESERVED_FOR, A, 1), "no_claim"),
    ],
)
def test_a_movement_that_makes_no_sense_is_an_error(move: Move, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        decide({}, [move], at=AT, actor="amy")
