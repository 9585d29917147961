"""Lots and serial numbers: first expired first out, lock-up, and no number for two."""

from __future__ import annotations

from datetime import date

import pytest

from omskit.core import Cell, Claim, Refused, UsageError
from omskit.inventory.lots import (
    Lot,
    LotNeed,
    LotPick,
    Picking,
    ShelfLife,
    acceptable,
    check_serials,
    expiring,
    locked_up,
    pick_lots,
    pick_serials,
)

TODAY = date(2026, 12, 10)
CELL = Cell("MILK", "A")
ONE, TWO = Claim(1, 1), Claim(2, 1)
LOTS = (
    Lot("MAR", 5, date(2026, 9, 1), expires=date(2027, 3, 1)),
    Lot("JAN", 5, date(2026, 9, 3), expires=date(2027, 1, 1)),
    Lot("FEB", 5, date(2026, 9, 2), expires=date(2027, 2, 1)),
)


def test_i9_the_first_to_expire_goes_first() -> None:
    (pick,) = pick_lots({CELL: LOTS}, [LotNeed(ONE, CELL, 7)], on=TODAY)
    assert pick == LotPick(ONE, CELL, (("JAN", 5), ("FEB", 2)))


@pytest.mark.parametrize(
    ("picking", "lots"), [(Picking.FIFO, (("MAR", 5), ("FEB", 2))), (Picking.LIFO, (("JAN", 5), ("FEB", 2)))]
)
def test_lots_may_go_by_the_day_they_came_in(picking: Picking, lots: tuple[tuple[str, int], ...]) -> None:
    (pick,) = pick_lots({CELL: LOTS}, [LotNeed(ONE, CELL, 7)], on=TODAY, picking=picking)
    assert pick.lots == lots


def test_i10_a_lot_past_its_removal_date_is_there_and_not_sold() -> None:
    life = ShelfLife(lock_up_days=30)
    lots = [Lot("JAN", 5, TODAY, reserved=2, expires=date(2027, 1, 1)), LOTS[0]]
    assert locked_up(lots, life, on=TODAY) == 3
    (pick,) = pick_lots({CELL: lots}, [LotNeed(ONE, CELL, 7)], on=TODAY, lives={"MILK": life})
    assert pick == LotPick(ONE, CELL, (("MAR", 5),), short=2)


def test_the_removal_date_itself_is_locked() -> None:
    lot = Lot("JAN", 5, TODAY, expires=date(2026, 12, 20))
    assert [locked_up([lot], ShelfLife(lock_up_days=days), on=TODAY) for days in (9, 10)] == [0, 5]


def test_no_piece_of_a_lot_goes_to_two() -> None:
    picks = pick_lots({CELL: LOTS}, [LotNeed(ONE, CELL, 7), LotNeed(TWO, CELL, 9)], on=TODAY)
    assert [pick.lots for pick in picks] == [(("JAN", 5), ("FEB", 2)), (("FEB", 3), ("MAR", 5))]
    assert picks[1].short == 1


def test_a_buyer_who_asks_for_days_left_gets_a_younger_lot() -> None:
    (pick,) = pick_lots({CELL: LOTS}, [LotNeed(ONE, CELL, 3, least_days=60)], on=TODAY)
    assert pick.lots == (("MAR", 3),)


def test_a_line_of_one_lot_takes_the_first_that_has_enough_or_nothing() -> None:
    lots = (Lot("OLD", 2, TODAY, expires=date(2027, 1, 1)), Lot("NEW", 9, TODAY, expires=date(2027, 2, 1)))
    needs = [LotNeed(ONE, CELL, 5, one_lot=True), LotNeed(TWO, CELL, 6, one_lot=True)]
    picks = pick_lots({CELL: lots}, needs, on=TODAY)
    assert [(pick.lots, pick.short) for pick in picks] == [((("NEW", 5),), 0), ((), 6)]


def test_reserved_pieces_of_a_lot_are_not_picked_for_others() -> None:
    (pick,) = pick_lots({CELL: [Lot("L", 5, TODAY, reserved=4)]}, [LotNeed(ONE, CELL, 2)], on=TODAY)
    assert pick == LotPick(ONE, CELL, (("L", 1),), short=1)


def test_goods_without_expiry_go_last() -> None:
    (pick,) = pick_lots({CELL: [Lot("L", 5, date(2020, 1, 1)), LOTS[0]]}, [LotNeed(ONE, CELL, 6)], on=TODAY)
    assert pick.lots == (("MAR", 5), ("L", 1))


def test_goods_too_near_their_expiry_are_not_taken_in() -> None:
    life = ShelfLife(reject_days=10)
    assert [acceptable(date(2026, 12, day), life, on=TODAY) for day in (19, 20)] == [False, True]


def test_lots_about_to_expire_are_listed_first_to_expire_first() -> None:
    assert [lot.code for lot in expiring(LOTS, ShelfLife(warn_days=60), on=TODAY)] == ["JAN", "FEB"]


def test_a_lot_does_not_promise_more_than_it_has() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        Lot("L", 1, TODAY, reserved=2)


def test_a_need_is_for_something() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        pick_lots({}, [LotNeed(ONE, CELL, 0)], on=TODAY)


def test_edge_10_a_serial_number_goes_to_one_claim_only() -> None:
    given = pick_serials({"S3", "S1", "S2", "S4"}, [(ONE, 2), (TWO, 1)], taken={"S1"})
    assert given == {ONE: ("S2", "S3"), TWO: ("S4",)}


def test_too_few_serial_numbers_are_refused_as_a_whole() -> None:
    with pytest.raises(Refused) as refused:
        pick_serials({"S1"}, [(ONE, 2)])
    assert (refused.value.code, refused.value.facts["available"]) == ("out_of_serials", 1)


def test_scanned_numbers_reserved_for_oneself_may_leave() -> None:
    scanned = check_serials(["S2", "S1"], 2, there={"S1", "S2"}, holders={"S1": ONE}, claim=ONE)
    assert scanned == ("S1", "S2")


def test_every_problem_with_scanned_numbers_is_told() -> None:
    with pytest.raises(Refused) as refused:
        check_serials(["S1", "S1", "S9", "S2"], 4, there={"S1", "S2"}, holders={"S2": TWO}, claim=ONE)
    assert refused.value.facts["problems"] == (
        ("S1", "twice"),
        ("S9", "unknown"),
        ("S2", "reserved"),
        ("", "count"),
    )
