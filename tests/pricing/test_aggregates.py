"""Price changes, allowances, redemptions and the till: every command, once and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from omskit.core import Kind, OmsError, fold
from omskit.pricing import (
    ALLOWANCES,
    PRICE_CHANGES,
    REDEMPTIONS,
    Allowance,
    Breach,
    Left,
    PriceChange,
    PriceEntry,
    PriceList,
    Redemption,
    Till,
    Use,
    Violation,
    allowances,
    changed_list,
    changes,
    redemptions,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = AT + timedelta(days=1)
CHANGE = PriceChange(7, "", "base", LATER, (PriceEntry.of("A", 900), PriceEntry.of("C", 1)), ("B",))
BASE = PriceList("base", "EUR", [PriceEntry.of("A", 1000), PriceEntry.of("B", 500)])
BUDGET = Allowance(1, "", "promotion:P", limit_uses=2, limit_minor=1000, currency="CNY")


def change(*steps: tuple[str, changes.Command, datetime]) -> tuple[PriceChange, list[Any]]:
    state, events = None, []
    for actor, command, at in (("amy", changes.Submit(CHANGE), AT), *steps):
        for event in changes.decide(state, command, at=at, actor=actor):
            events.append(event)
            state = changes.evolve(state, event)
    assert state is not None
    return state, events


def code(call: Any) -> str:
    with pytest.raises(OmsError) as error:
        call()
    return error.value.code


def survives(kind: Kind[Any], state: Any, events: list[Any]) -> bool:
    """Whether a state and its events read back as they were written, and the state is what they say."""
    tag = kind.state.tag_of(state)
    back = [kind.events.load(kind.events.tag_of(one), kind.events.dump(one)) for one in events]
    return back == events and kind.state.load(tag, kind.state.dump(state)) == state == fold(kind.evolve, events)


def test_a_price_change_is_approved_by_another_and_applied_once() -> None:
    ways = (("bob", changes.Approve(), AT), ("job", changes.Apply(), LATER))
    state, events = change(*ways, ("job", changes.Apply(), LATER + timedelta(days=1)))
    assert (state.approved_by, state.applied_at, len(events)) == ("bob", LATER, 3)
    assert survives(PRICE_CHANGES, state, events)
    applied = changed_list(BASE, [state])
    assert {sku: entry.unit_minor for sku, entry in applied.entries.items()} == {"A": 900, "C": 1}
    assert changed_list(BASE, [change(ways[0])[0]]) == BASE


def test_the_later_change_wins_whatever_order_they_come_in() -> None:
    first = evolve(CHANGE, applied_at=AT, removed=())
    second = evolve(first, key=8, effective_at=LATER + timedelta(1), entries=(PriceEntry.of("A", 800),))
    assert changed_list(BASE, [second, first]).entries["A"].unit_minor == 800


def test_a_price_change_is_refused_before_its_time_by_its_author_and_against_a_guard() -> None:
    submitted, _ = change()
    approved, _ = change(("bob", changes.Approve(), AT))
    assert code(lambda: changes.decide(submitted, changes.Approve(), at=AT, actor="amy")) == "own_approval"
    assert code(lambda: changes.decide(submitted, changes.Approve(), at=AT)) == "no_actor"
    assert code(lambda: changes.decide(submitted, changes.Apply(), at=LATER)) == "not_allowed"
    assert code(lambda: changes.decide(approved, changes.Apply(), at=AT)) == "too_early"
    assert code(lambda: changes.decide(None, changes.Apply(), at=AT)) == "unknown_price_change"
    again = changes.Submit(CHANGE)
    assert code(lambda: changes.decide(submitted, again, at=AT, actor="amy")) == "already_submitted"
    assert code(lambda: changes.decide(None, changes.Submit(CHANGE), at=AT)) == "no_actor"
    guarded = changes.Submit(CHANGE, (Violation("A", Breach.BELOW_MARGIN, 1, 900, 950),))
    assert code(lambda: changes.decide(None, guarded, at=AT, actor="amy")) == "price_guarded"
    (event,) = changes.decide(None, evolve(guarded, override="clearance"), at=AT, actor="amy")
    assert isinstance(event, changes.Submitted)
    assert event.override == "clearance"


def test_a_declined_or_withdrawn_change_is_over() -> None:
    for command in (changes.Decline("no"), changes.Withdraw("no")):
        state, events = change(("bob", command, AT), ("bob", command, AT))
        assert len(events) == 2
        assert survives(PRICE_CHANGES, state, events)
        with pytest.raises(OmsError, match="not_allowed"):
            changes.decide(state, changes.Approve(), at=AT, actor="bob")


def counted(*commands: allowances.Command) -> tuple[Allowance, list[Any]]:
    state, events = None, []
    for command in (allowances.Open(BUDGET), *commands):
        for event in allowances.decide(state, command, at=AT):
            events.append(event)
            state = allowances.evolve(state, event)
    assert state is not None
    return state, events


def test_an_allowance_gives_up_to_its_limits_and_takes_back() -> None:
    taken = allowances.Take(1, 1, 600, "CNY"), allowances.Take(2, 1, 400, "CNY")
    state, events = counted(*taken, allowances.Give(1, 1, 600))
    assert (state.uses, state.minor, state.left) == (1, 400, Left(1, 600))
    assert survives(ALLOWANCES, state, events)
    assert code(lambda: allowances.decide(state, allowances.Take(3, 1, 601, "CNY"), at=AT)) == "allowance_spent"
    assert code(lambda: allowances.decide(state, allowances.Take(3, 2), at=AT)) == "allowance_spent"
    assert code(lambda: allowances.decide(state, allowances.Give(3, 2), at=AT)) == "bad_use"
    assert code(lambda: allowances.decide(state, allowances.Take(3, 1, 1, "EUR"), at=AT)) == "mixed_currencies"


def test_a_limit_that_was_lowered_below_its_use_gives_nothing_until_enough_comes_back() -> None:
    state, events = counted(allowances.Take(1, 2), allowances.Resize(1), allowances.Resize(1))
    assert (state.left.uses, len(events)) == (0, 3)
    assert survives(ALLOWANCES, state, events)


def test_a_closed_allowance_takes_back_but_gives_nothing() -> None:
    state, events = counted(allowances.Take(1), allowances.Close(), allowances.Close(), allowances.Give(1))
    assert (state.uses, len(events)) == (0, 4)
    assert code(lambda: allowances.decide(state, allowances.Take(1), at=AT)) == "not_allowed"
    again, _ = counted(allowances.Close(), allowances.Reopen("back"), allowances.Take(1))
    assert again.uses == 1


def test_a_coupon_is_for_its_buyer_and_until_its_end() -> None:
    coupon = evolve(BUDGET, status="open", name="coupon:X", buyer="b1", until=LATER)
    assert code(lambda: allowances.decide(coupon, allowances.Take(1, buyer="b2"), at=AT)) == "other_buyer"
    assert code(lambda: allowances.decide(coupon, allowances.Take(1, buyer="b1"), at=LATER)) == "allowance_ended"
    assert allowances.decide(coupon, allowances.Take(1, buyer="b1"), at=AT)
    assert code(lambda: evolve(BUDGET, currency="")) == "bad_allowance"
    assert code(lambda: allowances.decide(coupon, allowances.Open(BUDGET), at=AT)) == "already_opened"
    assert code(lambda: allowances.decide(None, allowances.Take(1), at=AT)) == "unknown_allowance"


USE = Use("promotion:P", 1, 400, 2, 1000, "CNY")


def till() -> Till:
    keys = iter(range(100, 200))
    return Till(AT, "amy", lambda: next(keys))


def reserve(order: int, *uses: Use) -> redemptions.Reserve:
    return redemptions.Reserve(Redemption(order, "", order, uses, "b1", LATER))


def state_of(one: Till, name: str = "promotion:P") -> tuple[int, int]:
    known = one.allowance(name)
    assert known is not None
    return known.uses, known.minor


def test_an_order_holds_confirms_and_gives_back_once() -> None:
    one = till()
    for command in (reserve(1, USE), reserve(1, USE), redemptions.Confirm(), redemptions.Confirm()):
        one.do(1, command)
    assert state_of(one) == (1, 400)
    for _ in range(2):
        one.do(1, redemptions.Release("cancelled"))
    assert state_of(one) == (0, 0)
    (redemption,), (allowance,) = one.changed_redemptions(), one.changed_allowances()
    assert survives(REDEMPTIONS, redemption.state, [entry.event for entry in redemption.entries])
    assert survives(ALLOWANCES, allowance.state, [entry.event for entry in allowance.entries])
    assert (len(redemption.entries), len(allowance.entries)) == (3, 3)


def test_a_refused_order_leaves_everything_as_it_was_and_the_others_alone() -> None:
    one = till()
    one.do(1, reserve(1, USE))
    one.do(2, reserve(2, USE))
    assert code(lambda: one.do(3, reserve(3, Use("promotion:A", limit_uses=9), USE))) == "allowance_spent"
    assert (one.redemption(3), one.allowance("promotion:A"), state_of(one)) == (None, None, (2, 800))


def test_a_changed_order_takes_and_gives_only_the_difference() -> None:
    one = till()
    one.do(1, reserve(1, USE))
    one.do(1, redemptions.Revise((evolve(USE, minor=900), Use("promotion:Q"))))
    assert (state_of(one), state_of(one, "promotion:Q")) == ((1, 900), (1, 0))
    one.do(1, redemptions.Revise((Use("promotion:Q"),)))
    assert (state_of(one), state_of(one, "promotion:Q")) == ((0, 0), (1, 0))


def test_an_order_holds_until_the_last_that_stands_for_it_is_gone() -> None:
    one = till()
    one.do(1, reserve(1, USE))
    for gone, come in (((1,), (7, 8)), ((1,), (7, 8)), ((8,), (9,)), ((7,), ()), ((5,), ())):
        one.do(1, redemptions.Stand(gone, come))
    held = one.redemption(1)
    assert held is not None
    assert (held.holders, state_of(one)) == ((9,), (1, 400))
    one.do(1, redemptions.Stand((9,), (1,)))
    again = one.redemption(1)
    assert again is not None
    assert again.holders == ()
    one.do(1, redemptions.Stand((1,)))
    assert state_of(one) == (0, 0)
    assert code(lambda: one.do(1, redemptions.Stand((1,), (7,)))) == "not_allowed"
    (change,) = one.changed_redemptions()
    assert [type(entry.event).__name__ for entry in change.entries] == [
        "Reserved",
        "Stood",
        "Stood",
        "Stood",
        "Stood",
        "Released",
    ]


def test_what_an_order_cannot_hold_is_refused() -> None:
    one = till()
    one.do(1, reserve(1, USE))
    assert code(lambda: one.do(1, reserve(1))) == "already_reserved"
    assert code(lambda: one.do(2, redemptions.Confirm())) == "unknown_redemption"
    assert code(lambda: one.do(2, reserve(2, Use("coupon:NEVER")))) == "unknown_coupon"
    assert code(lambda: reserve(2, USE, USE)) == "bad_use"
    one.do(1, redemptions.Release())
    assert code(lambda: one.do(1, redemptions.Confirm())) == "not_allowed"
    assert code(lambda: one.do(1, reserve(1, USE))) == "already_reserved"


@pytest.mark.parametrize(
    ("room", "event"),
    [
        (changes, changes.Withdrawn("x")),
        (allowances, allowances.Closed("x")),
        (redemptions, redemptions.Confirmed("x")),
    ],
)
def test_a_history_begins_at_its_beginning(room: Any, event: Any) -> None:
    assert code(lambda: room.evolve(None, event)) == "bad_history"
