"""Looking over a policy: what is found never decides, and what decides is not found."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Destination
from omskit.orders import (
    ALLOW_ALL,
    GUARDS,
    STANDARD_REVIEW,
    Finding,
    Flaw,
    Hours,
    Order,
    OrderLine,
    Outcome,
    ReviewPolicy,
    Rule,
    Span,
    Terms,
    Verdict,
    When,
    lint,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALLOW, ALERT, HOLD = Verdict.ALLOW, Verdict.ALERT, Verdict.HOLD
WEB = When(channels=frozenset({"web"}))
SMALL_WEB = When(channels=frozenset({"web"}), total_minor=Span(high=1000))


def found(*rules: Rule) -> list[Finding]:
    return list(lint(ReviewPolicy(rules=rules), AT))


def test_the_standard_policy_has_no_flaw() -> None:
    assert lint(STANDARD_REVIEW, AT) == ()
    assert GUARDS


def test_a_rule_behind_a_wider_one_that_decides_alike_is_shadowed() -> None:
    assert found(Rule("web", WEB, ALLOW), Rule("small", SMALL_WEB, ALLOW)) == [
        Finding("small", Flaw.SHADOWED, "web")
    ]


def test_a_rule_behind_a_wider_one_that_decides_otherwise_is_contradicted() -> None:
    findings = found(ALLOW_ALL, Rule("small", SMALL_WEB, HOLD))
    assert findings == [Finding("small", Flaw.CONTRADICTED, "allow_all")]
    assert str(findings[0]) == "small is contradicted by allow_all"


def test_a_rule_that_holds_shadows_nothing_since_people_lift_holds() -> None:
    assert found(Rule("web", WEB, HOLD), Rule("small", SMALL_WEB, ALLOW)) == []


def test_a_heavier_rule_is_asked_first_wherever_it_stands() -> None:
    assert found(Rule("small", SMALL_WEB, HOLD), Rule("web", WEB, ALLOW, weight=9)) == [
        Finding("small", Flaw.CONTRADICTED, "web")
    ]


def test_a_rule_in_force_for_a_shorter_time_or_at_other_hours_shadows_nothing() -> None:
    soon = Rule("web", WEB, ALLOW, until=AT + timedelta(days=1))
    night = Rule("web", WEB, ALLOW, hours=Hours(time(22), time(6)))
    assert found(soon, Rule("small", SMALL_WEB, ALLOW)) == []
    assert found(night, Rule("small", SMALL_WEB, ALLOW)) == []


def test_impossible_and_expired_rules_are_named() -> None:
    assert found(Rule("none", When(units=Span(3, 2)), HOLD), Rule("old", WEB, HOLD, until=AT)) == [
        Finding("none", Flaw.NEVER, "units"),
        Finding("old", Flaw.EXPIRED),
    ]


conditions = st.builds(
    When,
    channels=st.sets(st.sampled_from(["web", "shop"])).map(frozenset),
    total_minor=st.builds(Span, st.none() | st.integers(0, 3), st.none() | st.integers(0, 3)),
    cod=st.none() | st.booleans(),
    skus=st.sets(st.sampled_from(["A", "B"])).map(frozenset),
)
orders = st.builds(
    lambda channel, total, cod, sku: Order(
        1,
        "received",
        Terms(channel, "1", AT, "EUR", Destination("DE"), buyer="b", cod=cod),
        (OrderLine(1, sku, 1, 1, list_minor=total),),
    ),
    st.sampled_from(["web", "shop"]),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(["A", "B"]),
)


@given(st.lists(st.tuples(conditions, st.sampled_from(Verdict)), max_size=5), orders)
def test_a_rule_that_was_found_never_decides_an_order(rules: list[tuple[When, Verdict]], order: Order) -> None:
    policy = ReviewPolicy(rules=tuple(Rule(f"r{n}", when, verdict) for n, (when, verdict) in enumerate(rules)))
    flawed = {finding.rule for finding in lint(policy, AT)}
    heard = {Outcome.DECIDED, Outcome.ALERTED, Outcome.HELD}
    deciding = {one.rule for one in policy.explain(order, AT) if one.outcome in heard}
    assert not flawed & deciding


@given(conditions, conditions, orders)
def test_what_fulfills_a_covered_condition_fulfills_the_covering_one(one: When, two: When, order: Order) -> None:
    if one.covers(two) and two.matches(order):
        assert one.matches(order)
