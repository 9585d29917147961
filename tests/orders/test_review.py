"""Review: guards side by side, rules in turn, nothing approved by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as changed

from omskit.core import Component, Destination, UsageError
from omskit.orders import (
    ALLOW_ALL,
    STANDARD_REVIEW,
    Approve,
    Order,
    OrderLine,
    PutOnHold,
    ReviewPolicy,
    Rule,
    Span,
    Terms,
    Verdict,
    When,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1")
LINE = OrderLine(1, "SKU", 2, 2, list_minor=1000, components=(Component("SKU", weight_g=700),))
ORDER = Order(1, "received", TERMS, (LINE,))


def codes(policy: ReviewPolicy, order: Order, at: datetime = AT) -> list[str]:
    return [one.code for one in policy.review(order, at) if isinstance(one, PutOnHold)]


def test_an_order_without_doubt_is_approved_by_a_named_rule() -> None:
    assert STANDARD_REVIEW.review(ORDER, AT) == (Approve("allow_all"),)


def test_no_rule_means_that_a_person_looks() -> None:
    assert codes(ReviewPolicy(), ORDER) == ["no_rule"]


def test_all_guards_that_match_hold_side_by_side() -> None:
    order = changed(
        ORDER,
        terms=changed(TERMS, buyer="", memo="please wrap", cod=True),
        lines=(changed(LINE, list_minor=0),),
    )
    assert codes(STANDARD_REVIEW, order) == ["unpriced", "no_buyer", "memo", "cod"]


def test_a_hold_that_a_person_lifted_is_not_put_again() -> None:
    order = changed(ORDER, terms=changed(TERMS, memo="wrap"), cleared=("memo",))
    assert STANDARD_REVIEW.review(order, AT) == (Approve("allow_all"),)


def test_the_first_rule_that_matches_decides() -> None:
    big = Rule("big", When(total_minor=Span(low=1000)), code="big_order")
    assert codes(ReviewPolicy(rules=(big, ALLOW_ALL)), ORDER) == ["big_order"]
    assert ReviewPolicy(rules=(ALLOW_ALL, big)).review(ORDER, AT) == (Approve("allow_all"),)


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        (When(channels=frozenset({"web"})), True),
        (When(channels=frozenset({"shop"})), False),
        (When(kinds=frozenset({"exchange"})), False),
        (When(countries=frozenset({"DE", "AT"})), True),
        (When(skus=frozenset({"SKU"})), True),
        (When(skus=frozenset({"OTHER"})), False),
        (When(total_minor=Span(1000, 1000)), True),
        (When(total_minor=Span(high=999)), False),
        (When(largest=Span(low=3)), False),
        (When(largest=Span(low=2)), True),
        (When(weight_g=Span(1400, 1400)), True),
        (When(unpriced=False, nameless=False, memo=False, cod=False), True),
        (When(unpriced=True), False),
    ],
)
def test_a_condition_asks_all_its_parts(when: When, *, matches: bool) -> None:
    assert when.matches(ORDER) is matches


def test_a_rule_is_in_force_from_its_first_instant_until_before_its_end() -> None:
    rule = Rule("sale", When(), Verdict.ALLOW, since=AT, until=AT + timedelta(hours=1))
    policy = ReviewPolicy(rules=(rule,))
    assert codes(policy, ORDER, AT) == []
    assert codes(policy, ORDER, AT + timedelta(hours=1)) == ["no_rule"]


def test_within_the_buffer_nothing_is_decided() -> None:
    policy = ReviewPolicy(rules=(ALLOW_ALL,), buffer=timedelta(minutes=30))
    assert policy.review(ORDER, AT + timedelta(minutes=29)) == ()
    assert policy.review(ORDER, AT + timedelta(minutes=30)) == (Approve("allow_all"),)


def test_a_policy_with_one_name_twice_or_a_guard_that_allows_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        ReviewPolicy(guards=(Rule("a", When()),), rules=(Rule("a", When()),))
    assert error.value.code == "duplicate_rule"
    with pytest.raises(UsageError) as error:
        ReviewPolicy(guards=(ALLOW_ALL,))
    assert error.value.code == "bad_guard"
