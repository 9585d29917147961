"""Mistakes that searches like this one invite, each on the smallest network where it would show.

W0 and W1 send a unit for 610, W2 for 910, packing and picking included; a split weighs 200, an unfilled unit
15,000.
"""

import pytest
from attrs import evolve
from three_sites import AT, POLICY, demand, line, network, plan_of, supply

from omskit.allocation import OpportunityCost, Supply, plan, plan_batch
from omskit.core import Cell


def test_the_first_parcel_pays_no_split_also_where_nothing_is_as_good() -> None:
    """At 611 a unit left out the parcel for 610 goes; were a split charged for it, it would stay."""
    policy = evolve(POLICY, unfilled_minor=611)
    made = plan_of(demand(line(1, "A")), stock={"W0": "A1"}, policy=policy)
    assert (made.cost_minor, len(made.decisions[0].parcels)) == (610, 1)
    two = plan_of(demand(line(1, "A"), line(2, "B")), stock={"W0": "A1", "W1": "B1"}, policy=policy)
    # both parcels would cost 610 + 610 + 200, one of them and a unit left 610 + 611
    assert (two.cost_minor, len(two.decisions[0].parcels)) == (1221, 1)


@pytest.mark.parametrize(("unfilled", "cost"), [(1500, 610 + 1500), (2200, 2720)])
def test_one_parcel_of_all_is_held_against_leaving_a_unit_out(unfilled: int, cost: int) -> None:
    """Both from far weigh 10 kg and cost 2,720; or the light one comes from near and the heavy one stays."""
    asked = demand(line(1, "A"), line(2, "B", 1, 10_000))
    policy = evolve(POLICY, unfilled_minor=unfilled)
    assert plan_of(asked, stock={"W0": "A1", "W2": "A1 B1"}, policy=policy).cost_minor == cost


def test_a_bound_under_prices_that_refuse_a_unit_stays_below_the_best_plan() -> None:
    """Three orders for a unit each and two pieces: any price of them up to 15,000 is right, none may pass it."""
    asked = [demand(line(1, "A"), key=key) for key in (1, 2, 3)]
    made = plan_batch(asked, supply({"W0": "A1", "W2": "A1"}), network(), POLICY, at=AT)
    assert made.cost_minor == 610 + 910 + 15_000
    assert made.bound_minor == made.cost_minor


def test_the_units_of_a_line_are_no_block() -> None:
    """Two of three lie near; whole lines would have to come from far at 930 or stay."""
    made = plan_of(demand(line(1, "A", 3)), stock={"W0": "A2", "W2": "A1"})
    assert [parcel.units for parcel in made.decisions[0].parcels] == [((1, 2),), ((1, 1),)]
    assert made.cost_minor == 620 + 910 + 200


def test_two_parcels_of_one_warehouse_share_its_stock() -> None:
    """Each of 20 kg, and no parcel above 30: W0 has one unit, so that the second comes from far."""
    one = demand(line(1, "A", 2, 20_000))
    made = plan_of(one, stock={"W0": "A1", "W2": "A1"})
    assert [parcel.warehouse for parcel in made.decisions[0].parcels] == ["W0", "W2"]


def test_stock_goes_to_whom_nothing_else_is_left_not_to_whom_the_second_best_is_dear() -> None:
    """The second best of both flexible orders is the same piece; who has no other at all keeps the near one."""
    asked = [
        demand(line(1, "A"), key=1),
        demand(line(1, "A"), key=2),
        demand(line(1, "A"), key=3, warehouse="W0"),
    ]
    made = plan_batch(asked, supply({"W0": "A1", "W2": "A2"}), network(), POLICY, at=AT)
    assert made.cost_minor == 910 + 910 + 610 == made.bound_minor
    assert made.of(3).parcels[0].warehouse == "W0"


@pytest.mark.parametrize("pieces", [1, 500])
def test_room_for_hundreds_and_single_pieces_find_their_prices_together(pieces: int) -> None:
    """W0 has room for 50 parcels of 60 orders for plenty, and one rare piece that half of them could take."""
    asked = [demand(line(1, "A"), key=key) for key in range(1, 61)]
    asked += [demand(line(1, "B"), key=key) for key in (61, 62)]
    there = Supply(
        {Cell("A", "W0"): 500, Cell("A", "W2"): 500, Cell("B", "W0"): pieces, Cell("B", "W2"): 2}, {"W0": 50}
    )
    made = plan_batch(asked, there, network(), POLICY, at=AT)
    assert made.cost_minor == 50 * 610 + 12 * 910
    assert made.bound_minor is not None
    assert made.cost_minor - made.bound_minor <= made.cost_minor // 200


def test_no_order_gives_up_units_for_a_price() -> None:
    price = OpportunityCost({Cell("A", "W0"): 14_999})
    for count in (1, 2):
        asked = [demand(line(1, "A", count))]
        made = plan(asked, supply({"W0": f"A{count}"}), network(), POLICY, at=AT, opportunity=price)
        assert made.decisions[0].unfilled == ()
