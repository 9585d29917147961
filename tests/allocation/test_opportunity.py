"""What a scarce piece is worth to expected orders, and that orders of now leave it to them.

W0 and W1 send within DE for 610, W2 for 910; only W0 sends to AT, for 610, and W2 for 2,110.
"""

from typing import Any

import pytest
from three_sites import AT, FAR, NEAR, POLICY, demand, line, network, service, supply

from omskit.allocation import (
    Demand,
    Expected,
    Lane,
    Network,
    OpportunityCost,
    Plan,
    RateCard,
    Rule,
    Supply,
    explain,
    moved,
    opportunity_cost,
    plan,
    plan_batch,
)
from omskit.core import Cell, Destination, UsageError

LANES = (
    Lane({"DE", "AT"}, NEAR, 1, {"W0"}),
    Lane({"DE"}, NEAR, 1, {"W1"}),
    Lane({"DE"}, FAR, 1, {"W2"}),
    Lane({"AT"}, RateCard(1000, 2000, 1000, 200), 1, {"W2"}),
)
SITES: Network = network(services=(service(lanes=LANES),))
AUSTRIA = Destination("AT")


def expected(*counts: tuple[str, int]) -> list[Expected]:
    return [
        Expected(demand(line(1, "A"), key=key, destination=Destination(country)), count)
        for key, (country, count) in enumerate(counts, 1)
    ]


def priced(there: Supply, *counts: tuple[str, int], **more: Any) -> OpportunityCost:
    return opportunity_cost(expected(*counts), there, SITES, POLICY, at=AT, **more)


def planned(there: Supply, opportunity: OpportunityCost, *demands: Demand) -> Plan:
    return plan(demands, there, SITES, POLICY, at=AT, opportunity=opportunity)


SCARCE = supply({"W0": "A8", "W2": "A9"})


@pytest.mark.parametrize("solver", [False, True])
def test_a_piece_is_worth_what_the_last_order_saves_by_it(solver: bool) -> None:  # noqa: FBT001
    """Eight pieces for six to AT and two of six to DE: one more would save a DE order 300."""
    if solver:
        pytest.importorskip("highspy")
    found = priced(SCARCE, ("DE", 6), ("AT", 6), solver=solver)
    # prices are whole minor units, so that the bound may lack one for each piece
    assert 0 <= 8 * 610 + 4 * 910 - found.bound_minor <= 8
    assert abs(found.pieces[Cell("A", "W0")] - 300) <= 1


def test_what_is_plentiful_has_no_price() -> None:
    assert priced(supply({"W0": "A9", "W2": "A9"}), ("DE", 3), ("AT", 6)).pieces == {}


def test_an_order_leaves_a_piece_to_orders_that_need_it_more() -> None:
    there = supply({"W0": "A1", "W2": "A2"})
    price = priced(there, ("AT", 2), ("DE", 1))
    # what the second order to AT would save by a second piece
    assert abs(price.pieces[Cell("A", "W0")] - 1500) <= 5
    german, austrian = demand(line(1, "A")), demand(line(1, "A"), key=2, destination=AUSTRIA)
    made = planned(there, price, german, austrian)
    assert [one.parcels[0].warehouse for one in made.decisions] == ["W2", "W0"]
    assert made.cost_minor == 910 + 610
    first = made.decisions[0]
    assert (first.rule, first.cost_minor, first.bound_minor) == (Rule.OPPORTUNITY, 910, 610)
    assert "costs 9.10 EUR: what is scarce is left to expected orders, to which it is worth more" in explain(first)
    # each looked at alone the first takes the near piece, and the second pays for that
    assert plan([german, austrian], there, SITES, POLICY, at=AT).cost_minor == 610 + 2110


def test_a_batch_leaves_pieces_to_orders_that_need_them_more() -> None:
    """W2 is 300 dearer than W0, whose pieces are worth a little more; only W0 is good for Austria."""
    asked = [demand(line(1, "A"), key=1), demand(line(1, "A"), key=2, destination=AUSTRIA)]
    for price, sites in ((301, ["W2", "W0"]), (299, ["W0", "W0"])):
        worth = OpportunityCost({Cell("A", "W0"): price})
        made = plan_batch(asked, SCARCE, SITES, POLICY, at=AT, opportunity=worth)
        assert [one.parcels[0].warehouse for one in made.decisions] == sites
        assert made.gap_minor == (300 if "W2" in sites else 0)
        assert (made.decisions[0].rule is Rule.OPPORTUNITY) == ("W2" in sites)


def test_a_batch_moves_for_expected_orders_only_beyond_the_threshold() -> None:
    asked = [demand(line(1, "A"))]
    before = plan_batch(asked, SCARCE, SITES, POLICY, at=AT)
    worth = OpportunityCost({Cell("A", "W0"): 350})
    for change, moves in ((49, 1), (51, 0)):
        made = plan_batch(
            asked,
            SCARCE,
            SITES,
            POLICY,
            at=AT,
            opportunity=worth,
            previous={1: before.decisions[0].parcels},
            change_minor=change,
        )
        assert len(moved(made, {1: before.decisions[0].parcels})) == moves


def test_a_price_is_no_reason_to_send_nothing() -> None:
    dear = OpportunityCost({Cell("A", "W0"): 10**9})
    (decision,) = planned(supply({"W0": "A1"}), dear, demand(line(1, "A"))).decisions
    assert decision.parcels[0].warehouse == "W0"
    assert decision.cost_minor == 610


def test_what_is_too_dear_without_a_price_stays() -> None:
    policy = type(POLICY)(unfilled_minor=600)
    dear = OpportunityCost({Cell("A", "W0"): 1})
    made = plan([demand(line(1, "A"))], supply({"W0": "A1"}), SITES, policy, at=AT, opportunity=dear)
    assert made.decisions[0].parcels == ()
    assert made.cost_minor == 600


def test_room_for_parcels_and_quotas_have_prices_too() -> None:
    there = Supply({Cell("A", "W0"): 99, Cell("A", "W2"): 99}, {"W0": 8})
    found = priced(there, ("DE", 6), ("AT", 6))
    assert found.pieces == {}
    assert abs(found.parcels["W0"] - 300) <= 1
    for price in (OpportunityCost(parcels={"W0": 301}), OpportunityCost(units={"W0": 301})):
        made = planned(there, price, demand(line(1, "A")))
        assert made.decisions[0].parcels[0].warehouse == "W2"


def test_a_courier_that_is_worth_more_later_is_left_to_later() -> None:
    sites = network(services=(service(), service("fast", "dash", lanes=(Lane({"DE"}, RateCard(1000, 550)),))))
    there = supply({"W0": "A1"})
    for price, courier in ((49, "post"), (51, "dash")):
        cost = OpportunityCost(couriers={"post": price})
        made = plan([demand(line(1, "A"))], there, sites, POLICY, at=AT, opportunity=cost)
        assert made.decisions[0].parcels[0].courier == courier


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: Expected(demand(line(1, "A")), 0), "bad_quantity"),
        (lambda: opportunity_cost(expected(("DE", 1)) * 2, SCARCE, SITES, POLICY, at=AT), "duplicate_demand"),
        (
            lambda: opportunity_cost(
                [Expected(demand(line(1, "A"), currency="USD"), 1)], SCARCE, SITES, POLICY, at=AT
            ),
            "other_currency",
        ),
    ],
)
def test_expectations_that_make_no_sense_are_refused(change: Any, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        change()
    assert caught.value.code == code


def test_nothing_expected_costs_nothing() -> None:
    assert opportunity_cost([], SCARCE, SITES, POLICY, at=AT) == OpportunityCost()
