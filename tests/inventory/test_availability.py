"""Availability: what can be sold now and by a day, of SKUs and bundles, in pools that share their warehouses."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from omskit.core import Cell, Claim, Component, Reservation, UsageError
from omskit.inventory import (
    Ahead,
    Allotment,
    Dated,
    Pool,
    Shelf,
    Unplaced,
    availability,
    bundle,
    outlook,
    partition,
)
from omskit.inventory.availability import at

TODAY = date(2026, 3, 2)
WEDNESDAY = date(2026, 3, 4)
FRIDAY = date(2026, 3, 6)
NEXT_WEEK = date(2026, 3, 9)
A = Cell("TEE", "A")
B = Cell("TEE", "B")


def test_what_is_reserved_unsellable_or_safety_is_not_free() -> None:
    found = availability([Shelf(A, on_hand=20, reserved=3, unsellable=4, safety=5)], on=TODAY)
    assert found["TEE"].free == 8


def test_i17_safety_stock_above_what_is_there_gives_zero_and_not_less() -> None:
    assert availability([Shelf(A, on_hand=8, safety=10)], on=TODAY)["TEE"].free == 0


def test_a_warehouse_in_debt_does_not_eat_the_stock_of_another() -> None:
    assert availability([Shelf(A, on_hand=-4), Shelf(B, on_hand=10)], on=TODAY)["TEE"].free == 10


def test_edge_4_five_pieces_seen_by_two_channels_are_gone_for_both_when_one_sells_them() -> None:
    pools = [Pool("x", frozenset("AB")), Pool("y", frozenset("BC"))]
    before = [availability([Shelf(B, on_hand=5)], on=TODAY, pool=pool)["TEE"].free for pool in pools]
    after = [availability([Shelf(B, on_hand=5, reserved=5)], on=TODAY, pool=pool)["TEE"].free for pool in pools]
    assert (before, after) == ([5, 5], [0, 0])


def test_a_pool_does_not_see_other_warehouses_but_knows_the_sku() -> None:
    assert availability([Shelf(A, on_hand=5)], on=TODAY, pool=Pool("y", frozenset("C")))["TEE"].free == 0


def test_what_is_sold_without_a_warehouse_comes_off_every_pool_that_shares_one() -> None:
    sold = [Unplaced("TEE", 3, frozenset("AB")), Unplaced("TEE", 1), Unplaced("TEE", 9, frozenset("D"))]
    found = availability([Shelf(B, on_hand=10)], on=TODAY, pool=Pool("y", frozenset("BC")), unplaced=sold)
    assert (found["TEE"].free, found["TEE"].unplaced) == (6, 4)


def test_i16_a_ring_fenced_allotment_is_not_offered_to_others() -> None:
    fences = [Allotment("a", "TEE", 30)]
    shelf = [Shelf(A, on_hand=100)]
    assert availability(shelf, on=TODAY, channel="b", allotments=fences)["TEE"].free == 70
    assert availability(shelf, on=TODAY, channel="a", allotments=fences)["TEE"].free == 100


def test_an_allotment_frees_what_was_used_and_ends_on_its_day() -> None:
    fence = Allotment("a", "TEE", 30, used=12, until=FRIDAY)
    assert (fence.left(WEDNESDAY), fence.left(FRIDAY)) == (18, 0)


def test_edge_10_ones_own_reservation_does_not_stand_in_ones_way() -> None:
    own = [Reservation(Claim(7, 1), A, 5)]
    shelf = [Shelf(A, on_hand=5, reserved=5)]
    assert availability(shelf, on=TODAY)["TEE"].free == 0
    assert availability(shelf, on=TODAY, own=own, unplaced=[Unplaced("TEE", 3)])["TEE"].free == 5


def test_receipts_can_be_promised_from_their_day_on() -> None:
    shelf = Shelf(A, on_hand=2, inbound=(Dated(NEXT_WEEK, 10), Dated(WEDNESDAY, 5)))
    assert outlook(shelf, on=TODAY) == (Dated(TODAY, 2), Dated(WEDNESDAY, 7), Dated(NEXT_WEEK, 17))


def test_a_promise_for_later_keeps_its_pieces_from_who_asks_for_sooner() -> None:
    """10 there, 8 promised for Friday, 5 due on Wednesday and 4 next week."""
    shelf = Shelf(A, 10, inbound=(Dated(WEDNESDAY, 5), Dated(NEXT_WEEK, 4)), promised=(Dated(FRIDAY, 8),))
    assert outlook(shelf, on=TODAY) == (Dated(TODAY, 7), Dated(NEXT_WEEK, 11))


def test_overdue_receipts_and_promises_count_today() -> None:
    shelf = Shelf(A, 1, inbound=(Dated(date(2026, 2, 1), 5),), promised=(Dated(date(2026, 2, 2), 2),))
    assert outlook(shelf, on=TODAY) == (Dated(TODAY, 4),)


def test_the_earliest_day_is_the_first_on_which_all_pieces_can_leave() -> None:
    shelves = [Shelf(A, 2, inbound=(Dated(WEDNESDAY, 5),)), Shelf(B, 1, inbound=(Dated(NEXT_WEEK, 4),))]
    found = availability(shelves, on=TODAY, ahead={"TEE": Ahead(10, 4, ship_by=date(2026, 5, 1))})["TEE"]
    assert [found.earliest(count) for count in (3, 8, 12, 18, 19)] == [
        TODAY,
        WEDNESDAY,
        NEXT_WEEK,
        date(2026, 5, 1),
        None,
    ]


def test_a_backorder_may_be_sold_and_has_no_date() -> None:
    found = availability([Shelf(A, 2)], on=TODAY, ahead={"TEE": Ahead(5, 1)})["TEE"]
    assert (found.sellable(), found.earliest(3)) == (6, None)


def test_a_backorder_cap_that_is_used_up_adds_nothing() -> None:
    assert availability([Shelf(A, 2)], on=TODAY, ahead={"TEE": Ahead(5, 9)})["TEE"].sellable() == 2


def test_receipts_may_be_sold_only_when_the_caller_looks_that_far() -> None:
    found = availability([Shelf(A, 2, inbound=(Dated(FRIDAY, 5),))], on=TODAY)["TEE"]
    assert (found.sellable(), found.sellable(WEDNESDAY), found.sellable(FRIDAY)) == (2, 2, 7)


def test_nothing_can_be_promised_for_yesterday() -> None:
    assert availability([Shelf(A, 2)], on=TODAY)["TEE"].by(date(2026, 3, 1)) == 0


KIT = (Component("POT"), Component("LID", 2))


def test_a_bundle_is_the_least_of_its_components() -> None:
    found = availability([Shelf(Cell("POT", "A"), 5), Shelf(Cell("LID", "A"), 7)], on=TODAY)
    assert bundle("KIT", KIT, found, on=TODAY).free == 3


def test_edge_15_a_component_that_comes_twice_counts_twice() -> None:
    found = availability([Shelf(Cell("LID", "A"), 7)], on=TODAY)
    assert bundle("KIT", [Component("LID"), Component("LID", 2)], found, on=TODAY).free == 2


def test_a_bundle_with_an_unknown_component_cannot_be_sold() -> None:
    found = availability([Shelf(Cell("POT", "A"), 5)], on=TODAY)
    assert bundle("KIT", KIT, found, on=TODAY).free == 0


def test_edge_3_a_bundle_that_leaves_together_is_whole_at_each_warehouse() -> None:
    shelves = [Shelf(Cell("POT", "A"), 3), Shelf(Cell("LID", "A"), 3), Shelf(Cell("LID", "B"), 9)]
    found = availability(shelves, on=TODAY)
    assert bundle("KIT", KIT, found, on=TODAY).free == 3
    assert bundle("KIT", KIT, found, on=TODAY, together=True).free == 1


def test_a_bundle_can_be_promised_when_its_last_component_comes() -> None:
    shelves = [Shelf(Cell("POT", "A"), 5), Shelf(Cell("LID", "A"), inbound=(Dated(FRIDAY, 6),))]
    found = bundle("KIT", KIT, availability(shelves, on=TODAY), on=TODAY)
    assert found.steps == (Dated(TODAY, 0), Dated(FRIDAY, 3))


def test_bundles_offered_in_full_oversell_and_partitioned_do_not() -> None:
    listings = {"LID": [Component("LID")], "KIT": KIT, "TWO": [Component("LID", 2)]}
    shared = partition(listings, {"LID": 10, "POT": 10})
    assert shared == {"LID": 2, "KIT": 2, "TWO": 2}


def test_a_partition_follows_the_weights_and_gives_the_rest_to_who_can_use_it() -> None:
    listings = {"a": [Component("LID")], "b": [Component("LID"), Component("POT")]}
    assert partition(listings, {"LID": 10, "POT": 2}, {"a": 1, "b": 3}) == {"a": 8, "b": 2}


def test_a_cell_comes_once() -> None:
    with pytest.raises(UsageError, match="cell_twice"):
        availability([Shelf(A, 1), Shelf(A, 2)], on=TODAY)


def test_a_bundle_is_made_of_something() -> None:
    with pytest.raises(UsageError, match="no_parts"):
        bundle("KIT", (), {}, on=TODAY)


def test_counts_are_not_below_zero() -> None:
    with pytest.raises(UsageError, match="bad_quantity"):
        Shelf(A, reserved=-1)


@pytest.mark.parametrize("seed", range(100))
def test_what_is_left_at_each_warehouse_adds_up_to_what_can_be_promised(seed: int) -> None:
    draw = Random(seed)
    days = [date(2026, 3, 2) + timedelta(days=day) for day in range(6)]
    shelves = [
        Shelf(
            Cell("A", warehouse),
            draw.randint(-2, 6),
            draw.randint(0, 2),
            inbound=tuple(Dated(draw.choice(days), draw.randint(1, 5)) for _ in range(draw.randint(0, 3))),
            promised=tuple(Dated(draw.choice(days), draw.randint(1, 2)) for _ in range(draw.randint(0, 1))),
        )
        for warehouse in "XYZ"[: draw.randint(1, 3)]
    ]
    sold = [Unplaced("A", draw.randint(1, 12))] if draw.random() < 0.7 else []
    found = availability(shelves, on=days[0], unplaced=sold)["A"]
    places = found.by_place()
    assert places.keys() == dict(found.places).keys()
    for day in days:
        assert sum(at(steps, day) for steps in places.values()) == found.by(day)
        for warehouse, steps in found.places:
            assert at(places[warehouse], day) <= at(steps, day)
