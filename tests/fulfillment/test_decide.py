"""Each command on a fulfillment order, and the race between recall and shipment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omskit.core import Destination, OmsError, UsageError, fold
from omskit.fulfillment import (
    FULFILLMENTS,
    Accept,
    Command,
    ConfirmRecall,
    DenyRecall,
    Event,
    FulfillmentOrder,
    HandOver,
    Open,
    Parcel,
    Recall,
    Reject,
    Ship,
    WorkLine,
    decide,
    evolve,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINES = (WorkLine(1, 10, 1, "A", 3, 3), WorkLine(2, 11, 1, "B", 1, 1))
NEW = FulfillmentOrder(7, "requested", "BER", Destination("DE"), LINES, "post", "parcel")


def play(*commands: Command) -> tuple[FulfillmentOrder, list[Event]]:
    state, events = None, []
    for command in (Open(NEW), *commands):
        for event in decide(state, command, at=AT):
            events.append(event)
            state = evolve(state, event)
    assert state is not None
    return state, events


def refusal(state: FulfillmentOrder | None, command: Command) -> str:
    with pytest.raises(OmsError) as error:
        decide(state, command, at=AT)
    return error.value.code


def test_work_is_requested_accepted_and_handed_over_in_one_parcel() -> None:
    state, _ = play(Accept(), HandOver("WB-1", weight_g=900))
    assert state.status == "shipped"
    assert state.parcels == (Parcel(1, "WB-1", ((1, 3), (2, 1)), "", 900, left_at=AT),)
    assert [line.shipped for line in state.lines] == [3, 1]


def test_parcels_leave_one_after_another_and_the_last_one_ends_it() -> None:
    state, _ = play(Ship((Parcel(1, "WB-1", ((1, 2),)),), final=False))
    assert (state.status, state.lines[0].open) == ("shipping", 1)
    state, _ = play(
        Ship((Parcel(1, "WB-1", ((1, 2),)),), final=False),
        Ship((Parcel(2, "WB-2", ((1, 1), (2, 1))),), final=False),
    )
    assert state.status == "shipped"


def test_what_does_not_come_is_short() -> None:
    state, _ = play(Ship((Parcel(1, "WB-1", ((1, 2),)),)))
    assert [(line.shipped, line.short) for line in state.lines] == [(2, 1), (0, 1)]


def test_a_shipment_that_is_told_twice_happens_once() -> None:
    state, _ = play(HandOver("WB-1"))
    assert decide(state, HandOver("WB-1"), at=AT) == ()
    assert decide(state, Ship((Parcel(1, "WB-1", ((1, 3), (2, 1))),)), at=AT) == ()


def test_a_waybill_that_comes_again_with_other_units_is_refused() -> None:
    state, _ = play(HandOver("WB-1"))
    assert refusal(state, Ship((Parcel(1, "WB-1", ((1, 3),)),))) == "waybill_known"


def test_a_second_waybill_after_the_last_parcel_is_refused() -> None:
    state, _ = play(HandOver("WB-1"))
    assert refusal(state, HandOver("WB-2")) == "not_allowed"


def test_parcels_number_on_with_a_waybill_and_lines() -> None:
    state, _ = play()
    assert refusal(state, Ship((Parcel(2, "WB", ((1, 1),)),))) == "bad_parcel"
    assert refusal(state, Ship((Parcel(1, "", ((1, 1),)),))) == "bad_parcel"
    assert refusal(state, Ship((Parcel(1, "WB", ()),))) == "bad_parcel"
    assert refusal(state, Ship((Parcel(1, "WB", ((9, 1),)),))) == "unknown_line"
    assert refusal(state, Ship((Parcel(1, "WB", ((1, 4),)),))) == "too_many_units"


def test_recall_and_shipment_race_and_exactly_one_wins() -> None:
    recalled, _ = play(Recall("buyer"), ConfirmRecall())
    assert [line.short for line in recalled.lines] == [3, 1]
    shipped, _ = play(Recall("buyer"), HandOver("WB-1"))
    assert refusal(shipped, ConfirmRecall()) == "not_allowed"
    assert (recalled.status, shipped.status) == ("recalled", "shipped")


def test_a_denied_recall_leaves_the_work_where_it_was() -> None:
    state, _ = play(Accept(), Recall(), DenyRecall(), HandOver("WB-1"))
    assert state.status == "shipped"


def test_a_rejection_leaves_everything_short() -> None:
    state, _ = play(Reject("no stock", AT + timedelta(days=1)))
    assert state.status == "rejected"
    assert [line.short for line in state.lines] == [3, 1]


@pytest.mark.parametrize("command", [Accept(), Reject("x"), Recall()])
def test_a_command_that_is_satisfied_happens_as_nothing(command: Command) -> None:
    state, _ = play(command)
    assert decide(state, command, at=AT) == ()


def test_work_is_opened_once_and_as_its_machine_begins() -> None:
    state, _ = play()
    assert refusal(state, Open(NEW)) == "already_opened"
    other = FulfillmentOrder(8, "accepted", "BER", Destination("DE"), LINES)
    assert refusal(None, Open(other)) == "bad_status"
    assert refusal(None, Accept()) == "unknown_fulfillment"


@pytest.mark.parametrize("counters", [{"open": 2}, {"open": 4, "short": -1}])
def test_a_work_line_that_does_not_add_up_is_refused(counters: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as error:
        WorkLine(1, 10, 1, "A", 3, **counters)
    assert error.value.code == "bad_counters"


@pytest.mark.parametrize(
    "commands",
    [
        (Accept(), HandOver("WB-1", "dhl")),
        (Reject("no stock", AT),),
        (Recall("buyer"), ConfirmRecall()),
        (Recall("buyer"), DenyRecall(), Ship((Parcel(1, "W", ((1, 1),)),), final=False)),
    ],
)
def test_a_state_is_what_its_stored_history_says(commands: tuple[Command, ...]) -> None:
    state, events = play(*commands)
    codec = FULFILLMENTS.events
    stored = [codec.load(codec.tag_of(event), codec.dump(event)) for event in events]
    assert fold(evolve, stored) == state
    assert FULFILLMENTS.state.load("fulfillment", FULFILLMENTS.state.dump(state)) == state
