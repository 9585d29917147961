"""Backorders by precedence, and claims that give way to stronger ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from omskit.core import Cell, Claim, Level, Refused, UsageError
from omskit.inventory import Backorder, Difference, Holder, displace, fill

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
A, B = Cell("TEE", "A"), Cell("TEE", "B")


def _waits(order: int, quantity: int, *, days: int = 0, priority: int = 0, whole: bool = False) -> Backorder:
    return Backorder(Claim(order, 1), "TEE", quantity, AT - days * DAY, priority, whole=whole)


def _holds(order: int, quantity: int, *, days: int = 0, priority: int = 5, fixed: bool = False) -> Holder:
    return Holder(Claim(order, 1), A, quantity, AT - days * DAY, priority, fixed)


def test_arriving_stock_goes_by_priority_and_then_by_who_has_waited_longest() -> None:
    found = fill([_waits(1, 3), _waits(2, 3, days=1), _waits(3, 3, priority=-1)], {A: 7})
    assert found.reserved == ((Claim(3, 1), A, 3), (Claim(2, 1), A, 3), (Claim(1, 1), A, 1))
    assert [(one.claim.order, one.quantity, one.since) for one in found.waiting] == [(1, 2, AT)]


def test_one_warehouse_with_everything_is_preferred() -> None:
    assert fill([_waits(1, 5)], {A: 4, B: 6}).reserved == ((Claim(1, 1), B, 5),)


def test_a_line_may_be_filled_from_several_warehouses() -> None:
    assert fill([_waits(1, 5)], {A: 3, B: 4}).reserved == ((Claim(1, 1), A, 3), (Claim(1, 1), B, 2))


def test_all_or_nothing_waits_without_holding_up_those_behind() -> None:
    found = fill([_waits(1, 5, days=1, whole=True), _waits(2, 2)], {A: 4})
    assert found.reserved == ((Claim(2, 1), A, 2),)
    assert [one.claim.order for one in found.waiting] == [1]


def test_edge_11_freed_pieces_do_not_fill_the_backorder_of_the_order_that_cancelled_them() -> None:
    found = fill([_waits(1, 2, days=1), _waits(2, 2)], {A: 2}, barred=frozenset({1}))
    assert found.reserved == ((Claim(2, 1), A, 2),)


def test_a_line_takes_only_from_its_warehouses() -> None:
    one = Backorder(Claim(1, 1), "TEE", 2, AT, warehouses=frozenset("B"))
    assert fill([one], {A: 5}).waiting == (one,)


def test_the_newest_of_the_weakest_gives_way() -> None:
    holders = [_holds(1, 2, days=2), _holds(2, 2), _holds(3, 2, priority=3)]
    found = displace(_holds(9, 3, priority=1), holders, {A: Level(6, 6)})
    assert found.differences == (
        Difference(Claim(1, 1), A, 2, 1),
        Difference(Claim(2, 1), A, 2, 0),
        Difference(Claim(9, 1), A, 0, 3),
    )


def test_free_pieces_are_taken_before_anybody_gives_way() -> None:
    found = displace(_holds(9, 3, priority=1), [_holds(1, 4)], {A: Level(6, 4)})
    assert found.differences == (Difference(Claim(1, 1), A, 4, 3), Difference(Claim(9, 1), A, 0, 3))


def test_who_loses_is_reserved_elsewhere_or_waits_with_the_old_date() -> None:
    holders = [_holds(1, 3, days=1), Holder(Claim(1, 1), B, 1, AT)]
    found = displace(_holds(9, 3, priority=1), holders, {A: Level(3, 3), B: Level(3, 1)})
    assert Difference(Claim(1, 1), B, 1, 3) in found.differences
    assert found.waiting == (Backorder(Claim(1, 1), "TEE", 1, AT - DAY, 5),)


@pytest.mark.parametrize("holder", [_holds(1, 3, priority=1), _holds(1, 3, fixed=True)])
def test_an_equal_claim_and_one_at_work_do_not_give_way(holder: Holder) -> None:
    with pytest.raises(Refused) as refused:
        displace(_holds(9, 3, priority=1), [holder], {A: Level(3, 3)})
    assert refused.value.facts["cells"] == (("TEE", "A", 3, 0),)


def test_a_wish_is_for_something() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        displace(_holds(9, 0), [], {})
