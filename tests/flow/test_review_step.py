"""The review step: what it asks the storage, and only when a rule wants to know it."""

from datetime import UTC, datetime, timedelta

from omskit.core import Change, Destination, Entry
from omskit.flow import Facts, review_step
from omskit.flow.buyers import HISTORIES
from omskit.orders import (
    ALLOW_ALL,
    ORDERS,
    Approve,
    History,
    Order,
    OrderLine,
    OrderPlaced,
    ReviewPolicy,
    Rule,
    Span,
    Terms,
    Verdict,
    When,
)
from omskit.storage import MemoryStorage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEWCOMERS = Rule("newcomer", When(earlier=Span(high=0)), Verdict.ALERT)
POLICY = ReviewPolicy(rules=(NEWCOMERS, ALLOW_ALL))


def order(key: int, buyer: str, *, days: int = 0, channel: str = "web", returned: int = 0) -> Order:
    terms = Terms(channel, f"A-{key}", AT + timedelta(days=days), "EUR", Destination("DE"), buyer=buyer)
    line = OrderLine(1, "SKU", 2, 2 - returned, shipped=returned, returned=returned)
    return Order(key, "received", terms, (line,))


def kept(*orders: Order) -> MemoryStorage:
    storage = MemoryStorage()
    with storage.begin() as unit:
        unit.of(ORDERS).save(
            [Change(one.key, 0, one, (Entry(one.key, 1, AT, "t", "t", OrderPlaced(one)),)) for one in orders]
        )
    return storage


def test_a_history_counts_what_the_buyer_did_before_in_the_same_channel() -> None:
    now, unknown = order(9, "b1"), order(8, "")
    past = [order(1, "b1", days=-3), order(2, "b1", days=-2, returned=1)]
    others = [order(3, "b2", days=-1), order(4, "b1", days=-1, channel="shop"), order(5, "b1", days=1)]
    with kept(now, unknown, *past, *others).begin(read=True) as unit:
        assert HISTORIES.ask(unit, [now, unknown], False) == {9: History(orders=2, returned=1)}


def test_newcomers_are_told_from_those_who_come_again() -> None:
    new, again = order(8, "b7"), order(9, "b1")
    step = review_step(POLICY)
    with kept(new, again, order(1, "b1", days=-1)).begin(read=True) as unit:
        facts = Facts(AT, iter(()).__next__, {HISTORIES: HISTORIES.ask(unit, [new, again], False)})
    assert step.run([new, again], facts) == {
        8: (Approve("newcomer", ("newcomer",)),),
        9: (Approve("allow_all"),),
    }


def test_nobody_s_past_is_asked_for_without_a_rule_that_wants_it() -> None:
    assert review_step().needs == ()
    assert review_step(POLICY).needs == (HISTORIES,)
