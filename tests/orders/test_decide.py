"""Each command on an order: what happens, what is refused, what is already satisfied."""

from datetime import UTC, datetime, timedelta

import pytest

from omskit.core import Destination, OmsError, Refused, UsageError
from omskit.orders import (
    ORDER_MACHINE,
    Advance,
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
    Satisfy,
    Ship,
    TakeBack,
    Terms,
    Unassign,
    decide,
    evolve,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms("web", "A-1", AT, "EUR", Destination("DE"), buyer="b1")
FULFILLMENT = 77


def give(order: Order | None, *commands: Command) -> Order:
    for command in commands:
        for event in decide(order, command, at=AT, actor="amy"):
            order = evolve(order, event)
    assert order is not None
    return order


def placed(*quantities: int) -> Order:
    lines = tuple(OrderLine(n, f"SKU{n}", count, count) for n, count in enumerate(quantities, 1))
    return give(None, Place(1, TERMS, lines))


def refusal(order: Order | None, command: Command) -> OmsError:
    with pytest.raises(OmsError) as error:
        decide(order, command, at=AT)
    return error.value


def reserved(order: Order, *units: tuple[int, int], warehouse: str = "BER") -> Order:
    return give(order, Assign((Consignment(order.planned + 1, warehouse, units),)))


def test_an_order_goes_from_receipt_to_completion() -> None:
    order = placed(2, 1)
    seen = [order.status]
    for command in (
        Approve("all"),
        Assign((Consignment(1, "BER", ((1, 2), (2, 1))),)),
        Release(((1, FULFILLMENT),)),
        Ship(FULFILLMENT, ((1, 2), (2, 1))),
    ):
        order = give(order, command)
        seen.append(order.status)
    assert seen == ["received", "approved", "reserved", "released", "completed"]
    assert [line.shipped for line in order.lines] == [2, 1]
    assert order.consignments == ()


def test_what_no_warehouse_has_is_backordered_while_the_rest_goes() -> None:
    order = give(placed(5), Approve(), Assign((Consignment(1, "BER", ((1, 3),)),), AT + timedelta(hours=4)))
    assert (order.status, order.lines[0].open, order.lines[0].reserved) == ("backordered", 2, 3)
    order = give(order, Release(((1, FULFILLMENT),)), Ship(FULFILLMENT, ((1, 3),)))
    assert order.status == "backordered"
    order = reserved(order, (1, 2))
    assert order.status == "reserved"


def test_a_placement_is_refused_twice_and_without_lines() -> None:
    assert refusal(placed(1), Place(1, TERMS, (OrderLine(1, "A", 1, 1),))).code == "already_placed"
    assert refusal(None, Place(1, TERMS, ())).code == "empty_order"


def test_lines_come_numbered_and_open() -> None:
    assert refusal(None, Place(1, TERMS, (OrderLine(2, "A", 1, 1),))).code == "bad_lines"
    assert refusal(None, Place(1, TERMS, (OrderLine(1, "A", 1, 0, shipped=1),))).code == "bad_lines"


def test_a_command_for_an_order_that_is_not_there_is_the_hosts_mistake() -> None:
    assert isinstance(refusal(None, Approve()), UsageError)


def test_a_held_order_is_not_approved_and_says_what_holds_it() -> None:
    order = give(placed(1), PutOnHold("fraud", "score 93"), PutOnHold("memo"))
    error = refusal(order, Approve())
    assert (error.code, error.facts["holds"]) == ("order_held", ("fraud", "memo"))
    order = give(order, ReleaseHold("fraud"), ReleaseHold("memo"), Approve())
    assert order.status == "approved"
    assert order.cleared == ("fraud", "memo")


@pytest.mark.parametrize(
    "command",
    [PutOnHold("fraud"), ReleaseHold("memo"), Unassign(FULFILLMENT, "late")],
)
def test_a_command_that_is_satisfied_happens_as_nothing(command: Command) -> None:
    order = give(placed(1), PutOnHold("fraud"))
    assert decide(order, command, at=AT) == ()


def test_approving_twice_and_cancelling_twice_happens_once() -> None:
    assert decide(give(placed(1), Approve()), Approve(), at=AT) == ()
    assert decide(give(placed(1), Cancel()), Cancel(), at=AT) == ()


def test_no_more_is_assigned_than_is_open() -> None:
    order = give(placed(2), Approve())
    error = refusal(order, Assign((Consignment(1, "BER", ((1, 2),)), Consignment(2, "POZ", ((1, 1),)))))
    assert (error.code, error.facts["wanted"], error.facts["there"]) == ("not_open", 3, 2)


def test_consignments_number_on() -> None:
    order = give(placed(2), Approve())
    assert refusal(order, Assign((Consignment(2, "BER", ((1, 1),)),))).code == "bad_consignment"
    assert refusal(order, Assign((Consignment(1, "BER", ((1, 1), (1, 1))),))).code == "bad_consignment"
    mixed = (Consignment(1, "BER", ((1, -1),)), Consignment(2, "POZ", ((1, 2),)))
    assert refusal(order, Assign(mixed)).code == "bad_consignment"


def test_an_order_under_review_gets_no_stock() -> None:
    error = refusal(placed(1), Assign((Consignment(1, "BER", ((1, 1),)),)))
    assert error.code == "not_allowed"
    assert error.facts["allowed"] == ("amend", "approve", "cancel", "cancel_part", "complete", "take_back")


def test_a_rejected_consignment_opens_its_units_and_bars_the_warehouse() -> None:
    order = give(reserved(give(placed(2), Approve()), (1, 2)), Release(((1, FULFILLMENT),)))
    until = AT + timedelta(days=1)
    order = give(order, Unassign(FULFILLMENT, "no_stock", until))
    assert (order.status, order.lines[0].open, order.consignments) == ("approved", 2, ())
    assert [(one.warehouse, one.line, one.until) for one in order.barred] == [("BER", 1, until)]


def test_a_short_pick_ships_what_is_there_and_opens_the_rest() -> None:
    order = give(reserved(give(placed(5), Approve()), (1, 5)), Release(((1, FULFILLMENT),)))
    order = give(order, Ship(FULFILLMENT, ((1, 3),)), Unassign(FULFILLMENT, "short_pick"))
    line = order.lines[0]
    assert (line.shipped, line.open, line.reserved, order.status) == (3, 2, 0, "approved")


def test_more_than_a_warehouse_holds_cannot_ship_from_it() -> None:
    order = give(reserved(give(placed(5), Approve()), (1, 2)), Release(((1, FULFILLMENT),)))
    assert refusal(order, Ship(FULFILLMENT, ((1, 3),))).code == "not_reserved"
    assert refusal(order, Ship(999, ((1, 1),))).code == "not_reserved"


def test_cancelling_takes_open_units_first_then_the_last_planned_consignment() -> None:
    order = give(placed(10), Approve())
    order = give(order, Assign((Consignment(1, "BER", ((1, 4),)), Consignment(2, "POZ", ((1, 3),)))))
    order = give(order, Cancel(((1, 5),)))
    line = order.lines[0]
    assert (line.open, line.reserved, line.cancelled) == (0, 5, 5)
    assert [(one.warehouse, one.lines) for one in order.consignments] == [("BER", ((1, 4),)), ("POZ", ((1, 1),))]


def test_units_that_a_warehouse_works_on_are_not_cancelled_behind_its_back() -> None:
    order = give(reserved(give(placed(1), Approve()), (1, 1)), Release(((1, FULFILLMENT),)))
    error = refusal(order, Cancel())
    assert (error.code, error.facts["fulfillments"]) == ("at_warehouse", (FULFILLMENT,))


def test_cancelling_the_open_rest_of_a_released_order_leaves_it_released() -> None:
    order = give(placed(5), Approve(), Assign((Consignment(1, "BER", ((1, 3),)),)))
    order = give(order, Release(((1, FULFILLMENT),)), Cancel(((1, 2),)))
    assert order.status == "released"


def test_cancelling_the_open_rest_of_a_shipped_order_completes_it() -> None:
    order = give(placed(5), Approve(), Assign((Consignment(1, "BER", ((1, 3),)),)))
    order = give(order, Release(((1, FULFILLMENT),)), Ship(FULFILLMENT, ((1, 3),)), Cancel())
    assert (order.status, order.lines[0].shipped, order.lines[0].cancelled) == ("completed", 3, 2)


def test_no_more_comes_back_than_was_shipped() -> None:
    order = give(reserved(give(placed(2), Approve()), (1, 2)), Release(((1, FULFILLMENT),)))
    order = give(order, Ship(FULFILLMENT, ((1, 2),)), TakeBack(((1, 1),), "BER"))
    assert (order.lines[0].returned, order.status) == (1, "completed")
    assert refusal(order, TakeBack(((1, 2),), "BER")).code == "not_shipped"


def test_a_trigger_of_omskit_comes_with_its_own_command_only() -> None:
    assert refusal(placed(1), Advance("approve")).code == "reserved_trigger"


def test_a_hosts_own_trigger_moves_the_order_where_the_hosts_machine_says() -> None:
    machine = ORDER_MACHINE.changed(
        states={"checked": {"editable"}},
        moves={
            ("received", "approve"): None,
            ("received", "check"): "checked",
            ("checked", "approve"): "approved",
        },
    )
    order = placed(1)
    (event,) = decide(order, Advance("check"), at=AT, machine=machine)
    order = evolve(order, event)
    assert order.status == "checked"
    (event,) = decide(order, Approve(), at=AT, machine=machine)
    assert evolve(order, event).status == "approved"


def test_a_quantity_below_one_is_the_hosts_mistake() -> None:
    order = give(placed(2), Approve())
    assert refusal(order, Cancel(((1, 0),))).code == "bad_quantity"


def test_a_completed_order_is_held_no_more() -> None:
    assert isinstance(refusal(give(placed(1), Cancel()), PutOnHold("late")), Refused)


def test_a_fact_lifts_every_hold_that_awaits_it_and_no_other() -> None:
    holds = (PutOnHold("tail_unpaid", awaits="paid"), PutOnHold("memo"), PutOnHold("late", line=1, awaits="paid"))
    order = give(placed(1), *holds)
    after = give(order, Satisfy("paid"))
    assert [hold.code for hold in after.holds] == ["memo"]
    assert after.cleared == ("late", "tail_unpaid")
    assert decide(after, Satisfy("paid"), at=AT) == ()


def test_no_fact_lifts_no_hold() -> None:
    assert decide(give(placed(1), PutOnHold("memo")), Satisfy(""), at=AT) == ()


def test_an_approval_leaves_its_alerts_on_the_order() -> None:
    assert give(placed(1), Approve("all", ("big_order",))).alerts == ("big_order",)
