"""Review: guards side by side, rules in turn, nothing approved by itself."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from attrs import evolve as changed

from omskit.core import Component, Destination, UsageError
from omskit.orders import (
    ALLOW_ALL,
    GUARDS,
    STANDARD_REVIEW,
    Approve,
    History,
    Hours,
    Order,
    OrderLine,
    Outcome,
    PutOnHold,
    ReviewPolicy,
    Rule,
    Span,
    Terms,
    Verdict,
    When,
    blocklist,
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


def test_a_guard_that_alerts_lets_the_order_go_and_says_so() -> None:
    big = Rule("big", When(total_minor=Span(low=1000)), Verdict.ALERT, code="big_order")
    assert ReviewPolicy((big,), (ALLOW_ALL,)).review(ORDER, AT) == (Approve("allow_all", ("big_order",)),)


def test_a_rule_that_alerts_approves_with_its_own_code_beside_those_of_the_guards() -> None:
    rules = (Rule("first", When(earlier=Span(high=0)), Verdict.ALERT, code="new_buyer"),)
    policy = ReviewPolicy((Rule("web", When(), Verdict.ALERT),), rules)
    assert policy.review(ORDER, AT) == (Approve("first", ("web", "new_buyer")),)
    assert codes(policy, ORDER) == []
    assert policy.asks_history
    known = History(orders=1)
    assert [one.code for one in policy.review(ORDER, AT, known) if isinstance(one, PutOnHold)] == ["no_rule"]


def test_a_heavier_rule_is_asked_before_one_that_stands_before_it() -> None:
    big = Rule("big", When(total_minor=Span(low=1000)), weight=1)
    assert codes(ReviewPolicy(rules=(ALLOW_ALL, big)), ORDER) == ["big"]


def test_an_urgent_order_does_not_wait_in_the_buffer() -> None:
    policy = ReviewPolicy(rules=(ALLOW_ALL,), buffer=timedelta(minutes=30))
    urgent = changed(ORDER, terms=changed(TERMS, urgent=True))
    assert policy.review(urgent, AT) == (Approve("allow_all"),)


def test_a_rule_holds_only_within_its_hours_and_as_long_as_it_says() -> None:
    night = Rule("night", When(), hours=Hours(time(22), time(6)), hold_for=timedelta(hours=8))
    policy = ReviewPolicy(rules=(night, ALLOW_ALL))
    late = AT.replace(hour=23)
    assert policy.review(ORDER, late) == (PutOnHold("night", "rule night", until=late + timedelta(hours=8)),)
    assert policy.review(ORDER, AT) == (Approve("allow_all"),)


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        (datetime(2026, 3, 2, 21, 59, tzinfo=UTC), False),  # Monday, 22:59 in Berlin
        (datetime(2026, 3, 2, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 3, 4, 59, tzinfo=UTC), True),  # Tuesday morning: Monday's night
        (datetime(2026, 3, 3, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 3, 23, 0, tzinfo=UTC), False),  # Tuesday's night is none of the weekdays
        (datetime(2026, 7, 6, 20, 59, tzinfo=UTC), False),  # summer time
        (datetime(2026, 7, 6, 21, 0, tzinfo=UTC), True),
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin_on(at: datetime, *, inside: bool) -> None:
    assert (at in Hours(time(23), time(6), "Europe/Berlin", frozenset({0}))) is inside


def test_hours_with_equal_ends_are_the_whole_day() -> None:
    assert AT in Hours(time(0), time(0))
    assert AT in Hours(time(12), time(12))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Hours(time(1), time(2), "Mars/Olympus"), "unknown_zone"),
        (lambda: Hours(time(1), time(2), weekdays=frozenset({7})), "bad_hours"),
        (lambda: Hours(time(1), time(2), weekdays=frozenset()), "bad_hours"),
        (lambda: Rule("r", When(), since=AT, until=AT), "bad_rule"),
        (lambda: Rule("r", When(), hold_for=timedelta(0)), "bad_rule"),
    ],
)
def test_hours_and_rules_that_can_never_be_are_refused(make: Callable[[], object], code: str) -> None:
    with pytest.raises(UsageError) as error:
        make()
    assert error.value.code == code


@pytest.mark.parametrize("mark", ["address_in_doubt", "forbidden_to_ship", "part_paid", "refund_open"])
def test_what_the_channel_marked_waits_for_a_person(mark: str) -> None:
    marked = changed(ORDER, terms=changed(TERMS, marks=("gift", mark)))
    assert codes(STANDARD_REVIEW, marked) == ["marked"]
    assert codes(STANDARD_REVIEW, changed(ORDER, terms=changed(TERMS, marks=("gift",)))) == []


def test_the_blocklist_holds_buyers_and_places_before_any_rule_speaks() -> None:
    blocked = blocklist(buyers=frozenset({"b1"}), postcodes=frozenset({"DE/66"}))
    policy = ReviewPolicy((*blocked, *GUARDS), (ALLOW_ALL,))
    assert codes(policy, ORDER) == ["blocklist"]
    elsewhere = changed(TERMS, buyer="b2", destination=Destination("DE", postcode="66111"))
    assert codes(policy, changed(ORDER, terms=elsewhere)) == ["blocklist"]
    assert codes(policy, changed(ORDER, terms=changed(TERMS, buyer="b2"))) == []


def test_a_verdict_explains_what_became_of_every_rule() -> None:
    small = Rule("small", When(total_minor=Span(high=500)), Verdict.ALLOW)
    expired = Rule("sale", When(), Verdict.ALLOW, until=AT)
    lifted = Rule("odd", When(), code="odd")
    policy = ReviewPolicy((GUARDS[2], GUARDS[3]), (small, expired, lifted, ALLOW_ALL, Rule("rest", When())))
    order = changed(ORDER, cleared=("odd",))
    assert [str(one) for one in policy.explain(order, AT)] == [
        "memo: missed, memo is no, wanted yes",
        "cod: missed, cod is no, wanted yes",
        "small: missed, total_minor is 1000, wanted ..500",
        "sale: not in force",
        "odd: passed over: a person lifted its hold",
        "allow_all: decided",
        "rest: not asked",
    ]


def test_after_a_guard_holds_no_rule_is_asked() -> None:
    order = changed(ORDER, terms=changed(TERMS, memo="wrap"))
    assert [str(one) for one in STANDARD_REVIEW.explain(order, AT) if one.outcome is not Outcome.MISSED] == [
        "memo: held, someone wrote a memo that a person should read",
        "allow_all: not asked",
    ]
