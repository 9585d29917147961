"""Labels, boxes, tracking, interception and pickup of one fulfillment order, command by command."""

from datetime import UTC, datetime, timedelta

import pytest

from omskit.core import Destination, OmsError, UsageError
from omskit.fulfillment import (
    DELIVERED,
    EXCEPTION,
    IN_TRANSIT,
    LOST,
    MAX_ATTEMPTS,
    MAX_FACTS,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    REFUSED,
    RETURNED,
    RETURNING,
    AcceptIntercept,
    AwaitPickup,
    Collect,
    Command,
    ConfirmRecall,
    ConfirmVoid,
    DenyIntercept,
    Dispatch,
    Event,
    ExpirePickup,
    Fact,
    FailWaybill,
    FulfillmentOrder,
    GetWaybill,
    HandOver,
    Intercept,
    LiftHold,
    Open,
    Pack,
    Parcel,
    Pickup,
    Recall,
    ReceiveWaybill,
    RefuseVoid,
    Reject,
    RejectLines,
    ReturnCalledOff,
    ReturnExpected,
    Ship,
    Track,
    Unpack,
    Unship,
    VoidWaybill,
    Weigh,
    WorkLine,
    decide,
    evolve,
    status_of,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINES = (WorkLine(1, 10, 1, "A", 3, 3), WorkLine(2, 11, 1, "B", 1, 1))
NEW = FulfillmentOrder(7, "requested", "BER", Destination("DE"), LINES, "post", "parcel")
STORE = FulfillmentOrder(7, "requested", "BER", Destination("DE"), LINES, pickup=Pickup())
BOXES = Pack((((1, 2),), ((1, 1), (2, 1))))
GET = GetWaybill(1, ("post", "swift"))
HAVE = ReceiveWaybill(1, 1, "WB-1", "^XA")
WAIT = AwaitPickup("4711", AT + timedelta(days=3))


def play(*commands: Command, new: FulfillmentOrder = NEW) -> tuple[FulfillmentOrder, list[Event]]:
    state, events = None, []
    for command in (Open(new), *commands):
        for event in decide(state, command, at=AT, actor="wms"):
            events.append(event)
            state = evolve(state, event)
    assert state is not None
    return state, events


def refusal(state: FulfillmentOrder, command: Command, at: datetime = AT) -> str:
    with pytest.raises(OmsError) as error:
        decide(state, command, at=at)
    return error.value.code


def fact(kind: str, hours: int = 0, note: str = "") -> Fact:
    return Fact(kind, AT + timedelta(hours=hours), note)


def tracked(*facts: Fact) -> FulfillmentOrder:
    return play(HandOver("WB-1"), *(Track(1, (one,)) for one in facts))[0]


def test_boxes_leave_under_the_numbers_they_were_packed_with() -> None:
    state, _ = play(BOXES, GetWaybill(2, ("post",)), ReceiveWaybill(2, 1, "WB-2"), Weigh(2, 900, 300, 200, 100))
    assert [(one.number, one.status, one.waybill) for one in state.parcels] == [
        (1, "packed", ""),
        (2, "packed", "WB-2"),
    ]
    state, _ = play(
        BOXES,
        GetWaybill(2, ("post",)),
        ReceiveWaybill(2, 1, "WB-2", "^XA"),
        Weigh(2, 900, 300, 200, 100),
        Dispatch((2,)),
    )
    second = state.parcels[1]
    assert (state.status, second.status, second.left_at) == ("shipping", "left", AT)
    assert (second.weight_g, second.length_mm, second.width_mm, second.height_mm) == (900, 300, 200, 100)
    assert second.labels[0].print_data == ""
    assert [line.shipped for line in state.lines] == [1, 1]


def test_a_confirmation_finds_the_box_of_its_waybill() -> None:
    state, _ = play(BOXES, GET, HAVE, Ship((Parcel(9, "WB-1", ((1, 2),)),), final=False))
    assert [(one.number, one.status) for one in state.parcels] == [(1, "left"), (2, "packed")]


def test_what_is_packed_and_not_sent_is_unpacked_and_its_label_taken_back() -> None:
    for end in (Ship((Parcel(3, "WB-9", ((1, 1),)),)), Reject("flooded")):
        state, _ = play(BOXES, GET, HAVE, end)
        assert [one.status for one in state.parcels[:2]] == ["undone", "undone"]
        assert state.parcels[0].labels[0].status == "voiding"
        assert state.parcels[0].waybill == ""
    state, _ = play(BOXES, GET, HAVE, Recall(), ConfirmRecall())
    assert state.parcels[0].labels[0].status == "voiding"


def test_more_than_is_open_is_not_packed() -> None:
    state, _ = play(Pack((((1, 2),),)))
    assert refusal(state, Pack((((1, 2),),))) == "too_many_units"
    assert refusal(state, Pack(((),))) == "bad_parcel"
    assert refusal(state, Pack((((1, 0),),))) == "bad_parcel"
    assert refusal(state, Pack((((5, 1),),))) == "unknown_line"


def test_units_in_boxes_are_not_rejected_apart_from_the_rest() -> None:
    state, _ = play(Pack((((1, 2),),)))
    assert refusal(state, RejectLines(((1, 2),), "broken")) == "in_boxes"
    state, _ = play(Pack((((1, 2),),)), Unpack(1), RejectLines(((1, 2),), "broken"))
    assert [(line.open, line.short) for line in state.lines] == [(1, 2), (1, 0)]


def test_rejecting_all_lines_is_rejecting_the_work() -> None:
    state, _ = play(RejectLines(((1, 3), (2, 1)), "broken"))
    assert state.status == "rejected"
    state, _ = play(Ship((Parcel(1, "W", ((1, 3),)),), final=False), RejectLines(((2, 1),), "broken"))
    assert (state.status, state.lines[1].short) == ("shipped", 1)


def test_work_of_which_nothing_left_after_all_can_still_be_rejected() -> None:
    begun = Ship((Parcel(1, "W", ((1, 1),)),), final=False)
    state, _ = play(begun, Unship(1), RejectLines(((1, 2), (2, 1)), "broken"))
    assert (state.status, [line.short for line in state.lines]) == ("rejected", [3, 1])


def test_a_rejection_of_work_that_has_begun_to_ship_makes_the_rest_short() -> None:
    state, _ = play(Ship((Parcel(1, "W", ((1, 1),)),), final=False), Reject("flooded"))
    assert (state.status, [(line.shipped, line.short) for line in state.lines]) == ("shipped", [(1, 2), (0, 1)])


def test_a_parcel_that_had_not_left_may_leave_under_its_waybill_all_the_same() -> None:
    begun = Ship((Parcel(1, "W", ((1, 1),)),), final=False)
    state, _ = play(begun, Unship(1), Ship((Parcel(2, "W", ((1, 1),)),), final=False))
    assert [(one.number, one.status) for one in state.parcels] == [(1, "undone"), (2, "left")]
    assert (state.lines[0].shipped, state.lines[0].short, state.lines[0].open) == (1, 1, 1)


@pytest.mark.parametrize(
    ("lines", "code"),
    [(((1, 4),), "too_many_units"), (((1, 0),), "bad_quantity"), (((3, 1),), "unknown_line")],
)
def test_only_open_units_are_rejected(lines: tuple[tuple[int, int], ...], code: str) -> None:
    assert refusal(NEW, RejectLines(lines, "broken")) == code


def test_a_parcel_has_one_label_however_often_it_is_asked_for() -> None:
    state, _ = play(BOXES, GET, GET)
    assert len(state.parcels[0].labels) == 1
    state, _ = play(BOXES, GET, HAVE, GET, HAVE)
    assert [(one.waybill, one.status) for one in state.parcels[0].labels] == [("WB-1", "live")]


def test_the_next_courier_is_asked_when_one_fails_and_a_hold_waits_when_none_is_left() -> None:
    state, _ = play(BOXES, GET, FailWaybill(1, 1, "no balance"))
    assert [(one.courier, one.status) for one in state.parcels[0].labels] == [
        ("post", "failed"),
        ("swift", "requested"),
    ]
    state, _ = play(BOXES, GET, FailWaybill(1, 1, "no balance"), FailWaybill(1, 2, "out of reach"))
    assert [(hold.code, hold.parcel, hold.reason) for hold in state.holds] == [
        ("no_waybill", 1, "swift: out of reach")
    ]
    failed = (BOXES, GET, FailWaybill(1, 1, ""), FailWaybill(1, 2, ""))
    state, _ = play(*failed, GetWaybill(1, ("post",)), ReceiveWaybill(1, 3, "W"))
    assert (state.holds, state.parcels[0].waybill, state.parcels[0].courier) == ((), "W", "post")


def test_a_number_that_comes_after_its_label_was_taken_back_is_taken_back_too() -> None:
    state, events = play(BOXES, GET, VoidWaybill(1, "wrong"), HAVE)
    label = state.parcels[0].labels[0]
    assert (label.status, label.waybill, state.parcels[0].waybill) == ("voiding", "WB-1", "")
    assert [type(one).__name__ for one in events[-2:]] == ["WaybillReceived", "WaybillVoiding"]


def test_the_answers_to_taking_a_label_back_are_kept_once() -> None:
    state, _ = play(BOXES, GET, HAVE, VoidWaybill(1), ConfirmVoid(1, 1), ConfirmVoid(1, 1))
    assert state.parcels[0].labels[0].status == "void"
    assert refusal(state, RefuseVoid(1, 1)) == "not_allowed"
    state, _ = play(BOXES, GET, HAVE, VoidWaybill(1), RefuseVoid(1, 1, "too late"), RefuseVoid(1, 1))
    assert (state.parcels[0].labels[0].status, state.parcels[0].labels[0].reason) == ("kept", "too late")


def test_waybills_that_contradict_what_is_known_are_refused() -> None:
    state, _ = play(BOXES, GET, HAVE, GetWaybill(2, ("post",)))
    assert refusal(state, ReceiveWaybill(1, 1, "WB-2")) == "waybill_known"
    assert refusal(state, ReceiveWaybill(2, 1, "WB-1")) == "waybill_known"
    assert refusal(state, ReceiveWaybill(2, 1, "")) == "bad_waybill"
    assert refusal(state, ReceiveWaybill(2, 2, "W")) == "unknown_label"
    assert refusal(state, GetWaybill(3, ("post",))) == "unknown_parcel"
    assert refusal(state, GetWaybill(1, ())) == "no_courier"
    assert refusal(state, Weigh(1, -1)) == "bad_size"


def test_a_parcel_with_the_warehouse_s_own_waybill_gets_no_label() -> None:
    state, _ = play(HandOver("WB-1"))
    assert refusal(state, GET) == "not_labelled"


# Kuaidi100 states 0 to 14 as the domain text lists them, mapped to facts; each story in order of time.
STORIES = [
    ((PICKED_UP, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED), "delivered"),
    ((PICKED_UP, OUT_FOR_DELIVERY, IN_TRANSIT), "out_for_delivery"),
    ((PICKED_UP, EXCEPTION), "picked_up"),
    ((PICKED_UP, DELIVERED, RETURNED), "returned"),
    ((OUT_FOR_DELIVERY, REFUSED, IN_TRANSIT), "refused"),
    ((OUT_FOR_DELIVERY, REFUSED, DELIVERED), "delivered"),
    ((REFUSED, RETURNING, RETURNED, DELIVERED), "returned"),
    ((LOST, DELIVERED), "delivered"),
    ((DELIVERED, IN_TRANSIT), "delivered"),
    ((DELIVERED, LOST), "delivered"),
]


@pytest.mark.parametrize(("kinds", "status"), STORIES)
def test_a_parcel_stands_where_its_story_ends(kinds: tuple[str, ...], status: str) -> None:
    facts = [fact(kind, hours) for hours, kind in enumerate(kinds)]
    assert tracked(*facts).parcels[0].status == status
    assert tracked(*reversed(facts)).parcels[0].status == status
    assert status_of(facts) == status


def test_an_older_fact_is_kept_and_moves_nothing_back() -> None:
    state = tracked(fact(DELIVERED, 9), fact(PICKED_UP, 1))
    assert state.parcels[0].status == "delivered"
    assert [one.kind for one in state.parcels[0].facts] == [PICKED_UP, DELIVERED]


def test_a_fact_that_comes_again_changes_nothing() -> None:
    state = tracked(fact(PICKED_UP, 1, "scan"))
    assert decide(state, Track(1, (fact(PICKED_UP, 1, "scan"),)), at=AT) == ()


def test_trouble_is_seen_until_something_else_is_heard() -> None:
    assert tracked(fact(PICKED_UP, 1), fact(EXCEPTION, 2)).parcels[0].is_troubled
    assert not tracked(fact(PICKED_UP, 1), fact(EXCEPTION, 2), fact(IN_TRANSIT, 3)).parcels[0].is_troubled


def test_a_courier_may_be_faster_than_the_warehouse() -> None:
    state, _ = play(BOXES, GET, HAVE, Track(1, (fact(PICKED_UP, 1),)))
    assert state.parcels[0].status == "packed"
    state, _ = play(BOXES, GET, HAVE, Track(1, (fact(PICKED_UP, 1),)), Dispatch((1,)))
    assert (state.parcels[0].status, len(state.parcels[0].facts)) == ("picked_up", 1)


def test_a_return_is_expected_once_and_called_off_by_a_delivery() -> None:
    steps = [Track(1, (fact(kind, hours),)) for hours, kind in enumerate((REFUSED, RETURNING, DELIVERED))]
    _, events = play(HandOver("WB-1"), *steps)
    told = [one for one in events if isinstance(one, ReturnExpected | ReturnCalledOff)]
    assert told == [ReturnExpected(1, ((1, 3), (2, 1)), "refused"), ReturnCalledOff(1)]


def test_a_lost_parcel_is_held_until_it_is_found() -> None:
    state = tracked(fact(LOST, 5))
    assert [hold.code for hold in state.holds] == ["parcel_lost"]
    assert tracked(fact(LOST, 5), fact(DELIVERED, 9)).holds == ()
    lifted, _ = play(HandOver("WB-1"), Track(1, (fact(LOST, 5),)), LiftHold("parcel_lost", 1))
    assert lifted.holds == ()


def test_a_parcel_that_had_not_left_and_is_scanned_waits_for_a_person() -> None:
    state, _ = play(HandOver("WB-1"), Unship(1), Track(1, (fact(PICKED_UP, 1),)))
    assert [hold.code for hold in state.holds] == ["scanned_after_undo"]
    assert state.parcels[0].status == "undone"


def test_facts_are_of_known_kinds_with_a_time_zone_and_not_without_end() -> None:
    with pytest.raises(UsageError, match="picked_up"):
        Fact("teleported", AT)
    with pytest.raises(UsageError, match="no time zone"):
        Fact(PICKED_UP, datetime(2026, 3, 2))  # noqa: DTZ001 - the point of the test
    many = tuple(fact(IN_TRANSIT, hours) for hours in range(MAX_FACTS + 1))
    assert refusal(tracked(), Track(1, many)) == "too_many_facts"


def test_an_interception_is_answered_and_decided_by_the_parcel_s_end() -> None:
    state, _ = play(HandOver("WB-1"), Intercept(1), Intercept(1), AcceptIntercept(1), AcceptIntercept(1))
    assert state.parcels[0].interception == "accepted"
    state, _ = play(HandOver("WB-1"), Intercept(1), DenyIntercept(1, "too late"))
    assert state.parcels[0].interception == "failed"
    back, events = play(HandOver("WB-1"), Intercept(1), Track(1, (fact(RETURNING, 5),)))
    assert back.parcels[0].interception == "returning"
    assert [one.reason for one in events if isinstance(one, ReturnExpected)] == ["intercepted"]


def test_a_denied_interception_whose_parcel_comes_back_all_the_same_is_a_recovery() -> None:
    state, _ = play(HandOver("WB-1"), Intercept(1), DenyIntercept(1), Track(1, (fact(RETURNED, 5),)))
    assert state.parcels[0].interception == "recovered"


def test_only_what_goes_towards_the_buyer_is_intercepted() -> None:
    assert refusal(play(BOXES)[0], Intercept(1)) == "not_under_way"
    assert refusal(tracked(fact(DELIVERED)), Intercept(1)) == "not_under_way"
    assert refusal(tracked(), AcceptIntercept(1)) == "not_intercepted"


def test_a_pickup_code_is_kept_as_a_digest_only() -> None:
    state, events = play(WAIT, new=STORE)
    assert state.status == "ready"
    assert "4711" not in repr(state) + repr(events)


def test_wrong_codes_are_counted_and_at_last_no_code_is_good() -> None:
    wrong = [Collect(f"{n}") for n in range(MAX_ATTEMPTS)]
    state, _ = play(WAIT, *wrong[:-1], new=STORE)
    assert state.pickup is not None
    assert (state.pickup.attempts, state.holds) == (4, ())
    state, _ = play(WAIT, *wrong, new=STORE)
    assert [hold.code for hold in state.holds] == ["pickup_exception"]
    assert refusal(state, Collect("4711")) == "pickup_blocked"


def test_a_collected_pickup_is_delivered_without_a_courier() -> None:
    state, _ = play(WAIT, Collect("4711"), Collect("4711"), new=STORE)
    assert (state.status, [(one.status, one.waybill) for one in state.parcels]) == ("shipped", [("delivered", "")])
    assert refusal(state, Collect("4712")) == "not_allowed"


def test_a_pickup_ends_at_its_hour() -> None:
    state, _ = play(WAIT, new=STORE)
    late = AT + timedelta(days=3)
    assert refusal(state, ExpirePickup()) == "not_expired"
    (expired, held) = decide(state, Collect("4711"), at=late)
    assert evolve(evolve(state, expired), held).status == "uncollected"


@pytest.mark.parametrize("command", [HandOver("W"), Ship((Parcel(1, "W", ((1, 1),)),)), GET])
def test_a_pickup_is_never_sent(command: Command) -> None:
    state, _ = play(BOXES, new=STORE)
    assert refusal(state, command) == "pickup_only"


@pytest.mark.parametrize("command", [WAIT, Collect("4711"), ExpirePickup()])
def test_what_a_courier_carries_is_not_collected(command: Command) -> None:
    assert refusal(NEW, command) == "not_a_pickup"


@pytest.mark.parametrize("command", [AwaitPickup("", AT + timedelta(days=1)), AwaitPickup("1", AT)])
def test_a_pickup_has_a_code_and_an_end_to_come(command: Command) -> None:
    assert refusal(STORE, command) == "bad_pickup"
