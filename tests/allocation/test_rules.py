"""Rules narrow what the search may use, the first that matches decides, and a lint finds what cannot be meant."""

from datetime import UTC, datetime

import pytest
from attrs import evolve

from omskit.allocation import (
    About,
    Demand,
    DemandLine,
    Finding,
    Lane,
    Network,
    RateCard,
    Service,
    SourceRule,
    Warehouse,
    lint_coverage,
    lint_rules,
    ruled,
)
from omskit.core import Destination, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NETWORK = Network(
    "EUR",
    (Warehouse("N"), Warehouse("S")),
    (
        Service("light", "post", (Lane({"DE", "FR"}, RateCard(0, 500)),), max_weight_g=5_000),
        Service("heavy", "truck", (Lane({"DE"}, RateCard(0, 900)), Lane({"DE-BE"}, None)), max_weight_g=50_000),
    ),
)
ASKED = Demand(1, 0, Destination("DE", "BY"), "EUR", (DemandLine(1, "A", 2),), channel="web")
PLAIN = About()


@pytest.mark.parametrize(
    "rule",
    [
        SourceRule("r", channels={"web"}),
        SourceRule("r", regions={"DE"}),
        SourceRule("r", regions={"DE-BY"}),
        SourceRule("r", skus={"A", "B"}),
        SourceRule("r", customers={"amy"}),
        SourceRule("r", kinds={"presale"}),
    ],
)
def test_a_rule_matches_by_what_it_names(rule: SourceRule) -> None:
    about = About("amy", "presale")
    other = Demand(1, 0, Destination("FR"), "EUR", (DemandLine(1, "C", 2),), channel="shop")
    assert ruled(ASKED, about, (rule,), NETWORK)[1] == "r"
    assert ruled(other, PLAIN, (rule,), NETWORK)[1] == "search"


def test_the_first_rule_that_matches_decides() -> None:
    rules = SourceRule("one", channels={"shop"}), SourceRule("two", warehouses={"S"}), SourceRule("three")
    demand, by = ruled(ASKED, PLAIN, rules, NETWORK)
    assert by == "two"
    assert demand.barred == frozenset({"N"})


def test_the_platform_goes_before_the_order_and_the_order_before_rules() -> None:
    rules = (SourceRule("south", warehouses={"S"}),)
    named = evolve(ASKED, warehouse="N")
    assert ruled(named, About(appointed="S"), rules, NETWORK) == (evolve(ASKED, warehouse="S"), "platform")
    assert ruled(named, PLAIN, rules, NETWORK) == (named, "explicit")


def test_what_is_worth_little_is_not_split() -> None:
    rules = (SourceRule("whole", split_from_minor=5_000),)
    assert ruled(ASKED, About(worth_minor=4_999), rules, NETWORK)[0].max_parcels == 1
    assert ruled(ASKED, About(worth_minor=5_000), rules, NETWORK)[0].max_parcels == 0


def test_the_lint_finds_rules_that_never_decide_or_contradict() -> None:
    rules = (
        SourceRule("germany", regions={"DE"}, warehouses={"N"}),
        SourceRule("bavaria", regions={"DE-BY"}, warehouses={"S"}),
        SourceRule("again", regions={"DE"}, warehouses={"S"}),
        SourceRule("typo", channels={"web"}, warehouses={"X"}, courier="pony"),
    )
    assert lint_rules(rules, NETWORK) == (
        Finding("shadowed", "bavaria", "germany"),
        Finding("contradictory", "again", "germany"),
        Finding("unknown_warehouse", "typo", "X"),
        Finding("unknown_courier", "typo", "pony"),
    )


def test_the_lint_finds_places_and_weights_without_a_courier() -> None:
    places = [Destination("DE", "BY"), Destination("DE", "BE"), Destination("FR"), Destination("IT")]
    assert lint_coverage(NETWORK, places, [1_000, 30_000], at=AT) == (
        Finding("no_courier", "DE-BE", "30000 g"),
        Finding("no_courier", "FR", "30000 g"),
        Finding("no_courier", "IT", "1000 g"),
        Finding("no_courier", "IT", "30000 g"),
    )


def test_a_rule_has_a_code() -> None:
    with pytest.raises(UsageError) as error:
        SourceRule("")
    assert error.value.code == "bad_rule"
