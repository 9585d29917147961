"""Laws of the order: what holds whatever is asked of it, in whatever order."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Destination, Machine, OmsError, fold
from omskit.orders import (
    ORDER_MACHINE,
    ORDERS,
    Approve,
    Assign,
    Cancel,
    Command,
    Consignment,
    Order,
    OrderLine,
    Place,
    PutOnHold,
    Release,
    ReleaseHold,
    Ship,
    TakeBack,
    Terms,
    Unassign,
    Unship,
    decide,
    evolve,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
RENAMED = {status: f"host_{position}" for position, status in enumerate(ORDER_MACHINE.states)}

units = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), min_size=1, max_size=3).map(tuple)
fulfillments = st.integers(70, 72)
moves = st.one_of(
    st.just(Approve("rule")),
    st.sampled_from([PutOnHold("fraud"), PutOnHold("late", line=1), ReleaseHold("fraud")]),
    st.tuples(st.sampled_from(["BER", "POZ"]), units),
    st.builds(lambda fulfillment: ("release", fulfillment), fulfillments),
    st.builds(Ship, fulfillments, units),
    st.builds(Unassign, st.one_of(st.just(0), fulfillments), st.just("late"), st.just(AT + timedelta(days=1))),
    st.builds(Cancel, st.one_of(st.none(), units)),
    st.builds(Unassign, fulfillments, st.just("broken"), st.just(AT + timedelta(days=1)), units),
    st.builds(Unship, units, st.sampled_from(["", "BER"]), st.just("W")),
    st.builds(TakeBack, units, st.just("BER")),
)
lives = st.lists(moves, max_size=25)


def place() -> Place:
    lines = tuple(OrderLine(n, f"SKU{n}", 4, 4, list_minor=1000 * n) for n in (1, 2, 3))
    return Place(1, Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1"), lines)


def command(order: Order, move: Any) -> Command | None:
    """Turn a drawn move into a command that continues the order's numbers."""
    if not isinstance(move, tuple):
        drawn: Command = move
        return drawn
    if move[0] == "release":
        pending = [one.number for one in order.consignments if not one.fulfillment]
        return Release(tuple((number, move[1]) for number in pending)) if pending else None
    return Assign((Consignment(order.planned + 1, move[0], move[1]),))


def live(life: list[Any], machine: Machine = ORDER_MACHINE) -> tuple[list[Order], list[Any], list[str]]:
    """Play a life; return every state, every event, and every outcome."""
    events = list(decide(None, place(), at=AT, machine=machine))
    states = [evolve(None, events[0])]
    outcomes = []
    for move in life:
        asked = command(states[-1], move)
        if asked is None:
            continue
        try:
            happened = decide(states[-1], asked, at=AT, actor="amy", machine=machine)
        except OmsError as error:
            outcomes.append(error.code)
            continue
        outcomes.append("done")
        for event in happened:
            events.append(event)
            states.append(evolve(states[-1], event))
    return states, events, outcomes


@given(lives)
def test_a_state_is_what_its_history_says(life: list[Any]) -> None:
    states, events, _ = live(life)
    assert fold(evolve, events) == states[-1]


@given(lives)
def test_quantity_is_conserved_and_consignments_hold_what_lines_have_reserved(life: list[Any]) -> None:
    for order in live(life)[0]:
        for line in order.lines:
            assert line.open + line.reserved + line.shipped + line.cancelled == 4
            held = sum(count for one in order.consignments for number, count in one.lines if number == line.number)
            assert held == line.reserved


@given(lives)
def test_refunds_of_everything_that_was_cancelled_or_returned_never_exceed_what_was_paid(life: list[Any]) -> None:
    order = live(life)[0][-1]
    for line in order.lines:
        gone = line.cancelled + line.returned
        fresh = OrderLine(line.number, line.sku, 4, 4, list_minor=line.list_minor)
        refunded = fresh.refund_minor(gone) if gone else 0
        left = line.refund_minor(4 - gone) if gone < 4 else 0
        assert refunded + left == line.paid_minor


@given(lives)
def test_renaming_every_status_changes_nothing_but_names(life: list[Any]) -> None:
    states, _, outcomes = live(life)
    renamed_states, _, renamed_outcomes = live(life, ORDER_MACHINE.renamed(RENAMED))
    assert renamed_outcomes == outcomes
    assert [one.status for one in renamed_states] == [RENAMED[one.status] for one in states]
    assert renamed_states[-1].lines == states[-1].lines


@given(lives)
def test_everything_an_order_is_or_does_survives_storing(life: list[Any]) -> None:
    states, events, _ = live(life)
    assert ORDERS.state.load("order", ORDERS.state.dump(states[-1])) == states[-1]
    for event in events:
        assert ORDERS.events.load(ORDERS.events.tag_of(event), ORDERS.events.dump(event)) == event


@given(lives)
def test_fixed_columns_are_the_same_in_every_state(life: list[Any]) -> None:
    states, _, _ = live(life)
    for name in ORDERS.fixed:
        assert len(set(map(ORDERS.column(name), states))) == 1


@given(lives)
def test_an_order_ends_only_when_nothing_is_open_or_reserved(life: list[Any]) -> None:
    for order in live(life)[0]:
        ended = ORDER_MACHINE.has(order.status, "terminal")
        assert ended == (not order.has_open and not order.has_reserved)
