"""Contracts with couriers: quotas on every rung, commitments at a price, and what is said of both."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from three_sites import AT, POLICY, demand, line, network, service

from omskit.allocation import (
    Binding,
    Carried,
    Chooser,
    Commitment,
    Decision,
    Lane,
    Language,
    OpportunityCost,
    Plan,
    RateCard,
    Reason,
    Supply,
    Verdict,
    binding,
    commitments_by_share,
    compare,
    considered,
    explain,
    plan,
    plan_batch,
    plan_by_choosers,
)
from omskit.core import Cell, UsageError

TODAY = date(2026, 3, 2)
#: Beside the post, at 500 near and 800 far: dash, at 40 more from everywhere.
DASH = (
    Lane({"DE"}, RateCard(1000, 540, 1000, 100), 1, {"W0", "W1"}),
    Lane({"DE"}, RateCard(1000, 840), 1, {"W2"}),
)
SITES = network(services=(service(), service("fast", "dash", lanes=DASH), service("slow", "post", lanes=DASH)))
PLENTY = {Cell("A", code): 99 for code in ("W0", "W1", "W2")}


def planned(count: int, **terms: Any) -> Plan:
    """Plan so many orders of one piece one by one, out of stock at W0 unless said otherwise."""
    stock = terms.pop("stock", {Cell("A", "W0"): 99})
    asked = [demand(line(1, "A"), key=key) for key in range(1, count + 1)]
    return plan(asked, Supply(stock, **terms), SITES, POLICY, at=AT)


def ways(made: Plan) -> list[str]:
    return [f"{parcel.warehouse} {parcel.service}" for one in made.decisions for parcel in one.parcels]


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        ({"post": 1}, ["W0 std", "W0 fast", "W0 fast"]),
        ({Carried("post"): 1}, ["W0 std", "W0 fast", "W0 fast"]),
        # the next service of the same courier is the cheapest that is left
        ({Carried("post", "std"): 1}, ["W0 std", "W0 fast", "W0 fast"]),
        ({Carried("post", "std"): 1, "dash": 0}, ["W0 std", "W0 slow", "W0 slow"]),
        # what is narrow counts in what is wide: the second rung gives way first, then the first
        ({Carried("post", "std"): 1, Carried("post"): 2, "dash": 0}, ["W0 std", "W0 slow"]),
        ({Carried(warehouse="W0"): 2}, ["W0 std", "W0 std"]),
        ({Carried(): 1}, ["W0 std"]),
        ({Carried("post").on(TODAY): 0}, ["W0 fast"] * 3),
        ({Carried("post").on(TODAY + timedelta(days=1)): 0}, ["W0 std"] * 3),
        ({Carried("post", first=TODAY, last=TODAY + timedelta(days=6)): 1}, ["W0 std", "W0 fast", "W0 fast"]),
        ({Carried("post", last=TODAY - timedelta(days=1)): 1}, ["W0 std"] * 3),
        ({Carried("post", warehouse="W1"): 0}, ["W0 std"] * 3),
    ],
)
def test_a_quota_counts_the_parcels_that_it_names(quotas: dict[Any, int], expected: list[str]) -> None:
    assert ways(planned(3, quotas=quotas)) == expected


def test_a_full_courier_of_one_warehouse_is_no_reason_to_leave_him_at_another() -> None:
    made = planned(3, stock=PLENTY, quotas={Carried("post", warehouse="W0"): 1})
    assert ways(made) == ["W0 std", "W1 std", "W1 std"]


def test_of_two_quotas_for_the_same_parcels_the_lesser_holds() -> None:
    quotas: dict[str | Carried, int] = {"post": 3, Carried("post"): 1}
    assert Supply({}, quotas=quotas).quotas == {Carried("post"): 1}


def test_what_no_courier_takes_any_more_says_so() -> None:
    made = planned(2, quotas={Carried(warehouse="W0"): 1})
    assert [left.reason for left in made.decisions[1].unfilled] == [Reason.QUOTA_FULL]


def test_several_parcels_of_one_order_share_a_quota() -> None:
    """Two pieces of 20 kg go in two parcels; the courier takes one more from W0, so the other goes from W1."""
    asked = demand(line(1, "A", 2, 20_000))
    only = network(services=(service(),))
    quotas = {Carried("post", warehouse="W0"): 1}
    made = plan([asked], Supply(PLENTY, quotas=quotas), only, POLICY, at=AT)
    assert sorted(ways(made)) == ["W0 std", "W1 std"]
    assert made.decisions[0].exact


@pytest.mark.parametrize(
    ("price", "expected", "cost", "missing"),
    [
        # 610 by post, 650 by dash
        (39, {"post": 3}, 3 * 610, 2 * 39),
        (41, {"dash": 2, "post": 1}, 2 * 609 + 610, 0),
    ],
)
def test_a_commitment_is_kept_where_that_costs_less_than_its_price(
    price: int, expected: dict[str, int], cost: int, missing: int
) -> None:
    made = planned(3, commitments=(Commitment(Carried("dash"), 2, price),))
    assert Counter(parcel.courier for one in made.decisions for parcel in one.parcels) == expected
    assert (made.cost_minor, made.missing_minor) == (cost, missing)


def test_what_is_missing_is_said_by_commitment() -> None:
    some = (Commitment(Carried("dash"), 5, 100), Commitment(Carried("post"), 1, 10))
    made = planned(3, commitments=some)
    assert made.missing == (Commitment(Carried("dash"), 2, 100), Commitment(Carried("post"), 1, 10))


def test_a_commitment_of_a_warehouse_draws_parcels_there() -> None:
    made = planned(3, stock=PLENTY, commitments=(Commitment(Carried("post", warehouse="W2"), 1, 301),))
    assert ways(made) == ["W2 std", "W0 std", "W0 std"]


def test_a_parcel_can_fulfill_several_commitments_at_once() -> None:
    some = (Commitment(Carried("dash"), 1, 25), Commitment(Carried("dash", warehouse="W0"), 1, 25))
    made = planned(2, commitments=some)
    assert ways(made) == ["W0 fast", "W0 std"]
    assert made.decisions[0].parcels[0].credit_minor == 50


def test_a_quota_goes_before_a_commitment() -> None:
    made = planned(3, quotas={"dash": 1}, commitments=(Commitment(Carried("dash"), 3, 400),))
    assert ways(made) == ["W0 fast", "W0 std", "W0 std"]
    assert made.missing_minor == 800


def test_together_the_orders_that_lose_least_fulfill_a_commitment() -> None:
    """By dash a light order costs 140 more than by post, one of 2.5 kg only 40 more: that one is given to it."""
    lanes = (Lane({"DE"}, RateCard(2000, 640, 1000, 100), 1, {"W0"}),)
    sites = network(services=(service(), service("fast", "dash", lanes=lanes)))
    light, heavy = demand(line(1, "A"), key=1), demand(line(1, "A", 1, 2500), key=2)
    there = Supply({Cell("A", "W0"): 9}, commitments=(Commitment(Carried("dash"), 1, 200),))
    one_by_one = plan([light, heavy], there, sites, POLICY, at=AT)
    made = plan_batch([light, heavy], there, sites, POLICY, at=AT)
    assert ways(one_by_one) == ["W0 fast", "W0 std"]
    assert ways(made) == ["W0 std", "W0 fast"]
    # alone the first is given away at 140 more, together the second at 40 more
    assert (one_by_one.cost_minor - made.cost_minor, made.gap_minor) == (100, 0)


def test_a_price_that_makes_parcels_cheaper_than_nothing_is_still_planned_at_the_least_cost() -> None:
    """Each parcel of post costs 610 and saves 900: two parcels save more than a split of 200 costs."""
    asked = demand(line(1, "A", 2))
    there = Supply({Cell("A", "W0"): 9}, commitments=(Commitment(Carried("post"), 2, 900),))
    made = plan([asked], there, SITES, POLICY, at=AT)
    assert (ways(made), made.cost_minor) == (["W0 std", "W0 std"], 2 * (610 - 900) + 200)
    assert made.decisions[0].exact


def test_a_least_share_is_what_is_missing_of_it() -> None:
    shares = {Carried("dash"): 10, Carried("post", warehouse="W0"): 50, Carried("own"): 0}
    found = commitments_by_share(shares, {Carried("dash"): 4, Carried("post"): 80}, 95, short_minor=7)
    # a tenth of 95 is 9.5, so 10; half is 47.5, so 48
    assert found == (
        Commitment(Carried("dash"), 6, 7),
        Commitment(Carried("post", warehouse="W0"), 48, 7),
    )


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Commitment(Carried("dash"), -1, 5), "bad_quantity"),
        (lambda: Commitment(Carried("dash"), 1, 0), "bad_policy"),
        (lambda: Supply({}, quotas={Carried("dash"): -1}), "bad_quantity"),
        (lambda: commitments_by_share({Carried("dash"): 101}, {}, 5, short_minor=1), "bad_quantity"),
        (lambda: commitments_by_share({Carried("dash"): 1}, {}, -5, short_minor=1), "bad_quantity"),
    ],
)
def test_contracts_that_make_no_sense_are_refused(make: Any, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert caught.value.code == code


def second(**terms: Any) -> Decision:
    return planned(2, **terms).decisions[1]


def test_the_quota_that_was_binding_is_named_with_what_it_costs() -> None:
    quotas = {Carried("post", warehouse="W0"): 1, Carried("post"): 5, Carried("dash"): 5}
    found = second(quotas=quotas)
    assert binding(found) == (Binding(Carried("post", warehouse="W0"), 0, 40),)
    said = "the quota of post W0 lets 0 more parcels go; without it the order would cost 0.40 less"
    assert said in explain(found)
    said = "post W0的配额还剩0个包裹；没有该配额，费用可少0.40"  # noqa: RUF001
    assert said in explain(found, Language.CHINESE)


def test_a_quota_that_keeps_nothing_from_going_is_not_named() -> None:
    assert binding(second(quotas={"dash": 0, "post": 9})) == ()
    assert binding(second()) == ()


def test_of_quotas_that_hold_together_none_is_binding_alone() -> None:
    found = second(quotas={Carried("post").on(TODAY): 1, Carried("post", warehouse="W0"): 1})
    assert binding(found) == ()


def test_what_a_parcel_does_for_a_commitment_is_said() -> None:
    found = planned(1, commitments=(Commitment(Carried("dash"), 1, 50),)).decisions[0]
    said = "the parcel from W0 by dash fulfills commitments, so that it costs 0.50 less"
    assert said in explain(found)
    said = "W0由dash承运的包裹计入保底量，抵减费用0.50"  # noqa: RUF001
    assert said in explain(found, Language.CHINESE)


def test_a_warehouse_whose_couriers_are_full_says_so() -> None:
    found = second(stock=PLENTY, quotas={Carried(warehouse="W1"): 0, Carried(warehouse="W0"): 1})
    assert [(one.warehouse, one.verdict, one.reason) for one in considered(found)] == [
        ("W0", Verdict.UNABLE, Reason.QUOTA_FULL),
        ("W1", Verdict.UNABLE, Reason.QUOTA_FULL),
        ("W2", Verdict.CHOSEN, None),
    ]


def test_prices_of_couriers_go_down_the_same_rungs() -> None:
    for where, courier in (("W0", "dash"), ("W1", "post")):
        cost = OpportunityCost(couriers={Carried("post", warehouse=where): 41})
        asked = [demand(line(1, "A"))]
        made = plan(asked, Supply({Cell("A", "W0"): 1}), SITES, POLICY, at=AT, opportunity=cost)
        assert made.decisions[0].parcels[0].courier == courier


def test_choosers_look_at_no_contracts() -> None:
    there = Supply({Cell("A", "W0"): 9}, quotas={"post": 0}, commitments=(Commitment(Carried("dash"), 9, 99),))
    made = plan_by_choosers([demand(line(1, "A"))], there, SITES, POLICY, [Chooser.COST], at=AT)
    assert (ways(made), made.cost_minor) == (["W0 std"], 610)


def test_commitments_are_renewed_every_day_and_what_they_miss_is_counted() -> None:
    """Three orders on two days: dash should have two parcels a day at 45, and two on the second of March at 50."""
    hour = timedelta(hours=1)
    asked = [demand(line(1, "A"), key=key, placed_at=AT + hour * late) for key, late in ((1, 0), (2, 0), (3, 24))]
    daily = (
        Commitment(Carried("dash", warehouse="W0"), 2, 45),
        Commitment(Carried("dash", "fast").on(TODAY), 3, 50),
    )
    there = Supply({Cell("A", "W0"): 9}, commitments=daily)

    def exact(demands: Any, left: Supply, at: Any) -> Plan:
        return plan(demands, left, SITES, POLICY, at=at)

    (found,) = compare(asked, there, {"exact": exact}, every=hour)
    # one of the second day, and one that was asked for the first
    assert (found.missing, found.cost_minor) == (2, 3 * 650 + 45 + 50)


